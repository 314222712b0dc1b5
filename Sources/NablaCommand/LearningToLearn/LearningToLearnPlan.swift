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

    func check(_ checks: inout PlanChecks) {
        checks.count(iterations, "iterations", to: .max)
        checks.count(testFunctions, "testFunctions", from: 2, to: 1_000_000)
        checks.expect((problem == .mlp) == (data != nil), "data", problem == .mlp ? "a folder of images" : "none", got: data ?? "none")
        checks.each(learners, "learners") { learner, checks in
            checks.count(learner.functions, "functions", to: 100_000)
            checks.count(learner.steps, "steps", to: 1_000_000)
            checks.count(learner.unroll, "unroll", to: max(1, learner.steps))
            checks.positive(learner.alpha, "alpha")
            checks.count(learner.validateEvery, "validateEvery", to: .max)
            checks.count(learner.validationFunctions, "validationFunctions", to: 1_000_000)
            checks.part("design") { checks in
                checks.each(learner.design.hidden, "hidden") { units, checks in checks.count(units, "units", to: 4096) }
                checks.number(learner.design.scale, in: -1e30...1e30, "scale")
                if case .logAndSign(let p) = learner.design.preprocessing { checks.positive(p, "preprocessing.p") }
            }
        }
        if checks.fault == nil { checks.names(learners.map(\.name)) }
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
