import CNablaKernels

extension NDArray {
    package func scanned(_ op: ReduceOp, axis: Int, reverse: Bool, function: String) -> NDArray {
        let axis = shape.normalized(axis: axis, function: function)
        let out = NDArray(uninitialized: shape, dtype)
        backend.scan(op, self, axis: axis, reverse: reverse, into: out)
        return out
    }

    /// Running sums along `axis`, from the last element when `reverse`.
    public func cumulativeSum(axis: Int, reverse: Bool = false) -> NDArray {
        (dtype == .bool ? cast(to: .int64) : self).scanned(NK_SUM, axis: axis, reverse: reverse, function: "cumulativeSum")
    }
    /// Running products along `axis`, from the last element when `reverse`.
    public func cumulativeProduct(axis: Int, reverse: Bool = false) -> NDArray {
        (dtype == .bool ? cast(to: .int64) : self).scanned(NK_PROD, axis: axis, reverse: reverse, function: "cumulativeProduct")
    }
    /// Running maxima along `axis`, from the last element when `reverse`.
    public func cumulativeMax(axis: Int, reverse: Bool = false) -> NDArray {
        scanned(NK_MAXIMUM, axis: axis, reverse: reverse, function: "cumulativeMax")
    }
    /// Running minima along `axis`, from the last element when `reverse`.
    public func cumulativeMin(axis: Int, reverse: Bool = false) -> NDArray {
        scanned(NK_MINIMUM, axis: axis, reverse: reverse, function: "cumulativeMin")
    }

    /// The elements along `axis` in order, NaN last (first when `descending`). Stable.
    public func sorted(axis: Int = -1, descending: Bool = false) -> NDArray {
        let axis = shape.normalized(axis: axis, function: "sorted")
        let out = NDArray(uninitialized: shape, dtype)
        backend.sort(self, axis: axis, descending: descending, values: out, indices: nil)
        return out
    }

    /// The positions (int64) of the elements along `axis` in order. Stable.
    public func argSorted(axis: Int = -1, descending: Bool = false) -> NDArray {
        let axis = shape.normalized(axis: axis, function: "argSorted")
        let out = NDArray(uninitialized: shape, .int64)
        backend.sort(self, axis: axis, descending: descending, values: nil, indices: out)
        return out
    }
}
