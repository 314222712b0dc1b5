/// An array that takes part in differentiation: the user's handle on a value and on its place in the recorded graph.
///
/// Functions applied to variables are recorded as they run, so that `grad(of:wrt:)` and `backward()` can walk back from a result.
/// Gradients are variables too, recorded by the same functions, and can be differentiated again.
///
///     let x = Variable(NDArray(2.0))
///     let y = x * x * x / 3
///     let g = grad(of: y, wrt: x, enableDoubleBackprop: true)      // x² = 4
///     let h = grad(of: g, wrt: x)                                  // 2x = 4
///
/// A variable is a value: its array never changes. Its place in the graph is an output of a function node, or a leaf. A variable
/// without a place is a constant, and nothing is recorded of functions of constants only.
public struct Variable {
    /// The numbers.
    public private(set) var array: NDArray
    /// The function that made this variable, or its leaf; or a cell, which knows the node. One reference, because handles are copied all the
    /// time.
    private let place: AnyObject?
    /// Which output of `node` this is; of a constant, its `Provenance`.
    package let output: Int32
    private let hasCell: Bool
    /// Whether the numbers are known to be zeros without looking: an absent gradient.
    package let isSymbolicZero: Bool

    @inline(__always)
    package init(array: NDArray, node: FunctionNode?, output: Int32 = 0, isSymbolicZero: Bool = false) {
        self.array = array
        self.place = node
        self.output = output
        self.hasCell = false
        self.isSymbolicZero = isSymbolicZero
    }

    package init(array: NDArray, cell: GradientCell) {
        self.array = array
        self.place = cell
        self.output = Int32(cell.output)
        self.hasCell = true
        self.isSymbolicZero = false
    }

    /// The function that made this variable, or its leaf; nil for a constant.
    @inline(__always)
    package var node: FunctionNode? { nodeReference?.takeUnretainedValue() }

    /// The same, not retained: for as long as this variable lives.
    @inline(__always)
    package var nodeReference: Unmanaged<FunctionNode>? {
        // By its address, because the compiler would retain the object around the test.
        guard let address = unsafeBitCast(place, to: UnsafeRawPointer?.self) else { return nil }
        if hasCell { return Unmanaged<GradientCell>.fromOpaque(address)._withUnsafeGuaranteedRef { .passUnretained($0.node) } }
        let node = Unmanaged<FunctionNode>.fromOpaque(address)
        return node._withUnsafeGuaranteedRef { $0.hasCuts ? $0.origin(of: output) : node }
    }

    /// Where `backward` leaves this variable's gradient. Only handles own it, never the graph: a gradient refers to the graph, so a graph
    /// that owned its gradients would be a reference cycle. A handle without a cell that was cut finds it by the node that it owns.
    package var cell: GradientCell? {
        if hasCell { return unsafeDowncast(place!, to: GradientCell.self) }
        guard let place else { return nil }
        let node = unsafeDowncast(place, to: FunctionNode.self)
        return node.hasCuts ? node.cutCell(output) : nil
    }

    /// Stops when this variable's gradient was not kept.
    private func requireKeptGradient() {
        if let place, !hasCell { unsafeDowncast(place, to: FunctionNode.self).requireKeptGradient(output) }
    }

    /// The same place without owning the gradient that is left there, for what the library keeps.
    package var withoutCell: Variable { hasCell ? Variable(array: array, node: node, output: output) : self }

    /// Adds the numbers of `other` to those of this constant, in its memory when nobody else sees it.
    package mutating func addUnrecorded(_ other: Variable) {
        if isRecorded { self = marked(.unrecordedGradient) }
        if array.dtype == other.dtype && array.shape == other.shape { array += other.array } else { array = array + other.array }
    }

    /// Whether this variable has a place in a graph.
    @inline(__always)
    package var isRecorded: Bool { place != nil }

    /// A leaf of the graph, or a constant when `requiresGrad` is false or the elements are not real numbers.
    public init(_ array: NDArray, requiresGrad: Bool = true) {
        if requiresGrad && array.dtype.isFloating {
            self.init(array: array, cell: GradientCell(LeafNode(array.shape, array.dtype), output: 0))
        } else {
            self.init(constant: array)
        }
    }

    /// A variable that no gradient flows to.
    @inline(__always)
    public init(constant array: NDArray) { self.init(array: array, node: nil) }

    /// A leaf holding a single number.
    public init<T: ArrayScalar & Scalar>(_ value: T, dtype: DType? = nil) { self.init(NDArray(value, dtype: dtype)) }

    /// Zeros that functions recognise as such: what an absent gradient is.
    public static func symbolicZero(_ shape: Shape, dtype: DType) -> Variable {
        Variable(
            array: NDArray.zeros([], dtype: dtype).broadcast(to: shape), node: nil, output: Provenance.flat.rawValue, isSymbolicZero: true)
    }
}

extension Variable {
    public var shape: Shape { array.shape }
    public var dtype: DType { array.dtype }
    /// The number of axes.
    public var rank: Int { array.rank }
    /// The number of elements.
    public var count: Int { array.count }
    /// The only element.
    public func item() -> Double { array.item() }

    /// Whether gradients flow to this variable, that is, whether it has a place in a graph.
    public var requiresGrad: Bool { isRecorded }

    /// Whether this variable is where a graph begins: made by the user, or cut from the function that made it.
    public var isLeaf: Bool { node is LeafNode }

    /// The same numbers as a constant: no gradient flows through, and that is meant. A gradient that was not recorded must be detached by name to
    /// take part in what is differentiated, as in first-order MAML:
    ///
    ///     let adapted = w - 0.1 * grad(of: loss, wrt: w).detached()
    public func detached() -> Variable { Variable(array: array, node: nil, isSymbolicZero: isSymbolicZero) }

    /// The function that made this variable; nil for leaves, cut variables among them, and constants.
    public var creator: FunctionNode? { isLeaf ? nil : node }
}

extension Variable {
    /// The gradient that `backward` accumulated here, if any. Kept for leaves, cut variables among them, and for handles made by
    /// `retainingGrad()`.
    public var grad: Variable? {
        requireKeptGradient()
        return sharedCell?.gradient
    }

    /// The accumulated gradient; zeros where no walk has reached this leaf. Where a walk would leave none, in a constant or in the result of a
    /// function whose gradient nobody asked to retain, there is nothing to say, and that stops.
    public var gradient: Variable {
        if let grad { return grad }
        require(
            cell != nil || isLeaf,
            "gradient: expected a leaf, or a handle made by retainingGrad() before the walk, got \(creator.map { "a result of \($0.label)" } ?? "a constant")"
        )
        return .symbolicZero(shape, dtype: dtype)
    }

    /// Forgets the accumulated gradient.
    public func clearGrad() {
        sharedCell?.gradient = nil
        if let place, !hasCell { unsafeDowncast(place, to: FunctionNode.self).forgetLostGradient(output) }
    }

    /// The cell that this handle owns, or, of a leaf, that others own.
    private var sharedCell: GradientCell? { cell ?? (node as? LeafNode)?.ownCell }

    /// A handle on this variable with which the next `backward` leaves the gradient, as it does for leaves. The gradient is kept as long as
    /// this handle, or a copy, lives.
    public func retainingGrad() -> Variable {
        guard let node, !hasCell else { return self }
        let cell = GradientCell.shared(by: node, output: Int(output))
        (node as? LeafNode)?.giveUpCell(Int(output))
        return Variable(array: array, cell: cell)
    }
}

extension Variable: CustomStringConvertible {
    public var description: String { "\(array)" }
}

extension Variable: CustomDebugStringConvertible {
    public var debugDescription: String {
        "Variable(shape: \(shape), dtype: \(dtype), \(node.map { isLeaf ? "leaf" : "made by \($0.label)" } ?? "constant")): \(array)"
    }
}

/// Holds the gradient that `backward` leaves for a variable.
///
/// Owned by handles. The node knows its cell without owning it, and the cell clears that reference when the last handle goes.
package final class GradientCell {
    package var gradient: Variable?
    private(set) var node: FunctionNode
    let output: Int

    package init(_ node: FunctionNode, output: Int) {
        self.node = node
        self.output = output
        node.setCell(self, output: output)
    }

    /// The living cell of a place in the graph, or a new one.
    package static func shared(by node: FunctionNode, output: Int) -> GradientCell {
        node.cell(output: output) ?? GradientCell(node, output: output)
    }

    /// Makes this the cell of the leaf that stands for its output now.
    func move(to leaf: LeafNode) {
        node = leaf
        leaf.setCell(self, output: output)
    }

    deinit { node.setCell(nil, output: output) }
}
