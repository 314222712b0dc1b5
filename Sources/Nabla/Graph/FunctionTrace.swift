import CNablaRuntime

/// A list of the functions that a thread applies while this trace watches it: with their operands and results, in order, whether they are
/// recorded or not.
///
/// The graph holds edges between places and forgets what is constant; a trace holds every operand, so that the whole computation can be
/// carried out again on others. Beside it a trace of array operations finds out what depends on the arguments by other ways. While it watches, derivatives are made by the rules, function by function. A trace owns all operands and
/// results, so that no array is changed in place and an array's identity says which value it is.
final class FunctionTrace {
    /// One application of a function.
    struct Application {
        let node: FunctionNode
        let inputs: [Variable]
        let outputs: [Variable]
        /// Whether recording was on.
        let isRecording: Bool
        /// The order of derivative that it was part of.
        let order: Int32
    }

    private(set) var applications: [Application] = []
    /// What was done that a list of functions cannot do again, if anything.
    private(set) var obstacle: String?
    /// Arrays whose numbers may have decided what was applied.
    private(set) var decisions: [(array: NDArray, function: String)] = []
    private(set) var isWatching = false
    private let arrays = ArrayTrace(listsSteps: false)
    private let outer: FunctionTrace?

    init() {
        outer = FunctionTrace.current
        arrays.onRead = { [unowned self] function, _ in refuse("\(function), which looks at numbers") }
        arrays.onHostDraw = { [unowned self] in refuse($0) }
    }

    /// Names an argument of the function that is traced, which has memory of its own.
    func addArgument(_ variable: Variable) { arrays.addInput(variable.array, 0) }

    /// Whether the numbers of `array` depend on an argument, in whatever way.
    func isDerived(_ array: NDArray) -> Bool { arrays.isDerived(array) }

    /// The innermost trace that watches this thread.
    static var current: FunctionTrace? {
        nr_function_trace().map { Unmanaged<FunctionTrace>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Whether a trace watches this thread.
    @inline(__always)
    static var isActive: Bool { nr_recording_state() & 2 != 0 }

    /// Runs `body` with this trace watching, and those that watched before.
    func watch<R>(_ body: () throws -> R) rethrows -> R {
        let (before, state) = (nr_function_trace(), nr_recording_state())
        nr_set_function_trace(Unmanaged.passUnretained(self).toOpaque())
        nr_set_recording_state(state | 2)
        isWatching = true
        defer {
            isWatching = false
            nr_set_recording_state(state)
            nr_set_function_trace(before)
        }
        let result = try withExtendedLifetime(self) { try arrays.watch(body) }
        if arrays.hasEffects { refuse("random numbers") }
        if arrays.changesHeldArrays { refuse("a change of a parameter or of statistics") }
        return result
    }

    /// A function has been applied.
    static func note(_ node: FunctionNode, _ inputs: [Variable], _ outputs: [Variable]) {
        let application = Application(node: node, inputs: inputs, outputs: outputs, isRecording: isRecording, order: nr_order())
        forEach { $0.applications.append(application) }
    }

    /// Something is done that no list of functions does again.
    @inline(__always)
    static func refuse(_ what: @autoclosure () -> String) {
        if _slowPath(isActive) { forEach { $0.refuse(what()) } }
    }

    func refuse(_ what: String) { if obstacle == nil { obstacle = what } }

    /// The numbers of `array` are part of what `function` is: a list made for some is wrong for others.
    @inline(__always)
    static func noteDecision(_ array: NDArray, _ function: String) {
        if _slowPath(isActive) { forEach { $0.decisions.append((array, function)) } }
    }

    @inline(never)
    private static func forEach(_ body: (FunctionTrace) -> Void) {
        var trace = current
        while let now = trace {
            body(now)
            trace = now.outer
        }
    }
}
