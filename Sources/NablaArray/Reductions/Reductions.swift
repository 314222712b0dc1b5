import CNablaKernels

extension NDArray {
    package func reduced(_ op: ReduceOp, _ axes: AxisSet, keepsAxes: Bool) -> NDArray {
        if axes.isEmpty { return self }
        let out = perform(Reduce(op, axes), self, for: "reduce")
        return keepsAxes ? out : out.reshaped(to: shape.reduced(over: axes, keepsAxes: false))
    }

    fileprivate func reduced(_ op: ReduceOp, _ axes: [Int]?, _ keepsAxes: Bool, _ function: String) -> NDArray {
        reduced(op, shape.normalized(axes: axes, function: function), keepsAxes: keepsAxes)
    }

    /// The sum over `axes` (nil: all of them). float32 is accumulated in float64; bool counts as int64.
    public func sum(axes: [Int]? = nil, keepsAxes: Bool = false) -> NDArray {
        (dtype == .bool ? cast(to: .int64) : self).reduced(NK_SUM, axes, keepsAxes, "sum")
    }
    public func sum(axis: Int, keepsAxes: Bool = false) -> NDArray { sum(axes: [axis], keepsAxes: keepsAxes) }

    /// The product over `axes` (nil: all of them).
    public func product(axes: [Int]? = nil, keepsAxes: Bool = false) -> NDArray {
        (dtype == .bool ? cast(to: .int64) : self).reduced(NK_PROD, axes, keepsAxes, "product")
    }
    public func product(axis: Int, keepsAxes: Bool = false) -> NDArray { product(axes: [axis], keepsAxes: keepsAxes) }

    /// The arithmetic mean over `axes` (nil: all of them), a real number.
    public func mean(axes: [Int]? = nil, keepsAxes: Bool = false) -> NDArray {
        mean(over: shape.normalized(axes: axes, function: "mean"), keepsAxes)
    }

    private func mean(over set: AxisSet, _ keepsAxes: Bool) -> NDArray {
        let total = cast(to: dtype.floating).reduced(NK_SUM, set, keepsAxes: keepsAxes)
        let n = total.count == 0 ? 0 : count / total.count
        return total / Double(n)
    }
    public func mean(axis: Int, keepsAxes: Bool = false) -> NDArray { mean(axes: [axis], keepsAxes: keepsAxes) }

    /// The mean squared distance from the mean over `axes`; `correction` is subtracted from the count in the
    /// denominator, which is at least 0.
    public func variance(axes: [Int]? = nil, keepsAxes: Bool = false, correction: Int = 0) -> NDArray {
        variance(over: shape.normalized(axes: axes, function: "variance"), keepsAxes, correction)
    }

    private func variance(over set: AxisSet, _ keepsAxes: Bool, _ correction: Int) -> NDArray {
        let x = cast(to: dtype.floating)
        let deviation = x - x.mean(over: set, true)
        let total = square(deviation).reduced(NK_SUM, set, keepsAxes: keepsAxes)
        let n = total.count == 0 ? 0 : count / total.count
        return total / Double(Swift.max(0, n - correction))
    }

    /// The square root of the variance.
    public func standardDeviation(axes: [Int]? = nil, keepsAxes: Bool = false, correction: Int = 0) -> NDArray {
        sqrt(variance(over: shape.normalized(axes: axes, function: "standardDeviation"), keepsAxes, correction))
    }

    /// The largest element over `axes` (nil: all of them); NaN when one is NaN.
    public func max(axes: [Int]? = nil, keepsAxes: Bool = false) -> NDArray {
        requireElements(axes, "max")
        return reduced(NK_MAXIMUM, axes, keepsAxes, "max")
    }
    public func max(axis: Int, keepsAxes: Bool = false) -> NDArray { max(axes: [axis], keepsAxes: keepsAxes) }

    /// The smallest element over `axes` (nil: all of them); NaN when one is NaN.
    public func min(axes: [Int]? = nil, keepsAxes: Bool = false) -> NDArray {
        requireElements(axes, "min")
        return reduced(NK_MINIMUM, axes, keepsAxes, "min")
    }
    public func min(axis: Int, keepsAxes: Bool = false) -> NDArray { min(axes: [axis], keepsAxes: keepsAxes) }

    private func requireElements(_ axes: [Int]?, _ function: String) {
        for axis in shape.normalized(axes: axes, function: function).axes {
            require(shape[axis] > 0, "\(function): expected at least one element along axis \(axis), got shape \(shape)")
        }
    }

    /// The position of the first largest element along `axis` (int64).
    public func argMax(axis: Int, keepsAxes: Bool = false) -> NDArray { argReduced(true, axis, keepsAxes, "argMax") }
    /// The position of the first smallest element along `axis` (int64).
    public func argMin(axis: Int, keepsAxes: Bool = false) -> NDArray { argReduced(false, axis, keepsAxes, "argMin") }

    private func argReduced(_ largest: Bool, _ axis: Int, _ keepsAxes: Bool, _ function: String) -> NDArray {
        let axis = shape.normalized(axis: axis, function: function)
        require(shape[axis] > 0, "\(function): expected at least one element along axis \(axis), got shape \(shape)")
        let out = perform(ArgReduce(largest: largest, axis: axis), self, for: "argReduce")
        return keepsAxes ? out : out.reshaped(to: shape.removing(axis))
    }
}

extension NDArray {
    /// Whether every element is true (not 0), over `axes` (nil: all of them).
    public func all(axes: [Int]? = nil, keepsAxes: Bool = false) -> NDArray {
        cast(to: .bool).reduced(NK_ALL, axes, keepsAxes, "all")
    }

    /// Whether any element is true (not 0), over `axes` (nil: all of them).
    public func any(axes: [Int]? = nil, keepsAxes: Bool = false) -> NDArray {
        cast(to: .bool).reduced(NK_ANY, axes, keepsAxes, "any")
    }
}
