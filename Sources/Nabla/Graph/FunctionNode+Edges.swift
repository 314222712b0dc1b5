import CNablaRuntime

/// Where a graph begins. It has several outputs where it stands for those of a function that were cut.
package final class LeafNode: FunctionNode {
    unowned(unsafe) var ownCell: GradientCell?
    /// The parameter whose value this is or was; 0 for none.
    var parameter: Int32 = 0
    /// Where the parameter was frozen before this value, when it was last read so; see `ThawClock`.
    var lastFrozenRead = ThawClock.never

    init(_ shape: Shape, _ dtype: DType, rank: Int32 = 0) {
        super.init()
        outputShape = shape
        outputDType = dtype
        self.rank = rank
    }

    override package var label: String { "Leaf" }
}

extension FunctionNode {
    package final func extended() -> NodeExtension {
        if let more { return more }
        let new = NodeExtension()
        more = new
        return new
    }

    /// The number of inputs.
    public final var inputCount: Int { Int(inputCount32) }
    /// The number of outputs.
    public final var outputCount: Int { Int(outputCount32) }

    package final func edge(_ index: Int) -> Edge {
        switch index {
        case 0: edge0
        case 1: edge1
        default: more!.edge(index - 2)
        }
    }

    /// Shape and element type of output `index`.
    package final func outputLayout(_ index: Int) -> (Shape, DType) {
        index == 0 ? (outputShape, outputDType) : more!.outputs[index - 1]
    }

    package final func setCell(_ cell: GradientCell?, output: Int) {
        if outputCount32 == 1, let leaf = self as? LeafNode {
            leaf.ownCell = cell
        } else {
            extended().cells[output] = cell.map { Unmanaged.passUnretained($0) }
        }
    }

    package final func cell(output: Int) -> GradientCell? {
        if inputCount32 == 0 && outputCount32 == 1, let leaf = self as? LeafNode { return leaf.ownCell }
        return more?.cells[output]?.takeUnretainedValue()
    }

    /// Lets go of the inputs without deep recursion: the release of a node may be the last one of its inputs, and so on for a million
    /// nodes. Below a fixed depth the rest waits on a list of this thread until the outermost release works it off.
    package final func releaseInputs() {
        let depth = nr_teardown_enter()
        if depth > 48 {
            // What this node owned, the waiting list owns now.
            if let first = edge0.reference { nr_teardown_push(first.toOpaque()) }
            if let second = edge1.reference { nr_teardown_push(second.toOpaque()) }
            for case let node? in (more?.inputs ?? []).lazy.map(\.node) { nr_teardown_push(Unmanaged.passRetained(node).toOpaque()) }
            edge0.reference = nil
            edge1.reference = nil
        } else {
            let (first, second) = (edge0.reference, edge1.reference)
            edge0.reference = nil
            edge1.reference = nil
            first?.release()
            second?.release()
        }
        more?.inputs = []
        if depth == 1 {
            while let waiting = nr_teardown_pop() { Unmanaged<FunctionNode>.fromOpaque(waiting).release() }
        }
        _ = nr_teardown_leave()
    }
}
