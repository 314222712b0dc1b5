/// Adds up the time that each function takes, forward and backward, on the wall.
///
///     let timer = TimerHook()
///     withHooks([timer]) { model(x).backward() }
///     print(timer)
///
/// The functions of which a gradient consists count for the function whose gradient it is.
public final class TimerHook: FunctionHook, CustomStringConvertible {
    /// Calls and time of the functions of one label.
    public struct Entry: Sendable {
        public var forwardCalls = 0
        public var backwardCalls = 0
        public var forward = Duration.zero
        public var backward = Duration.zero
    }

    /// By the functions' labels.
    public private(set) var entries: [String: Entry] = [:]
    private var starts: [ContinuousClock.Instant] = []
    private var depth = 0

    public init() {}

    public func beforeForward(_ function: FunctionNode, inputs: [NDArray]) { if depth == 0 { starts.append(.now) } }

    public func afterForward(_ function: FunctionNode, inputs: [NDArray], outputs: [NDArray]) {
        guard depth == 0, let start = starts.popLast() else { return }
        entries[function.label, default: Entry()].forward += start.duration(to: .now)
        entries[function.label, default: Entry()].forwardCalls += 1
    }

    public func beforeBackward(_ function: FunctionNode, order: Int, gradOutputs: [Variable?]) {
        depth += 1
        if depth == 1 { starts.append(.now) }
    }

    public func afterBackward(_ function: FunctionNode, order: Int) {
        depth -= 1
        guard depth == 0, let start = starts.popLast() else { return }
        entries[function.label, default: Entry()].backward += start.duration(to: .now)
        entries[function.label, default: Entry()].backwardCalls += 1
    }

    /// A table, what takes longest first, in microseconds.
    public var description: String {
        let rows = entries.sorted { ($1.value.forward + $1.value.backward, $0.key) < ($0.value.forward + $0.value.backward, $1.key) }
        func row(_ name: String, _ entry: Entry) -> [String] {
            [name, "\(entry.forwardCalls)", micros(entry.forward), "\(entry.backwardCalls)", micros(entry.backward)]
        }
        var all = Entry()
        for entry in entries.values {
            all.forwardCalls += entry.forwardCalls
            all.backwardCalls += entry.backwardCalls
            all.forward += entry.forward
            all.backward += entry.backward
        }
        return textTable(
            ["function", "forward calls", "µs", "backward calls", "µs"], rows.map { row($0.key, $0.value) } + [row("all", all)])
    }

    private func micros(_ duration: Duration) -> String {
        let tenths = Int((duration / .nanoseconds(100)).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
