import ArgumentParser
import ExampleLearningToLearn
import NablaTraining

/// `nabla train learning-to-learn`
struct TrainLearningToLearnCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "learning-to-learn", abstract: "Train an LSTM to be an optimiser, through the optimisations it carries out.",
        discussion: """
            An optimiser is trained by gradient descent through its own steps (Andrychowicz et al. 2016). The gradients it reads depend on \
            where it went before; the paper drops that dependence, which takes a second derivative. Compares the exact meta-gradient with \
            the dropped one, from the same weights and on the same problems, and both with SGD, NAG, RMSprop and Adam at their best rates. \
            Ctrl-C ends the run in order; --resume goes on with it.
            """)

    @OptionGroup var options: RunOptions

    @Option(
        help: "What to minimise: quadratic (ten dimensions) or mlp (a classifier of images with 20 sigmoid units). (default: quadratic)")
    var problem: LearningToLearnPlan.Problem?

    @Option(help: "first: gradients of the problem are constants; second: exact. (default: both, one learner each)")
    var order: Order?

    @Option(
        parsing: .unconditional,
        help: "Iterations of each learner, other than the preset's: optimisations of 100 steps, with an update after every 20.")
    var iterations: Int?

    @Option(
        parsing: .unconditional, help: "Functions minimised side by side in an iteration. (default: quadratic 64 quick, 128 paper; mlp 1)")
    var functions: Int?

    @Option(parsing: .unconditional, help: "Size of the steps of Adam, which trains the optimisers. (default: 3e-3)")
    var alpha: Double?

    @Option(help: "How gradients are shown to the optimiser: raw or log-sign. (default: quadratic raw, mlp log-sign)")
    var gradients: GradientNotation?

    @Option(parsing: .unconditional, help: "Fresh functions to test on. (default: quadratic 1000, mlp 8)")
    var testFunctions: Int?

    @Option(
        help: ArgumentHelp(
            "Folder with an IDX set of images like MNIST's, plain or .gz, for mlp. (default: Debian's Fashion-MNIST)",
            valueName: "dir"))
    var data: String?

    /// How gradients are shown to the optimiser.
    enum GradientNotation: String, CaseIterable, ExpressibleByArgument {
        case raw
        case logSign = "log-sign"

        var preprocessing: GradientPreprocessing { self == .raw ? .identity : .logAndSign(p: 10) }
    }

    func validate() throws {
        try checkIterations(iterations)
        try check(functions, in: 1...100_000, "functions", "a number from 1 to 100000")
        try checkPositive(alpha, "alpha")
        try check(testFunctions, in: 2...1_000_000, "test-functions", "a number from 2 to 1000000")
        try options.validate(others: [
            ("problem", problem != nil), ("order", order != nil), ("iterations", iterations != nil), ("functions", functions != nil),
            ("alpha", alpha != nil), ("gradients", gradients != nil), ("test-functions", testFunctions != nil), ("data", data != nil),
        ])
        if data != nil && problem != .mlp { throw ValidationError("--data: expected --problem mlp, for quadratics have no images") }
    }

    /// The run that the options ask for.
    private var plan: LearningToLearnPlan {
        let (preset, problem) = (options.preset ?? .quick, problem ?? .quadratic)
        let learners = (order.map { [$0] } ?? [.second, .first]).map { order in
            var settings = LearningToLearnSettings(preset, problem, order)
            settings.functions = functions ?? settings.functions
            settings.alpha = alpha ?? settings.alpha
            settings.design.preprocessing = gradients?.preprocessing ?? settings.design.preprocessing
            settings.seed = options.seed ?? 0
            return settings
        }
        return LearningToLearnPlan(
            problem: problem, data: problem == .mlp ? data ?? IDXImageSet.fashionMNISTFolder : nil,
            iterations: iterations ?? LearningToLearnPlan.iterations(preset, problem),
            testFunctions: testFunctions ?? (problem == .quadratic ? 1000 : 8), learners: learners)
    }

    func run() throws {
        // The matrices here are small: more than one thread is slower.
        let folder = RunFolder(options.output, for: LearningToLearnPlan.command, threads: options.threads, usual: 1)
        let (plan, images) = try folder.open(isResumed: options.resume, new: plan) { plan in
            try plan.data.map { path in try ClassifierImages(from: path) }
        }
        guard let images else {
            let source = QuadraticSource()
            let test = LearningToLearnRun.Test(title: "10-dimensional quadratics", tuning: source, fresh: source, steps: 100)
            return try train(plan, problems: source, tests: [test], folder)
        }
        func source(_ images: LabeledImages, _ shape: ClassifierShape) -> ClassifierSource { ClassifierSource(shape, images: images) }
        func test(_ title: String, _ shape: ClassifierShape, steps: Int, share: Double) -> LearningToLearnRun<ClassifierSource>.Test {
            .init(title: title, tuning: source(images.training, shape), fresh: source(images.test, shape), steps: steps, share: share)
        }
        let shape = ClassifierShape(pixels: images.pixels)
        let tests = [
            test("20 sigmoid units", shape, steps: 200, share: 1),
            test("two layers of 20 sigmoid units", ClassifierShape(pixels: images.pixels, hidden: [20, 20]), steps: 100, share: 0.5),
            test("20 rectified units", ClassifierShape(pixels: images.pixels, activation: .relu), steps: 100, share: 0.5),
        ]
        try train(plan, problems: source(images.training, shape), tests: tests, folder)
    }

    private func train<Source: ProblemSource>(
        _ plan: LearningToLearnPlan, problems: Source, tests: [LearningToLearnRun<Source>.Test], _ folder: RunFolder
    ) throws {
        var run = try LearningToLearnRun(plan, problems: problems, tests: tests, folder: folder, isResumed: options.resume)
        try run.train().tell()
    }
}
