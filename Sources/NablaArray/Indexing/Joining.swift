/// The arrays one after another along an existing axis.
public func concatenate(_ arrays: [NDArray], axis: Int = 0) -> NDArray {
    let (shape, axis) = concatenatedShape(arrays.map(\.shape), axis: axis, function: "concatenate")
    let dtype = arrays.dropFirst().reduce(arrays[0].dtype) { DType.promoted($0, $1.dtype) }
    let out = NDArray(uninitialized: shape, dtype)
    var start = 0
    for array in arrays {
        perform(Cast(to: out.dtype), array, into: out.strided(axis: axis, start: start, step: 1, count: array.shape[axis]))
        start += array.shape[axis]
    }
    return out
}

/// The arrays, all of one shape, along a new axis.
public func stack(_ arrays: [NDArray], axis: Int = 0) -> NDArray {
    require(!arrays.isEmpty, "stack: expected at least one array, got none")
    for array in arrays {
        require(array.shape == arrays[0].shape, "stack: expected arrays of one shape \(arrays[0].shape), got \(array.shape)")
    }
    let rank = arrays[0].rank
    require(-rank - 1...rank ~= axis, "stack: expected an axis in \(-rank - 1)...\(rank) for shape \(arrays[0].shape), got \(axis)")
    Shape.requireAxes(rank + 1, "stack")
    let position = axis < 0 ? axis + rank + 1 : axis
    return concatenate(arrays.map { $0.expandingDimensions(at: position) }, axis: position)
}

/// The shape of a concatenation, and its axis counted from the front.
package func concatenatedShape(_ shapes: [Shape], axis: Int, function: String) -> (Shape, Int) {
    require(!shapes.isEmpty, "\(function): expected at least one array, got none")
    let axis = shapes[0].normalized(axis: axis, function: function)
    var total = 0
    for shape in shapes {
        require(
            shape.rank == shapes[0].rank && shape.replacing(axis, with: 0) == shapes[0].replacing(axis, with: 0),
            "\(function): expected shapes equal except along axis \(axis), got \(shapes[0]) and \(shape)")
        total += shape[axis]
    }
    requireExtent(total, function)
    return (shapes[0].replacing(axis, with: total), axis)
}

extension NDArray {
    /// Parts of the given extents along `axis`; they share this array's memory.
    public func split(_ extents: [Int], axis: Int = 0) -> [NDArray] {
        let (axis, starts) = shape.partition(extents, axis: axis)
        return zip(starts, extents).map { strided(axis: axis, start: $0, step: 1, count: $1) }
    }

    /// `parts` equal parts along `axis`.
    public func split(into parts: Int, axis: Int = 0) -> [NDArray] {
        split(shape.equalExtents(parts, axis: axis), axis: axis)
    }

    /// This array with `low` and `high` elements of `value` added at the ends of each axis.
    public func padded(_ widths: [(low: Int, high: Int)], value: Double = 0) -> NDArray {
        let target = shape.padded(widths, function: "padded")
        let out = NDArray.full(target, value, dtype: dtype)
        perform(Cast(to: dtype), self, into: out.inner(widths))
        return out
    }

    /// The transpose of padding: the part between the margins, without copying.
    package func inner(_ widths: [(low: Int, high: Int)]) -> NDArray {
        var result = self
        for (axis, width) in widths.enumerated() {
            result = result.strided(axis: axis, start: width.low, step: 1, count: shape[axis] - width.low - width.high)
        }
        return result
    }
}

extension Shape {
    /// Where parts of the given extents begin along `axis`, and the axis counted from the front.
    package func partition(_ extents: [Int], axis: Int) -> (axis: Int, starts: [Int]) {
        let axis = normalized(axis: axis, function: "split")
        require(
            extents.allSatisfy { $0 >= 0 && $0 <= self[axis] } && extents.reduce(0, +) == self[axis],
            "split: expected extents that add up to \(self[axis]), got \(extents)")
        var start = 0
        let starts = extents.map { extent in
            defer { start += extent }
            return start
        }
        return (axis, starts)
    }

    /// The extents of `parts` equal parts along `axis`.
    package func equalExtents(_ parts: Int, axis: Int) -> [Int] {
        let extent = self[normalized(axis: axis, function: "split")]
        require(parts > 0 && extent % parts == 0, "split: expected a number of parts that divides \(extent), got \(parts)")
        return Array(repeating: extent / parts, count: parts)
    }

    package func padded(_ widths: [(low: Int, high: Int)], function: String) -> Shape {
        require(
            widths.count == rank && widths.allSatisfy { $0.low >= 0 && $0.high >= 0 },
            "\(function): expected two widths of at least 0 for each of \(rank) axes, got \(widths.map { [$0.low, $0.high] })")
        var result = self
        for (axis, width) in widths.enumerated() {
            requireExtent(width.low, function, "a width")
            requireExtent(width.high, function, "a width")
            let extent = self[axis] + width.low + width.high
            requireExtent(extent, function)
            result[axis] = extent
        }
        return result
    }
}
