import CNablaKernels

// Elementwise functions of arrays. Arrays of integers are taken as float32 where the result is a real number.

extension NDArray {
    @inline(__always)
    package func mapped(_ op: UnaryOp) -> NDArray {
        perform(UnaryMap(op), self, for: "map")
    }

    /// The same, after conversion to a floating type.
    @inline(__always)
    package func mappedFloating(_ op: UnaryOp) -> NDArray {
        // Not an expression of two cases, which would retain its value.
        if dtype.isFloating { return mapped(op) }
        return cast(to: .float32).mapped(op)
    }

    /// The same, of floating numbers or integers.
    @inline(__always)
    fileprivate func mappedNumbers(_ op: UnaryOp, _ function: StaticString) -> NDArray {
        require(dtype != .bool, "\(function): expected an array of numbers, got bool")
        return mapped(op)
    }

    /// This array with elements of another type. Floating numbers become integers by truncation toward zero; NaN becomes 0.
    public func cast(to target: DType) -> NDArray {
        if target == dtype { return self }
        return perform(Cast(to: target), self, for: "cast")
    }
}

/// |x|
public func abs(_ x: NDArray) -> NDArray { x.mappedNumbers(NK_ABS, "abs") }
/// -1, 0 or 1
public func sign(_ x: NDArray) -> NDArray { x.mappedNumbers(NK_SIGN, "sign") }
/// x²
public func square(_ x: NDArray) -> NDArray { x.mappedNumbers(NK_SQUARE, "square") }
/// √x
public func sqrt(_ x: NDArray) -> NDArray { x.mappedFloating(NK_SQRT) }
/// 1/√x
public func rsqrt(_ x: NDArray) -> NDArray { x.mappedFloating(NK_RSQRT) }
/// 1/x
public func reciprocal(_ x: NDArray) -> NDArray { x.mappedFloating(NK_RECIPROCAL) }
/// eˣ
public func exp(_ x: NDArray) -> NDArray { x.mappedFloating(NK_EXP) }
/// eˣ - 1, accurate near 0
public func expm1(_ x: NDArray) -> NDArray { x.mappedFloating(NK_EXPM1) }
/// The natural logarithm of x
public func log(_ x: NDArray) -> NDArray { x.mappedFloating(NK_LOG) }
/// log(1 + x), accurate near 0
public func log1p(_ x: NDArray) -> NDArray { x.mappedFloating(NK_LOG1P) }
/// The logarithm of x to base 2
public func log2(_ x: NDArray) -> NDArray { x.mappedFloating(NK_LOG2) }
/// The logarithm of x to base 10
public func log10(_ x: NDArray) -> NDArray { x.mappedFloating(NK_LOG10) }
/// sin x
public func sin(_ x: NDArray) -> NDArray { x.mappedFloating(NK_SIN) }
/// cos x
public func cos(_ x: NDArray) -> NDArray { x.mappedFloating(NK_COS) }
/// tan x
public func tan(_ x: NDArray) -> NDArray { x.mappedFloating(NK_TAN) }
/// arcsin x
public func asin(_ x: NDArray) -> NDArray { x.mappedFloating(NK_ASIN) }
/// arccos x
public func acos(_ x: NDArray) -> NDArray { x.mappedFloating(NK_ACOS) }
/// arctan x
public func atan(_ x: NDArray) -> NDArray { x.mappedFloating(NK_ATAN) }
/// sinh x
public func sinh(_ x: NDArray) -> NDArray { x.mappedFloating(NK_SINH) }
/// cosh x
public func cosh(_ x: NDArray) -> NDArray { x.mappedFloating(NK_COSH) }
/// tanh x
public func tanh(_ x: NDArray) -> NDArray { x.mappedFloating(NK_TANH) }
/// arsinh x
public func asinh(_ x: NDArray) -> NDArray { x.mappedFloating(NK_ASINH) }
/// arcosh x
public func acosh(_ x: NDArray) -> NDArray { x.mappedFloating(NK_ACOSH) }
/// artanh x
public func atanh(_ x: NDArray) -> NDArray { x.mappedFloating(NK_ATANH) }
/// 1 / (1 + e⁻ˣ), without overflow
public func sigmoid(_ x: NDArray) -> NDArray { x.mappedFloating(NK_SIGMOID) }
/// log(1 + eˣ), without overflow
public func softplus(_ x: NDArray) -> NDArray { x.mappedFloating(NK_SOFTPLUS) }
/// max(x, 0)
public func relu(_ x: NDArray) -> NDArray { x.mappedNumbers(NK_RELU, "relu") }
/// 2/√π ∫₀ˣ e^(-t²) dt
public func erf(_ x: NDArray) -> NDArray { x.mappedFloating(NK_ERF) }
/// 1 - erf x, accurate for large x
public func erfc(_ x: NDArray) -> NDArray { x.mappedFloating(NK_ERFC) }
/// The largest integer not above x
public func floor(_ x: NDArray) -> NDArray { x.mappedNumbers(NK_FLOOR, "floor") }
/// The smallest integer not below x
public func ceil(_ x: NDArray) -> NDArray { x.mappedNumbers(NK_CEIL, "ceil") }
/// The nearest integer, halves to even
public func round(_ x: NDArray) -> NDArray { x.mappedNumbers(NK_ROUND, "round") }
/// The nearest integer toward zero
public func trunc(_ x: NDArray) -> NDArray { x.mappedNumbers(NK_TRUNC, "trunc") }

/// Where x is not a number
public func isNaN(_ x: NDArray) -> NDArray { tested(NK_ISNAN, x) }
/// Where x is +∞ or -∞
public func isInfinite(_ x: NDArray) -> NDArray { tested(NK_ISINF, x) }
/// Where x is neither infinite nor NaN
public func isFinite(_ x: NDArray) -> NDArray { tested(NK_ISFINITE, x) }

private func tested(_ op: TestOp, _ x: NDArray) -> NDArray {
    perform(NumberTest(op), x, for: "isNaN")
}

/// x > 0 ? g : slope · g, the map behind leaky ReLU and its derivatives.
package func gated(_ g: NDArray, by x: NDArray, slope: Double?) -> NDArray {
    let dtype = DType.promoted(g, x).floating
    let (g, x) = (g.cast(to: dtype), x.cast(to: dtype))
    if let slope { return perform(TernaryScalarMap(NK_GATE, ScalarValue(slope)), g, x, for: "gated") }
    return perform(MapGradient(NK_RELU), g, x, for: "gated")
}

/// x > 0 ? x : slope · x
public func leakyRelu(_ x: NDArray, slope: Double = 0.2) -> NDArray { gated(x, by: x, slope: slope) }

/// `x == y ? g : 0`, NaN where `x` is.
package func passed(_ g: NDArray, where x: NDArray, equals y: NDArray) -> NDArray {
    let dtype = DType.promoted(g, x).floating
    return perform(TernaryMap(NK_PASS), g.cast(to: dtype), x.cast(to: dtype), y.cast(to: dtype), for: "passed")
}

/// `x` limited to `low ... high`
public func clip(_ x: NDArray, _ low: Double, _ high: Double) -> NDArray {
    let array = x.cast(to: x.dtype.floating)
    return perform(TernaryScalarMap(NK_CLIP, ScalarValue(high)), array, NDArray(low, dtype: array.dtype), for: "clip")
}

/// `condition ? a : b`, elementwise with broadcasting.
public func `where`(_ condition: NDArray, _ a: NDArray, _ b: NDArray) -> NDArray {
    require(condition.dtype == .bool, "where: expected a condition of bool, got \(condition.dtype)")
    let dtype = DType.promoted(a, b)
    return perform(Select(), condition, a.cast(to: dtype), b.cast(to: dtype), for: "where")
}

/// The common shape of two operands; stops with the function's name when there is none.
@inline(__always)
package func broadcastShape(_ a: NDArray, _ b: NDArray, _ function: StaticString) -> Shape {
    broadcastShape(a.shape, b.shape, function)
}
