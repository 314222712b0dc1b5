import CNablaKernels

// Trigonometric and hyperbolic functions and their inverses.

/// sin x
public func sin(_ x: Variable) -> Variable { map(Sin.self, x) }
private final class Sin: UnaryMap {
    override class var op: UnaryOp { NK_SIN }
    override class var keep: Kept { .inputs }
    override func scaled(_ t: Variable) -> Variable { t * cos(x) }
}

/// cos x
public func cos(_ x: Variable) -> Variable { map(Cos.self, x) }
private final class Cos: UnaryMap {
    override class var op: UnaryOp { NK_COS }
    override class var keep: Kept { .inputs }
    override func scaled(_ t: Variable) -> Variable { -(t * sin(x)) }
}

/// tan x
public func tan(_ x: Variable) -> Variable { map(Tan.self, x) }
private final class Tan: UnaryMap {
    override class var op: UnaryOp { NK_TAN }
    override class var keep: Kept { .output }
    override func scaled(_ t: Variable) -> Variable { t * (1 + square(y)) }
}

/// arcsin x
public func asin(_ x: Variable) -> Variable { map(Asin.self, x) }
private final class Asin: UnaryMap {
    override class var op: UnaryOp { NK_ASIN }
    override class var keep: Kept { .inputs }
    override func scaled(_ t: Variable) -> Variable { t * map(AsinSlope.self, x) }
}

/// arccos x
public func acos(_ x: Variable) -> Variable { map(Acos.self, x) }
private final class Acos: UnaryMap {
    override class var op: UnaryOp { NK_ACOS }
    override class var keep: Kept { .inputs }
    override func scaled(_ t: Variable) -> Variable { -(t * map(AsinSlope.self, x)) }
}

/// arctan x
public func atan(_ x: Variable) -> Variable { map(Atan.self, x) }
private final class Atan: UnaryMap {
    override class var op: UnaryOp { NK_ATAN }
    override class var keep: Kept { .inputs }
    override func scaled(_ t: Variable) -> Variable { t * map(AtanSlope.self, x) }
}

/// The angle of the point (x, y) from the first axis, in (-π, π]
public func atan2(_ y: Variable, _ x: Variable) -> Variable { map(Atan2.self, y, x) }
private final class Atan2: BinaryMap {
    override class var op: BinaryOp { NK_ATAN2 }
    override class var name: StaticString { "atan2" }
    override class var isReal: Bool { true }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable {
        index == 0 ? t * inversion(a, b) : -(t * inversion(b, a))
    }
}

/// sinh x
public func sinh(_ x: Variable) -> Variable { map(Sinh.self, x) }
private final class Sinh: UnaryMap {
    override class var op: UnaryOp { NK_SINH }
    override class var keep: Kept { .inputs }
    override func scaled(_ t: Variable) -> Variable { t * cosh(x) }
}

/// cosh x
public func cosh(_ x: Variable) -> Variable { map(Cosh.self, x) }
private final class Cosh: UnaryMap {
    override class var op: UnaryOp { NK_COSH }
    override class var keep: Kept { .inputs }
    override func scaled(_ t: Variable) -> Variable { t * sinh(x) }
}

/// tanh x
public func tanh(_ x: Variable) -> Variable { map(Tanh.self, x) }
private final class Tanh: LevelingMap {
    override class var op: UnaryOp { NK_TANH }
    override class var gradientOp: TernaryOp { NK_TANH_GRADIENT }
    override func slope() -> Variable { tanhSlope(x, y) }
}

/// arsinh x
public func asinh(_ x: Variable) -> Variable { map(Asinh.self, x) }
private final class Asinh: UnaryMap {
    override class var op: UnaryOp { NK_ASINH }
    override class var keep: Kept { .inputs }
    override func scaled(_ t: Variable) -> Variable { t * map(AsinhSlope.self, x) }
}

/// arcosh x
public func acosh(_ x: Variable) -> Variable { map(Acosh.self, x) }
private final class Acosh: UnaryMap {
    override class var op: UnaryOp { NK_ACOSH }
    override class var keep: Kept { .inputs }
    override func scaled(_ t: Variable) -> Variable { t * rsqrt(x - 1) * rsqrt(x + 1) }
}

/// artanh x. Where |x| > 1 it and its derivatives are NaN.
public func atanh(_ x: Variable) -> Variable { map(Atanh.self, x) }
private final class Atanh: UnaryMap {
    override class var op: UnaryOp { NK_ATANH }
    override class var keep: Kept { .inputs }
    override func scaled(_ t: Variable) -> Variable { t * map(AtanhSlope.self, x) }
}

/// sin(πx) / (πx), 1 at x = 0.
///
/// Near 0 the quotient's derivatives cancel catastrophically, so |πx| < 6/5 uses the series Σ (-1)ᵏ (πx)²ᵏ / (2k+1)!, which is right at
/// every order there. Elsewhere even numbers n are taken off before π is multiplied: sin(πx) = sin(π(x - n)), where x - n is exact and the
/// product has no more rounding error for large arguments than for small ones.
public func sinc(_ x: Variable) -> Variable {
    let isSmall = abs(x) .< 1.2 / Double.pi
    let near = `where`(isSmall, x, 0) * Double.pi
    let far = `where`(isSmall, 1, x)
    let squared = near * near
    var series = Variable(constant: .zeros([], dtype: x.dtype))
    // What is left out is below the type's precision up to the sixth derivative.
    for k in stride(from: x.dtype == .float32 ? 8 : 11, through: 1, by: -1) {
        series = (series + 1) * squared * (-1 / Double((2 * k) * (2 * k + 1)))
    }
    // Infinite numbers have no rest; the quotient is 0 whatever the sine.
    let greatest = x.dtype == .float32 ? Double(Float.greatestFiniteMagnitude) : .greatestFiniteMagnitude
    let number = clip(far, -greatest, greatest)
    let even = FunctionNode.constant([number], nearestEven(number.array)) { PiecewiseConstant { nearestEven($0[0]) } }
    return `where`(isSmall, series + 1, sin((number - even) * Double.pi) / far * (1 / Double.pi))
}
private func nearestEven(_ x: NDArray) -> NDArray { 2 * round(x * 0.5) }

/// 2/√π ∫₀ˣ e^(-t²) dt
public func erf(_ x: Variable) -> Variable { map(Erf.self, x) }
private final class Erf: UnaryMap {
    override class var op: UnaryOp { NK_ERF }
    override class var keep: Kept { .inputs }
    override func scaled(_ t: Variable) -> Variable { t * map(Bell.self, x) * (2 / Double.pi.squareRoot()) }
}

extension Variable {
    /// π, a constant: a single number of float64, which widens no variable of float32. So `sin(2 * .pi * x)` needs no `Double`.
    @_disfavoredOverload public static var pi: Variable { Variable(constant: .pi) }
}
