// Cutting variables from the functions that made them.
//
// An output that is cut becomes a leaf. Handles on it, and edges of functions that use it, name the node that made it, and nobody knows where
// they all are. So the node remembers the leaf that stands there instead; handles ask the node, and a search moves the edges it meets over to
// the leaf. The node itself is let go as soon as nobody holds a handle on it.

/// The leaf that stands for the outputs of a function that are cut, under the same numbers. Owned by the function's node.
final class CutOutputs {
    let leaf: LeafNode
    fileprivate(set) var outputs: Set<Int32> = []
    /// Cells for gradients that arrive while no handle owns one. Handles own the function's node, and so these.
    fileprivate var cells: [Int: GradientCell] = [:]
    /// Outputs whose gradient was not kept; see `settle`.
    fileprivate var lost: Set<Int> = []

    fileprivate init(_ leaf: LeafNode) {
        self.leaf = leaf
        leaf.extended().standsFor = .passUnretained(self)
    }

    deinit { leaf.more?.standsFor = nil }
}

extension FunctionNode {
    /// Whether some output is cut, so that handles and edges that name it lead to a leaf. A function with one output, which is what most are,
    /// has none of its own any more when that is cut: every search reads that number anyway.
    @inline(__always)
    final var hasCuts: Bool { outputCount32 != 1 && flags.contains(.cut) }

    /// The node at which output `index` is found: the leaf that stands for it when it is cut.
    @inline(never)
    final func origin(of index: Int32) -> Unmanaged<FunctionNode> {
        guard let cut = more?.cut, cut.outputs.contains(index) else { return .passUnretained(self) }
        return .passUnretained(cut.leaf)
    }

    /// Moves edge `index` over to the leaf if the output that it names is cut; gives the node at which it ends.
    @inline(never)
    final func followedOrigin(_ index: Int) -> Unmanaged<FunctionNode>? {
        let edge = self.edge(index)
        guard let now = edge.reference else { return nil }
        let origin = now._withUnsafeGuaranteedRef { $0.origin(of: edge.output) }
        if origin.toOpaque() == now.toOpaque() { return now }
        switch index {
        case 0: edge0.reference = origin.retain()
        case 1: edge1.reference = origin.retain()
        default:
            // This edge counts for itself, also where it is released.
            more!.inputs[index - 2].node = origin.takeUnretainedValue()
            return origin
        }
        now.release()
        return origin
    }

    /// The edge of input `index`, moved over to the leaf if the output that it names is cut.
    final func followedEdge(_ index: Int) -> Edge {
        _ = followedOrigin(index)
        return edge(index)
    }

    /// Makes output `index` a leaf. The inputs are let go with the last output.
    fileprivate final func cut(_ index: Int32, _ function: StaticString) {
        if self is LeafNode { return }
        let cut = cutOutputs(function)
        cut.outputs.insert(index)
        if let cell = more?.cells.removeValue(forKey: Int(index))?.takeUnretainedValue() { cell.move(to: cut.leaf) }
        if cut.outputs.count == outputCount { letGo() }
    }

    /// Makes all outputs leaves.
    fileprivate final func cutAll(_ function: StaticString) {
        for index in 0..<outputCount32 { cut(index, function) }
    }

    private final func cutOutputs(_ function: StaticString) -> CutOutputs {
        // A walk that is at work here holds nodes that only these edges keep alive.
        require(
            mark == 0,
            "\(function): expected a call before or after a walk, got one while a walk passes \(label), which made the variable")
        if let cut = more?.cut { return cut }
        let leaf = LeafNode(outputShape, outputDType, rank: rank)
        // What was made in a closure stays the closure's own.
        leaf.slot = slot
        leaf.derivativeOrder = derivativeOrder
        leaf.outputCount32 = outputCount32
        if outputCount32 > 1 { leaf.extended().outputs = more!.outputs }
        let cut = CutOutputs(leaf)
        extended().cut = cut
        flags.insert(.cut)
        return cut
    }

    private final func letGo() {
        releaseInputs()
        releaseRetained()
        inputCount32 = 0
        outputCount32 = 0
    }
}

extension Variable {
    /// Cuts this variable from the function that made it: it becomes a leaf, for every user of it, and takes the gradients that reach it in
    /// `grad`. Other outputs of the same function stay what they are. Not to be called from inside a backward walk that passes here.
    public func unchain() {
        FunctionTrace.refuse("unchain(), which changes the graph")
        node?.cut(output, "unchain")
    }

    /// Cuts the whole graph behind this variable, as truncated backpropagation through time does: every function behind it is forgotten, and its
    /// outputs are leaves, those that are no part of this variable's past too. Of a state of several variables made by one step, one is enough:
    ///
    ///     for window in windows {
    ///         for x in window { state = cell(x, state) }
    ///         loss(state).backward()
    ///         state.h.unchainBackward()
    ///     }
    public func unchainBackward() {
        FunctionTrace.refuse("unchainBackward(), which changes the graph")
        var open = [node].compactMap { $0 }
        while var next = open.popLast() {
            let edges = (0..<next.inputCount).map { next.followedEdge($0) }
            for edge in edges { if let input = edge.node, input.inputCount32 > 0 { open.append(input) } }
            // Where nobody else holds the node, nobody sees a leaf there.
            if next.mark == 0 && isKnownUniquelyReferenced(&next) { next.releaseInputs() } else { next.cutAll("unchainBackward") }
        }
    }
}

// MARK: - Gradients of cut variables

extension FunctionNode {
    /// The cell of output `index` if that is cut and has one.
    @inline(never)
    final func cutCell(_ index: Int32) -> GradientCell? {
        let origin = self.origin(of: index)
        return origin._withUnsafeGuaranteedRef { $0 is LeafNode ? $0.cell(output: Int(index)) : nil }
    }

    final func forgetLostGradient(_ index: Int32) {
        if hasCuts { more?.cut?.lost.remove(Int(index)) }
    }

    /// Stops when the gradient of output `index` was not kept.
    @inline(never)
    final func requireKeptGradient(_ index: Int32) {
        require(
            !(more?.cut?.lost.contains(Int(index)) ?? false),
            "grad: expected a handle made by retainingGrad(), or grad(of:wrt:), for a recorded gradient of a cut output of \(label) that depends on "
                + "another output of it, got a handle that cannot keep it without a cycle")
    }
}

extension LeafNode {
    /// The cell in which a walk leaves the gradient of output `index`: one that a handle owns; where this leaf stands for cut outputs and there
    /// is none, a new one. nil when no handle is left.
    @inline(never)
    func cellForGradient(_ index: Int) -> GradientCell? {
        if let cell = cell(output: index) { return cell }
        guard let cut = more?.standsFor?.takeUnretainedValue(), cut.outputs.contains(Int32(index)) else { return nil }
        let cell = GradientCell(self, output: index)
        cut.cells[index] = cell
        return cell
    }

    /// A handle owns the cell of output `index` now, and nothing else may.
    func giveUpCell(_ index: Int) {
        let cut = more?.standsFor?.takeUnretainedValue()
        cut?.cells[index] = nil
        cut?.lost.remove(index)
    }
}

extension GradientCell {
    /// Sees to it that a recorded gradient, which refers to the graph, does not keep itself alive: through the node of the function that made the
    /// variable, which owns this cell. The gradient refers to that node where an old edge still names it instead of the leaf; or
    /// where it depends on other outputs of it, and then it cannot be kept here.
    func settle() {
        guard let gradient, gradient.isRecorded, let cut = node.more?.standsFor?.takeUnretainedValue(), cut.cells[output] === self else {
            return
        }
        let search = GraphSearch(from: [gradient], to: nil)
        let reachesItself = (0..<search.nodeCount).contains { position in
            search.entry(at: position).node._withUnsafeGuaranteedRef {
                ($0 as? UncutOutput)?.origin.more?.cut === cut || $0.more?.cut === cut
            }
        }
        search.finish()
        if reachesItself {
            cut.lost.insert(output)
            self.gradient = nil
        }
    }
}
