import ArgumentParser
import ExampleTRPO
import NablaTraining

/// `nabla train trpo`
struct TrainTRPOCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trpo", abstract: "Learn to act by steps within a trust region.",
        discussion: """
            The natural gradient's Fisher-vector products are second derivatives of the policy's divergence from itself (Schulman et al. 2015). \
            CartPole and Pendulum need nothing else; Hopper, Swimmer and InvertedPendulum need a build with --traits MuJoCo and the XML file \
            of the body. Trains one agent for each seed and draws their learning curves. Ctrl-C ends the run in order; --resume goes on with it.
            """)

    @OptionGroup var options: RunOptions

    @Option(help: "\(TRPOEnvironment.allCases.map(\.rawValue).joined(separator: ", ")). (default: cartpole)")
    var environment: TRPOEnvironment?

    @Option(help: ArgumentHelp("The model of hopper, swimmer or inverted-pendulum, such as Gymnasium's hopper.xml.", valueName: "path"))
    var xml: String?

    @Option(parsing: .unconditional, help: "Train agents from so many seeds, from --seed on. (default: 3)")
    var seeds: Int?

    @Option(parsing: .unconditional, help: "Steps of the environments for each seed, other than the preset's.")
    var steps: Int?

    func validate() throws {
        try check(seeds, in: 1...1000, "seeds", "a number of seeds from 1 to 1000")
        try check(steps, in: 1...1_000_000_000, "steps", "a number of steps from 1 to 1000000000")
        try options.validate(others: [
            ("environment", environment != nil), ("xml", xml != nil), ("seeds", seeds != nil), ("steps", steps != nil),
        ])
        if let xml, !(environment?.needsMuJoCo ?? false) {
            throw ValidationError("--xml: expected hopper, swimmer or inverted-pendulum as --environment, got \(xml) for another")
        }
    }

    /// The run that the options ask for.
    private var plan: TRPOPlan {
        let environment = environment ?? .cartpole
        var settings = environment.settings
        settings.seed = options.seed ?? 0
        return TRPOPlan(
            environment: environment, xml: xml, steps: steps ?? environment.steps(options.preset ?? .quick), settings: settings,
            seeds: seeds ?? 3)
    }

    func run() throws {
        // The matrices here are small: more than one thread is slower.
        let folder = RunFolder(options.output, for: TRPOPlan.command, threads: options.threads, usual: 1)
        let (plan, maker) = try folder.open(isResumed: options.resume, new: plan) { try $0.environment.maker(xml: $0.xml) }
        var run = try TRPORun(plan, environment: maker, folder: folder, isResumed: options.resume)
        try run.train().tell()
    }
}
