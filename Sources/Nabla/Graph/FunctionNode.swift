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
    // Small functions fit in these fields; `more` is made for more than two inputs or more than one output. In this order there are no gaps,
    // and a node fits in 120 bytes, the largest that malloc keeps in its fast lists.
    package final var edge0 = Edge()
    package final var inputCount32: Int32 = 0
    package final var edge1 = Edge()
    package final var outputCount32: Int32 = 1
    /// One more than the highest rank among the inputs; 0 for leaves. No node can depend on one of its own rank.
    package final var rank: Int32 = 0
    // The walk that is at work here, and this node's number in it.
    package final var mark: UInt32 = 0
    /// While no walk is at work here, the scope in which this node was made.
    package final var slot: Int32 = nr_scope()
    package final var outputShape = Shape()
    package final var outputDType = DType.float32
    package final var flags = NodeFlags()
    /// The order of derivative: 0 for what the user's code records, n for what a walk over functions of orders below n records. It lies in
    /// a byte that alignment would leave empty.
    package final var derivativeOrder = UInt8(truncatingIfNeeded: nr_order())
    package final var kept = KeptArrays()
    private final var extensionReference: Unmanaged<NodeExtension>?

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

    /// The name in messages and drawings; the class's own, without generic arguments, unless overridden.
    open var label: String { String(String(describing: type(of: self)).prefix { $0 != "<" }) }

    /// Gives back what the node keeps in properties of its own; called when its extension says that there is something.
    package func releaseElsewhere() {}

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

    /// The same for a function of one output. The gradient is given up: when nobody else sees its memory, it may be reused.
    package func pull(_ gradOutput: consuming Variable, _ needed: InputSet, _ walk: BackwardWalk) {
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

    /// The function applied to each example of a batch: its outputs, each with an axis of the examples in front. Must be made of functions of
    /// variables. nil when it is not known how, as of functions from outside of the library.
    package func applied(to batch: Batch) -> [Variable]? { nil }

    deinit {
        nr_count_nodes(-1)
        if !kept.isEmpty { kept.release() }
        if edge0.reference != nil || edge1.reference != nil || extensionReference != nil { releaseInputs() }
        extensionReference?.release()
    }

    /// What does not fit in the fields above; owned by counting, as edges are.
    package final var more: NodeExtension? {
        @inline(__always) get { extensionReference?.takeUnretainedValue() }
        set {
            let before = extensionReference
            extensionReference = newValue.map { .passRetained($0) }
            before?.release()
        }
    }
}

package struct NodeFlags: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// The retained arrays were given back by a backward walk.
    static let released = NodeFlags(rawValue: 1)
    /// The node has been applied.
    static let applied = NodeFlags(rawValue: 2)
    /// The second kept array is the first output, not the second input.
    static let keepsOutput = NodeFlags(rawValue: 4)
}

/// A variable node: output `output` of `node`; without a node, a constant.
///
/// Does not own the node. A function node owns the nodes of its edges by counting references itself: it would otherwise pay for a
/// retain and a release at every look, which were a fifth of the time of a walk.
package struct Edge {
    fileprivate(set) var reference: Unmanaged<FunctionNode>?
    package var output: Int32 = 0

    @inline(__always)
    init() {}
    @inline(__always)
    init(_ variable: Variable) {
        reference = variable.nodeReference
        output = variable.output
    }

    @inline(__always)
    package var node: FunctionNode? { reference?.takeUnretainedValue() }

    /// An edge whose node the caller now owns.
    @inline(__always)
    static func owning(_ variable: Variable) -> Edge {
        let edge = Edge(variable)
        _ = edge.reference?.retain()
        return edge
    }

    /// The rank of the node; -1 for a constant.
    @inline(__always)
    var rank: Int32 { reference?._withUnsafeGuaranteedRef { $0.rank } ?? -1 }

    /// Shape and element type of the variable.
    package var layout: (Shape, DType) { reference!._withUnsafeGuaranteedRef { $0.outputLayout(Int(output)) } }
}

/// Two arrays that a node retains: the first input, and the second input or the first output. Owned by counting references, as edges are,
/// so that a node that retains nothing has nothing to release.
package struct KeptArrays {
    private var body0: Unmanaged<ArrayBody>?
    private var body1: Unmanaged<ArrayBody>?

    @inline(__always)
    var isEmpty: Bool { body0 == nil && body1 == nil }

    @inline(__always)
    private static func replace(_ place: inout Unmanaged<ArrayBody>?, by array: NDArray?) {
        let before = place
        place = array.map { Unmanaged.passRetained($0.body) }
        before?.release()
    }

    package var first: NDArray? {
        @inline(__always) get { body0.map { NDArray(body: $0.takeUnretainedValue()) } }
        @inline(__always) set { KeptArrays.replace(&body0, by: newValue) }
    }
    package var second: NDArray? {
        @inline(__always) get { body1.map { NDArray(body: $0.takeUnretainedValue()) } }
        @inline(__always) set { KeptArrays.replace(&body1, by: newValue) }
    }

    mutating func release() {
        first = nil
        second = nil
    }
}

/// A set of input positions, of the inputs of one function. From the 64th input on they count as one: either all or none.
package struct InputSet {
    private var bits: UInt64 = 0
    private let count: Int

    @inline(__always)
    package init(of count: Int) { self.count = count }
    @inline(__always)
    package mutating func insert(_ index: Int) { bits |= 1 << UInt64(Swift.min(index, 63)) }
    @inline(__always)
    package func contains(_ index: Int) -> Bool { bits & (1 << UInt64(Swift.min(index, 63))) != 0 }
    package var isEmpty: Bool { bits == 0 }
    package var indexes: [Int] { (0..<count).filter(contains) }
}

/// What does not fit in a node's own fields.
package final class NodeExtension {
    var inputs: [(node: FunctionNode?, output: Int32)] = []  // from the third input on
    var outputs: [(Shape, DType)] = []  // from the second output on
    var keptInputs: [Int: NDArray] = [:]
    var keptOutputs: [Int: NDArray] = [:]
    var wantedInputs: [Int] = []
    var wantedOutputs: [Int] = []
    var cells: [Int: Unmanaged<GradientCell>] = [:]
    /// Where and by what the function was run, when somebody asked for that.
    var origin: RecordedOrigin?
    /// Whether the node keeps something in properties of its own, to be given back like retained arrays.
    var keepsElsewhere = false

    func edge(_ index: Int) -> Edge {
        var edge = Edge()
        edge.reference = inputs[index].node.map { Unmanaged.passUnretained($0) }
        edge.output = inputs[index].output
        return edge
    }
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
        default: more!.edge(index - 2)
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
        releaseInputs()
        inputCount32 = 0
        releaseRetained()
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
