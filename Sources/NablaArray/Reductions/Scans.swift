import CNablaKernels

extension NDArray {
    package func scanned(_ op: ReduceOp, axis: Int, reverse: Bool, function: String) -> NDArray {
        let axis = shape.normalized(axis: axis, function: function)
        return perform(Scan(op, axis: axis, reverse: reverse), self, for: "scan")
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
        return perform(Sort(axis: axis, descending: descending, givesPositions: false), self, for: "sorted")
    }

    /// The positions (int64) of the elements along `axis` in order. Stable.
    public func argSorted(axis: Int = -1, descending: Bool = false) -> NDArray {
        let axis = shape.normalized(axis: axis, function: "argSorted")
        return perform(Sort(axis: axis, descending: descending, givesPositions: true), self, for: "argSorted")
    }
}
