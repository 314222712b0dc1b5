import ArgumentParser
import ExampleGANToys
import ExampleWGANGP
import NablaTraining

/// `nabla train gan-toy`
struct TrainGANToyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gan-toy", abstract: "Train generators of points in the plane, with clipped weights and with a gradient penalty.",
        discussion: """
            What the papers on WGAN (Arjovsky et al. 2017) and WGAN-GP (Gulrajani et al. 2017) say about critics, in figures: modes covered, \
            estimates of a distance that is known exactly, gradients in deep critics, weights. Settings of the authors' gan_toy.py. Ctrl-C \
            ends the run in order; --resume goes on with it.
            """)

    @OptionGroup var options: RunOptions

    @Option(help: "8gaussians, 25gaussians or swissroll. (default: all three)")
    var dataSet: ToyData?

    @Option(help: "How the critic's slope is bounded: penalty or clipping. (default: both)")
    var method: Method?

    @Option(parsing: .unconditional, help: "Iterations of each learner, other than the preset's.")
    var iterations: Int?

    @Option(parsing: .unconditional, help: "Units in each hidden layer. (default: 128 quick, 512 paper)")
    var width: Int?

    @Option(parsing: .unconditional, help: "Points in a test of modes. (default: 2500, on which published figures rest)")
    var samples: Int?

    func validate() throws {
        try checkIterations(iterations)
        try check(width, in: 1...4096, "width", "a number of units from 1 to 4096")
        try check(samples, in: 1...100_000, "samples", "a number of points from 1 to 100000")
        try options.validate(others: [
            ("data-set", dataSet != nil), ("method", method != nil), ("iterations", iterations != nil), ("width", width != nil),
            ("samples", samples != nil),
        ])
    }

    /// The run that the options ask for.
    private func newPlan() throws -> GANToyPlan {
        let plan = GANToyPlan(
            options.preset ?? .quick, data: dataSet.map { [$0] } ?? ToyData.allCases,
            methods: method.map { [$0] } ?? [.penalty, .clipping], iterations: iterations, width: width,
            samples: samples ?? ModeMetrics.usualCount, seed: options.seed ?? 0)
        // Too few points would only be noticed at the first test.
        for learner in plan.learners where learner.part == .generator {
            if let mixture = learner.settings.data.mixture { try ModeMetrics.check(count: plan.samples, for: mixture) }
        }
        return plan
    }

    func run() throws {
        // The matrices of the quick preset are small: more than one thread is slower.
        let folder = RunFolder(
            options.output, for: GANToyPlan.command, threads: options.threads, usual: options.preset == .paper ? nil : 1)
        let plan = try folder.open(isResumed: options.resume, new: newPlan())
        var run = try GANToyRun(plan, folder: folder, isResumed: options.resume)
        try run.train().tell()
    }
}
