import ArgumentParser
import ExampleGANToys
import ExampleWGANGP

extension ToyData: ExpressibleByArgument {}

/// What a run of `nabla train gan-toy` trains, one learner after the other: what the run can be repeated with.
struct GANToyPlan: RunPlan, Equatable {
    static let command = "train gan-toy"

    /// What a learner is for.
    enum Part: String, Codable {
        /// A generator learns the data.
        case generator
        /// A critic alone learns to see the data with noise.
        case fixed
        /// The same with a critic of twelve layers, for the gradients in them.
        case deep
    }

    /// One training.
    struct Learner: Codable, Equatable {
        let part: Part
        let iterations: Int
        let settings: ToyGAN.Settings
    }

    /// Points in a test of modes.
    let samples: Int
    let learners: [Learner]

    /// Points in an exact distance.
    var exactCount: Int { min(1000, samples) }

    func check(_ checks: inout PlanChecks) {
        checks.count(samples, "samples", to: 100_000)
        checks.each(learners, "learners") { learner, checks in
            checks.count(learner.iterations, "iterations", to: .max)
            checks.part("settings") { checks in
                let settings = learner.settings
                checks.count(settings.width, "width", to: 4096)
                checks.count(settings.depth, "depth", to: 100)
                checks.count(settings.batch, "batch", to: 1_000_000)
                checks.count(settings.criticSteps, "criticSteps", to: 1_000_000)
                if let end = settings.decayEnd { checks.count(end, "decayEnd", to: .max) }
                checks.expect(
                    settings.fixesGenerator == (learner.part != .generator), "fixesGenerator", "what belongs to \(learner.part.rawValue)",
                    got: settings.fixesGenerator)
                checks.part("critic") { checks in
                    let critic = settings.critic
                    checks.notNegative(critic.lambda, "lambda")
                    checks.positive(critic.alpha, "alpha")
                    checks.number(critic.beta1, in: 0...0.999_999_999, "beta1")
                    checks.number(critic.beta2, in: 0...0.999_999_999, "beta2")
                    checks.positive(critic.clip, "clip")
                    checks.positive(critic.rate, "rate")
                }
            }
            // Too few points would only be noticed at the first test.
            if learner.part == .generator, let mixture = learner.settings.data.mixture {
                checks.expect(
                    (try? ModeMetrics.check(count: samples, for: mixture)) != nil, "settings.data", "data for which the points suffice",
                    got: learner.settings.data.rawValue)
            }
        }
        if checks.fault == nil { checks.names(learners.map(\.name)) }
    }

    /// Generators and fixed generators for each of the data sets and methods; with the Swiss roll also deep critics.
    ///
    /// - Parameters:
    ///   - iterations: Of each learner; nil for the preset's.
    ///   - width: Units in each hidden layer; nil for the preset's.
    init(_ preset: Preset, data: [ToyData], methods: [Method], iterations: Int?, width: Int?, samples: Int, seed: UInt64) {
        func learner(_ part: Part, _ data: ToyData, _ method: Method, _ count: Int, _ change: (inout ToyGAN.Settings) -> Void = { _ in })
            -> Learner
        {
            var settings = ToyGAN.Settings()
            (settings.data, settings.critic.method, settings.seed) = (data, method, seed)
            settings.width = width ?? (preset == .quick ? 128 : 512)
            settings.fixesGenerator = part != .generator
            change(&settings)
            return Learner(part: part, iterations: iterations ?? count, settings: settings)
        }
        var learners: [Learner] = []
        for data in data {
            for method in methods {
                learners.append(
                    learner(.generator, data, method, preset == .quick ? 3000 : 100_000) { settings in
                        // Large steps that shrink come further in few iterations than the authors' small ones; a clipped critic is best
                        // with the authors'.
                        guard preset == .quick, method == .penalty else { return }
                        (settings.critic.alpha, settings.decayEnd) = (2e-3, iterations ?? 3000)
                    })
            }
        }
        for data in data {
            for method in methods {
                learners.append(
                    learner(.fixed, data, method, preset == .quick ? 1000 : 10_000) { settings in
                        // The paper's λ: with 0.1 the best critic's slope would be far above 1.
                        settings.critic.lambda = 10
                        if preset == .quick { settings.critic.alpha = 1e-3 }
                    })
            }
        }
        if data.contains(.swissRoll) {
            for method in methods {
                for clip in method == .clipping ? [0.1, 0.01, 0.001] : [0.01] {
                    learners.append(
                        learner(.deep, .swissRoll, method, preset == .quick ? 150 : 2000) { settings in
                            (settings.depth, settings.critic.clip, settings.critic.lambda) = (12, clip, 10)
                        })
                }
            }
        }
        (self.samples, self.learners) = (samples, learners)
    }
}

extension GANToyPlan.Learner {
    /// What the learner's files and records are called by.
    var name: String {
        switch part {
        case .generator: "\(settings.data.rawValue)-\(settings.critic.method.rawValue)"
        case .fixed: "fixed-\(settings.data.rawValue)-\(settings.critic.method.rawValue)"
        case .deep: "deep-" + (settings.critic.method == .penalty ? "penalty" : "clipping-\(settings.critic.clip)")
        }
    }
}

extension ToyData {
    /// The data in words.
    var title: String {
        switch self {
        case .eightGaussians: "8 Gaussians"
        case .twentyFiveGaussians: "25 Gaussians"
        case .swissRoll: "Swiss roll"
        }
    }
}

extension ToyGAN.Settings {
    /// The method in words.
    var methodTitle: String { critic.method == .penalty ? "gradient penalty" : "clipping" }
}
