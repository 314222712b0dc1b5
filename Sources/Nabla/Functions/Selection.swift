import CNablaKernels

// Functions that choose between values. Choices are made by arrays of bool, which carry no derivative.

/// Comparisons of variables give constants.
extension Variable {
    public static func .== (a: Variable, b: Variable) -> Variable {
        FunctionNode.constant([a, b], a.array .== b.array) { PiecewiseConstant { $0[0] .== $0[1] } }
    }
    public static func .!= (a: Variable, b: Variable) -> Variable {
        FunctionNode.constant([a, b], a.array .!= b.array) { PiecewiseConstant { $0[0] .!= $0[1] } }
    }
    public static func .< (a: Variable, b: Variable) -> Variable {
        FunctionNode.constant([a, b], a.array .< b.array) { PiecewiseConstant { $0[0] .< $0[1] } }
    }
    public static func .<= (a: Variable, b: Variable) -> Variable {
        FunctionNode.constant([a, b], a.array .<= b.array) { PiecewiseConstant { $0[0] .<= $0[1] } }
    }
    public static func .> (a: Variable, b: Variable) -> Variable {
        FunctionNode.constant([a, b], a.array .> b.array) { PiecewiseConstant { $0[0] .> $0[1] } }
    }
    public static func .>= (a: Variable, b: Variable) -> Variable {
        FunctionNode.constant([a, b], a.array .>= b.array) { PiecewiseConstant { $0[0] .>= $0[1] } }
    }
    public static func .== (a: Variable, b: some Scalar) -> Variable {
        FunctionNode.constant([a], a.array .== b) { PiecewiseConstant { $0[0] .== b } }
    }
    public static func .!= (a: Variable, b: some Scalar) -> Variable {
        FunctionNode.constant([a], a.array .!= b) { PiecewiseConstant { $0[0] .!= b } }
    }
    public static func .< (a: Variable, b: some Scalar) -> Variable {
        FunctionNode.constant([a], a.array .< b) { PiecewiseConstant { $0[0] .< b } }
    }
    public static func .<= (a: Variable, b: some Scalar) -> Variable {
        FunctionNode.constant([a], a.array .<= b) { PiecewiseConstant { $0[0] .<= b } }
    }
    public static func .> (a: Variable, b: some Scalar) -> Variable {
        FunctionNode.constant([a], a.array .> b) { PiecewiseConstant { $0[0] .> b } }
    }
    public static func .>= (a: Variable, b: some Scalar) -> Variable {
        FunctionNode.constant([a], a.array .>= b) { PiecewiseConstant { $0[0] .>= b } }
    }
}

/// `condition ? a : b`, elementwise with broadcasting. The branch not chosen gets no gradient, but is computed: an argument that is infinite
/// or NaN in a derivative there must be replaced before the function that makes it.
public func `where`(_ condition: Variable, _ a: Variable, _ b: Variable) -> Variable {
    if a.dtype != b.dtype {
        let dtype = DType.promoted(a.array, b.array)
        return `where`(condition, a.cast(to: dtype), b.cast(to: dtype))
    }
    if a.isSymbolicZero && b.isSymbolicZero {
        return .symbolicZero(`where`(condition.array, a.array, b.array).shape, dtype: a.dtype)
    }
    let result = FunctionNode.recorded([a, b, condition], `where`(condition.array, a.array, b.array)) { Where() }
    result.node?.keepInput(2, condition.array)
    return result
}
public func `where`(_ condition: Variable, _ a: Variable, _ b: some Scalar) -> Variable {
    `where`(condition, a, Variable(constant: .full([], b, dtype: a.dtype)))
}
public func `where`(_ condition: Variable, _ a: some Scalar, _ b: Variable) -> Variable {
    `where`(condition, Variable(constant: .full([], a, dtype: b.dtype)), b)
}
public func `where`(_ condition: NDArray, _ a: Variable, _ b: Variable) -> Variable { `where`(Variable(constant: condition), a, b) }

/// `f(x)` where `condition` holds, and `value` elsewhere, with broadcasting. Only the elements chosen are given to `f`, as a list, so that
/// nothing infinite arises from the others at any order:
///
///     `where`(x .> 0, x, otherwise: 0) { sqrt($0) }
///
/// - Parameter f: a function that acts on elements separately.
public func `where`(
    _ condition: Variable, _ x: Variable, otherwise value: some Scalar, _ f: (Variable) -> Variable
) -> Variable {
    let shape = broadcastShape(condition.array, x.array, "where")
    if ArrayTrace.isActive && shape.elementCount > 0 {
        // The length of the list depends on numbers, which may differ at a replay. All elements are given to `f` then, with the first chosen
        // one in the place of those that are not; what becomes of these is dropped, gradients too.
        let list = x.broadcast(to: shape).flattened()
        let mask = condition.broadcast(to: shape).flattened()
        return `where`(mask, f(`where`(mask, list, firstChosen(list, mask))), value).reshaped(to: shape)
    }
    let mask = condition.array.broadcast(to: shape).flattened()
    let chosen = IndexExpression([mask], of: mask.shape)
    let list = x.broadcast(to: shape).flattened().item(at: chosen)
    let results = f(list)
    require(results.shape == list.shape, "where: expected a function that keeps the shape \(list.shape), got \(results.shape)")
    let rest = `where`(mask, NDArray.zeros([], dtype: results.dtype), NDArray.full([], value, dtype: results.dtype))
    return (results.scattered(at: chosen) + Variable(constant: rest)).reshaped(to: shape)
}

/// The first of `list` where `mask` holds, as a constant; the first of all where it nowhere does.
private func firstChosen(_ list: Variable, _ mask: Variable, axis: Int = 0) -> Variable {
    FunctionNode.constant([list, mask], FirstChosen.value(list.array, mask.array, axis)) { FirstChosen(axis) }
}
private final class FirstChosen: FunctionNode {
    let axis: Int
    init(_ axis: Int) { self.axis = axis }
    static func value(_ list: NDArray, _ mask: NDArray, _ axis: Int) -> NDArray {
        list.takeAlong(mask.argMax(axis: axis, keepsAxes: true), axis: axis).reshaped(to: list.shape.removing(axis))
    }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [FirstChosen.value(inputs[0], inputs[1], axis)] }
    override func applied(to batch: Batch) -> [Variable]? { [firstChosen(batch.stacked(0), batch.stacked(1), axis: axis + 1)] }
}

private final class Where: LinearFunction {
    override var linearInputs: Int { 2 }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [`where`(inputs[2], inputs[0], inputs[1])] }
    override func again(_ arguments: [Variable]) -> Variable {
        `where`(retainedInput(2), arguments[0], arguments[1]).broadcast(to: outputShape)
    }
    override func applied(to batch: Batch) -> [Variable]? {
        let operands = batch.aligned()
        return [`where`(operands[2], operands[0], operands[1])]
    }
    override func transpose(_ g: Variable, _ index: Int) -> Variable {
        index == 0 ? `where`(retainedInput(2), g, 0) : `where`(retainedInput(2), 0, g)
    }
}

/// |x|, with derivative 0 at 0, and NaN at NaN
public func abs(_ x: Variable) -> Variable { map(Abs.self, x) }
private final class Abs: UnaryMap {
    override class var op: UnaryOp { NK_ABS }
    override class var keep: Kept { .inputs }
    override func scaled(_ t: Variable) -> Variable { t * sign(x) }
}

/// -1, 0 or 1: a constant, since its derivative is zero
public func sign(_ x: Variable) -> Variable {
    FunctionNode.constant([x], sign(x.array)) { PiecewiseConstant { sign($0[0]) } }
}

/// The larger of each pair. Where both are equal, half of the gradient goes to each.
public func maximum(_ a: Variable, _ b: Variable) -> Variable { map(Maximum.self, a, b) }
public func maximum(_ a: Variable, _ b: some Scalar) -> Variable { maximum(a, Variable(constant: .full([], b, dtype: a.dtype))) }
private final class Maximum: BinaryMap {
    override class var op: BinaryOp { NK_MAX }
    override class var name: StaticString { "maximum" }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable {
        t * (index == 0 ? share(a, b) : share(b, a))
    }
}

/// The smaller of each pair. Where both are equal, half of the gradient goes to each.
public func minimum(_ a: Variable, _ b: Variable) -> Variable { map(Minimum.self, a, b) }
public func minimum(_ a: Variable, _ b: some Scalar) -> Variable { minimum(a, Variable(constant: .full([], b, dtype: a.dtype))) }
private final class Minimum: BinaryMap {
    override class var op: BinaryOp { NK_MIN }
    override class var name: StaticString { "minimum" }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable {
        t * (index == 0 ? share(b, a) : share(a, b))
    }
}

/// 1 where a > b, 0 where a < b, ½ where they are equal, infinite or not: a comparison, since a difference of infinities is no number
private func share(_ a: Variable, _ b: Variable) -> Variable {
    FunctionNode.constant([a, b], combined(NK_SHARE, a.array, b.array, "share")) {
        PiecewiseConstant { combined(NK_SHARE, $0[0], $0[1], "share") }
    }
}

/// `x` limited to `low ... high`, with derivative 1 inside and at the limits, and NaN at NaN
public func clip(_ x: Variable, _ low: Double, _ high: Double) -> Variable {
    require(low <= high, "clip: expected limits in order, got \(low) and \(high)")
    return FunctionNode.recorded(x, clip(x.array, low, high), keep: .firstAndOutput) { Clip(low, high) }
}
private final class Clip: ElementwiseFunction {
    let low: Double
    let high: Double
    init(_ low: Double, _ high: Double) {
        self.low = low
        self.high = high
    }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [clip(inputs[0], low, high)] }
    override func again(_ inputs: [Variable]) -> Variable { clip(inputs[0], low, high) }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable {
        passed(t, where: retainedInput(0).detached(), equals: retainedOutput(0).detached())
    }
    override func fused(_ t: consuming Variable, byPartial index: Int) -> Variable {
        let (x, y) = (constantInput(0).array, constantOutput().array)
        return t.changed { $0.pass(where: x, equals: y) }
    }
}

/// x = y ? t : 0, NaN where x is. Linear in `t`; the others are only looked at, and carry no derivative.
private func passed(_ t: Variable, where x: Variable, equals y: Variable) -> Variable {
    if t.isSymbolicZero { return t }
    let result = FunctionNode.recorded([t, x, y], passed(t.array, where: x.array, equals: y.array)) { Pass() }
    result.node?.keepInput(1, x.array)
    result.node?.keepInput(2, y.array)
    return result
}
private final class Pass: LinearFunction {
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [passed(inputs[0], where: inputs[1], equals: inputs[2])] }
    override func again(_ arguments: [Variable]) -> Variable { passed(arguments[0], where: retainedInput(1), equals: retainedInput(2)) }
    override func transpose(_ g: Variable, _ index: Int) -> Variable { passed(g, where: retainedInput(1), equals: retainedInput(2)) }
    override func applied(to batch: Batch) -> [Variable]? {
        let operands = batch.aligned()
        return [passed(operands[0], where: operands[1], equals: operands[2])]
    }
}

/// log(eᵃ + eᵇ), without overflow. Equal infinities share the gradient, ½ to each.
public func logAddExp(_ a: Variable, _ b: Variable) -> Variable {
    _ = broadcastShape(a.array, b.array, "logAddExp")
    if a.dtype != b.dtype || !a.dtype.isFloating {
        let dtype = DType.promoted(a.array, b.array).floating
        return logAddExp(a.cast(to: dtype), b.cast(to: dtype))
    }
    return FunctionNode.recorded(a, b, LogAddExp.value(a.array, b.array), keep: .inputs) { LogAddExp() }
}
private final class LogAddExp: ElementwiseFunction {
    static func value(_ a: NDArray, _ b: NDArray) -> NDArray {
        maximum(a, b) + softplus(-abs(combined(NK_DIFFERENCE, a, b, "logAddExp")))
    }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [LogAddExp.value(inputs[0], inputs[1])] }
    override func again(_ inputs: [Variable]) -> Variable { logAddExp(inputs[0], inputs[1]) }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable {
        let (a, b) = (retainedInput(0), retainedInput(1))
        return t * sigmoid(index == 0 ? difference(a, b) : difference(b, a))
    }
}
