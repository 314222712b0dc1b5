// Functions that change an array's shape or element type. All are linear, and come in pairs that are each other's transposes.

extension Variable {
    /// The same elements, in row-major order, in another shape. One extent may be -1: it is computed from the others.
    public func reshaped(to extents: [Int]) -> Variable { recordedReshape(array.reshaped(to: extents)) }
    /// The same elements, in row-major order, in another shape.
    public func reshaped(to shape: Shape) -> Variable { recordedReshape(array.reshaped(to: shape)) }

    private func recordedReshape(_ value: NDArray) -> Variable {
        if value.shape == shape { return unchanged }
        if isSymbolicZero { return .symbolicZero(value.shape, dtype: dtype) }
        return FunctionNode.recorded(self, value) { Reshape(value.shape) }
    }

    /// All axes from `axis` on made into one.
    public func flattened(fromAxis axis: Int = 0) -> Variable { reshaped(to: shape.flattened(fromAxis: axis, function: "flattened")) }

    /// This variable with an axis of extent 1 before position `axis` (of the result).
    public func expandingDimensions(at axis: Int) -> Variable { recordedReshape(array.expandingDimensions(at: axis)) }

    /// This variable without the named axes of extent 1 (nil: all such axes).
    public func squeezed(axes: [Int]? = nil) -> Variable { reshaped(to: shape.squeezed(axes: axes, function: "squeezed")) }

    /// The axes in another order: axis `i` of the result is axis `permutation[i]` of this variable. Without an argument, reversed.
    public func transposed(_ permutation: [Int]? = nil) -> Variable {
        transposed(shape.normalized(permutation: permutation, function: "transposed"))
    }

    /// This variable with two axes exchanged.
    public func swappingAxes(_ a: Int, _ b: Int) -> Variable { transposed(shape.exchanging(a, b, function: "swappingAxes")) }

    fileprivate func transposed(_ order: AxisOrder) -> Variable {
        let value = array.transposed(order)
        if isSymbolicZero { return .symbolicZero(value.shape, dtype: dtype) }
        return FunctionNode.recorded(self, value) { Transpose(order) }
    }

    /// This variable repeated along axes of extent 1 and new leading axes. The transpose of `summed(to:)`.
    public func broadcast(to target: Shape) -> Variable {
        if target == shape { return unchanged }
        if isSymbolicZero { return .symbolicZero(target, dtype: dtype) }
        return FunctionNode.recorded(self, array.broadcast(to: target)) { Broadcast(target) }
    }

    /// Sums over every axis along which `target` was stretched to this variable's shape. The transpose of `broadcast(to:)`.
    public func summed(to target: Shape) -> Variable {
        if target == shape { return unchanged }
        if isSymbolicZero { return .symbolicZero(target, dtype: dtype) }
        return FunctionNode.recorded(self, array.summed(to: target)) { SumTo(target) }
    }

    /// This variable with elements of another type. Between floating types it is differentiable; the others give a constant.
    public func cast(to target: DType) -> Variable {
        if target == dtype { return unchanged }
        if isSymbolicZero { return .symbolicZero(shape, dtype: target) }
        if !target.isFloating { return FunctionNode.constant([self], array.cast(to: target)) { Cast(target) } }
        return FunctionNode.recorded(self, array.cast(to: target)) { Cast(target) }
    }

    /// The order of the elements along `axes` (nil: all) reversed.
    public func flipped(axes: [Int]? = nil) -> Variable {
        let order = shape.normalized(axes: axes, function: "flipped").axes
        if isSymbolicZero { return self }
        return FunctionNode.recorded(self, array.flipped(axes: order)) { Flip(order) }
    }
}

private final class Reshape: LinearFunction {
    let target: Shape
    init(_ target: Shape) { self.target = target }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0].reshaped(to: target)] }
    override func applied(to batch: Batch) -> [Variable]? { [batch[0].reshaped(to: target.stacked(batch.size))] }
    override func again(_ arguments: [Variable]) -> Variable { arguments[0].reshaped(to: target) }
    override func transpose(_ g: Variable, _ index: Int) -> Variable { g.reshaped(to: edge0.layout.0) }
}

private final class Transpose: LinearFunction {
    let order: AxisOrder
    init(_ order: AxisOrder) { self.order = order }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0].transposed(order)] }
    override func applied(to batch: Batch) -> [Variable]? { [batch[0].transposed(order.behindExamples)] }
    override func again(_ arguments: [Variable]) -> Variable { arguments[0].transposed(order) }
    override func transpose(_ g: Variable, _ index: Int) -> Variable { g.transposed(order.inverse) }
}

private final class Broadcast: LinearFunction {
    let target: Shape
    init(_ target: Shape) { self.target = target }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0].broadcast(to: target)] }
    override func applied(to batch: Batch) -> [Variable]? {
        [batch.aligned(0, rank: target.rank).broadcast(to: target.stacked(batch.size))]
    }
    override func again(_ arguments: [Variable]) -> Variable { arguments[0].broadcast(to: target) }
    override func transpose(_ g: Variable, _ index: Int) -> Variable { g.summed(to: edge0.layout.0) }
}

private final class SumTo: LinearFunction {
    let target: Shape
    init(_ target: Shape) { self.target = target }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0].summed(to: target)] }
    override func applied(to batch: Batch) -> [Variable]? {
        let ones = Array(repeating: 1, count: batch.shape(0).rank - target.rank)
        return [batch[0].summed(to: Shape([batch.size] + ones + Array(target))).reshaped(to: target.stacked(batch.size))]
    }
    override func again(_ arguments: [Variable]) -> Variable { arguments[0].summed(to: target) }
    override func transpose(_ g: Variable, _ index: Int) -> Variable { g.broadcast(to: edge0.layout.0) }
}

private final class Cast: LinearFunction {
    let target: DType
    init(_ target: DType) { self.target = target }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0].cast(to: target)] }
    override func applied(to batch: Batch) -> [Variable]? { [batch[0].cast(to: target)] }
    override func again(_ arguments: [Variable]) -> Variable { arguments[0].cast(to: target) }
    override func transpose(_ g: Variable, _ index: Int) -> Variable { g.cast(to: edge0.layout.1) }
}

private final class Flip: LinearFunction {
    let axes: [Int]
    init(_ axes: [Int]) { self.axes = axes }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0].flipped(axes: axes)] }
    override func applied(to batch: Batch) -> [Variable]? { [batch[0].flipped(axes: axes.map { $0 + 1 })] }
    override func again(_ arguments: [Variable]) -> Variable { arguments[0].flipped(axes: axes) }
    override func transpose(_ g: Variable, _ index: Int) -> Variable { g.flipped(axes: axes) }
}
