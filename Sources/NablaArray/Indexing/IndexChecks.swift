// Arrays of positions, checked once before a kernel trusts them.

extension NDArray {
    /// These indices along `axis` of `shape` as contiguous int64, negative ones counted from the end; stops when one is out of range.
    ///
    /// - Parameter areLabels: whether they name classes, among which nothing is counted from the end.
    package func resolvedIndices(axis: Int, of shape: Shape, function: String, areLabels: Bool = false) -> NDArray {
        require(dtype.isInteger, "\(function): expected \(areLabels ? "labels" : "indices") of int32 or int64, got \(dtype)")
        if _slowPath(ArrayTrace.isActive) {
            // Checked again whenever the trace is replayed.
            let positions = NDArray(uninitialized: self.shape, .int64)
            let parameters = [AnyHashable(axis), AnyHashable(shape), AnyHashable(areLabels)]
            ArrayTrace.compound("\(function): indices", parameters, reads: [self], writes: [positions]) {
                reads, writes in
                writes[0].overwrite(with: reads[0].checkedIndices(axis, shape, function, areLabels))
            }
            return positions
        }
        return checkedIndices(axis, shape, function, areLabels)
    }

    private func checkedIndices(_ axis: Int, _ shape: Shape, _ function: String, _ areLabels: Bool) -> NDArray {
        let extent = Int64(shape[axis])
        var indices = cast(to: .int64).contiguous()
        let (low, high) = indices.integerBounds
        if areLabels { requireLabels(low, high, shape[axis], function) }
        require(
            low >= -extent && high < extent,
            "\(function): expected indices in \(-extent)..<\(extent) along axis \(axis) of shape \(shape), got \(low < -extent ? low : high)"
        )
        if low < 0 {
            indices.withUnsafeMutableElements(as: Int64.self) { positions in
                for i in positions.indices where positions[i] < 0 { positions[i] += extent }
            }
        }
        return indices
    }

    /// These labels; stops when one is not in `0 ..< classes`.
    package func checkedLabels(_ classes: Int, function: String) -> NDArray {
        if _slowPath(ArrayTrace.isActive) {
            let labels = NDArray(uninitialized: shape, dtype)
            ArrayTrace.compound("\(function): labels", classes, reads: [self], writes: [labels]) { reads, writes in
                writes[0].overwrite(with: reads[0].checkedLabels(classes, function: function))
            }
            return labels
        }
        let (low, high) = cast(to: .int64).contiguous().integerBounds
        requireLabels(low, high, classes, function)
        return self
    }

    private func requireLabels(_ low: Int64, _ high: Int64, _ classes: Int, _ function: String) {
        require(low >= 0 && high < classes, "\(function): expected labels in 0..<\(classes), got \(low < 0 ? low : high)")
    }

    /// The least and the greatest element of a contiguous int64 array; (0, -1) for an empty one.
    private var integerBounds: (Int64, Int64) {
        withUnsafeElements(as: Int64.self) { values in
            guard let first = values.first else { return (0, -1) }
            var (low, high) = (first, first)
            for value in values {
                if value < low { low = value }
                if value > high { high = value }
            }
            return (low, high)
        }
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
