import CNablaRuntime

/// What a graph consists of and what memory it keeps.
///
///     print(GraphStatistics(of: loss))
///
///     function              calls  retained bytes
///     Linear                    3          811008
///     Tanh                      2          524288
///     all, each array once      5         1335296
public struct GraphStatistics: Sendable {
    /// How often a function occurs, and the bytes it keeps for its derivative.
    public struct Share: Sendable, Hashable {
        public var count = 0
        public var retainedBytes = 0

        fileprivate mutating func add(_ bytes: Int) {
            count += 1
            retainedBytes += bytes
        }
    }

    /// By the functions' labels. An array that several functions keep counts for each.
    public private(set) var functions: [String: Share] = [:]
    /// Variables at which the graph begins.
    public private(set) var leafCount = 0
    /// Bytes of all retained arrays, each counted once.
    public private(set) var retainedBytes = 0

    /// Counts what lies behind `outputs`.
    public init(of outputs: [Variable]) {
        // Walked for this alone: a drawing of the graph takes many times as long.
        let outputs = outputs.filter(\.isRecorded)
        let search = GraphSearch(from: outputs, to: nil)
        defer { search.finish() }
        var retained: [ObjectIdentifier: Int] = [:]
        var hasCuts = false
        for position in 0..<search.nodeCount {
            let node = search.entry(at: position).node.takeUnretainedValue()
            if node.inputCount32 == 0, node is LeafNode {
                if node.outputCount32 == 1 { leafCount += 1 } else { hasCuts = true }
                continue
            }
            var bytes = 0
            node.forEachKeptArray { _, _, array in
                let size = array.count * array.dtype.size
                bytes += size
                retained[ObjectIdentifier(array.body)] = size
            }
            functions[node.label, default: Share()].add(bytes)
        }
        if hasCuts { leafCount += Self.cutPlaces(in: search, from: outputs) }
        retainedBytes = retained.values.reduce(0, +)
    }

    /// How many of the cut outputs that leaves stand for are used.
    private static func cutPlaces(in search: borrowing GraphSearch, from outputs: [Variable]) -> Int {
        var places: Set<[Int]> = []
        func use(_ node: FunctionNode?, _ output: Int32) {
            guard let node, node.inputCount32 == 0, node.outputCount32 > 1, node is LeafNode else { return }
            places.insert([Int(bitPattern: Unmanaged.passUnretained(node).toOpaque()), Int(output)])
        }
        for output in outputs { use(output.node, output.output) }
        for position in 0..<search.nodeCount {
            let node = search.entry(at: position).node.takeUnretainedValue()
            for i in 0..<node.inputCount { use(node.edge(i).node, node.edge(i).output) }
        }
        return places.count
    }

    /// Counts what lies behind `output`.
    public init(of output: Variable) { self.init(of: [output]) }

    /// The number of functions.
    public var functionCount: Int { functions.values.reduce(0) { $0 + $1.count } }

    /// Function nodes and leaves now alive in this process.
    public static var liveNodes: Int { Int(nr_live_nodes()) }
}

extension GraphStatistics: CustomStringConvertible {
    /// A table, what keeps most first.
    public var description: String {
        let rows = functions.sorted { ($1.value.retainedBytes, $0.key) < ($0.value.retainedBytes, $1.key) }
        return textTable(
            ["function", "calls", "retained bytes"],
            rows.map { [$0.key, "\($0.value.count)", "\($0.value.retainedBytes)"] }
                + [["all, each array once", "\(functionCount)", "\(retainedBytes)"]])
    }
}

/// Rows under headings: the first column to the left, the others to the right.
func textTable(_ headings: [String], _ rows: [[String]]) -> String {
    let lines = [headings] + rows
    let widths = headings.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { line in
        line.enumerated().map { i, text in
            let space = String(repeating: " ", count: widths[i] - text.count)
            return i == 0 ? text + space : space + text
        }.joined(separator: "  ")
    }.joined(separator: "\n")
}
