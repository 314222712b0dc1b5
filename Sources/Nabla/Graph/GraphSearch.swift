import CNablaRuntime

/// The nodes between results and the places one asks about, in an order in which every node comes after its inputs.
///
/// The search marks nodes and gives each a number, so that a walk finds what belongs to a node without a dictionary. A walk may start
/// another one from inside a rule, over some of the same nodes: what it finds written in a node it puts back when it is done.
///
/// A structure that cannot be copied, and not an object, so that a walk that holds it looks into it without counting references.
package struct GraphSearch: ~Copyable {
    package struct Entry: BitwiseCopyable {
        let node: Unmanaged<FunctionNode>
        let markBefore: UInt32
        let slotBefore: Int32
        /// Number of the node's first output among all outputs of the walk.
        package let firstOutput: Int32
        var isVisited: Bool
        /// Whether one of the places asked about is this node or lies behind it.
        package var isNeeded: Bool
    }

    let id = nr_next_walk()
    private var entries = GrowingBuffer<Entry>(capacity: 32)
    /// Numbers of the entries, inputs before the functions that use them.
    private var order = GrowingBuffer<Int32>(capacity: 32)
    package private(set) var outputCount: Int32 = 0
    /// The first entries are those of the places asked about.
    package private(set) var targetCount: Int32 = 0

    /// Searches from `outputs` back to `targets`, or to everything when that is nil.
    ///
    /// - Parameter boundary: places that the search does not look behind; with it every target must be one of them.
    package init(from outputs: [Variable], to targets: [Variable]?, stoppingAt boundary: [Variable]? = nil) {
        nr_add_live_walks(1)
        var lowestRank = Int32.max
        targets?.forEachNode { node in
            if node.mark != id { enter(node, isNeeded: true) }
            lowestRank = Swift.min(lowestRank, node.rank)
        }
        targetCount = Int32(entries.count)
        if let boundary {
            boundary.forEachNode { node in if node.mark != id { enter(node, isNeeded: false) } }
            for i in 0..<entries.count { entries[i].isVisited = true }
        }
        if targets == nil { lowestRank = -1 }
        var stack = GrowingBuffer<Step>(capacity: 32)
        let everything = targets == nil
        outputs.forEachNode { root in
            guard open(root, lowestRank, everything) else { return }
            stack.append(Step(node: .passUnretained(root), next: 0, isNeeded: entries[Int(root.slot)].isNeeded))
            while stack.count > 0 {
                let top = stack[stack.last]
                top.node._withUnsafeGuaranteedRef { node in
                    if top.next < node.inputCount32 {
                        stack[stack.last].next += 1
                        guard var input = node.edge(Int(top.next)).reference else { return }
                        if input._withUnsafeGuaranteedRef({ $0.hasCuts }) { input = node.followedOrigin(Int(top.next))! }
                        input._withUnsafeGuaranteedRef { origin in
                            if open(origin, lowestRank, everything) {
                                // What has no inputs needs no step of its own.
                                if origin.inputCount32 == 0 {
                                    order.append(origin.slot)
                                    if entries[Int(origin.slot)].isNeeded { stack[stack.last].isNeeded = true }
                                } else {
                                    stack.append(Step(node: input, next: 0, isNeeded: entries[Int(origin.slot)].isNeeded))
                                }
                            } else if origin.mark == id && entries[Int(origin.slot)].isNeeded {
                                stack[stack.last].isNeeded = true
                            }
                        }
                    } else {
                        stack.removeLast()
                        entries[Int(node.slot)].isNeeded = top.isNeeded
                        order.append(node.slot)
                        if top.isNeeded && stack.count > 0 { stack[stack.last].isNeeded = true }
                    }
                }
            }
        }
    }

    /// A node whose inputs are being searched.
    private struct Step: BitwiseCopyable {
        let node: Unmanaged<FunctionNode>
        var next: Int32
        var isNeeded: Bool
    }

    /// How many nodes were found, those asked about included.
    package var nodeCount: Int { order.count }

    /// The entry of the node at `position` in the order in which nodes come after their inputs.
    @inline(__always)
    package func entry(at position: Int) -> Entry { entries[Int(order[position])] }

    /// The order of derivative of what a recorded walk over these nodes records: one more than theirs.
    package var nextOrder: Int32 {
        var highest: UInt8 = 0
        for i in 0..<entries.count { highest = Swift.max(highest, entries[i].node._withUnsafeGuaranteedRef { $0.derivativeOrder }) }
        return Swift.min(Int32(highest) + 1, 255)
    }

    /// Whether `node` is to be looked into now, for the first time. A node whose rank is no higher than that of every target and that is not
    /// one itself cannot have a target behind it.
    private mutating func open(_ node: FunctionNode, _ lowestRank: Int32, _ everything: Bool) -> Bool {
        if node.mark == id {
            if entries[Int(node.slot)].isVisited { return false }
        } else {
            if node.rank <= lowestRank { return false }
            enter(node, isNeeded: everything)
        }
        entries[Int(node.slot)].isVisited = true
        return true
    }

    private mutating func enter(_ node: FunctionNode, isNeeded: Bool) {
        // Marks are put back when a walk is done. One that is there, where this thread has no other walk, is another thread's.
        if _slowPath(node.mark != 0), nr_live_walks() == 1 { stopAtAnotherThread(node) }
        entries.append(
            Entry(
                node: .passUnretained(node), markBefore: node.mark, slotBefore: node.slot, firstOutput: outputCount, isVisited: false,
                isNeeded: isNeeded))
        node.mark = id
        node.slot = Int32(entries.count - 1)
        outputCount += node.outputCount32
    }

    /// The number of a place among all outputs of the walk, if gradients or tangents are to pass there.
    @inline(__always)
    package func number(_ node: FunctionNode, _ output: Int32) -> Int? {
        if node.mark != id { return nil }
        let entry = entries[Int(node.slot)]
        return entry.isNeeded ? Int(entry.firstOutput + output) : nil
    }

    @inline(__always)
    package func number(_ edge: Edge) -> Int? {
        edge.reference?._withUnsafeGuaranteedRef { number($0, edge.output) }
    }

    /// The inputs of `node` through which a place asked about is reached.
    package func needed(of node: FunctionNode, in memory: inout InputSetMemory) -> InputSet {
        var set = node.inputCount32 <= 64 ? InputSet(of: node.inputCount) : InputSet(of: node.inputCount, in: &memory)
        note(node.edge0, 0, &set)
        if node.inputCount32 < 2 { return set }
        note(node.edge1, 1, &set)
        if node.inputCount32 == 2 { return set }
        for i in 2..<node.inputCount { note(node.edge(i), i, &set) }
        return set
    }

    @inline(__always)
    private func note(_ edge: Edge, _ index: Int, _ set: inout InputSet) {
        if let origin = edge.reference {
            if origin._withUnsafeGuaranteedRef({ $0.mark == id && entries[Int($0.slot)].isNeeded }) { set.insert(index) }
        } else {
            set.marks |= edge.output
        }
    }

    /// Whether a place asked about lies behind one of the outputs, or is one.
    func isReached(_ node: FunctionNode) -> Bool { node.mark == id && entries[Int(node.slot)].isVisited }

    /// The nodes along one path down to `node`, from one that no other uses on; both included.
    package func path(to node: FunctionNode) -> [FunctionNode] {
        var user: [ObjectIdentifier: FunctionNode] = [:]
        for position in 0..<nodeCount {
            guard entry(at: position).isNeeded else { continue }
            let origin = entry(at: position).node.takeUnretainedValue()
            for i in 0..<origin.inputCount { if let input = origin.edge(i).node { user[ObjectIdentifier(input)] = origin } }
        }
        var path = [node]
        while let next = user[ObjectIdentifier(path[path.count - 1])] { path.append(next) }
        return path.reversed()
    }

    /// Puts back what other walks had written in the nodes. Must be called when the walk is done.
    package func finish() {
        nr_add_live_walks(-1)
        for i in stride(from: entries.last, through: 0, by: -1) {
            let entry = entries[i]
            entry.node._withUnsafeGuaranteedRef {
                // A walk of this thread inside this one has put its marks back.
                if _slowPath($0.mark != id) { stopAtAnotherThread($0) }
                $0.mark = entry.markBefore
                $0.slot = entry.slotBefore
            }
        }
    }
}

extension [Variable] {
    /// Calls `body` with the node of each variable that has one; looked up in place, see `areRecorded`.
    @inline(__always)
    fileprivate func forEachNode(_ body: (FunctionNode) -> Void) {
        withUnsafeBufferPointer { variables in
            for index in variables.indices { variables[index].nodeReference?._withUnsafeGuaranteedRef(body) }
        }
    }
}

/// Two walks at the same time would each miss what the other has marked: gradients that lack a part.
@inline(never)
private func stopAtAnotherThread(_ node: FunctionNode) -> Never {
    let (shape, _) = node.outputLayout(0)
    fail(
        "grad, backward or jvp: expected a graph in which one thread walks at a time, got a place of shape \(shape) in which another thread walks too; give "
            + "each thread variables of its own, as Variable(x.array)")
}
