// Arrays of positions, checked once before a kernel trusts them.

extension NDArray {
    /// These indices along `axis` of `shape` as contiguous int64, negative ones counted from the end; stops when one is out of range.
    package func resolvedIndices(axis: Int, of shape: Shape, function: String) -> NDArray {
        require(dtype.isInteger, "\(function): expected indices of int32 or int64, got \(dtype)")
        if _slowPath(ArrayTrace.isActive) {
            // Checked again whenever the trace is replayed.
            let positions = NDArray(uninitialized: self.shape, .int64)
            ArrayTrace.compound("\(function): indices", [AnyHashable(axis), AnyHashable(shape)], reads: [self], writes: [positions]) {
                reads, writes in
                writes[0].overwrite(with: reads[0].checkedIndices(axis, shape, function))
            }
            return positions
        }
        return checkedIndices(axis, shape, function)
    }

    private func checkedIndices(_ axis: Int, _ shape: Shape, _ function: String) -> NDArray {
        let extent = Int64(shape[axis])
        var indices = cast(to: .int64).contiguous()
        let (low, high) = indices.integerBounds
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
