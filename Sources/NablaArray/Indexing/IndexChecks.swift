// Arrays of positions, checked once before a kernel trusts them.

extension NDArray {
    /// These indices along `axis` of `shape` as contiguous int64, negative ones counted from the end; stops when one is out of range.
    ///
    /// - Parameter areLabels: whether they name classes, among which nothing is counted from the end.
    package func resolvedIndices(axis: Int, of shape: Shape, function: String, areLabels: Bool = false) -> NDArray {
        require(dtype.isInteger, "\(function): expected \(areLabels ? "labels" : "indices") of int32 or int64, got \(dtype)")
        return perform(ResolveIndices(axis: axis, of: shape, function: function, areLabels: areLabels), self)
    }

    /// These labels; stops when one is not in `0 ..< classes`.
    package func checkedLabels(_ classes: Int, function: String) -> NDArray {
        perform(CheckLabels(classes: classes, function: function), self)
    }

    /// The positions of the true elements of a `bool` array among its elements in row-major order (int64).
    package func truePositions() -> NDArray {
        withUnsafeElements(as: Bool.self) { flags in
            let positions = NDArray(uninitialized: [flags.count { $0 }], .int64)
            defer { ArrayTrace.noteLiteral(positions) }
            let out = positions.data.assumingMemoryBound(to: Int64.self)
            var count = 0
            for (i, flag) in flags.enumerated() where flag {
                out[count] = Int64(i)
                count += 1
            }
            return positions
        }
    }

    /// The positions of the elements that are not 0: for each axis a vector (int64), in row-major order.
    public func nonzero() -> [NDArray] {
        var rest = cast(to: .bool).truePositions()
        var result: [NDArray] = []
        for extent in shape.reversed() {
            result.append(modulo(rest, extent))
            rest = floorDivided(rest, extent)
        }
        return result.reversed()
    }
}
