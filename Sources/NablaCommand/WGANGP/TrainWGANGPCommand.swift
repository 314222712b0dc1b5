import ArgumentParser
import ExampleWGANGP
import NablaTraining

/// `nabla train wgan-gp`
struct TrainWGANGPCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wgan-gp", abstract: "Train a generator of images against a critic whose slope is held at 1.",
        discussion: """
            The critic's loss contains the gradient of the critic with respect to images, so training it differentiates a gradient \
            (Gulrajani et al. 2017; networks and settings of the authors' gan_mnist.py). Compared with a critic whose weights are clipped \
            (Arjovsky et al. 2017). Ctrl-C ends the run in order; --resume goes on with it.
            """)

    @OptionGroup var options: RunOptions

    @Option(help: ArgumentHelp("Folder with an IDX set of 28 × 28 images like MNIST's, plain or .gz.", valueName: "dir"))
    var data: String?

    @Option(help: "How the critic's slope is bounded: penalty or clipping. (default: both, one learner each)")
    var method: WGANGP.Method?

    @Option(parsing: .unconditional, help: "Channels of the networks. (default: 16 quick, 64 paper)")
    var width: Int?

    @Option(
        parsing: .unconditional, help: "Iterations of each learner. (default: 1000 quick, 200000 paper, no limit when --minutes is given)")
    var iterations: Int?

    @Option(parsing: .unconditional, help: "Minutes of training of each learner, at most.")
    var minutes: Double?

    @Option(parsing: .unconditional, help: "Iterations of each learner that --minutes does not cut off, however long they take.")
    var minimumIterations: Int?

    @Option(parsing: .unconditional, help: "Images in a batch. (default: 50)")
    var batch: Int?

    @Option(parsing: .unconditional, help: "Steps of the critic in each iteration. (default: 5)")
    var criticSteps: Int?

    @Option(parsing: .unconditional, help: "Weight of the penalty on slopes other than 1. (default: 10)")
    var lambda: Double?

    @Option(parsing: .unconditional, help: "Size of Adam's steps, with the penalty. (default: 1e-3 quick, 1e-4 paper)")
    var alpha: Double?

    @Option(parsing: .unconditional, help: "Size of RMSprop's steps, with clipping. (default: 5e-4 quick, 5e-5 paper)")
    var rate: Double?

    @Option(parsing: .unconditional, help: "Where the critic's weights end, with clipping. (default: 0.01)")
    var limit: Double?

    @Option(parsing: .unconditional, help: "Iterations between two pictures of samples. (default: 100)")
    var sampleEvery: Int?

    func validate() throws {
        try check(width, in: 1...1024, "width", "a number of channels from 1 to 1024")
        try checkIterations(iterations)
        try check(
            minutes, in: Double.leastNonzeroMagnitude...10_000_000, "minutes", "a number of minutes above 0 and at most 10000000")
        try checkIterations(minimumIterations, "minimum-iterations")
        if let minimumIterations {
            guard minutes != nil else { throw ValidationError("--minimum-iterations: expected --minutes beside it") }
            try check(
                minimumIterations, in: 1...(iterations ?? RunOptions.mostIterations), "minimum-iterations",
                "at most the \(iterations ?? RunOptions.mostIterations) of --iterations")
        }
        try check(batch, in: 1...100_000, "batch", "a number of images from 1 to 100000")
        try check(criticSteps, in: 1...1_000_000, "critic-steps", "a number of steps from 1 to 1000000")
        try check(lambda, in: 0...Double.greatestFiniteMagnitude, "lambda", "a number of at least 0")
        try checkPositive(alpha, "alpha")
        try checkPositive(rate, "rate")
        try checkPositive(limit, "limit")
        try checkIterations(sampleEvery, "sample-every")
        let ofMethods: [(WGANGP.Method, [(String, Double?)])] = [
            (.penalty, [("lambda", lambda), ("alpha", alpha)]), (.clipping, [("rate", rate), ("limit", limit)]),
        ]
        for (other, given) in ofMethods where method != nil && method != other {
            for (name, value) in given where value != nil {
                throw ValidationError("--\(name): expected --method \(other.rawValue), got \(method!.rawValue), which has no use for it")
            }
        }
        try options.validate(others: [
            ("data", data != nil), ("method", method != nil), ("width", width != nil), ("iterations", iterations != nil),
            ("minutes", minutes != nil), ("minimum-iterations", minimumIterations != nil), ("batch", batch != nil),
            ("critic-steps", criticSteps != nil), ("lambda", lambda != nil),
            ("alpha", alpha != nil), ("rate", rate != nil), ("limit", limit != nil), ("sample-every", sampleEvery != nil),
        ])
    }

    /// The run that the options ask for.
    private var plan: WGANGPPlan {
        let preset = options.preset ?? .quick
        let learners = (method.map { [$0] } ?? [.penalty, .clipping]).map { method in
            var settings = WGANGP.Settings(preset, method)
            settings.width = width ?? settings.width
            settings.batch = batch ?? settings.batch
            settings.criticSteps = criticSteps ?? settings.criticSteps
            settings.lambda = lambda ?? settings.lambda
            settings.alpha = alpha ?? settings.alpha
            settings.rate = rate ?? settings.rate
            settings.limit = limit ?? settings.limit
            settings.seed = options.seed ?? 0
            return settings
        }
        return WGANGPPlan(
            data: data ?? IDXImageSet.fashionMNISTFolder,
            iterations: iterations ?? (minutes == nil ? WGANGPPlan.iterations(preset) : RunOptions.mostIterations), minutes: minutes,
            minimumIterations: minimumIterations, sampleEvery: sampleEvery ?? 100, learners: learners)
    }

    func run() throws {
        let folder = RunFolder(options.output, for: WGANGPPlan.command, threads: options.threads)
        let (plan, images) = try folder.open(isResumed: options.resume, new: plan) { plan in
            try TrainingImages(from: plan.data, atLeast: plan.learners.map(\.batch).max()!)
        }
        if !options.resume { try OutputFolder.create(at: folder.file("samples")) }
        var run = try WGANGPRun(plan, images: images, folder: folder, isResumed: options.resume)
        try run.train().tell()
    }
}
