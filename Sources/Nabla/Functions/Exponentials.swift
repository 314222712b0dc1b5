import CNablaKernels
import Glibc

// Exponentials, logarithms, roots and powers. Each rule is `t f′(x)`, written on whichever of x and y = f(x) is cheaper.

/// eˣ
public func exp(_ x: Variable) -> Variable { map(Exp.self, x) }
private final class Exp: UnaryMap {
    override class var op: UnaryOp { NK_EXP }
    override class var keep: Kept { .output }
    override func scaled(_ t: Variable) -> Variable { t * y }
}

/// eˣ - 1, accurate near 0
public func expm1(_ x: Variable) -> Variable { map(Expm1.self, x) }
private final class Expm1: LevelingMap {
    override class var op: UnaryOp { NK_EXPM1 }
    override class var gradientOp: TernaryOp { NK_EXPM1_GRADIENT }
    override func slope() -> Variable { map(Expm1Slope.self, x, y) }
}

/// The natural logarithm. Where x < 0 it and its derivatives are NaN.
public func log(_ x: Variable) -> Variable { map(Log.self, x) }
private final class Log: UnaryMap {
    override class var op: UnaryOp { NK_LOG }
    override class var keep: Kept { .inputs }
    override func scaled(_ t: Variable) -> Variable { logQuotient(t, x) }
}

/// log(1 + x), accurate near 0. Where x < -1 it and its derivatives are NaN.
public func log1p(_ x: Variable) -> Variable { map(Log1p.self, x) }
private final class Log1p: UnaryMap {
    override class var op: UnaryOp { NK_LOG1P }
    override class var keep: Kept { .inputs }
    override func scaled(_ t: Variable) -> Variable { logQuotient(t, x + 1) }
}

/// √x. The derivative at 0 is infinite; see `norm` for lengths.
public func sqrt(_ x: Variable) -> Variable { map(Sqrt.self, x) }
private final class Sqrt: UnaryMap {
    override class var op: UnaryOp { NK_SQRT }
    override class var keep: Kept { .output }
    override func scaled(_ t: Variable) -> Variable { t / (2 * y) }
}

/// 1/√x
public func rsqrt(_ x: Variable) -> Variable { map(Rsqrt.self, x) }
private final class Rsqrt: UnaryMap {
    override class var op: UnaryOp { NK_RSQRT }
    override class var keep: Kept { .output }
    override func scaled(_ t: Variable) -> Variable { t * (-0.5 * y * y * y) }
}

/// x²
public func square(_ x: Variable) -> Variable { map(Square.self, x) }
private final class Square: UnaryMap {
    override class var op: UnaryOp { NK_SQUARE }
    override class var keep: Kept { .inputs }
    override func scaled(_ t: Variable) -> Variable { t * (2 * x) }
}

/// 1/x
public func reciprocal(_ x: Variable) -> Variable { map(Reciprocal.self, x) }
private final class Reciprocal: UnaryMap {
    override class var op: UnaryOp { NK_RECIPROCAL }
    override class var keep: Kept { .output }
    override func scaled(_ t: Variable) -> Variable { -(t * y * y) }
}

/// xⁿ for a fixed n. Right at every order for x = 0 and integer n ≥ 0: a power that has run out is not followed further.
public func pow<S: Scalar>(_ x: Variable, _ n: S) -> Variable {
    let n = n.doubleValue
    if n == 0 { return Variable(flat: NDArray.ones([], dtype: x.dtype.floating).broadcast(to: x.shape), of: [x]) }
    if n == 1 { return x.unchanged }
    return FunctionNode.recorded(x, pow(x.array, n), keep: .inputs) { PowScalar(n) }
}
private final class PowScalar: ElementwiseFunction {
    let exponent: Double
    init(_ exponent: Double) { self.exponent = exponent }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [pow(inputs[0], exponent)] }
    override func again(_ inputs: [Variable]) -> Variable { pow(inputs[0], exponent) }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable { t * (exponent * pow(retainedInput(0), exponent - 1)) }
    override func fused(_ t: consuming Variable, byPartial index: Int) -> Variable {
        var slope = exponent == 2 ? constantInput(0).array : pow(constantInput(0).array, exponent - 1)
        slope *= exponent
        return t.changed { $0 *= slope }
    }
}

/// aˣ for a fixed a ≥ 0
public func pow<S: Scalar>(_ a: S, _ x: Variable) -> Variable {
    // 0 and ∞ have no logarithm to multiply by.
    if a.doubleValue == 0 || a.doubleValue.isInfinite { return pow(Variable(constant: .full([], a, dtype: x.dtype.floating)), x) }
    return FunctionNode.recorded(x, pow(a, x.array), keep: .output) { PowOfScalar(a.doubleValue) }
}
private final class PowOfScalar: ElementwiseFunction {
    let base: Double
    init(_ base: Double) { self.base = base }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [pow(base, inputs[0])] }
    override func again(_ inputs: [Variable]) -> Variable { pow(base, inputs[0]) }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable { t * (retainedOutput(0) * log(base)) }
}

/// aᵇ
///
/// ∂/∂a = b aᵇ⁻¹, where 0⁻¹ is not followed at a = b = 0, so that x⁰ is differentiated as the constant 1 it is, at 0 too;
/// ∂/∂b = aᵇ log a, which is taken as 0 at a = 0, and at a = ∞ where aᵇ = 0.
public func pow(_ a: Variable, _ b: Variable) -> Variable { map(Pow.self, a, b) }
private final class Pow: BinaryMap {
    override class var op: BinaryOp { NK_POW }
    override class var name: StaticString { "pow" }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable {
        if index == 0 {
            // Elsewhere the exponent must not be cut from b: ∂²/∂a∂b at b = 0 is 1/a.
            let isOrigin = FunctionNode.constant([a, b], (a.array .== 0) .&& (b.array .== 0)) {
                PiecewiseConstant { ($0[0] .== 0) .&& ($0[1] .== 0) }
            }
            let exponent = `where`(isOrigin, 1, b - 1)
            return t * (b * pow(a, exponent))
        }
        let power = pow(a, b)
        // Only where the logarithm is infinite: a power that underflows still has a mixed derivative, a log a.
        let isZero = FunctionNode.constant([a, power], Pow.isZeroTimesInfinity(a.array, power.array)) {
            PiecewiseConstant { Pow.isZeroTimesInfinity($0[0], $0[1]) }
        }
        return t * (power * log(`where`(isZero, 1, a)))
    }

    private static func isZeroTimesInfinity(_ a: NDArray, _ power: NDArray) -> NDArray {
        (a .== 0) .|| ((power .== 0) .&& isInfinite(a))
    }
}
