// Arrays of positions, checked once before a kernel trusts them.

extension ResolveIndices: Check {
    /// `indices` themselves where they need no change, otherwise new ones.
    func checked(_ indices: NDArray) -> NDArray {
        let extent = Int64(shape[axis])
        let numbers = Host.contiguous(Host.integers(indices))
        let (low, high) = Host.bounds(numbers)
        if areLabels { requireLabels(low, high, shape[axis], function) }
        require(
            low >= -extent && high < extent,
            "\(function): expected indices in \(-extent)..<\(extent) along axis \(axis) of shape \(shape), got \(low < -extent ? low : high)"
        )
        if low >= 0 { return numbers }
        let out = Host.copy(numbers)
        let positions = UnsafeMutableBufferPointer(start: out.data.assumingMemoryBound(to: Int64.self), count: out.count)
        for i in positions.indices where positions[i] < 0 { positions[i] += extent }
        return out
    }
}

extension CheckLabels: Check {
    func checked(_ labels: NDArray) -> NDArray {
        let (low, high) = Host.bounds(Host.contiguous(Host.integers(labels)))
        requireLabels(low, high, classes, function)
        return labels
    }
}

private func requireLabels(_ low: Int64, _ high: Int64, _ classes: Int, _ function: String) {
    require(low >= 0 && high < classes, "\(function): expected labels in 0..<\(classes), got \(low < 0 ? low : high)")
}

/// An operation that looks at numbers and often gives its operand back.
protocol Check: UnaryOperation {
    func checked(_ x: NDArray) -> NDArray
}

extension Check {
    package func runOnHost(_ x: NDArray, into out: NDArray) { Host.cast(checked(x), into: out) }
}

/// The result of a check: where no trace needs it in memory of its own, the operand itself if it is right as it is.
func perform(_ check: some Check, _ x: NDArray) -> NDArray {
    if _slowPath(ArrayTrace.isActive) { return perform(check, x, for: "indices") }
    return check.checked(x)
}

extension Host {
    /// `x` as int64.
    fileprivate static func integers(_ x: NDArray) -> NDArray {
        if x.dtype == .int64 { return x }
        let out = NDArray(uninitialized: x.shape, .int64)
        cast(x, into: out)
        return out
    }

    /// The least and the greatest element of a row-major int64 array; (0, -1) for an empty one.
    fileprivate static func bounds(_ x: NDArray) -> (Int64, Int64) {
        withExtendedLifetime(x) {
            let values = UnsafeBufferPointer(start: x.data.assumingMemoryBound(to: Int64.self), count: x.count)
            guard let first = values.first else { return (0, -1) }
            var (low, high) = (first, first)
            for value in values {
                if value < low { low = value }
                if value > high { high = value }
            }
            return (low, high)
        }
    }
}
