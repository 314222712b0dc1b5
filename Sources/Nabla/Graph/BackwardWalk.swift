import CNablaRuntime

/// The backward walk: reverse mode.
///
/// Gradients of outputs flow to inputs, each function once, after all the functions that use it. The rules are functions of variables, so
/// with recording on the walk extends the graph and its results can be walked again.
package final class BackwardWalk {
    private let search: GraphSearch
    /// What has reached each place so far.
    private let gradients: UnsafeMutablePointer<Variable?>
    /// Whether sums are made by functions of variables.
    private let isRecorded: Bool

    /// Walks from `outputs`, seeded with `seeds`. With `targets`, returns their gradients; without, leaves the gradients of leaves in
    /// their cells and returns nothing. A `boundary` holds all the targets, and the walk goes nowhere behind it: the gradients are those of
    /// the part of the graph in between.
    package static func run(
        from outputs: [Variable], seeds: [Variable], to targets: [Variable]?, recorded: Bool, retainGraph: Bool,
        stoppingAt boundary: [Variable]? = nil
    ) -> [Variable] {
        withRecording(recorded) {
            if targets == nil {
                FunctionTrace.refuse("backward(), which leaves gradients in variables")
                if recorded { ClosureNodes.expand(behind: outputs + seeds) }
            }
            let walk = BackwardWalk(GraphSearch(from: outputs, to: targets, stoppingAt: boundary), recorded: followsRules)
            defer { walk.search.finish() }
            for (output, seed) in zip(outputs, seeds) where output.isRecorded {
                // A gradient may be its seed; without recording it is a constant all the same.
                walk.accumulate(seed.unchanged, at: Edge(output))
            }
            withNextOrder(after: walk.search) { walk.run(captures: targets != nil, retainGraph: retainGraph) }
            return (targets ?? []).map { target in
                target.node.flatMap { walk.search.number($0, target.output) }.flatMap { walk.gradients[$0] }
                    ?? .symbolicZero(target.shape, dtype: target.dtype)
            }
        }
    }

    private init(_ search: consuming GraphSearch, recorded: Bool) {
        self.search = search
        self.isRecorded = recorded
        let count = Int(self.search.outputCount)
        gradients = nr_scratch_allocate(count * MemoryLayout<Variable?>.stride).bindMemory(to: Variable?.self, capacity: count)
        gradients.initialize(repeating: nil, count: count)
    }

    deinit {
        let count = Int(search.outputCount)
        gradients.deinitialize(count: count)
        nr_scratch_free(gradients, count * MemoryLayout<Variable?>.stride)
    }

    /// Adds `gradient` to what has reached a place so far. Where a function broadcast its input, the gradient has the larger shape: the
    /// stretched axes are summed here, for all functions.
    @inline(__always)
    package func accumulate(_ gradient: consuming Variable, at edge: Edge) {
        if gradient.isSymbolicZero { return }
        guard let number = search.number(edge) else { return }
        let fits = edge.reference!._withUnsafeGuaranteedRef { edge.output == 0 && gradient.shape == $0.outputShape }
        if !fits { gradient = gradient.summed(to: edge.layout.0) }
        if case .none = gradients[number] {
            gradients[number] = gradient
        } else {
            gradients[number]!.add(gradient, recorded: isRecorded)
        }
    }

    /// The same for the product of a function's gradient and `factor`, while nothing is recorded: one pass where there is a sum already, and in
    /// the memory of the gradient otherwise, when nobody else sees it.
    package func accumulate(_ gradient: consuming Variable, times factor: NDArray, at edge: Edge) {
        guard let number = search.number(edge) else { return }
        if let shape = gradients[number]?.shape, shape == gradient.shape, shape == factor.shape {
            let product = gradient.array
            gradients[number] = gradients[number].take()!.changed { $0.add(product, times: factor) }
        } else {
            accumulate(gradient.changed { $0 *= factor }, at: edge)
        }
    }

    private func run(captures: Bool, retainGraph: Bool) {
        for position in stride(from: search.nodeCount - 1, through: 0, by: -1) {
            let entry = search.entry(at: position)
            if !entry.isNeeded { continue }
            if isObserved {
                observe(entry, captures, retainGraph)
                continue
            }
            entry.node._withUnsafeGuaranteedRef { visit($0, Int(entry.firstOutput), captures, retainGraph) }
        }
    }

    /// The same step with whoever observes this thread's functions told before and after.
    @inline(never)
    private func observe(_ entry: GraphSearch.Entry, _ captures: Bool, _ retainGraph: Bool) {
        let node = entry.node.takeUnretainedValue()
        let reached = Int(entry.firstOutput)..<(Int(entry.firstOutput) + node.outputCount)
        guard node.inputCount > 0, reached.contains(where: { gradients[$0] != nil }), !search.needed(of: node).isEmpty else {
            return visit(node, Int(entry.firstOutput), captures, retainGraph)
        }
        let order = Int(search.nextOrder)
        // No handle on the gradients may live on: the rule works in their memory when nobody else sees it.
        Observation.current.willPull(node, order: order, reached.map { gradients[$0] }, self)
        visit(node, Int(entry.firstOutput), captures, retainGraph)
        Observation.current.didPull(node, order: order, self)
    }

    /// What has reached the inputs of `node` so far.
    package func gradientsReached(by node: FunctionNode) -> [(input: Int, gradient: Variable)] {
        (0..<node.inputCount).compactMap { i in
            search.number(node.edge(i)).flatMap { gradients[$0] }.map { (i, $0) }
        }
    }

    /// The functions from an output of the walk down to `node`, both included.
    package func path(to node: FunctionNode) -> [FunctionNode] { search.path(to: node) }

    private func visit(_ node: FunctionNode, _ first: Int, _ captures: Bool, _ retainGraph: Bool) {
        if node.outputCount32 == 1 {
            // What was not asked for has done its work.
            let staysHere = captures && isTarget(node)
            guard let gradient = staysHere ? gradients[first] : gradients[first].take() else { return }
            if !captures { node.cell(output: 0)?.add(gradient, recorded: isRecorded) }
            if node.inputCount32 == 0 { return }
            let needed = search.needed(of: node)
            if !needed.isEmpty { node.pull(consume gradient, needed, self) }
        } else {
            pull(node, first, captures)
        }
        if !retainGraph { node.releaseRetained() }
    }

    private func pull(_ node: FunctionNode, _ first: Int, _ captures: Bool) {
        let reached = first..<(first + node.outputCount)
        if reached.allSatisfy({ gradients[$0] == nil }) { return }
        let complete = reached.map { number -> Variable in
            if let gradient = gradients[number] {
                if !captures { node.cell(output: number - first)?.add(gradient, recorded: isRecorded) }
                return gradient
            }
            let (shape, dtype) = node.outputLayout(number - first)
            return .symbolicZero(shape, dtype: dtype)
        }
        let needed = search.needed(of: node)
        if !needed.isEmpty { node.pull(complete, needed, self) }
        if !captures || !isTarget(node) { for number in reached { gradients[number] = nil } }
    }

    private func isTarget(_ node: FunctionNode) -> Bool { node.slot < search.targetCount }
}

extension GradientCell {
    /// Adds to the gradient left by earlier walks.
    package func add(_ gradient: Variable, recorded: Bool) {
        if self.gradient == nil { self.gradient = gradient } else { self.gradient!.add(gradient, recorded: recorded) }
    }
}

extension Variable {
    /// `self + other`, in this variable's memory when nothing is recorded and nobody else sees it.
    @inline(__always)
    fileprivate mutating func add(_ other: Variable, recorded: Bool) {
        if recorded { self = self + other } else { addUnrecorded(other) }
    }
}
