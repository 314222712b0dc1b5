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

    var isValid: Bool { iterations >= 1 && !learners.isEmpty }

    /// The iterations of each learner that a preset stands for.
    static func iterations(_ preset: Preset) -> Int { preset == .quick ? 2000 : 60000 }

    /// MAML with each order; `common` holds the other settings.
    init(origin: CharacterOrigin, checksum: UInt32, iterations: Int, orders: [Order], common: FewShotLearner.Settings) {
        (self.origin, self.checksum, self.iterations) = (origin, checksum, iterations)
        learners = orders.map { order in
            var settings = common
            settings.order = order
            return Learner(name: order == .second ? "maml" : "first-order", settings: settings)
        }
    }
}

extension OmniglotPlan.Learner {
    /// The learner in words.
    var title: String { settings.order == .second ? "MAML" : "first-order MAML" }
}
