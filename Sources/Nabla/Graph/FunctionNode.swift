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
///
/// Variables that the result depends on belong among the inputs: `retainedInput` gives them to `backward`. One that a property keeps gets no gradient.
/// If it is a leaf, it holds the gradient left for it, which may lead back to this node; `backward(enableDoubleBackprop: true)` therefore lets
/// go of what properties of type `Variable` hold in this way, and of what optionals, arrays, dictionaries (values), tuples and structures hold, in
/// each other to any depth. It does not see into what else a property may keep: closures, objects, slices, enumerations with values, values of type `Any`
/// or of a protocol. Give those `detached()` variables or arrays, or the gradient lives as long as itself.
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

    /// The results for `inputs`. Reads only the inputs and this node's own stored properties, so that `compile` can replay what it does.
    open func forward(_ inputs: [NDArray]) -> [NDArray] {
        fail("\(label): expected an override of forward, got none")
    }

    /// The gradients of the inputs named by `indexes`, in that order, from those of all outputs.
    ///
    /// Only inputs that are asked for need be computed. An absent gradient arrives as zeros; an input's gradient that is zero may be returned
    /// as `Variable.symbolicZero`. Must be made of functions of variables.
    ///
    /// A rule may itself take derivatives of what it computes, by `grad(of:wrt:)` or `jvp(of:wrt:along:)`, recorded so that the walk can be
    /// differentiated again:
    ///
    ///     let slope = grad(of: energy(retainedInput(0)), wrt: retainedInput(0), enableDoubleBackprop: true)
    ///
    /// In a walk that is not recorded such a rule runs twice, the second time with recording: what it computes before that call was not
    /// recorded the first time.
    open func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        fail("\(label): expected an override of backward, got none")
    }

    /// The name in messages and drawings; the class's own, without generic arguments, unless overridden.
    open var label: String { typeLabel(of: type(of: self)) }

    /// Gives back what the node keeps in properties of its own; called when its extension says that there is something.
    package func releaseElsewhere() {}

    /// Records what this node keeps a closure for, and lets go of the closure: what it records has the closure's place from now on, and the
    /// derivatives of every order are the same. Returns whether the inputs are other ones now.
    package func expand() -> Bool { false }

    /// The object whose properties the user wrote: this one, except in the library's own functions.
    package var author: AnyObject? { self }

    // The walks call these; families of functions override them.

    /// Adds the gradients of the inputs in `needed` to `walk`.
    package func pull(_ gradOutputs: [Variable], _ needed: InputSet, _ walk: BackwardWalk) {
        let indexes = needed.indexes
        let gradients = isRecording ? backward(indexes, gradOutputs) : unrecordedBackward(indexes, gradOutputs)
        check(gradients, of: indexes)
        // A rule may return what has a place in the graph, as a retained input has.
        for (index, gradient) in zip(indexes, gradients) {
            let isLost = isRecording && leavesTheGraph(gradient, gradOutputs) && !RuleReports.areExpected
            walk.accumulate(isLost ? gradient.marked(.unrecordedGradient) : gradient.unchanged, at: edge(index))
        }
    }

    /// Stops unless `backward` gave a gradient of the right layout for each input in `indexes`.
    private final func check(_ gradients: [Variable], of indexes: [Int]) {
        require(
            gradients.count == indexes.count,
            "\(label): expected backward to return \(indexes.count) gradients (of inputs \(indexes)), got \(gradients.count)")
        for (index, gradient) in zip(indexes, gradients) {
            let (shape, dtype) = edge(index).layout
            require(
                gradient.shape == shape && gradient.dtype == dtype,
                "\(label): expected a gradient of \(dtype)\(shape) for input \(index), got \(gradient.dtype)\(gradient.shape)")
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
            check(pulled, of: indexes)
            requireDependence(of: pulled, on: cotangents, indexes)
            return BackwardWalk.run(
                from: pulled, seeds: indexes.map { tangents[$0] }, to: cotangents, recorded: isResultRecorded, retainGraph: true,
                function: "jvp")
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
