import ExampleMAML
import Foundation
import NablaTraining

/// Trains one learner after the other, tests them, and reports: the loop of `nabla train maml`.
struct MAMLRun {
    private let plan: MAMLPlan
    private let files: MAMLFiles
    private let log: JSONLinesWriter
    private var records: [JSONRecord]

    private let learners: [MAML]
    private var checkpoints: [MAMLCheckpoint]

    /// Iterations whose mean loss makes one record.
    private static let recordEvery = 100
    /// Iterations between two states on disk.
    private static let saveEvery = 500

    /// A new run, or with `isResumed` the one that `files` hold.
    ///
    /// - Throws: `FileError` when a state or the log is damaged.
    init(_ plan: MAMLPlan, files: MAMLFiles, isResumed: Bool) throws(FileError) {
        (self.plan, self.files) = (plan, files)
        learners = plan.learners.map { MAML($0.settings) }
        var checkpoints: [MAMLCheckpoint] = []
        for (learner, model) in zip(plan.learners, learners) {
            let path = files.statePath(learner)
            let exists = isResumed && FileManager.default.fileExists(atPath: path)
            checkpoints.append(exists ? try MAMLCheckpoint(restoring: model, from: path) : MAMLCheckpoint())
        }
        self.checkpoints = checkpoints
        // What was logged after a learner's state was saved comes again.
        let iterations = Dictionary(uniqueKeysWithValues: zip(plan.learners.map(\.name), learners.map(\.iteration)))
        records = try isResumed ? files.records() : []
        records.removeAll { record in
            guard case .string(let name) = record["learner"], let iteration = record["iteration"]?.doubleValue else { return true }
            return Int(iteration) > iterations[name] ?? 0
        }
        log = try files.log(records)
    }

    /// Trains until the end or until the user interrupts, tests, and saves everything.
    ///
    /// - Returns: A text that says how it went and where the files are.
    mutating func train() throws -> String {
        let interruption = Interruption()
        defer { interruption.end() }
        let progress = ProgressBar(every: 1000)
        for index in learners.indices where !interruption.isRequested {
            try train(index, interruption, progress)
        }
        progress.finish()
        let results = test()
        try report(results)
        return summary(results)
    }

    private mutating func train(_ index: Int, _ interruption: Interruption, _ progress: ProgressBar) throws {
        let (learner, model, path) = (plan.learners[index], learners[index], files.statePath(plan.learners[index]))
        let before = checkpoints[index].seconds
        let start = ProgressBar.monotonicTime()
        while model.iteration < plan.iterations && !interruption.isRequested {
            let loss = model.iterate()
            guard loss.isFinite else {
                progress.finish()
                throw DivergenceError(
                    description: "\(learner.name), iteration \(model.iteration): the loss is \(loss), expected a number")
            }
            checkpoints[index].losses.append(loss)
            checkpoints[index].seconds = before + ProgressBar.monotonicTime() - start
            progress.update(
                index * plan.iterations + model.iteration, of: learners.count * plan.iterations,
                metrics: String(format: "%@ loss %.3f", learner.name, loss))
            if model.iteration.isMultiple(of: Self.recordEvery) { try record(index) }
            if model.iteration.isMultiple(of: Self.saveEvery) { try checkpoints[index].write(model, to: path) }
        }
        try checkpoints[index].write(model, to: path)
    }

    private mutating func record(_ index: Int) throws(FileError) {
        let losses = checkpoints[index].losses
        let record: JSONRecord = [
            "learner": .string(plan.learners[index].name), "iteration": .int(learners[index].iteration),
            "loss": .number(losses.reduce(0, +) / Double(losses.count)),
            "seconds": .number((checkpoints[index].seconds * 1000).rounded() / 1000),
        ]
        checkpoints[index].losses = []
        records.append(record)
        try log.write(record)
    }

    private func test() -> [MAMLReport.Result] {
        zip(plan.learners, learners).enumerated().map { index, pair in
            MAMLReport.Result(
                learner: pair.0, iterations: pair.1.iteration, seconds: checkpoints[index].seconds, evaluation: pair.1.evaluation())
        }
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
        try files.finishLog(records + tests)
        let report = MAMLReport(plan: plan, results: results)
        try files.write(report.training(records), to: "training")
        try files.write(report.steps(), to: "steps")
        let shown = plan.learners.firstIndex { $0 == plan.shown }!
        try files.write(report.sine(learners[shown]), to: "sine")
        try files.writeSummary(report.text())
    }

    private func summary(_ results: [MAMLReport.Result]) -> String {
        let iterations = results.reduce(0) { $0 + $1.iterations }
        let seconds = results.reduce(0) { $0 + $1.seconds }
        let isWhole = results.allSatisfy { $0.iterations >= plan.iterations }
        let rate = String(format: "%.1f s (%.0f iterations/s)", seconds, seconds > 0 ? Double(iterations) / seconds : 0)
        let more = isWhole ? "" : "\nGo on with: nabla train maml --resume --output \(files.folder)"
        return """
            \(isWhole ? "Trained for" : "Interrupted after") \(iterations) iterations in \(rate).\(more)
            Look at:
              \(files.folder)/summary.md     the errors beside the published ones
              \(files.folder)/steps.png      error against steps of adaptation (steps.svg too)
              \(files.folder)/training.png   loss during meta-training
              \(files.folder)/sine.png       one wave, before and after adaptation
              \(files.folder)/log.jsonl      the numbers
            """
    }
}
