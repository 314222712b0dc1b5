import Synchronization

// A recorded gradient that `backward` leaves in a variable leads to the graph that was walked. A node there that kept a closure would keep what
// the closure captured, and so perhaps the variable: a cycle. So the closures go first, and so do variables in properties.

extension FunctionNode {
    /// Lets go of the inputs for others, behind which the same places lie. The rank stays: whoever asks about a place behind this node finds that it
    /// is high enough.
    final func reconnect(_ inputs: [Variable]) {
        let rank = self.rank
        releaseInputs()
        connect(inputs)
        self.rank = rank
    }
}

/// Nodes that keep closures.
enum ClosureNodes {
    /// How many there are: mostly none, and nobody has to look.
    private static let count = Atomic<Int>(0)

    static func add(_ change: Int) { count.wrappingAdd(change, ordering: .relaxed) }

    /// Expands those behind `variables`, and lets functions of the user's let go of gradients.
    static func expand(behind variables: [Variable]) {
        var open = count.load(ordering: .relaxed) == 0 && !HeldVariables.wereFound ? [] : variables
        while !open.isEmpty {
            let search = GraphSearch(from: open, to: nil)
            let found = (0..<search.nodeCount).compactMap { position -> FunctionNode? in
                let node = search.entry(at: position).node.takeUnretainedValue()
                if node.flags.contains(.holdsVariables), let author = node.author { HeldVariables(in: author).disown(in: author) }
                return node.more?.keepsElsewhere == true ? node : nil
            }
            search.finish()
            open = []
            for node in found where node.expand() {
                // What has been recorded may hold others.
                for index in 0..<node.inputCount {
                    let edge = node.edge(index)
                    if let input = edge.node { open.append(Variable(standingFor: input, edge.output)) }
                }
            }
        }
    }
}

extension Variable {
    /// Lets the graph behind this recorded gradient go of closures, before a variable keeps it.
    package func releasingClosures() -> Variable {
        ClosureNodes.expand(behind: [self])
        return self
    }
}
