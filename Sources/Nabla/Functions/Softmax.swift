// Soft maxima. Shifting by the largest element, a constant, changes nothing but the rounding, so the rules are those of the parts.

/// log Σ exp(x) over `axes` (nil: all of them), without overflow
public func logSumExp(_ x: Variable, axes: [Int]? = nil, keepsAxes: Bool = false) -> Variable {
    let shift = maximalShift(x, axes, "logSumExp")
    let result = log(exp(x - shift).sum(axes: axes, keepsAxes: true)) + shift
    if keepsAxes { return result }
    return result.reshaped(to: x.shape.reduced(over: x.shape.normalized(axes: axes, function: "logSumExp"), keepsAxes: false))
}
public func logSumExp(_ x: Variable, axis: Int, keepsAxes: Bool = false) -> Variable {
    logSumExp(x, axes: [axis], keepsAxes: keepsAxes)
}

/// exp(x) / Σ exp(x) along `axis`
public func softmax(_ x: Variable, axis: Int = -1) -> Variable {
    let e = exp(x - maximalShift(x, [axis], "softmax"))
    return e / e.sum(axis: axis, keepsAxes: true)
}

/// x - log Σ exp(x) along `axis`
public func logSoftmax(_ x: Variable, axis: Int = -1) -> Variable {
    let shifted = x - maximalShift(x, [axis], "logSoftmax")
    return shifted - log(exp(shifted).sum(axis: axis, keepsAxes: true))
}

/// The largest elements, as constants; 0 where they are infinite, since ∞ - ∞ is not a number.
private func maximalShift(_ x: Variable, _ axes: [Int]?, _ function: String) -> Variable {
    for axis in x.shape.normalized(axes: axes, function: function).axes where x.shape[axis] == 0 {
        return Variable(
            constant: .zeros(x.shape.reduced(over: x.shape.normalized(axes: axes, function: function), keepsAxes: true), dtype: x.dtype))
    }
    let largest = x.detached().max(axes: axes, keepsAxes: true)
    return FunctionNode.constant([largest], finite(largest.array)) { PiecewiseConstant { finite($0[0]) } }
}

/// `x` with 0 in place of what is infinite or not a number.
private func finite(_ x: NDArray) -> NDArray { `where`(isFinite(x), x, NDArray.zeros([], dtype: x.dtype)) }
