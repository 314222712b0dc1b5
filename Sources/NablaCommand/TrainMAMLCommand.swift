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

    @Option(help: "How long to train: quick (30000 iterations of each learner) or paper (70000). (default: quick)")
    var preset: MAMLPlan.Preset?

    @Option(help: "Points to adapt to. (default: 10)")
    var shots: Int?

    @Option(help: "Size of the steps of adaptation. (default: 0.01 and 0.1, one learner each)")
    var rate: Double?

    @Option(help: "Iterations of each learner, other than the preset's.")
    var iterations: Int?

    @Option(help: "first: inner gradients are constants; second: exact. (default: both, one learner each)")
    var order: Order?

    @Option(help: "Everything random follows from it: two runs with one seed and one number of threads are equal to the bit. (default: 0)")
    var seed: UInt64?

    @Option(help: ArgumentHelp("Folder for charts, summary, states and the log.", valueName: "dir"))
    var output = "runs/maml"

    @Flag(help: "Go on with the run in the output folder, with its own settings.")
    var resume = false

    @Option(help: "Threads that large operations use. The matrices here are small: more than one is slower.")
    var threads = 1

    func validate() throws {
        func require(_ condition: Bool, _ option: String, _ expected: String, _ value: Any) throws {
            if !condition { throw ValidationError("--\(option): expected \(expected), got \(value)") }
        }
        try require((1...1000).contains(shots ?? 1), "shots", "a number of points from 1 to 1000", shots ?? 1)
        try require((rate ?? 1) > 0 && (rate ?? 1).isFinite, "rate", "a number above 0", rate ?? 1)
        try require(iterations ?? 1 >= 1, "iterations", "at least 1", iterations ?? 1)
        try require((1...1024).contains(threads), "threads", "a number from 1 to 1024", threads)
        if resume {
            let given: [(String, Bool)] = [
                ("preset", preset != nil), ("shots", shots != nil), ("rate", rate != nil), ("iterations", iterations != nil),
                ("order", order != nil), ("seed", seed != nil),
            ]
            for (option, isGiven) in given where isGiven {
                throw ValidationError("--resume: expected no --\(option), for the run has settings of its own")
            }
        }
    }

    func run() throws {
        let files = MAMLFiles(folder: output)
        setThreadCount(threads)
        let plan: MAMLPlan
        if resume {
            plan = try files.plan()
        } else {
            plan = MAMLPlan(
                iterations: iterations ?? (preset ?? .quick).iterations, shots: shots ?? 10, rates: rate.map { [$0] } ?? [0.01, 0.1],
                orders: order.map { [$0] } ?? [.second, .first], seed: seed ?? 0)
            try files.begin(plan)
        }
        var run = try MAMLRun(plan, files: files, isResumed: resume)
        ReportOutput.standardOutput.write(try run.train() + "\n")
    }
}
