extension NDArray {
    /// Each part along `axis` repeated `count` times in place: `[a, b]` becomes `[a, a, b, b]`.
    public func repeated(_ count: Int, axis: Int) -> NDArray {
        let extent = shape[shape.normalized(axis: axis, function: "repeated")]
        requireExtent(count, "repeated", "a count")
        requireExtent(extent, times: count, "repeated")
        return take(NDArray.arange(extent).reshaped(to: [extent, 1] as Shape).broadcast(to: [extent, count]).flattened(), axis: axis)
    }

    /// Part `i` along `axis` repeated `counts[i]` times in place.
    public func repeated(_ counts: [Int], axis: Int) -> NDArray {
        let extent = shape[shape.normalized(axis: axis, function: "repeated")]
        require(
            counts.count == extent && counts.allSatisfy { $0 >= 0 },
            "repeated: expected \(extent) counts of at least 0, got \(counts)")
        let total = counts.reduce(0) { $0 > Int32.max || $1 > Int32.max ? Int.max : $0 + $1 }
        require(total <= Int32.max, "repeated: expected counts that add up to at most \(Int32.max), got \(counts)")
        return take(NDArray(counts.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) }), axis: axis)
    }

    /// The whole array again and again, `repetitions[i]` times along axis `i`: `[a, b]` becomes `[a, b, a, b]`.
    ///
    /// With fewer repetitions than axes they count for the last ones; with more, the array gets leading axes of extent 1.
    public func tiled(_ repetitions: [Int]) -> NDArray {
        require(repetitions.allSatisfy { $0 >= 0 }, "tiled: expected repetitions of at least 0, got \(repetitions)")
        Shape.requireAxes(repetitions.count, "tiled")
        let newAxes = Swift.max(0, repetitions.count - rank)
        var result = reshaped(to: Shape(Array(repeating: 1, count: newAxes) + Array(shape)))
        let first = result.rank - repetitions.count
        for (i, count) in repetitions.enumerated() where count != 1 {
            let axis = first + i
            requireExtent(result.shape[axis], times: count, "tiled")
            // As many pieces of nothing are none.
            if result.shape[axis] == 0 { continue }
            result =
                count == 0
                ? result.strided(axis: axis, start: 0, step: 1, count: 0)
                : concatenate(Array(repeating: result, count: count), axis: axis)
        }
        return result
    }
}
