// Joining, splitting and padding. All linear.

/// The variables one after another along an existing axis.
public func concatenate(_ variables: [Variable], axis: Int = 0) -> Variable {
    require(!variables.isEmpty, "concatenate: expected at least one variable, got none")
    let dtype = variables.dropFirst().reduce(variables[0].dtype) { DType.promoted($0, $1.dtype) }
    let parts = variables.map { $0.cast(to: dtype) }
    if parts.allSatisfy(\.isSymbolicZero) { return .symbolicZero(concatenate(parts.map(\.array), axis: axis).shape, dtype: dtype) }
    return FunctionNode.recorded(parts, concatenate(parts.map(\.array), axis: axis)) {
        Concatenate(parts.map(\.shape), axis: parts[0].shape.normalized(axis: axis, function: "concatenate"))
    }
}

/// The variables, all of one shape, along a new axis.
public func stack(_ variables: [Variable], axis: Int = 0) -> Variable {
    require(!variables.isEmpty, "stack: expected at least one variable, got none")
    for part in variables {
        require(part.shape == variables[0].shape, "stack: expected variables of one shape \(variables[0].shape), got \(part.shape)")
    }
    let rank = variables[0].rank
    require(-rank - 1...rank ~= axis, "stack: expected an axis in \(-rank - 1)...\(rank) for shape \(variables[0].shape), got \(axis)")
    Shape.requireAxes(rank + 1, "stack")
    let position = axis < 0 ? axis + rank + 1 : axis
    return concatenate(variables.map { $0.expandingDimensions(at: position) }, axis: position)
}

private final class Concatenate: LinearFunction {
    let shapes: [Shape]
    let axis: Int
    init(_ shapes: [Shape], axis: Int) {
        self.shapes = shapes
        self.axis = axis
    }
    override var linearInputs: Int { shapes.count }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [concatenate(inputs, axis: axis)] }
    override func applied(to batch: Batch) -> [Variable]? { [concatenate(batch.operands.indices.map(batch.stacked), axis: axis + 1)] }
    override func again(_ arguments: [Variable]) -> Variable {
        // The tangent of a constant input has no shape of its own yet.
        concatenate(zip(arguments, shapes).map { $0.isSymbolicZero ? .symbolicZero($1, dtype: outputDType) : $0 }, axis: axis)
    }
    override func pull(_ gradOutput: consuming Variable, _ needed: InputSet, _ walk: BackwardWalk) {
        if shapes.count > Self.few && followsRules {
            let indexes = needed.indexes
            for (index, part) in zip(indexes, parts(of: gradOutput, indexes)) { walk.accumulate(part, at: edge(index)) }
            return
        }
        var start = 0
        for index in shapes.indices {
            let extent = shapes[index][axis]
            if needed.contains(index) {
                walk.accumulate(gradOutput.segment(axis: axis, start: start, step: 1, count: extent), at: edge(index))
            }
            start += extent
        }
    }
    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] { parts(of: gradOutputs[0], indexes) }

    /// Of so many inputs a function for each gradient is as fast as one for all.
    private static let few = 8

    /// The parts of `g` that belong to some inputs. More than a few are the outputs of one function, whose transpose joins them again in one
    /// pass: that of a function for each fills a whole array with zeros for every input.
    private func parts(of g: Variable, _ indexes: [Int]) -> [Variable] {
        if indexes.count > Self.few {
            let all = g.split(shapes.map { $0[axis] }, axis: axis)
            return indexes.map { all[$0] }
        }
        return indexes.map { index in
            let start = shapes[..<index].reduce(0) { $0 + $1[axis] }
            return g.segment(axis: axis, start: start, step: 1, count: shapes[index][axis])
        }
    }
}

extension Variable {
    /// Parts of the given extents along `axis`.
    public func split(_ extents: [Int], axis: Int = 0) -> [Variable] {
        let (axis, _) = shape.partition(extents, axis: axis)
        if extents.count == 1 { return [unchanged] }
        if isSymbolicZero { return extents.map { .symbolicZero(shape.replacing(axis, with: $0), dtype: dtype) } }
        return Split(extents, axis: axis).apply([self])
    }

    /// `parts` equal parts along `axis`.
    public func split(into parts: Int, axis: Int = 0) -> [Variable] {
        split(shape.equalExtents(parts, axis: axis), axis: axis)
    }

    /// The elements `start, start + step, …` along one axis, `count` of them.
    func segment(axis: Int, start: Int, step: Int, count: Int) -> Variable {
        if start == 0 && step == 1 && count == shape[axis] { return unchanged }
        let value = array.strided(axis: axis, start: start, step: step, count: count)
        if isSymbolicZero { return .symbolicZero(value.shape, dtype: dtype) }
        return FunctionNode.recorded(self, value) { Segment(axis, start, step, count) }
    }

    /// The transpose of `segment`: this variable placed in zeros of extent `extent`.
    func placed(axis: Int, start: Int, step: Int, in extent: Int) -> Variable {
        if isSymbolicZero { return .symbolicZero(shape.replacing(axis, with: extent), dtype: dtype) }
        return FunctionNode.recorded(self, Place.value(array, axis, start, step, extent)) { Place(axis, start, step, extent) }
    }

    /// This variable with `low` and `high` elements of `value` added at the ends of each axis.
    public func padded(_ widths: [(low: Int, high: Int)], value: Double = 0) -> Variable {
        if isSymbolicZero && value == 0 { return .symbolicZero(shape.padded(widths, function: "padded"), dtype: dtype) }
        return FunctionNode.recorded(self, array.padded(widths, value: value)) { Pad(widths, value) }
    }

    /// The transpose of padding: the part between the margins.
    fileprivate func inner(_ widths: [(low: Int, high: Int)]) -> Variable {
        var result = self
        for (axis, width) in widths.enumerated() {
            result = result.segment(axis: axis, start: width.low, step: 1, count: shape[axis] - width.low - width.high)
        }
        return result
    }
}

/// Linear, with several outputs; its transpose joins them again, in one pass.
private final class Split: FunctionNode {
    let extents: [Int]
    let axis: Int
    init(_ extents: [Int], axis: Int) { (self.extents, self.axis) = (extents, axis) }
    override var author: AnyObject? { nil }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { inputs[0].split(extents, axis: axis) }
    override func applied(to batch: Batch) -> [Variable]? { batch[0].split(extents, axis: axis + 1) }
    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] { [concatenate(gradOutputs, axis: axis)] }
    override func push(_ tangents: [Variable], _ given: InputSet) -> [Variable] { tangents[0].split(extents, axis: axis) }
}

private final class Segment: LinearFunction {
    let (axis, start, step, count): (Int, Int, Int, Int)
    init(_ axis: Int, _ start: Int, _ step: Int, _ count: Int) {
        (self.axis, self.start, self.step, self.count) = (axis, start, step, count)
    }
    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        [inputs[0].strided(axis: axis, start: start, step: step, count: count)]
    }
    override func applied(to batch: Batch) -> [Variable]? {
        [batch[0].segment(axis: axis + 1, start: start, step: step, count: count)]
    }
    override func again(_ arguments: [Variable]) -> Variable {
        arguments[0].segment(axis: axis, start: start, step: step, count: count)
    }
    override func transpose(_ g: Variable, _ index: Int) -> Variable {
        g.placed(axis: axis, start: start, step: step, in: edge0.layout.0[axis])
    }
}

private final class Place: LinearFunction {
    let (axis, start, step, extent): (Int, Int, Int, Int)
    init(_ axis: Int, _ start: Int, _ step: Int, _ extent: Int) {
        (self.axis, self.start, self.step, self.extent) = (axis, start, step, extent)
    }
    static func value(_ x: NDArray, _ axis: Int, _ start: Int, _ step: Int, _ extent: Int) -> NDArray {
        let out = NDArray.zeros(x.shape.replacing(axis, with: extent), dtype: x.dtype)
        out.strided(axis: axis, start: start, step: step, count: x.shape[axis]).overwrite(with: x)
        return out
    }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [Place.value(inputs[0], axis, start, step, extent)] }
    override func applied(to batch: Batch) -> [Variable]? { [batch[0].placed(axis: axis + 1, start: start, step: step, in: extent)] }
    override func again(_ arguments: [Variable]) -> Variable { arguments[0].placed(axis: axis, start: start, step: step, in: extent) }
    override func transpose(_ g: Variable, _ index: Int) -> Variable {
        g.segment(axis: axis, start: start, step: step, count: edge0.layout.0[axis])
    }
}

/// Padding is affine: with a value other than 0 the tangent is still padded with zeros.
private final class Pad: LinearFunction {
    let widths: [(low: Int, high: Int)]
    let value: Double
    init(_ widths: [(low: Int, high: Int)], _ value: Double) { (self.widths, self.value) = (widths, value) }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0].padded(widths, value: value)] }
    override func applied(to batch: Batch) -> [Variable]? { [batch[0].padded([(0, 0)] + widths, value: value)] }
    override func again(_ arguments: [Variable]) -> Variable { arguments[0].padded(widths) }
    override func transpose(_ g: Variable, _ index: Int) -> Variable { g.inner(widths) }
}
