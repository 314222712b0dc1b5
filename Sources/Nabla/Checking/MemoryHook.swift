/// Adds up the bytes of arrays by which each function's run lets memory grow, forward and backward, and notes the highest it gets.
///
///     let memory = MemoryHook()
///     withHooks([memory]) { model(x).backward() }
///     print(memory)
///
/// Negative numbers are memory given back. Counts are of the whole process; arrays of at most 256 bytes are not counted.
public final class MemoryHook: FunctionHook, CustomStringConvertible {
    /// What the functions of one label did.
    public struct Entry: Sendable {
        public var calls = 0
        public var forwardBytes = 0
        public var backwardBytes = 0
        /// The highest that memory was right after one of them.
        public var highestBytes = 0
    }

    /// By the functions' labels.
    public private(set) var entries: [String: Entry] = [:]
    private var starts: [Int] = []
    private var depth = 0

    public init() {}

    public func beforeForward(_ function: FunctionNode, inputs: [NDArray]) { if depth == 0 { starts.append(ArrayMemory.liveBytes) } }

    public func afterForward(_ function: FunctionNode, inputs: [NDArray], outputs: [NDArray]) {
        guard depth == 0, let start = starts.popLast() else { return }
        note(function) { $0.forwardBytes += $1 - start }
        entries[function.label]?.calls += 1
    }

    public func beforeBackward(_ function: FunctionNode, order: Int, gradOutputs: [Variable?]) {
        depth += 1
        if depth == 1 { starts.append(ArrayMemory.liveBytes) }
    }

    public func afterBackward(_ function: FunctionNode, order: Int) {
        depth -= 1
        guard depth == 0, let start = starts.popLast() else { return }
        note(function) { $0.backwardBytes += $1 - start }
    }

    private func note(_ function: FunctionNode, _ change: (inout Entry, Int) -> Void) {
        let live = ArrayMemory.liveBytes
        var entry = entries[function.label] ?? Entry()
        change(&entry, live)
        entry.highestBytes = max(entry.highestBytes, live)
        entries[function.label] = entry
    }

    /// A table, what lets memory grow most first.
    public var description: String {
        let rows = entries.sorted { ($1.value.forwardBytes, $0.key) < ($0.value.forwardBytes, $1.key) }
        return textTable(
            ["function", "calls", "forward bytes", "backward bytes", "highest"],
            rows.map {
                ["\($0.key)", "\($0.value.calls)", "\($0.value.forwardBytes)", "\($0.value.backwardBytes)", "\($0.value.highestBytes)"]
            })
    }
}
