import ExampleWGANGP
import Foundation
import NablaTraining

/// Trains and reports: the loop of `nabla train wgan-gp`.
struct WGANGPRun {
    private let model: WGANGP
    private let files: WGANGPFiles
    private let limit: Int
    private let seconds: Double
    private let sampleEvery: Int
    private var records: [JSONRecord] = []
    private var sampleNames: Set<String> = []

    /// A run of at most `limit` iterations and `seconds` seconds.
    init(_ model: WGANGP, files: WGANGPFiles, limit: Int, seconds: Double, sampleEvery: Int) {
        (self.model, self.files, self.limit, self.seconds, self.sampleEvery) = (model, files, limit, seconds, sampleEvery)
    }

    /// Trains until a limit is reached or the user interrupts, and saves everything.
    ///
    /// - Returns: A text that says how it went and where the files are.
    mutating func train(showing images: TrainingImages) throws -> String {
        let gridSize = 100
        let latent = model.fixedLatent(count: gridSize)
        try files.writeGrid(images.first(gridSize), to: "real.png")

        let interruption = Interruption()
        defer { interruption.end() }
        let progress = ProgressBar(every: 50)
        let start = ProgressBar.monotonicTime()
        var (iteration, elapsed) = (0, 0.0)
        while iteration < limit && elapsed < seconds && !interruption.isRequested {
            let losses = model.iterate()
            iteration += 1
            elapsed = ProgressBar.monotonicTime() - start
            try record(losses, iteration, elapsed)
            guard losses.critic.isFinite && losses.generator.isFinite else {
                progress.finish()
                try finish(latent)
                throw DivergenceError(
                    description: "iteration \(iteration): the critic's loss is \(losses.critic) and the generator's \(losses.generator), "
                        + "expected numbers; see \(files.folder)")
            }
            progress.update(
                iteration, of: total(iteration, elapsed),
                metrics: String(format: "W %.3f  slope %.3f  critic %.3f", losses.wasserstein, losses.slope, losses.critic))
            if iteration.isMultiple(of: sampleEvery) {
                let name = WGANGPFiles.sampleName(iteration)
                try files.writeGrid(model.samples(latent).floats, to: "samples/\(name)")
                sampleNames.insert(name)
            }
        }
        progress.finish()
        try finish(latent)
        return summary(iteration, elapsed, wasInterrupted: interruption.isRequested)
    }

    private mutating func record(_ losses: WGANGP.Losses, _ iteration: Int, _ elapsed: Double) throws(FileError) {
        let record: JSONRecord = [
            "iteration": .int(iteration), "critic": .number(losses.critic), "wasserstein": .number(losses.wasserstein),
            "penalty": .number(losses.penalty), "slope": .number(losses.slope), "generator": .number(losses.generator),
            "seconds": .number((elapsed * 1000).rounded() / 1000),
        ]
        records.append(record)
        try files.log(record)
    }

    /// How many iterations there will be: a limit, or what the time suffices for at the present rate.
    private func total(_ iteration: Int, _ elapsed: Double) -> Int? {
        guard seconds.isFinite else { return limit }
        if elapsed >= seconds { return min(limit, iteration) }
        let affordable = Double(iteration) * seconds / elapsed
        return affordable < Double(limit) ? max(iteration + 1, Int(affordable)) : limit
    }

    private func finish(_ latent: Variable) throws(FileError) {
        try files.writeGrid(model.samples(latent).floats, to: "samples.png")
        try files.finish(records, sampleNames: sampleNames)
    }

    private func summary(_ iteration: Int, _ elapsed: Double, wasInterrupted: Bool) -> String {
        let how = wasInterrupted ? "Interrupted after" : "Trained for"
        let rate = String(format: "%.1f s (%.2f iterations/s)", elapsed, elapsed > 0 ? Double(iteration) / elapsed : 0)
        let last = records.suffix(max(1, records.count / 10)).compactMap { $0["slope"]?.doubleValue }
        let slope = last.isEmpty ? "" : String(format: "Mean slope at the end: %.3f\n", last.reduce(0, +) / Double(last.count))
        return """
            \(how) \(iteration) iterations in \(rate).
            \(slope)Look at:
              \(files.folder)/samples.png   what the generator draws now
              \(files.folder)/real.png      real images, to compare
              \(files.folder)/samples/      how it came to that
              \(files.folder)/losses.png    the critic's estimate and slope (losses.svg too)
              \(files.folder)/log.jsonl     the numbers
            """
    }
}
