import ArgumentParser
import ExampleMAML

extension Order: ExpressibleByArgument {}

/// What a run of `nabla train maml` trains, one learner after the other: what the run can be repeated with.
struct MAMLPlan: RunPlan, Equatable {
    static let command = "train maml"

    /// One learner of the comparison.
    struct Learner: Codable, Equatable {
        /// What its files and records are called by.
        let name: String
        let settings: MAML.Settings
    }

    let iterations: Int
    let learners: [Learner]

    func check(_ checks: inout PlanChecks) {
        checks.count(iterations, "iterations", to: .max)
        checks.each(learners, "learners") { learner, checks in
            let settings = learner.settings
            // It names files.
            checks.expect(learner.name == Self.name(of: settings), "name", Self.name(of: settings), got: learner.name)
            checks.part("settings") { checks in
                checks.count(settings.shots, "shots", to: 1000)
                checks.positive(settings.rate, "rate")
                checks.count(settings.innerSteps, "innerSteps", from: 0, to: 1000)
                checks.count(settings.metaBatch, "metaBatch", to: 10_000)
                checks.positive(settings.alpha, "alpha")
                checks.count(settings.hidden, "hidden", to: 4096)
            }
        }
        checks.names(learners.map(\.name))
        checks.expect(learners.contains { $0.settings.method == .maml }, "learners", "one with the method maml", got: "none")
    }

    /// What the files and records of a learner are called by.
    private static func name(of settings: MAML.Settings) -> String {
        settings.method == .maml ? "\(settings.order == .second ? "maml" : "first-order")-\(settings.rate)" : settings.method.rawValue
    }

    /// The iterations of each learner that a preset stands for.
    static func iterations(_ preset: Preset) -> Int { preset == .quick ? 30000 : 70000 }

    /// MAML with each rate and order, the pretrained network and the oracle.
    init(iterations: Int, shots: Int, rates: [Double], orders: [Order], seed: UInt64) {
        self.iterations = iterations
        var settings = MAML.Settings()
        (settings.shots, settings.seed) = (shots, seed)
        var learners: [Learner] = []
        for rate in rates {
            for order in orders {
                (settings.method, settings.rate, settings.order) = (.maml, rate, order)
                learners.append(Learner(name: Self.name(of: settings), settings: settings))
            }
        }
        // The steps with which the authors' figure adapts the pretrained network.
        settings.rate = shots <= 5 ? 0.01 : 0.02
        settings.order = .second
        for method in [MAML.Method.pretrained, .oracle] {
            settings.method = method
            learners.append(Learner(name: Self.name(of: settings), settings: settings))
        }
        self.learners = learners
    }

    /// The learner of the picture: exact where there is a choice, with the smallest steps, which bear repeating.
    var shown: Learner {
        learners.filter { $0.settings.method == .maml }.min { a, b in
            a.settings.order == b.settings.order ? a.settings.rate < b.settings.rate : a.settings.order == .second
        }!
    }
}

extension MAMLPlan.Learner {
    /// The learner in words.
    var title: String {
        switch settings.method {
        case .maml: "\(settings.order == .second ? "MAML" : "first-order MAML"), rate \(settings.rate)"
        case .pretrained: "pretrained, rate \(settings.rate)"
        case .oracle: "oracle"
        }
    }
}
