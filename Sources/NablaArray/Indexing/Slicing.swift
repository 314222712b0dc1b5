/// Indexing by positions, ranges and new axes: the part of `x[…]` that is a view.
///
/// A linear map from arrays of `sourceShape` to arrays of `resultShape`; `scatter` is its transpose.
package struct Slicing: Sendable {
    /// The shape of the arrays this applies to.
    package private(set) var sourceShape: Shape
    /// The shape of the result.
    package private(set) var resultShape = Shape()
    /// The first position taken along each axis of the source.
    private var starts = InlineArray<8, Int>(repeating: 0)
    /// The distance between positions taken along each axis of the source.
    private var steps = InlineArray<8, Int>(repeating: 1)
    /// The axis of the source that each axis of the result comes from, -1 for a new one.
    private var origins = InlineArray<8, Int>(repeating: -1)

    /// A slicing of arrays of shape `source` whose result has no axes yet: the functions below give the axes their places in order.
    package init(of source: Shape) { sourceShape = source }

    /// Adds an axis of extent 1 to the result.
    package mutating func appendNewAxis(function: String) {
        Shape.requireAxes(resultShape.rank + 1, function)
        resultShape.append(1)
    }

    /// Takes one position of `axis`, which so disappears.
    package mutating func take(_ position: Int, axis: Int, function: String) {
        let extent = sourceShape[axis]
        require(
            position >= -extent && position < extent,
            "\(function): expected an index in \(-extent)..<\(extent) along axis \(axis) of shape \(sourceShape), got \(position)")
        starts[axis] = position < 0 ? position + extent : position
    }

    /// Adds `axis` to the result, from one bound to the other in steps; both as in `ArrayIndex.stride`.
    package mutating func append(axis: Int, from: Int? = nil, to: Int? = nil, step: Int = 1, function: String) {
        let extent = sourceShape[axis]
        require(step != 0, "\(function): expected a step that is not 0 along axis \(axis), got 0")
        func resolved(_ bound: Int) -> Int {
            require(
                bound >= -extent && bound <= extent,
                "\(function): expected bounds in \(-extent)...\(extent) along axis \(axis) of shape \(sourceShape), got \(bound)")
            return bound < 0 ? bound + extent : bound
        }
        var start = from.map(resolved) ?? (step > 0 ? 0 : extent - 1)
        if step < 0 { start = Swift.min(start, extent - 1) }
        let end = to.map(resolved) ?? (step > 0 ? extent : -1)
        let way = step > 0 ? end - start : start - end
        let count = way <= 0 ? 0 : (way - 1) / Int(clamping: step.magnitude) + 1
        Shape.requireAxes(resultShape.rank + 1, function)
        origins[resultShape.rank] = axis
        resultShape.append(count)
        // An empty result reads nothing; its start must not lead out of the source.
        starts[axis] = count > 0 ? start : 0
        // Between fewer than two elements there is no step, and none that could overflow.
        steps[axis] = count > 1 ? step : 1
    }

    /// The same slicing of every array of a stack of `count`, along a new first axis.
    package func batched(_ count: Int) -> Slicing {
        var result = Slicing(of: sourceShape.inserting(count, at: 0))
        result.resultShape = resultShape.inserting(count, at: 0)
        for axis in 0..<sourceShape.rank {
            result.starts[axis + 1] = starts[axis]
            result.steps[axis + 1] = steps[axis]
        }
        result.origins[0] = 0
        for axis in 0..<resultShape.rank { result.origins[axis + 1] = origins[axis] < 0 ? -1 : origins[axis] + 1 }
        return result
    }

    /// The part of `x` this describes, without copying.
    package func apply(to x: NDArray) -> NDArray {
        require(x.shape == sourceShape, "slice: expected an array of shape \(sourceShape), got \(x.shape)")
        var offset = 0
        for axis in 0..<sourceShape.rank { offset += starts[axis] * x.stridesInline[axis] }
        var strides = Strides()
        for axis in 0..<resultShape.rank where origins[axis] >= 0 {
            strides[axis] = x.stridesInline[origins[axis]] * steps[origins[axis]]
        }
        return x.view(data: x.data + offset * x.dtype.size, shape: resultShape, strides: strides)
    }

    /// Zeros of the source's shape with `y` in the place this describes: the transpose of `apply`.
    package func scatter(_ y: NDArray) -> NDArray {
        require(y.shape == resultShape, "slice: expected an array of shape \(resultShape), got \(y.shape)")
        let out = NDArray.zeros(sourceShape, dtype: y.dtype)
        perform(Cast(to: y.dtype), y, into: apply(to: out))
        return out
    }
}
