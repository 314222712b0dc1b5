import ExampleMAML
import NablaTraining

/// Trains one learner after the other, tests them, and reports: `nabla train maml`.
struct MAMLRun {
    private let plan: MAMLPlan
    private let folder: RunFolder
    private let models: [MAML]
    private var run: TrainingRun

    /// A new run, or with `isResumed` the one that `folder` holds.
    ///
    /// - Throws: `FileError` when a state or the log is damaged.
    init(_ plan: MAMLPlan, folder: RunFolder, isResumed: Bool) throws(FileError) {
        (self.plan, self.folder) = (plan, folder)
        let models = plan.learners.map { MAML($0.settings) }
        let learners = zip(plan.learners, models).map { learner, model in
            Learner(learner.name, model, iterations: plan.iterations, settings: learner.settings) { [("loss", model.iterate())] }
        }
        self.models = models
        run = try TrainingRun(learners, folder: folder, isResumed: isResumed)
    }

    /// Trains until the end or until the user interrupts, tests, and saves everything.
    ///
    /// - Returns: How it went and where the files are.
    mutating func train() throws -> TrainingRun.Ending {
        try run.train()
        let results = zip(zip(plan.learners, models), run.outcomes).map { pair, outcome in
            MAMLReport.Result(
                learner: pair.0, iterations: outcome.iterations, seconds: outcome.seconds, evaluation: pair.1.evaluation())
        }
        try report(results)
        return ending
    }

    private func report(_ results: [MAMLReport.Result]) throws(FileError) {
        let tests = results.flatMap { result -> [JSONRecord] in
            let all = result.evaluation
            return all.means.indices.map { step -> JSONRecord in
                [
                    "learner": .string(result.learner.name), "steps": .int(step), "error": .number(all.means[step]),
                    "halfWidth": .number(all.halfWidths[step]), "median": .number(all.medians[step]),
                    "diverged": .int(all.divergedCounts[step]),
                ]
            }
        }
        try run.finish(tests)
        let report = MAMLReport(plan: plan, results: results)
        try folder.write(report.training(run.recordsOfLearners), to: "training")
        try folder.write(report.steps(), to: "steps")
        let shown = plan.learners.firstIndex { $0 == plan.shown }!
        try folder.write(report.sine(models[shown]), to: "sine")
        try folder.writeSummary(report.text())
    }

    /// What is said at the end.
    private var ending: TrainingRun.Ending {
        let files = [
            ("summary.md", "the errors beside the published ones"), ("steps.png", "error against steps of adaptation (steps.svg too)"),
            ("training.png", "loss during meta-training"), ("sine.png", "one wave, before and after adaptation"),
            ("log.jsonl", "the numbers"),
        ]
        return run.ending([run.amount(rateDigits: 0)] + run.continuation(MAMLPlan.command) + ["Look at:"] + folder.list(files))
    }
}
