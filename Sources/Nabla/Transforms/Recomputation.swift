import CNablaRuntime

/// Whether the closure that is running has run before, and runs again only for its derivatives, as the closure of a `checkpoint` does.
///
/// What changes a state outside of the closure asks this, so as to change it once only: running averages do.
public var isRecomputing: Bool { nr_recomputing() != 0 }

/// What gives results at arguments and places of the graph, again and again.
protocol Repeatable {
    /// Which of the results are computed; others are places outside, or constants.
    var computed: [Int] { get }
    /// The places outside that the results are computed from.
    var sources: [Variable] { get }
    /// Whether each call records all of the way from the sources, so that a walk may give back what that retains.
    var isRecordedAnew: Bool { get }
    /// The results that are computed, recorded.
    func callAsFunction(_ arguments: [Variable]) -> [Variable]
}

/// A closure that can run again and give the same results at the same places of the graph, for functions that keep the closure instead of
/// what it records.
///
/// The process-wide generator is put back to where it was, so that the closure draws the same numbers. Anything else that changed in between
/// is noticed: the results must have the same bits, and come from the same places.
final class Recomputation: Repeatable {
    /// The function's name, for messages.
    private let label: String
    private let body: ([Variable]) -> [Variable]
    /// The process-wide generator before the first run, if that drew from it.
    private let generator: RandomGenerator?
    /// Which of the closure's results it computed; others are places outside, or constants.
    let computed: [Int]
    /// The places outside that the results were computed from.
    let sources: [Variable]
    var isRecordedAnew: Bool { true }
    /// Whether the results are made of a gradient that nobody recorded.
    let passesUnrecorded: Bool
    private let fingerprints: [UInt64]
    private let threadCount = nr_thread_count()
    private let isTraced = FunctionTrace.isActive
    /// The order of derivative that the closure's functions are of.
    private let order = nr_order()

    /// What the first run gave.
    struct FirstRun {
        let recomputation: Recomputation
        /// All results: those in `computed` as constants, the others in their own places.
        let results: [Variable]
    }

    /// Runs `body` on `arguments` and lets go of what it recorded.
    static func firstRun(
        _ label: String, at arguments: [Variable] = [], _ body: @escaping ([Variable]) -> [Variable]
    ) -> FirstRun {
        var run = Run(label, arguments, body)
        // What the closure recorded is gone now. A leaf of its own that is still alive belongs to something outside, such as a parameter
        // whose shape the first input settled.
        for i in run.leaves.indices where !isKnownUniquelyReferenced(&run.leaves[i]) {
            run.sources.append(Variable(standingFor: run.leaves[i], 0))
        }
        return FirstRun(recomputation: Recomputation(label, body, run), results: run.results)
    }

    private struct Run {
        let results: [Variable]
        let computed: [Int]
        var sources: [Variable]
        var leaves: [LeafNode]
        let generator: RandomGenerator?
        let passesUnrecorded: Bool

        init(_ label: String, _ arguments: [Variable], _ body: ([Variable]) -> [Variable]) {
            let before = RandomGenerator.shared
            let part = RecordedPart { body(arguments) }
            generator = RandomGenerator.shared == before ? nil : before
            passesUnrecorded = part.results.contains(where: \.passesUnrecorded)
            let computed = part.results.indices.filter { i in
                part.results[i].node.map { part.contains($0) && !($0 is LeafNode) } ?? false
            }
            self.computed = computed
            results = part.results.enumerated().map { computed.contains($0.offset) ? $0.element.detached() : $0.element }
            let given = Set(arguments.compactMap { argument in argument.node.map { RecordedPart.Place($0, argument.output) } })
            sources = part.sources.filter { !given.contains(RecordedPart.Place($0.node!, $0.output)) }
            leaves = part.ownLeaves
        }
    }

    private init(_ label: String, _ body: @escaping ([Variable]) -> [Variable], _ run: Run) {
        (self.label, self.body) = (label, body)
        passesUnrecorded = run.passesUnrecorded
        (generator, computed, sources) = (run.generator, run.computed, run.sources)
        fingerprints = run.computed.map { run.results[$0].array.fingerprint }
    }

    /// Runs the closure again on `arguments`, recorded; gives the results that it computed.
    func callAsFunction() -> [Variable] { self([]) }

    func callAsFunction(_ arguments: [Variable]) -> [Variable] { checked(arguments).computed }

    /// All results, and those that it computed.
    func checked(_ arguments: [Variable]) -> (all: [Variable], computed: [Variable]) {
        let now = generator.map { earlier in
            let now = RandomGenerator.shared
            ArrayTrace.unwatched { RandomGenerator.shared = earlier }
            return now
        }
        let recomputing = nr_recomputing()
        nr_set_recomputing(1)
        let orderNow = nr_order()
        nr_set_order(order)
        let part = RecordedPart { body(arguments) }
        nr_set_order(orderNow)
        nr_set_recomputing(recomputing)
        if let now { ArrayTrace.unwatched { RandomGenerator.shared = now } }
        let results = computed.compactMap { part.results.indices.contains($0) ? part.results[$0] : nil }
        check(results, part, arguments)
        return (part.results, results)
    }

    private func check(_ results: [Variable], _ part: RecordedPart, _ arguments: [Variable]) {
        var found = part.places
        // Asked for now: a source that was cut in between stands elsewhere, for the closure as well.
        let places = Set(sources.map { RecordedPart.Place($0.node!, $0.output) })
        for argument in arguments { if let node = argument.node { found.remove(.init(node, argument.output)) } }
        // A trace looks into inner checkpoints, and finds what their derivatives really depend on instead of all that they might.
        let isTracedAlike = isTraced == FunctionTrace.isActive
        require(
            isTracedAlike ? found == places : isTraced ? found.isSuperset(of: places) : found.isSubset(of: places),
            "\(label): expected a closure that computes from the same variables when it runs again for the backward walk, got other ones; "
                + "parameters must not be set or updated until then, and withParameters stand inside the closure")
        // Products may round otherwise on another number of threads, and sums of gradients where the trace takes them in another order.
        let isSame =
            threadCount == nr_thread_count() && isTracedAlike
            ? results.map(\.array.fingerprint) == fingerprints : results.count == fingerprints.count
        require(
            isSame,
            "\(label): expected a closure that computes the same numbers when it runs again for the backward walk, got other ones; "
                + "a generator of random numbers belongs in its argument (using:), and other state must not change")
    }
}
