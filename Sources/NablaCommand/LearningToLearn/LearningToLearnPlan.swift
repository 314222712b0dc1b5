import ArgumentParser
import ExampleLearningToLearn

extension Order: ExpressibleByArgument {}

/// What a run of `nabla train learning-to-learn` trains, one optimiser after the other: what the run can be repeated with.
struct LearningToLearnPlan: RunPlan, Equatable {
    static let command = "train learning-to-learn"

    /// What optimisers learn to minimise.
    enum Problem: String, Codable, CaseIterable, ExpressibleByArgument {
        /// Random quadratics in ten dimensions.
        case quadratic
        /// The loss of a small classifier of images.
        case mlp
    }

    let problem: Problem
    /// Folder of the images, where the problem has some.
    let data: String?
    /// Iterations of each learner.
    let iterations: Int
    /// Functions of the final test.
    let testFunctions: Int
    let learners: [LearningToLearnSettings]

    var isValid: Bool {
        let orders = Set(learners.map(\.order)).count
        return iterations >= 1 && testFunctions >= 2 && !learners.isEmpty && orders == learners.count && (problem == .mlp) == (data != nil)
            && learners.allSatisfy { $0.functions >= 1 && $0.unroll >= 1 && $0.steps >= $0.unroll }
    }

    /// The iterations of each learner that a preset stands for: the paper's own number is not published, that of its authors' later code is
    /// 10 000.
    static func iterations(_ preset: Preset, _ problem: Problem) -> Int {
        switch (preset, problem) {
        case (.quick, .quadratic): 600
        case (.quick, .mlp): 30
        case (.paper, .quadratic): 10_000
        case (.paper, .mlp): 1000
        }
    }
}

extension LearningToLearnSettings {
    /// What the learner's files and records are called by.
    var name: String { order == .second ? "exact" : "dropped" }

    /// The learner in words.
    var title: String { order == .second ? "LSTM, exact" : "LSTM, dropped" }

    /// The settings for a problem, those of AdrienLE's reproduction of the paper: raw gradients for quadratics; the preprocessing of
    /// appendix A and a tenth of the output for classifiers. There its Adam takes steps of 1e-2, with which training is less steady here.
    init(_ preset: Preset, _ problem: LearningToLearnPlan.Problem, _ order: Order) {
        self.init()
        self.order = order
        switch problem {
        case .quadratic:
            functions = preset == .quick ? 64 : 128
        case .mlp:
            functions = 1
            (design.preprocessing, design.scale) = (.logAndSign(p: 10), 0.1)
            (validateEvery, validationFunctions) = (5, 2)
        }
    }
}
