/// What `x[…]` means for arrays of one shape: a slicing, then possibly an indexing by arrays.
///
/// A linear map from arrays of `sourceShape` to arrays of `resultShape`; `scatter` is its transpose.
package struct IndexExpression: Sendable {
    /// The part that is a view.
    package let slicing: Slicing
    /// The part that copies, if there is one; it applies to the result of `slicing`.
    package let advanced: AdvancedIndex?

    package var sourceShape: Shape { slicing.sourceShape }
    package var resultShape: Shape { advanced?.resultShape ?? slicing.resultShape }

    private init(slicing: Slicing, advanced: AdvancedIndex?) {
        self.slicing = slicing
        self.advanced = advanced
    }

    /// Resolves `indices` for arrays of the given shape; stops with the name of `function` when they do not fit.
    package init(_ indices: [any ArrayIndex], of shape: Shape, function: String = "subscript") {
        let terms = indices.map(\.indexTerm.kind)
        let missing = shape.rank - terms.reduce(0) { $0 + $1.coveredAxes(function) }
        require(
            missing >= 0,
            "\(function): expected at most \(shape.rank) indices for shape \(shape), got indices for \(shape.rank - missing) axes")
        require(
            terms.count { $0.isEllipsis } <= 1,
            "\(function): expected at most one ellipsis, got \(terms.count { $0.isEllipsis })")

        // Beside an array a position counts as one, too.
        let hasArrays = terms.contains { $0.isArray }
        let advancedTerms = hasArrays ? terms.indices.filter { terms[$0].isArray || terms[$0].isPosition } : []
        let inOneRun = advancedTerms.isEmpty || advancedTerms.last! - advancedTerms.first! == advancedTerms.count - 1

        var (slices, axis) = (Slicing(of: shape), 0)
        var (entries, position) = ([AdvancedIndex.Entry](), 0)
        func appendWhole(_ count: Int) {
            for _ in 0..<count {
                slices.append(axis: axis, function: function)
                axis += 1
            }
        }
        for (number, term) in terms.enumerated() {
            if inOneRun && number == advancedTerms.first { position = slices.resultShape.rank }
            switch term {
            case .position(let index):
                slices.take(index, axis: axis, function: function)
                axis += 1
            case .range(let from, let to, let step):
                slices.append(axis: axis, from: from, to: to, step: step, function: function)
                axis += 1
            case .newAxis: slices.appendNewAxis(function: function)
            case .ellipsis: appendWhole(missing)
            case .array(let array):
                let first = slices.resultShape.rank
                appendWhole(term.coveredAxes(function))
                entries.append(.init(axes: first..<slices.resultShape.rank, indices: array))
            }
        }
        appendWhole(shape.rank - axis)
        slicing = slices
        advanced =
            entries.isEmpty ? nil : AdvancedIndex(of: slices.resultShape, entries, position: position, function: function)
    }

    /// The same indexing of every array of a stack of `count`, along a new first axis.
    package func batched(_ count: Int) -> IndexExpression {
        IndexExpression(slicing: slicing.batched(count), advanced: advanced?.batched(count))
    }

    /// The elements of `x` this names: a view when there are no index arrays.
    package func apply(to x: NDArray) -> NDArray {
        let slice = slicing.apply(to: x)
        return advanced?.apply(to: slice) ?? slice
    }

    /// Zeros of the source's shape, with every element of `y` added where this takes it from: the transpose of `apply`.
    package func scatter(_ y: NDArray) -> NDArray { slicing.scatter(advanced?.scatter(y) ?? y) }

    /// Writes `y`, broadcast to the result's shape, into the elements of `x` this names.
    package func assign(_ y: NDArray, into x: inout NDArray, function: String = "subscript") {
        require(
            Shape.broadcast(y.shape, resultShape) == resultShape,
            "\(function): expected values that stretch to shape \(resultShape), got shape \(y.shape)")
        require(
            y.dtype.kindOrder <= x.dtype.kindOrder,
            "\(function): expected values that can become \(x.dtype), got \(y.dtype)")
        x.makeUnique()
        let slice = slicing.apply(to: x)
        if let advanced {
            advanced.assign(y.cast(to: x.dtype).broadcast(to: resultShape), into: slice)
        } else {
            perform(Cast(to: slice.dtype), y.broadcast(to: resultShape), into: slice)
        }
    }
}

extension IndexTerm.Kind {
    fileprivate var isEllipsis: Bool { if case .ellipsis = self { true } else { false } }
    fileprivate var isPosition: Bool { if case .position = self { true } else { false } }
    fileprivate var isArray: Bool { if case .array = self { true } else { false } }

    /// How many axes of the array this index stands for.
    fileprivate func coveredAxes(_ function: String) -> Int {
        switch self {
        case .position, .range: return 1
        case .newAxis, .ellipsis: return 0
        case .array(let array):
            require(!array.dtype.isFloating, "\(function): expected index arrays of int32, int64 or bool, got \(array.dtype)")
            require(
                array.dtype != .bool || array.rank > 0, "\(function): expected a mask of at least one axis, got one of shape []")
            return array.dtype == .bool ? array.rank : 1
        }
    }
}

extension DType {
    /// bool < integers < floating: values are stored in their own kind or a later one.
    fileprivate var kindOrder: Int { isFloating ? 2 : isInteger ? 1 : 0 }
}
