import CNablaKernels

// Arrays that look at the same memory with another layout.

extension NDArray {
    @inline(__always)
    package func view(data: UnsafeMutableRawPointer? = nil, shape: Shape, strides: Strides) -> NDArray {
        NDArray(body: ArrayBody.view(of: body.owner, data: data ?? self.data, shape: shape, strides: strides, dtype: dtype))
    }

    /// The same elements, in row-major order, in another shape. One extent may be -1: it is computed from the others.
    ///
    /// Shares memory whenever the layout allows it, which for a contiguous array is always.
    public func reshaped(to extents: [Int]) -> NDArray {
        Shape.requireAxes(extents.count, "reshaped")
        var target = extents
        if let open = extents.firstIndex(of: -1) {
            // Of extents beyond `count` the product is not needed.
            let known = extents.enumerated().reduce(1) { product, extent in
                if extent.offset == open { return product }
                return product > 0 && extent.element > 0 && product <= Int.max / extent.element ? product * extent.element : 0
            }
            require(
                known > 0 && count % known == 0,
                "reshaped: expected a shape for \(count) elements, got \(extents)")
            target[open] = count / known
        }
        return reshaped(to: Shape(target))
    }

    /// The same elements, in row-major order, in another shape.
    public func reshaped(to target: Shape) -> NDArray {
        if target == shape { return self }
        require(target.elementCount == count, "reshaped: expected a shape for \(count) elements (\(shape)), got \(target)")
        if isContiguous { return view(shape: target, strides: Strides(contiguous: target)) }
        if let strides = stridesWhenReshaped(to: target) { return view(shape: target, strides: strides) }
        let whole = copied()
        return whole.view(shape: target, strides: Strides(contiguous: target))
    }

    /// Strides that show this array in shape `target` without copying, if there are any: each run of old axes that makes up a run of new
    /// ones must itself be evenly spaced.
    private func stridesWhenReshaped(to target: Shape) -> Strides? {
        let old = (0..<rank).filter { shape[$0] != 1 }
        if count == 0 { return Strides(contiguous: target) }
        var strides = Strides()
        var (i, j) = (0, 0)
        while i < old.count {
            var (oldCount, newCount) = (shape[old[i]], 1)
            let (firstOld, firstNew) = (i, j)
            i += 1
            while j < target.rank, newCount < oldCount || target[j] == 1 {
                newCount *= target[j]
                j += 1
            }
            while oldCount != newCount {
                if oldCount < newCount {
                    oldCount *= shape[old[i]]
                    i += 1
                } else {
                    newCount *= target[j]
                    j += 1
                }
            }
            for k in firstOld..<(i - 1) where stridesInline[old[k]] != stridesInline[old[k + 1]] * shape[old[k + 1]] { return nil }
            var step = stridesInline[old[i - 1]]
            for k in (firstNew..<j).reversed() {
                strides[k] = step
                step *= target[k]
            }
        }
        return strides
    }

    /// All axes from `axis` on made into one.
    public func flattened(fromAxis axis: Int = 0) -> NDArray { reshaped(to: shape.flattened(fromAxis: axis, function: "flattened")) }

    /// The axes in another order: axis `i` of the result is axis `permutation[i]` of this array. Without an argument, reversed.
    public func transposed(_ permutation: [Int]? = nil) -> NDArray {
        transposed(shape.normalized(permutation: permutation, function: "transposed"))
    }

    /// This array with two axes exchanged.
    public func swappingAxes(_ a: Int, _ b: Int) -> NDArray { transposed(shape.exchanging(a, b, function: "swappingAxes")) }

    /// This array repeated along axes of extent 1 and new leading axes, without copying.
    public func broadcast(to target: Shape) -> NDArray {
        if target == shape { return self }
        require(
            Shape.broadcast(shape, target) == target,
            "broadcast: expected a shape that \(shape) stretches to, got \(target)")
        var strides = Strides()
        let shift = target.rank - rank
        for i in 0..<rank where shape[i] != 1 { strides[i + shift] = stridesInline[i] }
        return view(shape: target, strides: strides)
    }

    /// Sums over every axis along which `target` was stretched to this array's shape: the transpose of `broadcast(to:)`.
    public func summed(to target: Shape) -> NDArray {
        if target == shape { return self }
        require(
            Shape.broadcast(target, shape) == shape,
            "summed: expected a shape that stretches to \(shape), got \(target)")
        var axes = AxisSet()
        let shift = rank - target.rank
        for i in 0..<rank where i < shift || (target[i - shift] == 1 && shape[i] != 1) { axes.insert(i) }
        return reduced(NK_SUM, axes, keepsAxes: true).reshaped(to: target)
    }

    /// This array with an axis of extent 1 before position `axis` (of the result).
    public func expandingDimensions(at axis: Int) -> NDArray {
        let position = axis < 0 ? axis + rank + 1 : axis
        require(
            position >= 0 && position <= rank,
            "expandingDimensions: expected an axis in \(-rank - 1)...\(rank) for shape \(shape), got \(axis)")
        Shape.requireAxes(rank + 1, "expandingDimensions")
        return reshaped(to: shape.inserting(1, at: position))
    }

    /// This array without the named axes of extent 1 (nil: all such axes).
    public func squeezed(axes: [Int]? = nil) -> NDArray { reshaped(to: shape.squeezed(axes: axes, function: "squeezed")) }

    /// The elements `start, start + step, …` along one axis, `count` of them, without copying.
    package func strided(axis: Int, start: Int, step: Int, count: Int) -> NDArray {
        var (newShape, newStrides) = (shape, stridesInline)
        newShape[axis] = count
        newStrides[axis] = stridesInline[axis] * step
        let offset = count == 0 ? 0 : start * stridesInline[axis]
        return view(data: data + offset * dtype.size, shape: newShape, strides: newStrides)
    }

    /// This array with the order of the elements along `axes` (nil: all) reversed, without copying.
    public func flipped(axes: [Int]? = nil) -> NDArray {
        var result = self
        for axis in shape.normalized(axes: axes, function: "flipped").axes where shape[axis] > 0 {
            result = result.strided(axis: axis, start: shape[axis] - 1, step: -1, count: shape[axis])
        }
        return result
    }
}

extension Shape {
    /// The shape with all axes from `axis` on made into one.
    package func flattened(fromAxis axis: Int, function: String) -> Shape {
        if rank == 0 { return [1] }
        let axis = normalized(axis: axis, function: function)
        var result = Shape()
        for i in 0..<axis { result.append(self[i]) }
        let extent = Shape(self[axis...]).elementCount
        requireExtent(extent, function)
        result.append(extent)
        return result
    }

    /// The shape without the named axes of extent 1 (nil: all such axes).
    package func squeezed(axes: [Int]?, function: String) -> Shape {
        var gone = AxisSet()
        if let axes {
            gone = normalized(axes: axes, function: function)
            for axis in gone.axes { require(self[axis] == 1, "\(function): expected extent 1 along axis \(axis), got shape \(self)") }
        } else {
            for axis in 0..<rank where self[axis] == 1 { gone.insert(axis) }
        }
        return reduced(over: gone, keepsAxes: false)
    }
}

extension NDArray {
    /// Writes `source` into the memory that this view shows. Only for memory that no other value can see yet.
    package func overwrite(with source: NDArray) { perform(Cast(to: dtype), source, into: self) }
}
