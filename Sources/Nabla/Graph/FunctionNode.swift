import CNablaRuntime

/// A function in the recorded graph.
///
/// Running a function on variables records a bipartite graph: function nodes, and variable nodes between them. A variable node is a
/// place — output `i` of a function node — so a single object stands for a function and all its outputs, which needs no weak references
/// and a single allocation. References go from a node to the nodes that made its inputs, never forward; the arrays of inputs and
/// outputs are not part of the graph unless `forward` asks to retain them.
///
/// To add a function, subclass and write `forward` on arrays and `backward` on variables:
///
///     final class SquarePlus: FunctionNode {                       // F(x, y) = x² + y
///         override func forward(_ inputs: [NDArray]) -> [NDArray] {
///             retainInputs([0])
///             return [inputs[0] * inputs[0] + inputs[1]]
///         }
///         override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
///             let gz = gradOutputs[0]
///             return indexes.map { $0 == 0 ? 2 * gz * retainedInput(0) : gz }
///         }
///     }
///     let z = SquarePlus().apply([x, y])[0]
///
/// Because `backward` is made of recorded functions, the derivative can be differentiated again, to any order, and forward mode follows
/// from it. A node is applied once.
open class FunctionNode {
    // Small functions fit in these fields; `more` is made for more than two inputs or more than one output.
    package final var edge0 = Edge()
    package final var edge1 = Edge()
    package final var inputCount32: Int32 = 0
    package final var outputCount32: Int32 = 1
    /// One more than the highest rank among the inputs; 0 for leaves. No node can depend on one of its own rank.
    package final var rank: Int32 = 0
    // The walk that is at work here, and this node's number in it.
    package final var mark: UInt32 = 0
    package final var slot: Int32 = 0
    package final var flags = NodeFlags()
    package final var outputDType = DType.float32
    package final var outputShape = Shape()
    package final var keptInput0: NDArray?
    package final var keptInput1: NDArray?
    package final var keptOutput0: NDArray?
    package final var more: NodeExtension?

    public init() { nr_count_nodes(1) }

    /// The results for `inputs`. Reads only the inputs and this node's own stored properties, so that the graph can be run again.
    open func forward(_ inputs: [NDArray]) -> [NDArray] {
        fail("\(label): expected an override of forward, got none")
    }

    /// The gradients of the inputs named by `indexes`, in that order, from those of all outputs.
    ///
    /// Only inputs that are asked for need be computed. An absent gradient arrives as zeros; an input's gradient that is zero may be returned
    /// as `Variable.symbolicZero`. Must be made of functions of variables.
    open func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        fail("\(label): expected an override of backward, got none")
    }

    /// The name in messages and drawings; the class's own unless overridden.
    open var label: String { String(describing: type(of: self)) }

    // The walks call these; families of functions override them.

    /// Adds the gradients of the inputs in `needed` to `walk`.
    package func pull(_ gradOutputs: [Variable], _ needed: InputSet, _ walk: BackwardWalk) {
        let indexes = needed.indexes
        let gradients = backward(indexes, gradOutputs)
        require(
            gradients.count == indexes.count,
            "\(label): expected backward to return \(indexes.count) gradients (of inputs \(indexes)), got \(gradients.count)")
        for (index, gradient) in zip(indexes, gradients) {
            let (shape, dtype) = edge(index).layout
            require(
                gradient.shape == shape && gradient.dtype == dtype,
                "\(label): expected a gradient of \(dtype)\(shape) for input \(index), got \(gradient.dtype)\(gradient.shape)")
            walk.accumulate(gradient, at: edge(index))
        }
    }

    /// The same for a function of one output.
    package func pull(_ gradOutput: Variable, _ needed: InputSet, _ walk: BackwardWalk) {
        pull([gradOutput], needed, walk)
    }

    /// The tangents of the outputs from those of the inputs in `given`; the others are zero.
    ///
    /// By default the pullback, which is linear in its cotangent, is transposed: with g(u) = Jᵀu recorded, the gradient of ⟨g(u), t⟩ with
    /// respect to u is J t. One rule serves both modes.
    package func push(_ tangents: [Variable], _ given: InputSet) -> [Variable] {
        let indexes = given.indexes
        let cotangents = (0..<outputCount).map { i -> Variable in
            let (shape, dtype) = outputLayout(i)
            // This node's rank keeps the walk below from looking at anything older than the pullback.
            let leaf = LeafNode(shape, dtype, rank: rank)
            return Variable(array: NDArray.zeros([], dtype: dtype).broadcast(to: shape), node: leaf)
        }
        let isResultRecorded = isRecording
        return withRecording(true) {
            let pulled = backward(indexes, cotangents)
            return grad(
                of: pulled, wrt: cotangents, gradOutputs: indexes.map { tangents[$0] }, enableDoubleBackprop: isResultRecorded)
        }
    }

    deinit {
        nr_count_nodes(-1)
        if edge0.node != nil || more != nil { releaseInputs() }
    }
}

package struct NodeFlags: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// The retained arrays were given back by a backward walk.
    static let released = NodeFlags(rawValue: 1)
    /// The node has been applied.
    static let applied = NodeFlags(rawValue: 2)
    /// The user cut the node from its inputs.
    static let unchained = NodeFlags(rawValue: 4)
}

/// A variable node: output `output` of `node`; without a node, a constant.
package struct Edge {
    package var node: FunctionNode?
    package var output: Int32 = 0

    @inline(__always)
    init() {}
    @inline(__always)
    init(_ variable: Variable) {
        node = variable.node
        output = variable.output
    }

    /// Shape and element type of the variable.
    package var layout: (Shape, DType) { node!.outputLayout(Int(output)) }
}

/// A set of input positions.
package struct InputSet {
    private var bits: UInt64 = 0
    private var rest: Set<Int> = []

    package init() {}
    package mutating func insert(_ index: Int) { if index < 64 { bits |= 1 << UInt64(index) } else { rest.insert(index) } }
    package func contains(_ index: Int) -> Bool { index < 64 ? bits & (1 << UInt64(index)) != 0 : rest.contains(index) }
    package var isEmpty: Bool { bits == 0 && rest.isEmpty }
    package var indexes: [Int] { (0..<64).filter(contains) + rest.sorted() }
}

/// What does not fit in a node's own fields.
package final class NodeExtension {
    var edges: [Edge] = []  // from the third input on
    var outputs: [(Shape, DType)] = []  // from the second output on
    var keptInputs: [Int: NDArray] = [:]
    var keptOutputs: [Int: NDArray] = [:]
    var wantedInputs: [Int] = []
    var wantedOutputs: [Int] = []
    var cells: [Int: Unmanaged<GradientCell>] = [:]
}

/// Where a graph begins.
package final class LeafNode: FunctionNode {
    unowned(unsafe) var ownCell: GradientCell?

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
        default: more!.edges[index - 2]
        }
    }

    /// Shape and element type of output `index`.
    package final func outputLayout(_ index: Int) -> (Shape, DType) {
        index == 0 ? (outputShape, outputDType) : more!.outputs[index - 1]
    }

    package final func setCell(_ cell: GradientCell?, output: Int) {
        if let leaf = self as? LeafNode {
            leaf.ownCell = cell
        } else {
            extended().cells[output] = cell.map { Unmanaged.passUnretained($0) }
        }
    }

    package final func cell(output: Int) -> GradientCell? {
        if inputCount32 == 0, let leaf = self as? LeafNode { return leaf.ownCell }
        return more?.cells[output]?.takeUnretainedValue()
    }

    /// Cuts this node from its inputs.
    package final func unchain() {
        if self is LeafNode { return }
        flags.insert(.unchained)
        releaseInputs()
        inputCount32 = 0
        releaseRetained()
    }

    /// Lets go of the inputs without deep recursion: the release of a node may be the last one of its inputs, and so on for a million
    /// nodes. Below a fixed depth the rest waits on a list of this thread until the outermost release works it off.
    package final func releaseInputs() {
        let depth = nr_teardown_enter()
        if depth > 48 {
            for i in 0..<inputCount {
                if let node = edge(i).node { nr_teardown_push(Unmanaged.passRetained(node).toOpaque()) }
            }
        }
        edge0.node = nil
        edge1.node = nil
        more?.edges = []
        if depth == 1 {
            while let waiting = nr_teardown_pop() { Unmanaged<FunctionNode>.fromOpaque(waiting).release() }
        }
        _ = nr_teardown_leave()
    }
}
