import ExampleWGANGP
import Foundation
import NablaTraining

/// Trains one learner after the other and draws what they make: `nabla train wgan-gp`.
struct WGANGPRun {
    private let plan: WGANGPPlan
    private let folder: RunFolder
    private let gallery: WGANGPGallery
    private let models: [WGANGP]
    private var run: TrainingRun

    /// A new run, or with `isResumed` the one that `folder` holds.
    ///
    /// - Throws: `FileError` when a state or the log is damaged.
    init(_ plan: WGANGPPlan, images: TrainingImages, folder: RunFolder, isResumed: Bool) throws(FileError) {
        (self.plan, self.folder) = (plan, folder)
        let models = plan.learners.map { WGANGP($0, images: images.array) }
        let gallery = WGANGPGallery(folder: folder, images: images, seed: plan.learners[0].seed)
        let learners = zip(plan.learners, models).map { settings, model in
            Learner(settings.name, model, iterations: plan.iterations, settings: settings) {
                let losses = model.iterate()
                return [
                    ("wasserstein", losses.wasserstein), ("slope", losses.slope), ("critic", losses.critic), ("penalty", losses.penalty),
                    ("generator", losses.generator),
                ]
            } observe: { _ in
                guard model.iteration.isMultiple(of: plan.sampleEvery) else { return [:] }
                try gallery.writeSamples(of: model, to: WGANGPGallery.sampleName(settings.name, model.iteration))
                return ["distance": .number(gallery.distance(of: model))]
            }
        }
        (self.models, self.gallery) = (models, gallery)
        run = try TrainingRun(
            learners, folder: folder, isResumed: isResumed, rhythm: .init(recordEvery: 1, saveEvery: 50, reportEvery: 50),
            secondsLimit: (plan.minutes ?? .infinity) * 60, minimumIterations: plan.minimumIterations ?? 0)
    }

    /// Trains until a limit is reached or the user interrupts, and saves everything.
    ///
    /// - Returns: How it went and where the files are.
    mutating func train() throws -> TrainingRun.Ending {
        try gallery.writeReal(to: "real.png")
        do {
            try run.train()
        } catch let error as DivergenceError {
            try finish()
            throw DivergenceError(description: "\(error.description); see \(folder.path)")
        }
        return try finish()
    }

    /// Draws and writes what there is, and removes pictures of an earlier run.
    @discardableResult
    private func finish() throws -> TrainingRun.Ending {
        for (settings, model) in zip(plan.learners, models) { try gallery.writeSamples(of: model, to: "\(settings.name).png") }
        let names = Set(
            run.records.compactMap { record -> String? in
                guard case .string(let name) = record["learner"], record["distance"] != nil,
                    let iteration = record["iteration"]?.doubleValue
                else { return nil }
                return WGANGPGallery.sampleName(name, Int(iteration))
            })
        folder.removeFiles(in: "samples") { WGANGPGallery.isSample($0) && !names.contains("samples/\($0)") }
        try run.finish()
        let report = WGANGPReport(
            plan: plan, outcomes: run.outcomes, distances: models.map(gallery.distance), floor: gallery.floor,
            records: run.recordsOfLearners)
        if !run.records.isEmpty { try folder.write(report.curves(), to: "losses") }
        try folder.writeSummary(report.text())
        return ending(report)
    }

    /// What is said at the end.
    private func ending(_ report: WGANGPReport) -> TrainingRun.Ending {
        let pictures = plan.learners.map { ("\($0.name).png", "what \($0.title)'s generator draws now") }
        let others = [
            ("real.png", "real images, to compare"), ("samples/", "how it came to that"),
            ("losses.png", "the critic's estimate and slope (losses.svg too)"), ("summary.md", "the figures in a table"),
            ("log.jsonl", "the numbers"),
        ]
        return run.ending(
            [run.amount(rateDigits: 2)] + run.overtime + report.slopes + run.continuation(WGANGPPlan.command) + ["Look at:"]
                + folder.list(pictures, column: 0) + folder.list(others, column: 14))
    }
}
