import ExampleTRPO

/// What a run of `nabla train trpo` trains: the same agent from several seeds.
struct TRPOPlan: RunPlan, Equatable {
    static let command = "train trpo"

    let environment: TRPOEnvironment
    /// The path of the model, for MuJoCo.
    let xml: String?
    /// Steps of the environments for each agent.
    let steps: Int
    let settings: TRPO.Settings
    /// How many seeds, from that of the settings on.
    let seeds: Int

    func check(_ checks: inout PlanChecks) {
        checks.count(steps, "steps", to: 1_000_000_000)
        checks.count(seeds, "seeds", to: 1000)
        checks.part("settings") { checks in
            checks.count(settings.environments, "environments", to: 10_000)
            checks.count(settings.steps, "steps", to: 10_000_000)
            checks.count(settings.hidden, "hidden", to: 4096)
            checks.positive(settings.alpha, "alpha")
            checks.count(settings.epochs, "epochs", from: 0, to: 1_000_000)
            checks.count(settings.batch, "batch", to: 1_000_000_000)
            checks.number(settings.advantages.discount, in: 0...1, "advantages.discount")
            checks.number(settings.advantages.decay, in: 0...1, "advantages.decay")
            checks.part("trustRegion") { checks in
                let region = settings.trustRegion
                checks.positive(region.radius, "radius")
                checks.count(region.iterations, "iterations", from: 0, to: 1_000_000)
                checks.notNegative(region.damping, "damping")
                checks.count(region.subsampling, "subsampling", to: 1_000_000_000)
                checks.positive(region.backtracking, "backtracking")
                checks.count(region.backtrackingSteps, "backtrackingSteps", from: 0, to: 1_000_000)
            }
        }
    }

    /// The settings of each agent.
    var agents: [TRPO.Settings] {
        (0..<seeds).map { index in
            var settings = settings
            settings.seed &+= UInt64(index)
            return settings
        }
    }

    /// The iterations that reach the number of steps.
    var iterations: Int {
        let each = settings.environments * settings.steps
        return (steps + each - 1) / each
    }
}

extension TRPOEnvironment {
    /// The steps of a preset.
    func steps(_ preset: Preset) -> Int {
        switch self {
        case .cartpole: preset == .quick ? 100_000 : 200_000
        case .pendulum: preset == .quick ? 200_000 : 500_000
        case .invertedPendulum: preset == .quick ? 100_000 : 300_000
        case .hopper, .swimmer: preset == .quick ? 300_000 : 1_000_000
        }
    }

    /// The settings of the algorithm, after those of rl-zoo3 for sb3-contrib's TRPO where nothing else is said.
    var settings: TRPO.Settings {
        var settings = TRPO.Settings()
        settings.trustRegion.iterations = 15
        // A value function that begins near 0 takes long to reach returns of some hundreds.
        settings.normalizesRewards = true
        switch self {
        case .cartpole:
            settings.steps = 512
            settings.advantages = AdvantageEstimation(discount: 0.99, decay: 0.98)
        case .pendulum:
            // Theirs is 0.9, with exploration that depends on the state.
            settings.advantages = AdvantageEstimation(discount: 0.95, decay: 0.95)
            settings.epochs = 15
        case .invertedPendulum:
            settings.trustRegion.iterations = 25
            settings.normalizesObservations = true
        case .hopper, .swimmer:
            // Larger batches and λ, as in ChainerRL's reproduction: with 2048 steps and 0.95 some seeds lose good gaits again, or find none.
            (settings.steps, settings.epochs, settings.batch) = (2500, self == .hopper ? 5 : 10, 64)
            settings.trustRegion.iterations = 25
            settings.advantages = AdvantageEstimation(discount: self == .hopper ? 0.995 : 0.9999, decay: 0.97)
            settings.normalizesObservations = true
        }
        return settings
    }
}
