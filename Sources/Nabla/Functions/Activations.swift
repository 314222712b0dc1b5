import CNablaKernels

// Activation functions.

/// 1 / (1 + e⁻ˣ)
public func sigmoid(_ x: Variable) -> Variable { map(Sigmoid.self, x) }
private final class Sigmoid: LevelingMap {
    override class var op: UnaryOp { NK_SIGMOID }
    override class var gradientOp: TernaryOp { NK_SIGMOID_GRADIENT }
    override func slope() -> Variable { sigmoidSlope(x, y) }
}

/// log(1 + eˣ), without overflow
public func softplus(_ x: Variable) -> Variable { map(Softplus.self, x) }
private final class Softplus: UnaryMap {
    override class var op: UnaryOp { NK_SOFTPLUS }
    override class var keep: Kept { .inputs }
    override func scaled(_ t: Variable) -> Variable { t * sigmoid(x) }
}

/// log(1 / (1 + e⁻ˣ)), without overflow
public func logSigmoid(_ x: Variable) -> Variable { -softplus(-x) }

/// max(x, 0), with derivative 0 at 0, and NaN at NaN: a 0 would hide it
public func relu(_ x: Variable) -> Variable { map(Relu.self, x) }
private final class Relu: UnaryMap {
    override class var op: UnaryOp { NK_RELU }
    override class var keep: Kept { .output }
    override func scaled(_ t: Variable) -> Variable { gate(t, by: y.detached(), slope: nil) }
}

/// x > 0 ? x : slope · x, with derivative `slope` at 0, and NaN at NaN
public func leakyRelu(_ x: Variable, slope: Double = 0.2) -> Variable {
    FunctionNode.recorded(x, leakyRelu(x.array, slope: slope), keep: .inputs) { LeakyRelu(slope) }
}
private final class LeakyRelu: ElementwiseFunction {
    let slope: Double
    init(_ slope: Double) { self.slope = slope }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [leakyRelu(inputs[0], slope: slope)] }
    override func again(_ inputs: [Variable]) -> Variable { leakyRelu(inputs[0], slope: slope) }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable { gate(t, by: retainedInput(0).detached(), slope: slope) }
    override func fused(_ t: consuming Variable, byPartial index: Int) -> Variable {
        let x = constantInput(0).array
        return t.changed { $0.gate(by: x, slope: slope) }
    }
}

/// source > 0 ? t : slope · t, NaN where `source` is. Linear in `t`; `source` is only looked at, and carries no derivative. Without a slope `source` is a
/// value of `relu`, which is the slope itself where it is not positive.
private func gate(_ t: Variable, by source: Variable, slope: Double?) -> Variable {
    if t.isSymbolicZero { return t }
    return FunctionNode.recorded(t, source, gated(t.array, by: source.array, slope: slope), keep: .second) { Gate(slope) }
}
private final class Gate: LinearFunction {
    let slope: Double?
    init(_ slope: Double?) { self.slope = slope }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [gated(inputs[0], by: inputs[1], slope: slope)] }
    override func again(_ arguments: [Variable]) -> Variable { gate(arguments[0], by: retainedInput(1), slope: slope) }
    override func transpose(_ g: Variable, _ index: Int) -> Variable { gate(g, by: retainedInput(1), slope: slope) }
    override func applied(to batch: Batch) -> [Variable]? {
        let operands = batch.aligned()
        return [gate(operands[0], by: operands[1], slope: slope)]
    }
    override func pull(_ gradOutput: consuming Variable, _ needed: InputSet, _ walk: BackwardWalk) {
        if followsRules { return super.pull(gradOutput, needed, walk) }
        let source = constantInput(1).array
        walk.accumulate(gradOutput.changed { $0.gate(by: source, slope: slope) }, at: edge0)
    }
}

/// x for x > 0, scale · (eˣ - 1) otherwise
public func elu(_ x: Variable, scale: Double = 1) -> Variable {
    let isPositive = x .> 0
    return `where`(isPositive, x, scale * expm1(`where`(isPositive, 0, x)))
}

/// x · sigmoid(x), also called swish
public func silu(_ x: Variable) -> Variable { map(Silu.self, x) }
private final class Silu: UnaryMap {
    override class var op: UnaryOp { NK_SILU }
    override class var keep: Kept { .inputs }
    override func scaled(_ t: Variable) -> Variable {
        let x = stopped(x)
        let y = sigmoid(x)
        return t * (y + x * sigmoidSlope(x, y))
    }
}

/// x · tanh(softplus(x))
public func mish(_ x: Variable) -> Variable { map(Mish.self, x) }
private final class Mish: UnaryMap {
    override class var op: UnaryOp { NK_MISH }
    override class var keep: Kept { .inputs }
    override func scaled(_ t: Variable) -> Variable {
        let x = stopped(x)
        let p = softplus(x)
        let y = tanh(p)
        return t * (y + x * (tanhSlope(p, y) * sigmoid(x)))
    }
}

/// x Φ(x), with Φ the distribution function of the standard normal
public func gelu(_ x: Variable) -> Variable { map(Gelu.self, x) }
private final class Gelu: UnaryMap {
    override class var op: UnaryOp { NK_GELU }
    override class var keep: Kept { .inputs }
    override func scaled(_ t: Variable) -> Variable {
        let x = stopped(x)
        return t * (map(NormalCDF.self, x) + x * normalDensity(x))
    }
}
