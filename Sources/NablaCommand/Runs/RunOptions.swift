import ArgumentParser
import NablaArray

/// How long a run trains.
enum Preset: String, Codable, CaseIterable, ExpressibleByArgument {
    /// Some minutes on two cores.
    case quick
    /// As long as the paper, or as its authors' program.
    case paper
}

/// The options that all runs have.
struct RunOptions: ParsableArguments {
    @Option(help: "How long to train: quick (some minutes) or paper (with the paper's settings). (default: quick)")
    var preset: Preset?

    @Option(
        parsing: .unconditional,
        help: "Everything random follows from it: two runs with one seed and one number of threads are equal to the bit. (default: 0)")
    var seed: UInt64?

    @Option(help: ArgumentHelp("Folder for charts, summary, states and the log. (default: runs/ and the command's name)", valueName: "dir"))
    var output: String?

    @Flag(help: "Go on with the run in the output folder, with its own settings.")
    var resume = false

    @Option(
        parsing: .unconditional,
        help: "Threads that large operations use. (default: the command's own choice; with --resume those that the run began with)")
    var threads: Int?

    /// The most iterations that can be asked for: beyond any machine, and small enough for all sums and products of them.
    static let mostIterations = 1_000_000_000

    /// Complains about what does not fit; `others` are the command's own options that a resumed run has already settled.
    func validate(others: [(name: String, isGiven: Bool)]) throws {
        try check(threads, in: 1...1024, "threads", "a number from 1 to 1024")
        guard resume else { return }
        for (name, isGiven) in [("preset", preset != nil), ("seed", seed != nil)] + others where isGiven {
            throw ValidationError("--resume: expected no --\(name), for the run has settings of its own")
        }
    }
}

/// Complains about a value of an option that is given and lies outside `range`.
func check<T: Comparable>(_ value: T?, in range: some RangeExpression<T>, _ option: String, _ expected: String) throws {
    guard let value, !range.contains(value) else { return }
    throw ValidationError("--\(option): expected \(expected), got \(value)")
}

/// Complains about a number of iterations that is given and cannot be.
func checkIterations(_ value: Int?, _ option: String = "iterations") throws {
    try check(value, in: 1...RunOptions.mostIterations, option, "a number from 1 to \(RunOptions.mostIterations)")
}

/// Complains about a value of an option that is given and is no finite number above 0.
func checkPositive(_ value: Double?, _ option: String) throws {
    try check(value, in: Double.leastNonzeroMagnitude...Double.greatestFiniteMagnitude, option, "a number above 0")
}
