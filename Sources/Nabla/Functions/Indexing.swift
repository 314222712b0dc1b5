// Reading and adding at positions. All linear; indices are inputs that carry no derivative.

extension Variable {
    /// The elements that the indices name, as for arrays: `x[0, 1..<3, .ellipsis, .stride(by: 2), .newAxis, labels]`.
    public subscript(indices: any ArrayIndex...) -> Variable {
        if _slowPath(FunctionTrace.isActive) {
            let terms = indices.map(\.indexTerm.kind)
            if let part = taken(by: terms) { return part }
            for case .array(let positions) in terms { FunctionTrace.noteDecision(positions, "subscript by an array") }
        }
        return item(at: IndexExpression(indices, of: shape))
    }

    /// `self[…]` with one array of integers among `terms`, as slices and `take`, which may get other positions for each example; nil for other
    /// indices, and where the axes of the array would stand apart from its place.
    private func taken(by terms: [IndexTerm.Kind]) -> Variable? {
        var (slices, positions, hasPosition, axis) = ([any ArrayIndex](), NDArray?.none, false, 0)
        // As many axes as the ellipsis stands for.
        let others = rank - terms.count { if case .newAxis = $0 { false } else if case .ellipsis = $0 { false } else { true } }
        for term in terms {
            if case .array(let array) = term {
                if positions != nil || !array.dtype.isInteger { return nil }
                positions = array
                slices.append(IndexTerm.all)
                continue
            }
            slices.append(IndexTerm(term))
            switch term {
            case .position: hasPosition = true
            case .ellipsis: axis += positions == nil ? others : 0
            default: axis += positions == nil ? 1 : 0
            }
        }
        guard let positions, others >= 0, !hasPosition || positions.rank == 0 else { return nil }
        return item(at: IndexExpression(slices, of: shape)).take(positions, axis: axis)
    }

    func item(at index: IndexExpression) -> Variable {
        if isSymbolicZero { return .symbolicZero(index.resultShape, dtype: dtype) }
        return FunctionNode.recorded(self, index.apply(to: array)) { GetItem(index) }
    }

    /// The transpose of `item(at:)`: zeros with this variable's elements added where the index takes them from.
    func scattered(at index: IndexExpression) -> Variable {
        if isSymbolicZero { return .symbolicZero(index.sourceShape, dtype: dtype) }
        return FunctionNode.recorded(self, index.scatter(array)) { ScatterItem(index) }
    }

    /// The parts at `indices` along `axis`: `y[b, i, a] = x[b, indices[i], a]`, also called gather or embedding lookup.
    public func take(_ indices: NDArray, axis: Int = 0) -> Variable {
        let axis = shape.normalized(axis: axis, function: "take")
        if isSymbolicZero { return .symbolicZero(array.take(indices, axis: axis).shape, dtype: dtype) }
        return FunctionNode.recorded(self, Variable(constant: indices), array.take(indices, axis: axis), keep: .second) { Take(axis) }
    }

    /// This variable with `values` added at `indices` along `axis`, also called scatter-add; the transpose of `take` in `values`.
    public func addingAt(indices: NDArray, _ values: Variable, axis: Int = 0) -> Variable {
        let axis = shape.normalized(axis: axis, function: "addingAt")
        let terms = added(values, shape.replacing(axis, with: indices.shape), "addingAt")
        return self + terms.placed(at: indices, axis: axis, in: shape[axis])
    }

    /// `values` as they are added to this variable at places that make up `target`.
    private func added(_ values: Variable, _ target: Shape, _ function: String) -> Variable {
        require(
            Shape.broadcast(values.shape, target) == target && DType.promoted(array, values.array) == dtype,
            "\(function): expected values that fit \(dtype)\(target), got \(values.dtype)\(values.shape)")
        return values.cast(to: dtype).broadcast(to: target)
    }

    /// Zeros of extent `extent` along `axis` with this variable's parts added at `indices`.
    fileprivate func placed(at indices: NDArray, axis: Int, in extent: Int) -> Variable {
        let target = AddAt.target(shape, indices.rank, axis, extent)
        if isSymbolicZero { return .symbolicZero(target, dtype: dtype) }
        return FunctionNode.recorded(self, Variable(constant: indices), AddAt.value(array, indices, axis, target), keep: .second) {
            AddAt(axis, extent)
        }
    }

    /// For each place along `axis` the element that `indices` names there: `y[b, i, a] = x[b, indices[b, i, a], a]`.
    public func takeAlong(_ indices: NDArray, axis: Int) -> Variable { takeAlong(indices, axis: axis, labelsOf: nil) }

    /// The same for classes as the labels of `function` name them, which are not counted from the end; nil: indices.
    func takeAlong(_ indices: NDArray, axis: Int, labelsOf function: String?) -> Variable {
        let axis = shape.normalized(axis: axis, function: function ?? "takeAlong")
        let value = array.takeAlong(indices, axis: axis, labelsOf: function)
        if isSymbolicZero { return .symbolicZero(value.shape, dtype: dtype) }
        return FunctionNode.recorded(self, Variable(constant: indices), value, keep: .second) { TakeAlong(axis, labelsOf: function) }
    }

    /// This variable with `values` added at the places that `indices` names along `axis`; the transpose of `takeAlong` in `values`.
    public func addingAlong(indices: NDArray, _ values: Variable, axis: Int) -> Variable {
        let axis = shape.normalized(axis: axis, function: "addingAlong")
        require(
            indices.rank == rank && indices.shape.replacing(axis, with: 0) == shape.replacing(axis, with: 0),
            "addingAlong: expected indices of shape \(shape) except along axis \(axis), got \(indices.shape)")
        return self + added(values, indices.shape, "addingAlong").placedAlong(indices, axis: axis, in: shape[axis])
    }

    fileprivate func placedAlong(_ indices: NDArray, axis: Int, in extent: Int) -> Variable {
        if isSymbolicZero { return .symbolicZero(shape.replacing(axis, with: extent), dtype: dtype) }
        return FunctionNode.recorded(self, Variable(constant: indices), AddAlong.value(array, indices, axis, extent), keep: .second) {
            AddAlong(axis, extent)
        }
    }
}

/// Positions in `extent` rows of each example, an axis of examples in front, as positions among the rows of all examples one after another.
private func rowsOfExamples(_ indices: Variable, _ extent: Int, _ function: String) -> Variable {
    let column = Shape([indices.shape[0]] + Array(repeating: 1, count: indices.rank - 1))
    let starts = NDArray.arange(indices.shape[0]).reshaped(to: column) * extent
    let rows: ([NDArray]) -> NDArray = { $0[0].resolvedIndices(axis: 0, of: [extent], function: function) + $0[1] }
    let operands = [indices, Variable(constant: starts)]
    return FunctionNode.constant(operands, rows(operands.map(\.array))) { PiecewiseConstant(rows) }
}

private final class GetItem: LinearFunction {
    let index: IndexExpression
    init(_ index: IndexExpression) { self.index = index }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [index.apply(to: inputs[0])] }
    override func applied(to batch: Batch) -> [Variable]? { [batch[0].item(at: index.batched(batch.size))] }
    override func again(_ arguments: [Variable]) -> Variable { arguments[0].item(at: index) }
    override func transpose(_ g: Variable, _ index: Int) -> Variable { g.scattered(at: self.index) }
}

private final class ScatterItem: LinearFunction {
    let index: IndexExpression
    init(_ index: IndexExpression) { self.index = index }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [index.scatter(inputs[0])] }
    override func applied(to batch: Batch) -> [Variable]? { [batch[0].scattered(at: index.batched(batch.size))] }
    override func again(_ arguments: [Variable]) -> Variable { arguments[0].scattered(at: index) }
    override func transpose(_ g: Variable, _ index: Int) -> Variable { g.item(at: self.index) }
}

private final class Take: LinearFunction {
    let axis: Int
    init(_ axis: Int) { self.axis = axis }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0].take(inputs[1], axis: axis)] }
    override func applied(to batch: Batch) -> [Variable]? {
        if !batch.isBatched[1] { return [batch[0].take(batch[1].array, axis: axis + 1)] }
        if !batch.isBatched[0] { return [batch[0].take(batch[1].array, axis: axis).movingAxis(axis, to: 0)] }
        let parts = batch[0].movingAxis(axis + 1, to: 1)
        let rows = parts.reshaped(to: Shape([batch.size * parts.shape[1]] + parts.shape.dropFirst(2)))
        return [rows.take(rowsOfExamples(batch[1], parts.shape[1], "take").array).movingAxes(1..<batch[1].rank, to: axis + 1)]
    }
    override func again(_ arguments: [Variable]) -> Variable { arguments[0].take(retainedInput(1).array, axis: axis) }
    override func transpose(_ g: Variable, _ index: Int) -> Variable {
        g.placed(at: retainedInput(1).array, axis: axis, in: edge0.layout.0[axis])
    }
}

private final class AddAt: LinearFunction {
    let axis: Int
    let extent: Int
    init(_ axis: Int, _ extent: Int) { (self.axis, self.extent) = (axis, extent) }
    static func target(_ shape: Shape, _ indexRank: Int, _ axis: Int, _ extent: Int) -> Shape {
        Shape(Array(shape[..<axis]) + [extent] + Array(shape[(axis + indexRank)...]))
    }
    static func value(_ x: NDArray, _ indices: NDArray, _ axis: Int, _ target: Shape) -> NDArray {
        NDArray.zeros(target, dtype: x.dtype).addingAt(indices: indices, x, axis: axis)
    }
    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        [AddAt.value(inputs[0], inputs[1], axis, AddAt.target(inputs[0].shape, inputs[1].rank, axis, extent))]
    }
    override func applied(to batch: Batch) -> [Variable]? {
        if !batch.isBatched[1] { return [batch[0].placed(at: batch[1].array, axis: axis + 1, in: extent)] }
        let rows = rowsOfExamples(batch[1], extent, "addingAt")
        let sums = batch.stacked(0).movingAxes(1 + axis..<axis + rows.rank, to: 1).placed(at: rows.array, axis: 0, in: batch.size * extent)
        return [sums.reshaped(to: Shape([batch.size, extent] + sums.shape.dropFirst())).movingAxis(1, to: axis + 1)]
    }
    override func again(_ arguments: [Variable]) -> Variable { arguments[0].placed(at: retainedInput(1).array, axis: axis, in: extent) }
    override func transpose(_ g: Variable, _ index: Int) -> Variable { g.take(retainedInput(1).array, axis: axis) }
}

private final class TakeAlong: LinearFunction {
    let axis: Int
    let function: String?
    init(_ axis: Int, labelsOf function: String?) { (self.axis, self.function) = (axis, function) }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0].takeAlong(inputs[1], axis: axis, labelsOf: function)] }
    override func applied(to batch: Batch) -> [Variable]? {
        [batch.stacked(0).takeAlong(batch.stacked(1).array, axis: axis + 1, labelsOf: function)]
    }
    override func again(_ arguments: [Variable]) -> Variable { arguments[0].takeAlong(retainedInput(1).array, axis: axis) }
    override func transpose(_ g: Variable, _ index: Int) -> Variable {
        g.placedAlong(retainedInput(1).array, axis: axis, in: edge0.layout.0[axis])
    }
}

private final class AddAlong: LinearFunction {
    let axis: Int
    let extent: Int
    init(_ axis: Int, _ extent: Int) { (self.axis, self.extent) = (axis, extent) }
    static func value(_ x: NDArray, _ indices: NDArray, _ axis: Int, _ extent: Int) -> NDArray {
        NDArray.zeros(x.shape.replacing(axis, with: extent), dtype: x.dtype).addingAlong(indices: indices, x, axis: axis)
    }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [AddAlong.value(inputs[0], inputs[1], axis, extent)] }
    override func applied(to batch: Batch) -> [Variable]? {
        [batch.stacked(0).placedAlong(batch.stacked(1).array, axis: axis + 1, in: extent)]
    }
    override func again(_ arguments: [Variable]) -> Variable {
        arguments[0].placedAlong(retainedInput(1).array, axis: axis, in: extent)
    }
    override func transpose(_ g: Variable, _ index: Int) -> Variable { g.takeAlong(retainedInput(1).array, axis: axis) }
}
