import ExampleLearningToLearn
import NablaArray
import NablaTraining

/// Trains one optimiser after the other, tests them on fresh functions beside tuned ones, and reports: `nabla train learning-to-learn`.
struct LearningToLearnRun<Source: ProblemSource> {
    /// Functions to test on.
    struct Test {
        let title: String
        /// Where rates are searched.
        let tuning: Source
        /// Where the functions come from.
        let fresh: Source
        let steps: Int
        /// How many functions of the run's number, as a share.
        var share = 1.0
    }

    private let plan: LearningToLearnPlan
    private let folder: RunFolder
    private let models: [LearningToLearn<Source>]
    private let tests: [Test]
    private var run: TrainingRun

    /// A new run, or with `isResumed` the one that `folder` holds. The first test is the one in `summary.md`'s first table.
    ///
    /// - Throws: `FileError` when a state or the log is damaged.
    init(_ plan: LearningToLearnPlan, problems: Source, tests: [Test], folder: RunFolder, isResumed: Bool) throws(FileError) {
        (self.plan, self.folder, self.tests) = (plan, folder, tests)
        let models = plan.learners.map { LearningToLearn($0, problems: problems) }
        let learners = models.map { model in
            Learner(model.settings.name, model, iterations: plan.iterations, settings: model.settings) {
                [("loss", model.iterate())]
            } observe: { _ in
                model.bestLoss.isFinite ? ["validation": .number(model.bestLoss)] : [:]
            }
        }
        self.models = models
        let isSlow = plan.problem == .mlp
        run = try TrainingRun(
            learners, folder: folder, isResumed: isResumed,
            rhythm: .init(recordEvery: isSlow ? 1 : 10, saveEvery: isSlow ? 5 : 50, reportEvery: isSlow ? 5 : 50))
    }

    /// Trains until the end or until the user interrupts, tests, and saves everything.
    ///
    /// - Returns: How it went and where the files are.
    mutating func train() throws -> TrainingRun.Ending {
        try run.train()
        let comparisons = tests.enumerated().map { compare($0.element, stream: UInt64($0.offset) + 1) }
        let rows = comparisons.flatMap { comparison in
            comparison.rows.flatMap { row in
                (0...comparison.steps).map { step -> JSONRecord in
                    let loss = row.loss(at: step)
                    var record: JSONRecord = [
                        "test": .string(comparison.title), "optimizer": .string(row.name), "step": .int(step), "loss": .number(loss.mean),
                        "halfWidth": .number(loss.halfWidth),
                    ]
                    if let rate = row.rate { record["rate"] = .number(rate) }
                    return record
                }
            }
        }
        try run.finish(rows)
        let report = LearningToLearnReport(plan: plan, outcomes: run.outcomes, comparisons: comparisons)
        try folder.write(report.training(run.recordsOfLearners), to: "training")
        try folder.write(report.test(), to: "test")
        try folder.writeSummary(report.text())
        return ending
    }

    private func compare(_ test: Test, stream: UInt64) -> OptimizerComparison {
        // All learners of one seed are tested on the same functions.
        var random = RandomGenerator(seed: plan.learners[0].seed, stream: stream)
        let (count, steps) = (max(2, Int(Double(plan.testFunctions) * test.share)), plan.learners[0].steps)
        let tuning = test.tuning.draw(functions: max(2, count / 2), steps: steps, using: &random)
        let fresh = test.fresh.draw(functions: count, steps: test.steps, using: &random)
        return OptimizerComparison(
            test.title, models.map { ($0.settings.name, $0.settings.title, $0.best) }, tuning: tuning, tuningSteps: steps, fresh: fresh,
            steps: test.steps, rates: OptimizerComparison.rates(plan.problem))
    }

    /// What is said at the end.
    private var ending: TrainingRun.Ending {
        let files = [
            ("summary.md", "the losses beside the published ones"), ("test.png", "loss against step on fresh problems (test.svg too)"),
            ("training.png", "loss during meta-training"), ("log.jsonl", "the numbers"),
        ]
        return run.ending([run.amount()] + run.continuation(LearningToLearnPlan.command) + ["Look at:"] + folder.list(files))
    }
}
