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
public func logSoftmax(_ x: Variable, axis: Int = -1) -> Variable {
    let x = x.cast(to: x.dtype.floating)
    let shifted = difference(x, largestElements(x, [axis], "logSoftmax"))
    return shifted - log(exp(shifted).sum(axis: axis, keepsAxes: true))
}

/// The largest elements, as constants.
func largestElements(_ x: Variable, _ axes: [Int]?, _ function: String) -> Variable {
    for axis in x.shape.normalized(axes: axes, function: function).axes where x.shape[axis] == 0 {
        return Variable(
            constant: .zeros(x.shape.reduced(over: x.shape.normalized(axes: axes, function: function), keepsAxes: true), dtype: x.dtype))
    }
    return x.detached().max(axes: axes, keepsAxes: true)
}
