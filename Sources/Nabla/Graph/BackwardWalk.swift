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
    private var sets = InputSetMemory()
    /// The marks of all constants beside the way.
    private var marks: Int32 = 0

    /// The function that the user called, for messages.
    private let function: String

    /// Walks from `outputs`, seeded with `seeds`. With `targets`, returns their gradients; without, leaves the gradients of leaves in
    /// their cells and returns nothing. A `boundary` holds all the targets, and the walk goes nowhere behind it: the gradients are those of
    /// the part of the graph in between.
    package static func run(
        from outputs: [Variable], seeds: [Variable], to targets: [Variable]?, recorded: Bool, retainGraph: Bool,
        stoppingAt boundary: [Variable]? = nil, function: String = "grad"
    ) -> [Variable] {
        withRecording(recorded) {
            if targets == nil {
                FunctionTrace.refuse("backward(), which leaves gradients in variables")
                if recorded { ClosureNodes.expand(behind: outputs + seeds) }
            }
            if _slowPath(outputs.passUnrecorded) { requireRecordedParts(outputs, function, behind: boundary ?? targets ?? []) }
            let walk = BackwardWalk(
                GraphSearch(from: outputs, to: targets, stoppingAt: boundary), recorded: followsRules, function: function)
            defer { walk.search.finish() }
            walk.begin(at: outputs, with: seeds)
            withNextOrder(after: walk.search) { walk.run(captures: targets != nil, retainGraph: retainGraph) }
            guard let targets else {
                if _slowPath(walk.marks & ThawClock.stamps != 0) { ThawClock.noteWalk(past: walk.marks) }
                return []
            }
            return walk.results(at: targets, of: outputs, recorded: recorded, stoppingAt: boundary)
        }
    }

    /// Leaves each seed at the place of its output; both looked up in place, see `areRecorded`.
    private func begin(at outputs: [Variable], with seeds: [Variable]) {
        outputs.withUnsafeBufferPointer { outputs in
            seeds.withUnsafeBufferPointer { seeds in
                // A gradient may be its seed; without recording it is a constant all the same.
                for index in outputs.indices where outputs[index].isRecorded {
                    accumulate(seeds[index].unchanged, at: Edge(outputs[index]))
                }
            }
        }
    }

    /// What has reached the targets: zeros where that is nothing.
    private func results(
        at targets: [Variable], of outputs: [Variable], recorded: Bool, stoppingAt boundary: [Variable]?
    ) -> [Variable] {
        var doubtful: [Int] = []
        let results = targets.withUnsafeBufferPointer { places in
            // A literal of one is made without a look at the runtime's tables of generic types, which costs what a small function costs.
            if places.count == 1 { return [result(at: places[0], 0, recorded, &doubtful)] }
            return places.indices.map { result(at: places[$0], $0, recorded, &doubtful) }
        }
        if _slowPath(!doubtful.isEmpty) { requirePresentValues(at: doubtful, of: outputs, function, targets, stoppingAt: boundary) }
        return results
    }

    @inline(__always)
    private func result(at target: Variable, _ index: Int, _ recorded: Bool, _ doubtful: inout [Int]) -> Variable {
        if let gradient = gradient(at: Edge(target)) { return gradient.asResult(recorded: recorded) }
        if _slowPath(target.mayBeOutOfDate) && !search.isReached(target.node!) { doubtful.append(index) }
        return .symbolicZero(target.shape, dtype: target.dtype)
    }

    @inline(__always)
    private func gradient(at place: Edge) -> Variable? { search.number(place).flatMap { gradients[$0] } }

    private init(_ search: consuming GraphSearch, recorded: Bool, function: String) {
        self.search = search
        self.isRecorded = recorded
        self.function = function
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
        guard node.inputCount > 0, reached.contains(where: { gradients[$0] != nil }), !needed(of: node).isEmpty else {
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
            if !captures { leave(gradient, node, 0) }
            if node.inputCount32 == 0 { return }
            let needed = needed(of: node)
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
                if !captures { leave(gradient, node, number - first) }
                return gradient
            }
            let (shape, dtype) = node.outputLayout(number - first)
            return .symbolicZero(shape, dtype: dtype)
        }
        let needed = needed(of: node)
        if !needed.isEmpty { node.pull(complete, needed, self) }
        if !captures || !isTarget(node) { for number in reached { gradients[number] = nil } }
    }

    /// The inputs of `node` through which a place asked about is reached. No other input may lack its recording.
    @inline(__always)
    private func needed(of node: FunctionNode) -> InputSet {
        let needed = search.needed(of: node, in: &sets)
        if _slowPath(needed.marks != 0) { note(needed, node) }
        return needed
    }

    private func note(_ needed: InputSet, _ node: FunctionNode) {
        if needed.lacksRecording && !needed.isEmpty { node.failUnrecorded(function) }
        marks |= needed.marks
    }

    /// Leaves a gradient in the cell of its place, if a handle owns one.
    @inline(__always)
    private func leave(_ gradient: Variable, _ node: FunctionNode, _ output: Int) {
        if let cell = node.cell(output: output) {
            cell.add(gradient, recorded: isRecorded)
            if isRecorded { cell.settle() }
        } else if node.inputCount32 == 0, node.more != nil, let leaf = node as? LeafNode {
            guard let cell = leaf.cellForGradient(output) else { return }
            cell.add(gradient, recorded: isRecorded)
            if isRecorded { cell.settle() }
        }
    }

    private func isTarget(_ node: FunctionNode) -> Bool { node.slot < search.targetCount }
}

extension GradientCell {
    /// Adds to the gradient left by earlier walks.
    package func add(_ gradient: Variable, recorded: Bool) {
        if self.gradient == nil {
            self.gradient = gradient.asResult(recorded: recorded)
        } else {
            self.gradient!.add(gradient, recorded: recorded)
        }
    }
}

extension Variable {
    /// This variable as a derivative that a walk returns: one that was recorded has a place in the graph, also where it is a constant, so that a
    /// derivative of it is zero by right; one that was not is marked, so that a derivative of it is no zero.
    @inline(__always)
    package func asResult(recorded: Bool) -> Variable {
        if !recorded { return marked(.unrecordedGradient) }
        // Made of an unrecorded gradient, it is not known whether it is the same everywhere.
        return isRecorded || isSymbolicZero || provenance.contains(.unrecordedGradient) ? self : withConstantPlace()
    }

    @inline(never)
    private func withConstantPlace() -> Variable {
        let leaf = LeafNode(shape, dtype)
        leaf.flags.insert(.isDerivative)
        return Variable(array: array, node: leaf)
    }

    /// Whether this is a derivative that is the same everywhere, such as the 3 of 3x.
    package var isConstantDerivative: Bool { node?.flags.contains(.isDerivative) ?? false }

    /// `self + other`, in this variable's memory when nothing is recorded and nobody else sees it.
    @inline(__always)
    fileprivate mutating func add(_ other: Variable, recorded: Bool) {
        if recorded { self = self + other } else { addUnrecorded(other) }
    }
}
