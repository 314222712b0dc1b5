import ExampleMAML
import ExampleOmniglot

/// What a run of `nabla train omniglot` trains, one learner after the other: what the run can be repeated with.
struct OmniglotPlan: RunPlan, Equatable {
    static let command = "train omniglot"

    /// One learner of the comparison.
    struct Learner: Codable, Equatable {
        /// What its files and records are called by.
        let name: String
        let settings: FewShotLearner.Settings
    }

    /// Where the characters come from.
    let origin: CharacterOrigin
    /// Of the characters: a resumed run must find the same.
    let checksum: UInt32
    let iterations: Int
    let learners: [Learner]

    func check(_ checks: inout PlanChecks) {
        if case .drawn(let alphabets) = origin { checks.count(alphabets, "origin.drawn.alphabets", to: 1000) }
        checks.count(iterations, "iterations", to: .max)
        checks.each(learners, "learners") { learner, checks in
            let settings = learner.settings
            // It names files.
            checks.expect(learner.name == Self.name(of: settings), "name", Self.name(of: settings), got: learner.name)
            checks.part("settings") { checks in
                checks.count(settings.ways, "ways", from: 2, to: 1000)
                checks.count(settings.shots, "shots", to: 1000)
                checks.count(settings.queries, "queries", to: 1000)
                checks.positive(settings.rate, "rate")
                checks.count(settings.innerSteps, "innerSteps", from: 0, to: 1000)
                checks.count(settings.metaBatch, "metaBatch", to: 1000)
                checks.positive(settings.alpha, "alpha")
                checks.each(settings.hidden, "hidden") { units, checks in checks.count(units, "units", to: 4096) }
            }
            // The characters are split for the first one.
            let first = learners[0].settings
            let tasks = [settings.ways, settings.shots, settings.queries]
            checks.expect(
                tasks == [first.ways, first.shots, first.queries], "settings", "tasks as large as the first learner's", got: tasks)
        }
        checks.names(learners.map(\.name))
    }

    /// What the files and records of a learner are called by.
    private static func name(of settings: FewShotLearner.Settings) -> String { settings.order == .second ? "maml" : "first-order" }

    /// The iterations of each learner that a preset stands for.
    static func iterations(_ preset: Preset) -> Int { preset == .quick ? 2000 : 60000 }

    /// MAML with each order; `common` holds the other settings.
    init(origin: CharacterOrigin, checksum: UInt32, iterations: Int, orders: [Order], common: FewShotLearner.Settings) {
        (self.origin, self.checksum, self.iterations) = (origin, checksum, iterations)
        learners = orders.map { order in
            var settings = common
            settings.order = order
            return Learner(name: Self.name(of: settings), settings: settings)
        }
    }
}

extension OmniglotPlan.Learner {
    /// The learner in words.
    var title: String { settings.order == .second ? "MAML" : "first-order MAML" }
}
