import ArgumentParser
import ExampleWGANGP
import NablaTraining

/// `nabla train wgan-gp`
struct TrainWGANGPCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wgan-gp", abstract: "Train a generator of images against a critic whose slope is held at 1.",
        discussion: """
            The critic's loss contains the gradient of the critic with respect to images, so training it differentiates a gradient \
            (Gulrajani et al. 2017; networks and settings of the authors' gan_mnist.py). Ctrl-C ends the run in order.
            """)

    @Option(help: ArgumentHelp("Folder with an IDX set of 28 × 28 images like MNIST's, plain or .gz.", valueName: "dir"))
    var data = IDXImageSet.fashionMNISTFolder

    @Option(help: "Channels of the networks; the authors' is 64.")
    var width = WGANGP.Settings().width

    @Option(help: "Stop after so many iterations. (default: 10000, or no limit when --minutes is given)")
    var iterations: Int?

    @Option(help: "Stop after so many minutes of training.")
    var minutes: Double?

    @Option(help: "Images in a batch.")
    var batch = WGANGP.Settings().batch

    @Option(help: "Steps of the critic in each iteration.")
    var criticSteps = WGANGP.Settings().criticSteps

    @Option(help: "Weight of the penalty on slopes other than 1.")
    var lambda = WGANGP.Settings().lambda

    @Option(help: "Size of Adam's steps; 1e-3 shows clothes sooner than the authors' value.")
    var alpha = WGANGP.Settings().alpha

    @Option(help: "Everything random follows from it: two runs with one seed and one number of threads are equal to the bit.")
    var seed: UInt64 = 0

    @Option(help: ArgumentHelp("Folder for pictures and the log; a finished run replaces an earlier one there.", valueName: "dir"))
    var output = "runs/wgan-gp"

    @Option(help: "Iterations between two pictures of samples.")
    var sampleEvery = 100

    @Option(help: "Threads that large operations use. (default: all cores)")
    var threads: Int?

    func validate() throws {
        func require(_ condition: Bool, _ option: String, _ expected: String, _ value: Any) throws {
            if !condition { throw ValidationError("--\(option): expected \(expected), got \(value)") }
        }
        try require((1...1024).contains(width), "width", "a number of channels from 1 to 1024", width)
        try require(iterations ?? 1 >= 1, "iterations", "at least 1", iterations ?? 1)
        try require((minutes ?? 1) > 0 && (minutes ?? 1).isFinite, "minutes", "a number above 0", minutes ?? 1)
        try require(batch >= 1, "batch", "at least 1", batch)
        try require(criticSteps >= 1, "critic-steps", "at least 1", criticSteps)
        try require(lambda >= 0 && lambda.isFinite, "lambda", "a number of at least 0", lambda)
        try require(alpha > 0 && alpha.isFinite, "alpha", "a number above 0", alpha)
        try require(sampleEvery >= 1, "sample-every", "at least 1", sampleEvery)
        try require((1...1024).contains(threads ?? 1), "threads", "a number from 1 to 1024", threads ?? 1)
    }

    func run() throws {
        var settings = WGANGP.Settings()
        (settings.width, settings.batch, settings.criticSteps) = (width, batch, criticSteps)
        (settings.lambda, settings.alpha, settings.seed) = (lambda, alpha, seed)
        let files = try WGANGPFiles(at: output)
        let images = try TrainingImages(from: data, atLeast: batch)
        if let threads { setThreadCount(threads) }
        try files.writeSettings(settings, data: data)

        let model = WGANGP(settings, images: images.array)
        let limit = iterations ?? (minutes == nil ? 10000 : Int.max)
        var run = WGANGPRun(model, files: files, limit: limit, seconds: (minutes ?? .infinity) * 60, sampleEvery: sampleEvery)
        let end = try run.train(showing: images)
        ReportOutput.standardOutput.write(end + "\n")
    }
}
