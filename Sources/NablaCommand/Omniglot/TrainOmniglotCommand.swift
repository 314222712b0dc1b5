import ArgumentParser
import ExampleMAML
import ExampleOmniglot
import NablaTraining

/// `nabla train omniglot`
struct TrainOmniglotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "omniglot", abstract: "Learn where to start from, so that one gradient step tells new characters apart.",
        discussion: """
            The meta-gradient goes through the gradient steps of each task, batch normalisation included (Finn et al. 2017, Omniglot, \
            fully connected network). Compares exact with first-order MAML, from the same weights and tasks. Ctrl-C ends the run in order; \
            --resume goes on with it.
            """)

    @OptionGroup var options: RunOptions

    @Option(
        help: ArgumentHelp(
            "A clone of github.com/brendenlake/omniglot, or a folder with images_background or images_evaluation. (default: characters drawn at random)",
            valueName: "dir"))
    var data: String?

    @Option(parsing: .unconditional, help: "Characters in a task. (default: 5)")
    var ways: Int?

    @Option(parsing: .unconditional, help: "Drawings of each character to adapt to. (default: 1)")
    var shots: Int?

    @Option(parsing: .unconditional, help: "Other drawings of each character to be told apart. (default: as many as shots)")
    var queries: Int?

    @Option(parsing: .unconditional, help: "Size of the steps of adaptation. (default: 0.4)")
    var rate: Double?

    @Option(parsing: .unconditional, help: "Tasks in an iteration. (default: 32)")
    var metaBatch: Int?

    @Option(
        parsing: .unconditional, help: "Units of the first hidden layer; the others have a half, a quarter and a quarter. (default: 256)")
    var width: Int?

    @Option(parsing: .unconditional, help: "Alphabets of 24 characters that are drawn when there is no --data. (default: 40)")
    var alphabets: Int?

    @Option(parsing: .unconditional, help: "Iterations of each learner, other than the preset's.")
    var iterations: Int?

    @Option(help: "first: inner gradients are constants; second: exact. (default: both, one learner each)")
    var order: Order?

    func validate() throws {
        try check(ways, in: 2...1000, "ways", "a number of characters from 2 to 1000")
        try check(shots, in: 1...1000, "shots", "a number of drawings from 1 to 1000")
        try check(queries, in: 1...1000, "queries", "a number of drawings from 1 to 1000")
        try checkPositive(rate, "rate")
        try check(metaBatch, in: 1...1000, "meta-batch", "a number of tasks from 1 to 1000")
        try check(width, in: 4...4096, "width", "a number of units from 4 to 4096")
        try check(alphabets, in: 1...1000, "alphabets", "a number of alphabets from 1 to 1000")
        if data != nil && alphabets != nil { throw ValidationError("--data: expected no --alphabets, for nothing is drawn") }
        try checkIterations(iterations)
        try options.validate(others: [
            ("data", data != nil), ("ways", ways != nil), ("shots", shots != nil), ("queries", queries != nil), ("rate", rate != nil),
            ("meta-batch", metaBatch != nil), ("width", width != nil), ("alphabets", alphabets != nil), ("iterations", iterations != nil),
            ("order", order != nil),
        ])
    }

    func run() throws {
        // The matrices of a task are small: more than one thread is slower.
        let folder = RunFolder(options.output, for: OmniglotPlan.command, threads: options.threads, usual: 1)
        let plan: OmniglotPlan
        let source: CharacterSource
        try folder.takeIfPresent()
        if options.resume {
            plan = try folder.plan(OmniglotPlan.self)
            source = try CharacterSource(plan.origin, for: plan.learners[0].settings)
            guard source.checksum == plan.checksum else {
                throw FileError(path: plan.origin.name, reason: "expected the characters that the run began with, got others")
            }
        } else {
            let origin = data.map { CharacterOrigin.folder($0) } ?? .drawn(alphabets: alphabets ?? 40)
            source = try CharacterSource(origin, for: settings)
            plan = OmniglotPlan(
                origin: origin, checksum: source.checksum, iterations: iterations ?? OmniglotPlan.iterations(options.preset ?? .quick),
                orders: order.map { [$0] } ?? [.second, .first], common: settings)
            try folder.begin(plan)
        }
        var run = try OmniglotRun(plan, on: source.characters, folder: folder, isResumed: options.resume)
        try run.train().tell()
    }

    private var settings: FewShotLearner.Settings {
        var settings = FewShotLearner.Settings()
        settings.ways = ways ?? settings.ways
        settings.shots = shots ?? settings.shots
        settings.queries = queries ?? settings.shots
        settings.rate = rate ?? settings.rate
        settings.metaBatch = metaBatch ?? settings.metaBatch
        settings.hidden = width.map { [$0, $0 / 2, $0 / 4, $0 / 4] } ?? settings.hidden
        settings.seed = options.seed ?? settings.seed
        return settings
    }
}
