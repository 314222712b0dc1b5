import ExampleMAML
import ExampleOmniglot
import NablaTraining

/// Trains one learner after the other, tests them, and reports: `nabla train omniglot`.
struct OmniglotRun {
    private let plan: OmniglotPlan
    private let folder: RunFolder
    private let models: [FewShotLearner]
    private var run: TrainingRun

    /// A new run, or with `isResumed` the one that `folder` holds.
    ///
    /// - Throws: `FileError` when a state or the log is damaged.
    init(_ plan: OmniglotPlan, on characters: Characters, folder: RunFolder, isResumed: Bool) throws(FileError) {
        (self.plan, self.folder) = (plan, folder)
        let models = plan.learners.map { FewShotLearner($0.settings, on: characters) }
        let learners = zip(plan.learners, models).map { learner, model in
            Learner(learner.name, model, iterations: plan.iterations, settings: learner.settings) {
                let numbers = model.iterate()
                return [("loss", numbers.loss), ("accuracy", numbers.accuracy)]
            } observe: { _ in
                ["validation": .number(model.validationAccuracy())]
            }
        }
        self.models = models
        run = try TrainingRun(
            learners, folder: folder, isResumed: isResumed, rhythm: .init(recordEvery: 50, saveEvery: 250, reportEvery: 100))
    }

    /// Trains until the end or until the user interrupts, tests, and saves everything.
    ///
    /// - Returns: How it went and where the files are.
    mutating func train() throws -> TrainingRun.Ending {
        try run.train()
        let results = zip(zip(plan.learners, models), run.outcomes).map { pair, outcome in
            OmniglotReport.Result(
                learner: pair.0, iterations: outcome.iterations, seconds: outcome.seconds, accuracies: pair.1.testAccuracies())
        }
        try report(results)
        return ending
    }

    private func report(_ results: [OmniglotReport.Result]) throws(FileError) {
        let tests = results.flatMap { result in
            result.accuracies.enumerated().map { step, estimate -> JSONRecord in
                [
                    "learner": .string(result.learner.name), "steps": .int(step), "accuracy": .number(estimate.mean),
                    "halfWidth": .number(estimate.halfWidth),
                ]
            }
        }
        try run.finish(tests)
        let report = OmniglotReport(plan: plan, results: results, split: models[0].characters)
        try folder.write(report.training(run.recordsOfLearners), to: "training")
        try folder.write(report.steps(), to: "steps")
        try PNG.write(report.episode(of: models[0]), to: folder.file("episode.png"))
        try folder.writeSummary(report.text())
    }

    /// What is said at the end.
    private var ending: TrainingRun.Ending {
        let files = [
            ("summary.md", "the shares of right answers\(plan.origin.isDrawn ? "" : " beside the published ones")"),
            ("steps.png", "right answers against steps of adaptation (steps.svg too)"),
            ("training.png", "loss and right answers during meta-training"),
            ("episode.png", "the characters of one task: to learn from, and to be told apart"), ("log.jsonl", "the numbers"),
        ]
        return run.ending([run.amount(rateDigits: 1)] + run.continuation(OmniglotPlan.command) + ["Look at:"] + folder.list(files))
    }
}
