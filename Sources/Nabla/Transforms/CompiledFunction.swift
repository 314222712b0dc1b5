import NablaArray
import Synchronization

/// A function that is recorded once for each layout of its arguments and then replayed: see `compile(_:)`.
public final class CompiledFunction {
    /// The function; whether its results are to be differentiated, which costs more.
    typealias Body = (_ arguments: [Variable], _ generator: inout RandomGenerator, _ isDifferentiated: Bool) -> [Variable]

    let body: Body
    let name: String
    /// The latest one that served first.
    private var recordings: [Recording] = []
    /// Functions that give gradients of this one.
    var pullbacks: [PullbackKey: CompiledFunction] = [:]

    struct PullbackKey: Hashable {
        let indexes: [Int]
        let argumentCount: Int
        let holders: [ObjectIdentifier]
    }

    /// How many recordings are kept, of the layouts used last.
    private static let mostRecordings = 16
    /// How many recordings were made and let go without being replayed, since the last replay.
    private var lostRecordings = 0
    /// Whether it was said that calls are recorded anew again and again.
    private var hasComplained = false

    /// Two runs of the closure must agree before one is replayed.
    final class Recording {
        let conditions: ReplayConditions
        /// The results that are no functions of what the closure computes from, by their numbers.
        let ends: [(result: Int, kind: ResultEnd)]
        let sources: [ArrayReplay.RandomSource]
        let holders: [any DifferentiableState]
        /// What else outlives the closure: no gradient flows to it.
        let constants: [ArrayTrace.State]
        let changesState: Bool
        /// Whether that is more than statistics.
        let changesParameters: Bool
        /// Whether a run needs nothing but its arguments and gives nothing but its results.
        let isPlain: Bool
        /// The first run, until a second agrees with it.
        var trace: ArrayTrace?
        var replay: ArrayReplay?

        /// Not where whose draws are whose is not to be told, or where gradients of other walks were met and have been cleared.
        let canBeReplayed: Bool

        init(
            _ trace: ArrayTrace, _ conditions: ReplayConditions, _ ends: [(result: Int, kind: ResultEnd)],
            _ sources: [ArrayReplay.RandomSource], isSeedSame: Bool
        ) {
            (self.trace, self.conditions, self.ends, self.sources) = (trace, conditions, ends, sources)
            canBeReplayed = isSeedSame && !sources[0].overlaps(sources[1]) && !conditions.isOver
            holders = trace.states.compactMap { $0.holder as? any DifferentiableState }
            constants = trace.states.filter { !($0.holder is any DifferentiableState) }
            let changed = zip(trace.states, trace.changes).filter { $1 != nil }.map(\.0.holder)
            changesParameters =
                changed.contains { $0 is any DifferentiableState } || trace.steps.contains { $0.operation.effect == .acts }
            changesState = changesParameters || !changed.isEmpty
            isPlain = holders.isEmpty && !changesState && sources.allSatisfy { $0.start == $0.end }
        }
    }

    /// Where the graph of a closure ends at one of its results.
    enum ResultEnd {
        /// Made while recording was off.
        case unrecorded
        /// A leaf that the closure makes of an array.
        case leaf
    }

    /// Whether a call is on its way: a replay works in memory of its own.
    private let isRunning = Atomic<Bool>(false)

    init(name: String, _ body: @escaping Body) { (self.name, self.body) = (name, body) }

    /// The results for `arguments`.
    public func callAsFunction(_ arguments: [Variable]) -> [Variable] {
        // A generator that must not be asked: the process-wide one is watched instead.
        var none = RandomGenerator(seed: 0)
        return self(arguments, using: &none)
    }

    /// The results for `arguments`, with random numbers from `generator`, which goes on by as many as are drawn.
    public func callAsFunction(_ arguments: [Variable], using generator: inout RandomGenerator) -> [Variable] {
        // Within another recording, or where every operation is told, the closure itself runs.
        if ArrayTrace.isActive { return direct(arguments, &generator) }
        if _slowPath(isRunning.exchange(true, ordering: .acquiring)) {
            fail(
                "\(name): expected one thread at a time, got a call while another one runs; give each thread a compiled function of its own"
            )
        }
        defer { isRunning.store(false, ordering: .releasing) }
        if let latest = recordings.first, let replay = latest.replay, latest.isPlain, !Observation.looksForAnomalies,
            !(isRecording && arguments.contains(where: \.isRecorded))
        {
            let arrays = arguments.map(\.array)
            if latest.conditions.hold(arrays) { return unrecorded(replay.run(arrays, generators: []), of: arguments) }
        }
        var generators = [RandomGenerator.shared, generator]
        let before = generators
        let (results, recording, constants) = evaluate(arguments.map(\.array), &generators)
        if generators[0] != before[0] { RandomGenerator.shared = generators[0] }
        generator = generators[1]
        let holders = recording.holders.map(\.stateVariable), inputs = arguments + holders
        guard isRecording, inputs.contains(where: \.isRecorded) else { return unrecorded(results, of: inputs) }
        if recording.changesParameters {
            // Its arguments are data: who asks for a derivative with respect to them is told. What an earlier step gave has none already, and would
            // make a chain of all steps.
            let places = arguments.filter { $0.isRecorded && !($0.creator is CompiledStep) } + holders
            return places.contains(where: \.isRecorded) ? CompiledStep(name, results).apply(places) : unrecorded(results, of: inputs)
        }
        var places = CompiledCall(self, results, argumentCount: arguments.count, recording, before, constants).apply(inputs)
        for (result, kind) in recording.ends {
            let array = places[result].array
            places[result] = kind == .leaf ? Variable(array) : Variable(unrecorded: array, Provenance.unrecorded.rawValue)
        }
        return places
    }

    /// Results that are not recorded, made of `inputs`.
    private func unrecorded(_ results: [NDArray], of inputs: [Variable]) -> [Variable] {
        let marks = inputs.inheritedMarks
        return results.map { Variable(unrecorded: $0, marks) }
    }

    /// The results of the closure itself. Inside it functions are recorded, as they are for a recording, since it may take gradients.
    private func direct(_ arguments: [Variable], _ generator: inout RandomGenerator) -> [Variable] {
        let places = arguments.map(\.withPlace)
        if !isRecording { return withRecording(true) { body(places, &generator, false).map { $0.detached() } } }
        // As in the closure of a transform where the result is recorded, as for the derivative of a recording.
        let results = Transform.run { body(places, &generator, true) }
        if arguments.contains(where: \.isRecorded) { return results }
        // Constants give constants, though the closure could take gradients with respect to them.
        return results.map { $0.begins(onlyAt: places) ? $0.detached() : $0 }
    }

    /// The results as arrays, and what `recording.constants` held before; `generators` go on by what is drawn.
    private func evaluate(
        _ arguments: [NDArray], _ generators: inout [RandomGenerator]
    ) -> (results: [NDArray], recording: Recording, constants: [NDArray]) {
        // Only what the closure's own lines do can be found there.
        let isSearched = Observation.looksForAnomalies
        let index = isSearched ? nil : recordings.firstIndex { $0.conditions.hold(arguments) }
        if let index, let replay = recordings[index].replay {
            let recording = recordings[index]
            if index > 0 { recordings.insert(recordings.remove(at: index), at: 0) }
            let constants = recording.constants.map { $0.load() }
            let results = replay.run(arguments, generators: generators)
            for (number, source) in recording.sources.enumerated() where source.end != source.start {
                generators[number].skip(blocks: source.end &- source.start)
            }
            return (results, recording, constants)
        }
        let (results, recording, trace) = record(arguments, &generators)
        let constants = recording.constants.map(trace.initialArray)
        if isSearched || !recording.canBeReplayed { return (results, recording, constants) }
        if let index, let first = recordings[index].trace {
            if let difference = first.difference(from: trace, recordings[index].sources, recording.sources) {
                fail(
                    "\(name): expected a closure that does the same for all arguments of one layout, got one whose second run differs from the "
                        + "first: \(difference); what changes between calls must be an argument, a parameter, or drawn from a generator")
            }
            recordings.remove(at: index)
            recording.replay = ArrayReplay(trace, inputCount: arguments.count, sources: recording.sources)
            recording.trace = nil
        } else {
            trace.releaseMemory()
        }
        recordings.insert(recording, at: 0)
        if recordings.count > CompiledFunction.mostRecordings { forgetLast(arguments) }
        return (results, recording, constants)
    }

    /// Lets go of the recording that was used least recently. Where none of the last ones was ever replayed, `compile` costs and gains nothing, which
    /// is said once.
    private func forgetLast(_ arguments: [NDArray]) {
        lostRecordings = recordings.removeLast().replay == nil ? lostRecordings + 1 : 0
        guard lostRecordings > CompiledFunction.mostRecordings, !hasComplained else { return }
        hasComplained = true
        let change = recordings[1].conditions.firstDifference(from: arguments) ?? "what the closure found outside of its arguments"
        warn(
            "\(name): expected calls of a few layouts, got \(lostRecordings + recordings.count) that were recorded and not one of them replayed; "
                + "the last two differ in \(change). Each costs more than the closure itself: give arguments of equal shapes, as by padding them, "
                + "or leave out compile. This is said once for each compiled function.")
    }

    /// Runs the closure, watched.
    private func record(_ arguments: [NDArray], _ generators: inout [RandomGenerator]) -> ([NDArray], Recording, ArrayTrace) {
        let trace = ArrayTrace()
        let name = name
        var looked = Set<Int>()
        trace.onRead = { function, dependence in
            // Labels, masks and indices may be looked at: the recording then serves calls with the same ones.
            let inputs = arguments.indices.filter { dependence.contains(input: $0) }
            if !dependence.isOnMore && inputs.allSatisfy({ !arguments[$0].dtype.isFloating }) { return looked.formUnion(inputs) }
            fail(
                "\(name): expected a closure that does not look at the numbers it computes, which differ from call to call, "
                    + "got one that calls \(function) on one of its arrays")
        }
        trace.onCapture = { array, user in
            fail(
                "\(name): expected a closure that uses its arguments, parameters and what it makes itself, got one whose \(user) takes an "
                    + "array of \(array.dtype)\(array.shape) from outside, which may change between calls: make it an argument or a Parameter"
            )
        }
        trace.onHostDraw = { what in
            fail("\(name): expected random numbers in arrays, which replays draw afresh, got a closure that draws \(what)")
        }
        trace.onHostChange = { what in
            fail(
                "\(name): expected a closure that changes no Swift values that outlive it, which replays would not repeat, "
                    + "got one that sets \(what)")
        }
        var inputs = arguments.map { $0.copied() }
        for (index, input) in inputs.enumerated() { trace.addInput(input, index) }
        let before = generators
        var given = generators[1]
        let shared = RandomGenerator.shared
        RandomGenerator.shared = generators[0]
        // Only numbers leave the run, so it does the same wherever it is called: in the closure of a transform it would record gradients that
        // nobody differentiates, and differ from a run outside.
        var ends: [(result: Int, kind: ResultEnd)] = []
        var results = trace.watch {
            Transform.outside {
                withRecording(true) {
                    let results = body(inputs.map { Variable($0) }, &given, false)
                    ends = results.enumerated().compactMap { index, result in
                        CompiledFunction.end(at: result, in: trace).map { (index, $0) }
                    }
                    return results.map(\.array)
                }
            }
        }
        generators = [RandomGenerator.shared, given]
        RandomGenerator.shared = shared
        let sources = zip(before, generators).map {
            ArrayReplay.RandomSource(seed: $0.seed, stream: $0.stream, start: $0.counter, end: $1.counter)
        }
        require(
            before[1].seed == given.seed && before[1].stream == given.stream,
            "\(name): expected a closure that draws from the generator it is given, got one that puts another in its place")
        for case let holder as any DifferentiableState in trace.states.map(\.holder) { holder.forgetGradient(of: trace) }
        trace.finish(results)
        // Another thread may have started the process-wide generator anew.
        let isSeedSame = before[0].seed == generators[0].seed && before[0].stream == generators[0].stream
        let recording = Recording(
            trace, ReplayConditions(trace, inputs: arguments, fixed: looked.sorted()), ends, sources, isSeedSame: isSeedSame)
        if let changed = recording.conditions.changed {
            fail(
                "\(name): expected a closure that changes no Swift values that outlive it, which replays would not repeat, "
                    + "got one that leaves \(changed) changed")
        }
        // What the trace has seen is now its own, but for what the closure keeps elsewhere.
        (inputs, results) = ([], results.map { $0.copied() })
        if let kept = trace.keptByOthers() {
            fail(
                "\(name): expected a closure that keeps no array beyond the call, got one that keeps \(kept), which replays would not "
                    + "renew: return it as a result, or keep it in a Parameter")
        }
        return (results, recording, trace)
    }

    private static func end(at result: Variable, in trace: ArrayTrace) -> ResultEnd? {
        // An unrecorded gradient among the results is told when the derivative is asked for: that of a pullback is one as a rule.
        guard let node = result.node else { return result.provenance == .unrecorded ? .unrecorded : nil }
        // Of an array that the closure computed: an argument or a parameter that is returned has its own.
        return node.inputCount == 0 && node is LeafNode && trace.isComputed(result.array) ? .leaf : nil
    }

    /// What a replay of the layout used last does, line by line; empty before it is replayed.
    public var summary: String { recordings.first?.replay?.summary ?? "" }
}

/// What holds a variable that closures capture: a parameter.
package protocol DifferentiableState: AnyObject {
    /// The present value in its place in the graph.
    var stateVariable: Variable { get }
    /// Puts another value in its place for a while; nil ends that.
    func substitute(_ value: Variable?)
    /// Lets go of the gradient, if it was left there while `trace` watched.
    func forgetGradient(of trace: ArrayTrace)
}
