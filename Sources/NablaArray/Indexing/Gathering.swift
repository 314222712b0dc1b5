extension NDArray {
    /// The parts at `indices` along `axis`: shape (before…, indices…, after…).
    ///
    /// `y[b, i, a] = x[b, indices[i], a]`. Indices are int32 or int64, of any rank, negative ones counted from the end; one out of range
    /// stops the program.
    public func take(_ indices: NDArray, axis: Int = 0) -> NDArray {
        let axis = shape.normalized(axis: axis, function: "take")
        let positions = indices.resolvedIndices(axis: axis, of: shape, function: "take")
        Shape.requireAxes(rank - 1 + indices.rank, "take")
        let operation = Take(IndexedAxis(axis, of: shape), shape: shape.replacing(axis, with: indices.shape))
        return perform(operation, contiguous(), positions, for: "take")
    }

    /// This array with `values` added at `indices` along `axis`; what several indices name gets all of theirs.
    ///
    /// `y[b, indices[i], a] += values[b, i, a]`: the transpose of `take` in `values`, which broadcast to its result's shape.
    public consuming func addingAt(indices: NDArray, _ values: NDArray, axis: Int = 0) -> NDArray {
        let axis = shape.normalized(axis: axis, function: "addingAt")
        let positions = indices.resolvedIndices(axis: axis, of: shape, function: "addingAt")
        Shape.requireAxes(rank - 1 + indices.rank, "addingAt")
        let terms = added(values, shape.replacing(axis, with: indices.shape), "addingAt").contiguous()
        let operation = AddAt(IndexedAxis(axis, of: shape))
        var result = self
        result.makeUnique()
        perform(operation, [positions, terms], into: [result])
        return result
    }

    /// For each place along `axis` the element that `indices` names there: `y[b, i, a] = x[b, indices[b, i, a], a]`.
    ///
    /// `indices` and the result have this array's shape except along `axis`.
    public func takeAlong(_ indices: NDArray, axis: Int) -> NDArray { takeAlong(indices, axis: axis, labelsOf: nil) }

    /// The same for classes as the labels of `function` name them, which are not counted from the end; nil: indices.
    package func takeAlong(_ indices: NDArray, axis: Int, labelsOf function: String?) -> NDArray {
        let axis = shape.normalized(axis: axis, function: function ?? "takeAlong")
        let positions = resolvedAlong(indices, axis, function ?? "takeAlong", areLabels: function != nil)
        return perform(TakeAlong(axis: axis), self, positions, for: "takeAlong")
    }

    /// This array with each of `values` added at the place that `indices` names along `axis`: `y[b, indices[b, i, a], a] += values[b, i, a]`.
    ///
    /// The transpose of `takeAlong` in `values`, which broadcast to the shape of `indices`.
    public consuming func addingAlong(indices: NDArray, _ values: NDArray, axis: Int) -> NDArray {
        let axis = shape.normalized(axis: axis, function: "addingAlong")
        let positions = resolvedAlong(indices, axis, "addingAlong")
        let terms = added(values, indices.shape, "addingAlong")
        var result = self
        result.makeUnique()
        perform(AddAlong(axis: axis), [positions, terms], into: [result])
        return result
    }

    private func resolvedAlong(_ indices: NDArray, _ axis: Int, _ function: String, areLabels: Bool = false) -> NDArray {
        require(
            indices.rank == rank && indices.shape.replacing(axis, with: 0) == shape.replacing(axis, with: 0),
            "\(function): expected indices of shape \(shape) except along axis \(axis), got \(indices.shape)")
        return indices.resolvedIndices(axis: axis, of: shape, function: function, areLabels: areLabels)
    }

    /// `values` as they are added to this array at places that make up `target`.
    private func added(_ values: NDArray, _ target: Shape, _ function: String) -> NDArray {
        require(dtype != .bool, "\(function): expected an array of numbers, got bool")
        require(
            Shape.broadcast(values.shape, target) == target && DType.promoted(self, values) == dtype,
            "\(function): expected values that fit \(dtype)\(target), got \(values.dtype)\(values.shape)")
        return values.cast(to: dtype).broadcast(to: target)
    }
}

/// A 1 at each label and zeros elsewhere: shape (labels…, classes).
///
/// `y[i, k] = 1` where `k == labels[i]`. Labels are int32 or int64 in `0 ..< classes`; others stop the program.
public func oneHot(_ labels: NDArray, classes: Int, dtype: DType = .float32) -> NDArray {
    require(
        classes >= 0 && classes <= Int32.max, "oneHot: expected a number of classes in 0...\(Int32.max), got \(classes)")
    require(labels.dtype.isInteger, "oneHot: expected labels of int32 or int64, got \(labels.dtype)")
    Shape.requireAxes(labels.rank + 1, "oneHot")
    let columns = labels.checkedLabels(classes, function: "oneHot").expandingDimensions(at: -1)
    return (columns .== NDArray.arange(classes)).cast(to: dtype)
}

extension Shape {
    /// This shape with one axis replaced by several.
    package func replacing(_ axis: Int, with other: Shape) -> Shape { Shape(self[..<axis] + Array(other) + self[(axis + 1)...]) }

    /// The numbers of elements along the axes before and behind `axis`.
    package func extents(around axis: Int) -> (outer: Int, inner: Int) {
        (self[..<axis].reduce(1, *), self[(axis + 1)...].reduce(1, *))
    }
}
