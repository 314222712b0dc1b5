/// Indexing by arrays of integers or `bool`: the part of `x[…]` that copies.
///
/// The indexed axes are brought together and taken as one, along which `flat` lists the positions: a gather. A linear map from arrays of
/// `sourceShape` to arrays of `resultShape`; `scatter` is its transpose.
package struct AdvancedIndex: Sendable {
    /// One index array and the neighbouring axes it covers: one for integers, as many as the mask has for `bool`.
    package struct Entry: Sendable {
        package var axes: Range<Int>
        package var indices: NDArray
    }

    /// The shape of the arrays this applies to.
    package private(set) var sourceShape: Shape
    /// The shape of the result.
    package private(set) var resultShape: Shape
    /// Positions along the indexed axes taken as one (int64, contiguous, all in range).
    package let flat: NDArray

    private var entries: [Entry]
    /// The order of the source's axes that brings the indexed ones together, nil when they are so already.
    private var permutation: [Int]?
    private var axis: IndexedAxis
    /// The first axis of the result that comes from the index arrays.
    private var position: Int

    /// `position` says before how many of the other axes the axes of the index arrays stand in the result.
    package init(of source: Shape, _ arrays: [Entry], position: Int, function: String) {
        sourceShape = source
        self.position = position
        entries = arrays.map { $0.resolved(in: source, function: function) }
        var indexShape = entries[0].indices.shape
        for entry in entries.dropFirst() {
            guard let both = Shape.broadcast(indexShape, entry.indices.shape) else {
                let shapes = entries.map { "\($0.indices.shape)" }.joined(separator: ", ")
                fail("\(function): expected index arrays that broadcast together, got shapes \(shapes)")
            }
            indexShape = both
        }
        var combined = entries[0].indices
        for entry in entries.dropFirst() { combined = combined * entry.extent(in: source) + entry.indices }
        flat = combined.broadcast(to: indexShape).contiguous()

        let indexed = entries.flatMap { Array($0.axes) }
        let others = (0..<source.rank).filter { !indexed.contains($0) }
        let order = others[..<position] + indexed + others[position...]
        permutation = order.elementsEqual(0..<source.rank) ? nil : Array(order)
        func count(_ axes: some Collection<Int>) -> Int { axes.reduce(1) { $0 * source[$1] } }
        axis = IndexedAxis(outer: count(others[..<position]), length: count(indexed), inner: count(others[position...]))
        Shape.requireAxes(others.count + indexShape.rank, function)
        resultShape = Shape(others[..<position].map { source[$0] } + Array(indexShape) + others[position...].map { source[$0] })
    }

    /// The same indexing of every array of a stack of `count`, along a new first axis.
    package func batched(_ count: Int) -> AdvancedIndex {
        var result = self
        result.sourceShape = sourceShape.inserting(count, at: 0)
        result.resultShape = resultShape.inserting(count, at: 0)
        result.entries = entries.map { Entry(axes: $0.axes.lowerBound + 1..<$0.axes.upperBound + 1, indices: $0.indices) }
        result.permutation = permutation.map { [0] + $0.map { $0 + 1 } }
        result.axis = IndexedAxis(outer: count * axis.outer, length: axis.length, inner: axis.inner)
        result.position += 1
        return result
    }

    /// The elements of `x` this names.
    package func apply(to x: NDArray) -> NDArray {
        require(x.shape == sourceShape, "gather: expected an array of shape \(sourceShape), got \(x.shape)")
        let source = (permutation.map { x.transposed($0) } ?? x).contiguous()
        return perform(Take(axis, shape: resultShape), source, flat, for: "gather")
    }

    /// Zeros of the source's shape, with every element of `y` added where this takes it from: the transpose of `apply`.
    package func scatter(_ y: NDArray) -> NDArray {
        require(y.shape == resultShape, "gather: expected an array of shape \(resultShape), got \(y.shape)")
        let order = permutation ?? Array(0..<sourceShape.rank)
        let out = NDArray.zeros(Shape(order.map { sourceShape[$0] }), dtype: y.dtype)
        perform(AddAt(axis), [flat, y.contiguous()], into: [out])
        guard permutation != nil else { return out }
        return out.transposed(order.indices.sorted { order[$0] < order[$1] })
    }

    /// Writes `y`, of the result's shape and `x`'s type, into the elements of `x` this names; the last of several for one place stays.
    ///
    /// `x` is a slice, with memory that may be written to, in which the axes under a mask lie one in the other.
    package func assign(_ y: NDArray, into x: NDArray) {
        perform(AssignAt(), [offsets(in: x).contiguous(), y.contiguous()], into: [x])
    }

    /// How many elements behind `x`'s first one each element of the result lies.
    private func offsets(in x: NDArray) -> NDArray {
        let indexRank = flat.rank
        var total = NDArray.zeros(resultShape, dtype: .int64)
        for entry in entries {
            let offsets = entry.indices * x.stridesInline[entry.axes.upperBound - 1]
            // The index axes are followed by the axes behind them.
            let behind = Array(repeating: 1, count: resultShape.rank - position - indexRank)
            total += offsets.reshaped(to: Shape(Array(offsets.shape) + behind))
        }
        let others = (0..<x.rank).filter { axis in !entries.contains { $0.axes.contains(axis) } }
        for (number, axis) in others.enumerated() {
            let place = number < position ? number : number + indexRank
            var shape = Shape(Array(repeating: 1, count: resultShape.rank))
            shape[place] = x.shape[axis]
            total += (NDArray.arange(x.shape[axis]) * x.stridesInline[axis]).reshaped(to: shape)
        }
        return total
    }
}

extension AdvancedIndex.Entry {
    /// The number of elements along the covered axes.
    func extent(in shape: Shape) -> Int { axes.reduce(1) { $0 * shape[$1] } }

    /// This entry with its indices as positions along its axes taken as one, all checked.
    fileprivate func resolved(in shape: Shape, function: String) -> AdvancedIndex.Entry {
        guard indices.dtype == .bool else {
            return .init(axes: axes, indices: indices.resolvedIndices(axis: axes.lowerBound, of: shape, function: function))
        }
        let covered = Shape(axes.map { shape[$0] })
        require(
            indices.shape == covered,
            "\(function): expected a mask of shape \(covered) for axes \(axes) of shape \(shape), got \(indices.shape)")
        return .init(axes: axes, indices: indices.truePositions())
    }
}
