import ArgumentParser
import ExampleMAML
import NablaTraining

/// `nabla train maml`
struct TrainMAMLCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maml", abstract: "Learn where to start from, so that one gradient step fits a new sine wave.",
        discussion: """
            The meta-gradient goes through the gradient steps of each task (Finn et al. 2017, sinusoids; settings of the authors' code). \
            Compares exact and first-order MAML, a network trained on all tasks together, and one that is told the task. Ctrl-C ends the \
            run in order; --resume goes on with it.
            """)

    @OptionGroup var options: RunOptions

    @Option(parsing: .unconditional, help: "Points to adapt to. (default: 10)")
    var shots: Int?

    @Option(parsing: .unconditional, help: "Size of the steps of adaptation. (default: 0.01 and 0.1, one learner each)")
    var rate: Double?

    @Option(parsing: .unconditional, help: "Iterations of each learner, other than the preset's.")
    var iterations: Int?

    @Option(help: "first: inner gradients are constants; second: exact. (default: both, one learner each)")
    var order: Order?

    func validate() throws {
        try check(shots, in: 1...1000, "shots", "a number of points from 1 to 1000")
        try checkPositive(rate, "rate")
        try checkIterations(iterations)
        try options.validate(others: [
            ("shots", shots != nil), ("rate", rate != nil), ("iterations", iterations != nil), ("order", order != nil),
        ])
    }

    /// The run that the options ask for.
    private var plan: MAMLPlan {
        MAMLPlan(
            iterations: iterations ?? MAMLPlan.iterations(options.preset ?? .quick), shots: shots ?? 10,
            rates: rate.map { [$0] } ?? [0.01, 0.1], orders: order.map { [$0] } ?? [.second, .first], seed: options.seed ?? 0)
    }

    func run() throws {
        // The matrices here are small: more than one thread is slower.
        let folder = RunFolder(options.output, for: MAMLPlan.command, threads: options.threads, usual: 1)
        let plan = try folder.open(isResumed: options.resume, new: plan)
        var run = try MAMLRun(plan, folder: folder, isResumed: options.resume)
        try run.train().tell()
    }
}
