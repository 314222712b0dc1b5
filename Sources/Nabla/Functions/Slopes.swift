import CNablaKernels

// Derivatives that are functions of their own, because a formula in the function's value or in squares of the argument would lose them
// where the value levels off or a square overflows. Each has a rule, and is right over the whole range at every order.

/// An elementwise function of one input that levels off, so that its value y says too little of its derivative where |x| is large. It keeps
/// both: the kernel asks y, which costs an addition, and x only where it must, which costs an exponential.
class LevelingMap: UnaryMap {
    override final class var keep: Kept { .firstAndOutput }
    /// t f′(x), from t, y and x.
    class var gradientOp: TernaryOp { fail("LevelingMap: expected an override of gradientOp, got none") }

    /// f′(x)
    func slope() -> Variable { fail("\(label): expected an override of slope, got none") }

    override final func scaled(_ t: Variable) -> Variable { t * slope() }

    override final func fused(_ t: consuming Variable, byPartial index: Int) -> Variable {
        let (x, y) = (constantInput(0).array, constantOutput().array)
        if _slowPath(x.dtype != t.dtype) { return scaled(t) }
        return t.changed { $0.multiply(bySlope: Self.gradientOp, y, x) }
    }
}

/// An elementwise function of one input whose derivative has no kernel.
class UnfusedMap: UnaryMap {
    override final func fused(_ t: consuming Variable, byPartial index: Int) -> Variable { scaled(t) }
}

// MARK: Of the value and the argument

// These take x and y = f(x). They are functions of x alone, and y is given to save work, so the derivative goes by x. The rules may use y,
// which is a function of x in the graph too.

/// tanh′(x), with derivative -2 tanh(x) tanh′(x)
final class TanhSlope: BinaryMap {
    override class var op: BinaryOp { NK_TANH_SLOPE }
    override class var keep: Kept { .firstAndOutput }
    override class var name: StaticString { "tanh′" }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable {
        index == 0 ? .symbolicZero(t.shape, dtype: t.dtype) : t * (-2 * (a * output))
    }
    override func fused(_ t: consuming Variable, byPartial index: Int) -> Variable {
        if index == 0 { return .symbolicZero(t.shape, dtype: t.dtype) }
        let (y, slope) = (constantInput(0).array, constantOutput().array)
        if _slowPath(y.dtype != t.dtype || y.shape != t.shape) { return scaled(t, byPartial: 1) }
        return t.changed { $0.multiply(bySlope: NK_TANH_SLOPE_GRADIENT, y, slope) }
    }
}
func tanhSlope(_ x: Variable, _ y: Variable) -> Variable { map(TanhSlope.self, y, x) }

/// σ′(x), with derivative -tanh(x/2) σ′(x): 1 - 2 σ(x) would be rounded away around 0
final class SigmoidSlope: BinaryMap {
    override class var op: BinaryOp { NK_SIGMOID_SLOPE }
    override class var keep: Kept { .firstAndOutput }
    override class var name: StaticString { "sigmoid′" }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable {
        index == 0 ? -(t * (tanh(0.5 * a) * output)) : .symbolicZero(t.shape, dtype: t.dtype)
    }
}
func sigmoidSlope(_ x: Variable, _ y: Variable) -> Variable { map(SigmoidSlope.self, x, y) }

/// eˣ, where y = eˣ - 1
final class Expm1Slope: BinaryMap {
    override class var op: BinaryOp { NK_EXPM1_SLOPE }
    override class var keep: Kept { .output }
    override class var name: StaticString { "expm1′" }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable {
        index == 0 ? t * output : .symbolicZero(t.shape, dtype: t.dtype)
    }
}

extension BinaryMap {
    /// The function's value, retained.
    fileprivate var output: Variable { isRecording ? retainedOutput(0) : constantOutput() }
}

// MARK: Of the argument

/// `x` limited to numbers whose product with a vanishing function of them is 0: ∞ · 0 is no number.
func bounded(_ x: Variable) -> Variable {
    let limit = x.dtype == .float64 ? 1e200 : 1e30
    return clip(x, -limit, limit)
}

/// `x` limited to -1000 ... 1000, where exponentials have reached 0 and the rest of an activation is a straight line.
func stopped(_ x: Variable) -> Variable { clip(x, -1000, 1000) }

/// exp(-x²)
final class Bell: UnfusedMap {
    override class var op: UnaryOp { NK_BELL }
    override class var keep: Kept { .firstAndOutput }
    override func scaled(_ t: Variable) -> Variable { t * (-2 * (stopped(x) * y)) }
}

/// exp(-x² / 2)
final class HalfBell: UnfusedMap {
    override class var op: UnaryOp { NK_HALF_BELL }
    override class var keep: Kept { .firstAndOutput }
    override func scaled(_ t: Variable) -> Variable { -(t * (stopped(x) * y)) }
}

/// The density of the standard normal
func normalDensity(_ x: Variable) -> Variable { map(HalfBell.self, x) * 0x1.9884533d43651p-2 }

/// The distribution function of the standard normal
final class NormalCDF: UnfusedMap {
    override class var op: UnaryOp { NK_NORMAL_CDF }
    override class var keep: Kept { .inputs }
    override func scaled(_ t: Variable) -> Variable { t * normalDensity(x) }
}

/// 1/√(1 - x²), the derivative of arcsin
final class AsinSlope: UnfusedMap {
    override class var op: UnaryOp { NK_ASIN_SLOPE }
    override class var keep: Kept { .firstAndOutput }
    override func scaled(_ t: Variable) -> Variable { t * ((x * y) * (y * y)) }
}

/// 1/(1 + x²), the derivative of arctan
final class AtanSlope: UnfusedMap {
    override class var op: UnaryOp { NK_ATAN_SLOPE }
    override class var keep: Kept { .firstAndOutput }
    override func scaled(_ t: Variable) -> Variable { t * (-2 * ((bounded(x) * y) * y)) }
}

/// 1/√(1 + x²), the derivative of arsinh
final class AsinhSlope: UnfusedMap {
    override class var op: UnaryOp { NK_ASINH_SLOPE }
    override class var keep: Kept { .firstAndOutput }
    override func scaled(_ t: Variable) -> Variable { -(t * ((bounded(x) * y) * (y * y))) }
}

/// 1/(1 - x²), the derivative of artanh
final class AtanhSlope: UnfusedMap {
    override class var op: UnaryOp { NK_ATANH_SLOPE }
    override class var keep: Kept { .firstAndOutput }
    override func scaled(_ t: Variable) -> Variable { t * (2 * ((x * y) * y)) }
}

// MARK: Of two numbers

/// b / (a² + b²), 0 where either is infinite. With p = a / (a² + b²) and q = b / (a² + b²), ∂q/∂a = -2 p q and ∂q/∂b = p² - q².
final class Inversion: BinaryMap {
    override class var op: BinaryOp { NK_INVERSION }
    override class var name: StaticString { "inversion" }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable {
        let (p, q) = (inversion(b, a), inversion(a, b))
        return t * (index == 0 ? -2 * (p * q) : (p - q) * (p + q))
    }
}
func inversion(_ a: Variable, _ b: Variable) -> Variable { map(Inversion.self, a, b) }

/// a - b, 0 for equal infinities
final class Difference: BinaryMap {
    override class var op: BinaryOp { NK_DIFFERENCE }
    override class var keep: Kept { .none }
    override class var name: StaticString { "-" }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable { index == 0 ? t : -t }
}
func difference(_ a: Variable, _ b: Variable) -> Variable { map(Difference.self, a, b) }

/// a / b, NaN where b < 0: a times the derivative of log b, which has none there, as it has no value.
final class LogQuotient: BinaryMap {
    override class var op: BinaryOp { NK_LOG_QUOTIENT }
    override class var name: StaticString { "/" }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable {
        index == 0 ? logQuotient(t, b) : -logQuotient(t * logQuotient(a, b), b)
    }
    override func fused(_ t: consuming Variable, byPartial index: Int) -> Variable {
        let (a, b) = (constantInput(0).array, constantInput(1).array)
        return t.changed { if index == 0 { $0.multiply(byDerivativeOf: NK_LOG, b) } else { $0.multiply(byDerivativeOfLogQuotient: a, b) } }
    }
}
func logQuotient(_ a: Variable, _ b: Variable) -> Variable { a.isSymbolicZero ? a : map(LogQuotient.self, a, b) }
