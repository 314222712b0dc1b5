import ExampleGANToys
import Foundation
import NablaTraining

/// Trains generators and critics one after the other, tests them, and reports: `nabla train gan-toy`.
struct GANToyRun {
    private let plan: GANToyPlan
    private let folder: RunFolder
    private let models: [ToyGAN]
    private var run: TrainingRun

    /// A new run, or with `isResumed` the one that `folder` holds.
    ///
    /// - Throws: `FileError` when a state or the log is damaged.
    init(_ plan: GANToyPlan, folder: RunFolder, isResumed: Bool) throws(FileError) {
        (self.plan, self.folder) = (plan, folder)
        let models = plan.learners.map { ToyGAN($0.settings) }
        let learners = zip(plan.learners, models).map { learner, model in
            Learner(learner.name, model, iterations: learner.iterations, settings: learner.settings) {
                let verdict = model.iterate()
                return [("wasserstein", verdict.wasserstein), ("slope", verdict.slope)]
            } observe: { _ in
                try GANToyRun.test(model, learner.part, samples: plan.samples)
            }
        }
        self.models = models
        // Some hundred points make a curve.
        let every = max(50, (plan.learners.map(\.iterations).max() ?? 0) / 200)
        run = try TrainingRun(
            learners, folder: folder, isResumed: isResumed, rhythm: .init(recordEvery: every, saveEvery: 2 * every, reportEvery: 200))
    }

    /// What the log says of a model beside the means over its batches.
    private static func test(_ model: ToyGAN, _ part: GANToyPlan.Part, samples: Int) throws -> JSONRecord {
        switch part {
        case .generator:
            var record: JSONRecord = ["distance": .number(model.transportCost(count: min(300, samples)))]
            if let metrics = try model.modeMetrics(count: samples) {
                record["modes"] = .int(metrics.covered)
                record["highQuality"] = .number(metrics.highQualityShare)
                record["reverseKL"] = .number(metrics.reverseKL)
            }
            return record
        case .fixed:
            let verdict = model.verdict(count: min(1000, samples))
            return ["estimate": .number(verdict.wasserstein), "testSlope": .number(verdict.slope)]
        case .deep: return [:]
        }
    }

    /// Trains until the end or until the user interrupts, tests, and saves everything.
    ///
    /// - Returns: How it went and where the files are.
    mutating func train() throws -> TrainingRun.Ending {
        try run.train()
        // Of a fixed generator, which is the same beside all critics.
        var fixedDistances: [ToyData: Double] = [:]
        func distance(_ learner: GANToyPlan.Learner, _ model: ToyGAN) -> Double? {
            switch learner.part {
            case .generator: return model.transportCost(count: plan.exactCount)
            case .fixed:
                let distance = fixedDistances[learner.settings.data] ?? model.transportCost(count: plan.exactCount)
                fixedDistances[learner.settings.data] = distance
                return distance
            case .deep: return nil
            }
        }
        let results = try zip(zip(plan.learners, models), run.outcomes).map { pair, outcome in
            let (learner, model) = pair
            return GANToyReport.Result(
                learner: learner, model: model, iterations: outcome.iterations, seconds: outcome.seconds,
                records: run.records(of: learner.name),
                metrics: learner.part == .generator ? try model.modeMetrics(count: plan.samples) : nil, distance: distance(learner, model))
        }
        try run.finish()
        let report = GANToyReport(plan: plan, results: results)
        for drawing in report.drawings { try folder.write(drawing.figure(), to: drawing.name) }
        try folder.writeSummary(report.text())
        return ending(report)
    }

    /// What is said at the end.
    private func ending(_ report: GANToyReport) -> TrainingRun.Ending {
        let files = [("summary.md", "the figures in tables")] + report.drawings.map { ("\($0.name).png", $0.caption) }
        return run.ending([run.amount()] + report.modesFound + run.continuation(GANToyPlan.command) + ["Look at:"] + folder.list(files))
    }
}
