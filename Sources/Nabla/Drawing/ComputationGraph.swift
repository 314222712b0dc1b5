/// What the drawing walk finds behind some variables: a bipartite graph of variables and functions, as a value that holds no arrays.
///
///     let x1 = Variable(1.0), x2 = Variable(2.0), x3 = Variable(3.0)
///     let y = x1 * x2 + x3
///     print(graph(of: y, names: ["x1": x1, "x2": x2, "x3": x3, "y": y]))
///
///     graph: 5 variables, 2 functions, order 0, 16 bytes retained
///     x1: float64[]
///     ...
///
/// Nodes come in an order in which each stands after its inputs.
public struct ComputationGraph: Sendable {
    /// A variable or a function.
    public struct Node: Sendable {
        public enum Kind: String, Sendable {
            /// An output of a function.
            case variable
            /// A variable that no function made and that takes gradients.
            case leaf
            /// A variable that takes no gradients and that a function retained.
            case constant
            case function
        }

        public internal(set) var kind: Kind
        /// A function's label; a variable's given name, or nothing.
        public internal(set) var name: String
        /// The order of derivative: 0 for what the user's code records, n for what a walk over functions of orders below n records.
        public internal(set) var order: Int
        /// Of a variable, or of a function's first output.
        public internal(set) var shape: Shape
        public internal(set) var dtype: DType
        /// Bytes that a function keeps for its derivative, also where others keep the same array; of a variable, bytes of its array when any
        /// function keeps it.
        public internal(set) var retainedBytes: Int
        /// The path of the link in which the function ran or whose parameter the variable is, as `encoder/hidden1`; or nothing.
        public internal(set) var scope: String
        /// The user's file and line that ran the function, or the one whose gradient it computes, when that was recorded; or nothing.
        public internal(set) var line = ""
        /// Whether the graph was asked for from this variable.
        public internal(set) var isOutput: Bool
    }

    /// From a variable to a function that takes it, or from a function to a variable that it made.
    public struct Edge: Sendable, Hashable {
        public let source: Int
        public let target: Int
        /// Which input or output of the function the variable is.
        public let position: Int
    }

    public internal(set) var nodes: [Node] = []
    public internal(set) var edges: [Edge] = []
    /// Bytes of all retained arrays, each counted once.
    public internal(set) var retainedBytes = 0

    /// The highest order of derivative in the graph.
    public var highestOrder: Int { nodes.map(\.order).max() ?? 0 }

    /// The number of functions.
    public var functionCount: Int { nodes.count { $0.kind == .function } }

    /// The number of variables.
    public var variableCount: Int { nodes.count - functionCount }

    /// The paths of all links, with those above them.
    public var scopes: [String] {
        var found: Set<String> = []
        for path in Set(nodes.map(\.scope)) {
            var path = path[...]
            while !path.isEmpty {
                found.insert(String(path))
                path = path.lastIndex(of: "/").map { path[..<$0] } ?? ""
            }
        }
        return found.sorted()
    }
}

extension ComputationGraph.Node {
    /// What stands in the node: the function's label; the variable's name with its shape, or one of them, or the element type of a single
    /// number.
    package var lines: [String] {
        if kind == .function { return [name] }
        let layout = shape.rank == 0 ? "\(dtype)" : shape.map(String.init).joined(separator: " × ")
        return name.isEmpty ? [layout] : [name, layout]
    }

    /// What a pointer resting on the node is told.
    package var details: String {
        var parts = [name, "\(dtype)\(shape)", Self.word(forOrder: order)]
        if retainedBytes > 0 { parts.append("\(kind == .function ? "keeps" : "kept:") \(retainedBytes) bytes") }
        parts += [scope, line]
        return parts.filter { !$0.isEmpty }.joined(separator: ", ")
    }

    /// The order in words.
    package static func word(forOrder order: Int) -> String {
        switch order {
        case 0: "forward"
        case 1: "gradient"
        case 2: "gradient of gradient"
        default: "derivative of order \(order)"
        }
    }
}
