import CNablaRuntime

/// The part of a graph that a closure records, and the places outside of it that its results were computed from.
///
/// Nodes remember the scope in which they were made, so a search from the results can tell where the closure's own nodes end: what is older
/// was captured. A node where a walk is at work is older too, for the walk began before the closure did, or has ended.
struct RecordedPart {
    private(set) var results: [Variable]
    /// The places outside, each once, in the order in which a search from the results meets them. Their arrays are not the captured ones but
    /// zeros of their shapes.
    private(set) var sources: [Variable]
    /// Leaves that the closure made.
    private(set) var ownLeaves: [LeafNode] = []
    private let scope: Int32

    /// Runs `body`, with recording.
    init(_ body: () -> [Variable]) {
        scope = nr_next_scope()
        let before = nr_scope()
        nr_set_scope(scope)
        results = withRecording(true, body)
        nr_set_scope(before)
        sources = []
        search()
    }

    /// Whether the closure made `node`.
    func contains(_ node: FunctionNode) -> Bool { node.mark == 0 && node.slot != 0 && node.slot &- scope >= 0 }

    /// A place in the graph, as a key.
    struct Place: Hashable {
        let node: ObjectIdentifier
        let output: Int32

        init(_ node: FunctionNode, _ output: Int32) {
            self.node = ObjectIdentifier(node)
            self.output = output
        }
    }

    /// The places of `sources`.
    var places: Set<Place> { Set(sources.map { Place($0.node!, $0.output) }) }

    private mutating func search() {
        let id = nr_next_walk()
        var own: [Unmanaged<FunctionNode>] = []
        var next = 0
        var outside: Set<Place> = []
        func visit(_ node: FunctionNode, _ output: Int32) {
            if node.mark == id { return }
            if contains(node) {
                node.mark = id
                own.append(.passUnretained(node))
                // Constant derivatives and arguments of transforms inside are made anew by every run; other leaves may belong to something
                // outside.
                if let leaf = node as? LeafNode, leaf.flags.isDisjoint(with: [.isDerivative, .isArgument]) { ownLeaves.append(leaf) }
            } else if outside.insert(Place(node, output)).inserted {
                sources.append(Variable(standingFor: node, output))
            }
        }
        for result in results { if let node = result.node { visit(node, result.output) } }
        while next < own.count {
            own[next]._withUnsafeGuaranteedRef { node in
                for i in 0..<node.inputCount {
                    let edge = node.followedEdge(i)
                    if let input = edge.node { visit(input, edge.output) }
                }
            }
            next += 1
        }
        for node in own { node._withUnsafeGuaranteedRef { $0.mark = 0 } }
    }
}

extension Variable {
    /// A place whose numbers do not matter: zeros that take no memory.
    init(standingFor node: FunctionNode, _ output: Int32) {
        let (shape, dtype) = node.outputLayout(Int(output))
        self.init(array: NDArray.zeros([], dtype: dtype).broadcast(to: shape), node: node, output: output)
    }
}
