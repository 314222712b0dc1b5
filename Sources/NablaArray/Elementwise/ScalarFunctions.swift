import Glibc

// The functions of arrays, of single Swift numbers: `0.5 * log(2 * Double.pi)` inside a formula of variables needs no other import, and is
// type-checked at once. Where a program imports Foundation or Glibc too, theirs (of the same numbers) are preferred, so nothing is ambiguous:
// that is what the attribute says. Without the forms of integers `log(10) * x` takes seconds to check: 10 could be any number. They are the C
// library's, and no part of a graph.

/// The square root of a number.
@_disfavoredOverload public func sqrt(_ x: Double) -> Double { Glibc.sqrt(x) }
/// The square root of a number.
@_disfavoredOverload public func sqrt(_ x: Float) -> Float { Glibc.sqrtf(x) }
/// The square root of a number.
@_disfavoredOverload public func sqrt(_ x: Int) -> Double { Glibc.sqrt(Double(x)) }

/// eˣ, of a number.
@_disfavoredOverload public func exp(_ x: Double) -> Double { Glibc.exp(x) }
/// eˣ, of a number.
@_disfavoredOverload public func exp(_ x: Float) -> Float { Glibc.expf(x) }
/// eˣ, of a number.
@_disfavoredOverload public func exp(_ x: Int) -> Double { Glibc.exp(Double(x)) }

/// eˣ − 1, of a number.
@_disfavoredOverload public func expm1(_ x: Double) -> Double { Glibc.expm1(x) }
/// eˣ − 1, of a number.
@_disfavoredOverload public func expm1(_ x: Float) -> Float { Glibc.expm1f(x) }
/// eˣ − 1, of a number.
@_disfavoredOverload public func expm1(_ x: Int) -> Double { Glibc.expm1(Double(x)) }

/// The natural logarithm of a number.
@_disfavoredOverload public func log(_ x: Double) -> Double { Glibc.log(x) }
/// The natural logarithm of a number.
@_disfavoredOverload public func log(_ x: Float) -> Float { Glibc.logf(x) }
/// The natural logarithm of a number.
@_disfavoredOverload public func log(_ x: Int) -> Double { Glibc.log(Double(x)) }

/// log(1 + x), of a number.
@_disfavoredOverload public func log1p(_ x: Double) -> Double { Glibc.log1p(x) }
/// log(1 + x), of a number.
@_disfavoredOverload public func log1p(_ x: Float) -> Float { Glibc.log1pf(x) }
/// log(1 + x), of a number.
@_disfavoredOverload public func log1p(_ x: Int) -> Double { Glibc.log1p(Double(x)) }

/// The logarithm of a number to base 2.
@_disfavoredOverload public func log2(_ x: Double) -> Double { Glibc.log2(x) }
/// The logarithm of a number to base 2.
@_disfavoredOverload public func log2(_ x: Float) -> Float { Glibc.log2f(x) }
/// The logarithm of a number to base 2.
@_disfavoredOverload public func log2(_ x: Int) -> Double { Glibc.log2(Double(x)) }

/// The logarithm of a number to base 10.
@_disfavoredOverload public func log10(_ x: Double) -> Double { Glibc.log10(x) }
/// The logarithm of a number to base 10.
@_disfavoredOverload public func log10(_ x: Float) -> Float { Glibc.log10f(x) }
/// The logarithm of a number to base 10.
@_disfavoredOverload public func log10(_ x: Int) -> Double { Glibc.log10(Double(x)) }

/// The sine of a number, in radians.
@_disfavoredOverload public func sin(_ x: Double) -> Double { Glibc.sin(x) }
/// The sine of a number, in radians.
@_disfavoredOverload public func sin(_ x: Float) -> Float { Glibc.sinf(x) }
/// The sine of a number, in radians.
@_disfavoredOverload public func sin(_ x: Int) -> Double { Glibc.sin(Double(x)) }

/// The cosine of a number, in radians.
@_disfavoredOverload public func cos(_ x: Double) -> Double { Glibc.cos(x) }
/// The cosine of a number, in radians.
@_disfavoredOverload public func cos(_ x: Float) -> Float { Glibc.cosf(x) }
/// The cosine of a number, in radians.
@_disfavoredOverload public func cos(_ x: Int) -> Double { Glibc.cos(Double(x)) }

/// The tangent of a number, in radians.
@_disfavoredOverload public func tan(_ x: Double) -> Double { Glibc.tan(x) }
/// The tangent of a number, in radians.
@_disfavoredOverload public func tan(_ x: Float) -> Float { Glibc.tanf(x) }
/// The tangent of a number, in radians.
@_disfavoredOverload public func tan(_ x: Int) -> Double { Glibc.tan(Double(x)) }

/// The arc sine of a number.
@_disfavoredOverload public func asin(_ x: Double) -> Double { Glibc.asin(x) }
/// The arc sine of a number.
@_disfavoredOverload public func asin(_ x: Float) -> Float { Glibc.asinf(x) }
/// The arc sine of a number.
@_disfavoredOverload public func asin(_ x: Int) -> Double { Glibc.asin(Double(x)) }

/// The arc cosine of a number.
@_disfavoredOverload public func acos(_ x: Double) -> Double { Glibc.acos(x) }
/// The arc cosine of a number.
@_disfavoredOverload public func acos(_ x: Float) -> Float { Glibc.acosf(x) }
/// The arc cosine of a number.
@_disfavoredOverload public func acos(_ x: Int) -> Double { Glibc.acos(Double(x)) }

/// The arc tangent of a number.
@_disfavoredOverload public func atan(_ x: Double) -> Double { Glibc.atan(x) }
/// The arc tangent of a number.
@_disfavoredOverload public func atan(_ x: Float) -> Float { Glibc.atanf(x) }
/// The arc tangent of a number.
@_disfavoredOverload public func atan(_ x: Int) -> Double { Glibc.atan(Double(x)) }

/// The hyperbolic sine of a number.
@_disfavoredOverload public func sinh(_ x: Double) -> Double { Glibc.sinh(x) }
/// The hyperbolic sine of a number.
@_disfavoredOverload public func sinh(_ x: Float) -> Float { Glibc.sinhf(x) }
/// The hyperbolic sine of a number.
@_disfavoredOverload public func sinh(_ x: Int) -> Double { Glibc.sinh(Double(x)) }

/// The hyperbolic cosine of a number.
@_disfavoredOverload public func cosh(_ x: Double) -> Double { Glibc.cosh(x) }
/// The hyperbolic cosine of a number.
@_disfavoredOverload public func cosh(_ x: Float) -> Float { Glibc.coshf(x) }
/// The hyperbolic cosine of a number.
@_disfavoredOverload public func cosh(_ x: Int) -> Double { Glibc.cosh(Double(x)) }

/// The hyperbolic tangent of a number.
@_disfavoredOverload public func tanh(_ x: Double) -> Double { Glibc.tanh(x) }
/// The hyperbolic tangent of a number.
@_disfavoredOverload public func tanh(_ x: Float) -> Float { Glibc.tanhf(x) }
/// The hyperbolic tangent of a number.
@_disfavoredOverload public func tanh(_ x: Int) -> Double { Glibc.tanh(Double(x)) }

/// The inverse hyperbolic sine of a number.
@_disfavoredOverload public func asinh(_ x: Double) -> Double { Glibc.asinh(x) }
/// The inverse hyperbolic sine of a number.
@_disfavoredOverload public func asinh(_ x: Float) -> Float { Glibc.asinhf(x) }
/// The inverse hyperbolic sine of a number.
@_disfavoredOverload public func asinh(_ x: Int) -> Double { Glibc.asinh(Double(x)) }

/// The inverse hyperbolic cosine of a number.
@_disfavoredOverload public func acosh(_ x: Double) -> Double { Glibc.acosh(x) }
/// The inverse hyperbolic cosine of a number.
@_disfavoredOverload public func acosh(_ x: Float) -> Float { Glibc.acoshf(x) }
/// The inverse hyperbolic cosine of a number.
@_disfavoredOverload public func acosh(_ x: Int) -> Double { Glibc.acosh(Double(x)) }

/// The inverse hyperbolic tangent of a number.
@_disfavoredOverload public func atanh(_ x: Double) -> Double { Glibc.atanh(x) }
/// The inverse hyperbolic tangent of a number.
@_disfavoredOverload public func atanh(_ x: Float) -> Float { Glibc.atanhf(x) }
/// The inverse hyperbolic tangent of a number.
@_disfavoredOverload public func atanh(_ x: Int) -> Double { Glibc.atanh(Double(x)) }

/// The error function of a number.
@_disfavoredOverload public func erf(_ x: Double) -> Double { Glibc.erf(x) }
/// The error function of a number.
@_disfavoredOverload public func erf(_ x: Float) -> Float { Glibc.erff(x) }
/// The error function of a number.
@_disfavoredOverload public func erf(_ x: Int) -> Double { Glibc.erf(Double(x)) }

/// 1 − erf x, of a number.
@_disfavoredOverload public func erfc(_ x: Double) -> Double { Glibc.erfc(x) }
/// 1 − erf x, of a number.
@_disfavoredOverload public func erfc(_ x: Float) -> Float { Glibc.erfcf(x) }
/// 1 − erf x, of a number.
@_disfavoredOverload public func erfc(_ x: Int) -> Double { Glibc.erfc(Double(x)) }

/// aᵇ, of numbers.
@_disfavoredOverload public func pow(_ a: Double, _ b: Double) -> Double { Glibc.pow(a, b) }
/// aᵇ, of numbers.
@_disfavoredOverload public func pow(_ a: Float, _ b: Float) -> Float { Glibc.powf(a, b) }

/// aᵇ, of numbers.
@_disfavoredOverload public func pow(_ a: Int, _ b: Int) -> Double { Glibc.pow(Double(a), Double(b)) }

/// The angle of the point (x, y), in radians from −π to π.
@_disfavoredOverload public func atan2(_ y: Double, _ x: Double) -> Double { Glibc.atan2(y, x) }
/// The angle of the point (x, y), in radians from −π to π.
@_disfavoredOverload public func atan2(_ y: Float, _ x: Float) -> Float { Glibc.atan2f(y, x) }

/// Constants that formulas of arrays name with a dot alone, as in `sin(2 * .pi * x)`. As members of a protocol they give way to those of variables
/// where both would do.
public protocol ArrayConstants {}

extension NDArray: ArrayConstants {}

extension ArrayConstants where Self == NDArray {
    /// π, a single number of float64, which widens no array of float32.
    @_disfavoredOverload public static var pi: NDArray { NDArray(Double.pi) }
}
