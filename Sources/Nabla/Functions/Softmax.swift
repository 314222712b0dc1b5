// Soft maxima. Shifting by the largest element, a constant, changes nothing but the rounding, so the rules are those of the parts. An
// infinite largest element is as far from itself as any other, 0: elements that share it share the weight, as equal finite ones do. So a row
// of -∞ alone has equal weights.

/// log Σ exp(x) over `axes` (nil: all of them), without overflow
public func logSumExp(_ x: Variable, axes: [Int]? = nil, keepsAxes: Bool = false) -> Variable {
    let x = x.cast(to: x.dtype.floating)
    let largest = largestElements(x, axes, "logSumExp")
    let result = log(exp(difference(x, largest)).sum(axes: axes, keepsAxes: true)) + largest
    if keepsAxes { return result }
    return result.reshaped(to: x.shape.reduced(over: x.shape.normalized(axes: axes, function: "logSumExp"), keepsAxes: false))
}
public func logSumExp(_ x: Variable, axis: Int, keepsAxes: Bool = false) -> Variable {
    logSumExp(x, axes: [axis], keepsAxes: keepsAxes)
}

/// exp(x) / Σ exp(x) along `axis`
public func softmax(_ x: Variable, axis: Int = -1) -> Variable {
    let x = x.cast(to: x.dtype.floating)
    let e = exp(difference(x, largestElements(x, [axis], "softmax")))
    return e / e.sum(axis: axis, keepsAxes: true)
}

/// x - log Σ exp(x) along `axis`
///
/// Computed as d - log(1 + Σ exp(d)), where d = x - max(x) and the sum leaves the largest element out, whose own d is 0 by definition: results
/// and derivatives keep their digits also where its weight is all but 1.
public func logSoftmax(_ x: Variable, axis: Int = -1) -> Variable {
    let x = x.cast(to: x.dtype.floating)
    let axis = x.shape.normalized(axis: axis, function: "logSoftmax")
    if x.count == 0 { return x.unchanged }
    let position = firstLargest(x, axis)
    let places = NDArray.arange(x.shape[axis]).reshaped(to: Shape([x.shape[axis]] + [Int](repeating: 1, count: x.rank - 1 - axis)))
    let isLargest = position .== Variable(constant: places)
    let others = `where`(isLargest, -Double.infinity, difference(x, x.takeAlong(position.array, axis: axis)))
    return `where`(isLargest, 0, others) - log1p(exp(others).sum(axis: axis, keepsAxes: true))
}

/// Where the first largest element along `axis` is, a constant.
private func firstLargest(_ x: Variable, _ axis: Int) -> Variable {
    FunctionNode.constant([x], x.array.argMax(axis: axis, keepsAxes: true)) { FirstLargest(axis) }
}
private final class FirstLargest: FunctionNode {
    let axis: Int
    init(_ axis: Int) { self.axis = axis }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0].argMax(axis: axis, keepsAxes: true)] }
    override func applied(to batch: Batch) -> [Variable]? { [firstLargest(batch[0], axis + 1)] }
}

/// The largest elements, as constants.
private func largestElements(_ x: Variable, _ axes: [Int]?, _ function: String) -> Variable {
    for axis in x.shape.normalized(axes: axes, function: function).axes where x.shape[axis] == 0 {
        return Variable(
            constant: .zeros(x.shape.reduced(over: x.shape.normalized(axes: axes, function: function), keepsAxes: true), dtype: x.dtype))
    }
    return x.detached().max(axes: axes, keepsAxes: true)
}
