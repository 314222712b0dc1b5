import CNablaKernels

// Exactly three forms of each operator — (array, array), (array, scalar), (scalar, array): other sets make long expressions take
// seconds to type-check.

@inline(__always)
package func combined(_ op: BinaryOp, _ a: NDArray, _ b: NDArray, _ function: StaticString) -> NDArray {
    if a.dtype == b.dtype {
        require(a.dtype != .bool || op.takesBool, "\(function): expected arrays of numbers, got bool")
        return perform(BinaryMap(op), a, b, for: function)
    }
    let dtype = DType.promoted(a, b)
    return perform(BinaryMap(op), a.cast(to: dtype), b.cast(to: dtype), for: function)
}

@inline(__always)
package func combined(_ op: BinaryOp, _ a: NDArray, _ scalar: some Scalar, reversed: Bool = false) -> NDArray {
    perform(ScalarMap(op, ScalarValue(scalar), reversed: reversed), converted(a, beside: scalar), for: "map")
}

extension BinaryOp {
    /// Whether the operation means something for two truth values; adding them is "or" and multiplying "and".
    fileprivate var takesBool: Bool {
        switch self {
        case NK_ADD, NK_MUL, NK_MAX, NK_MIN, NK_AND, NK_OR, NK_XOR: true
        default: false
        }
    }
}

/// `a` as it takes part in an expression with a Swift number: integers become float32 beside a floating number, bool becomes int64.
@inline(__always)
func converted(_ a: NDArray, beside scalar: some Scalar) -> NDArray {
    if a.dtype.isFloating { return a }
    if type(of: scalar).isFloating { return a.cast(to: .float32) }
    return a.dtype == .bool ? a.cast(to: .int64) : a
}

extension NDArray {
    public static func + (a: NDArray, b: NDArray) -> NDArray { combined(NK_ADD, a, b, "+") }
    public static func + (a: NDArray, b: some Scalar) -> NDArray { combined(NK_ADD, a, b) }
    public static func + (a: some Scalar, b: NDArray) -> NDArray { combined(NK_ADD, b, a, reversed: true) }

    public static func - (a: NDArray, b: NDArray) -> NDArray { combined(NK_SUB, a, b, "-") }
    public static func - (a: NDArray, b: some Scalar) -> NDArray { combined(NK_SUB, a, b) }
    public static func - (a: some Scalar, b: NDArray) -> NDArray { combined(NK_SUB, b, a, reversed: true) }

    public static func * (a: NDArray, b: NDArray) -> NDArray { combined(NK_MUL, a, b, "*") }
    public static func * (a: NDArray, b: some Scalar) -> NDArray { combined(NK_MUL, a, b) }
    public static func * (a: some Scalar, b: NDArray) -> NDArray { combined(NK_MUL, b, a, reversed: true) }

    /// The quotient, a real number also for integers (`floorDivided` rounds down).
    public static func / (a: NDArray, b: NDArray) -> NDArray {
        let dtype = DType.promoted(a, b).floating
        return combined(NK_DIV, a.cast(to: dtype), b.cast(to: dtype), "/")
    }
    public static func / (a: NDArray, b: some Scalar) -> NDArray { combined(NK_DIV, a.cast(to: a.dtype.floating), b) }
    public static func / (a: some Scalar, b: NDArray) -> NDArray { combined(NK_DIV, b.cast(to: b.dtype.floating), a, reversed: true) }

    public static prefix func - (a: NDArray) -> NDArray {
        require(a.dtype != .bool, "-: expected an array of numbers, got bool")
        return a.mapped(NK_NEG)
    }

    public static func += (a: inout NDArray, b: NDArray) { a.accumulate(NK_ADD, b, "+=") }
    public static func -= (a: inout NDArray, b: NDArray) { a.accumulate(NK_SUB, b, "-=") }
    public static func *= (a: inout NDArray, b: NDArray) { a.accumulate(NK_MUL, b, "*=") }
    public static func /= (a: inout NDArray, b: NDArray) { a.accumulate(NK_DIV, b, "/=") }
    public static func += (a: inout NDArray, b: some Scalar) { a.accumulate(NK_ADD, b, "+=") }
    public static func -= (a: inout NDArray, b: some Scalar) { a.accumulate(NK_SUB, b, "-=") }
    public static func *= (a: inout NDArray, b: some Scalar) { a.accumulate(NK_MUL, b, "*=") }
    public static func /= (a: inout NDArray, b: some Scalar) { a.accumulate(NK_DIV, b, "/=") }

    /// `self = self op b`, in place when this value alone owns its memory; `b` must broadcast to this array's shape and its type must not
    /// be wider.
    package mutating func accumulate(_ op: BinaryOp, _ b: NDArray, _ function: StaticString) {
        let isPlain = _fastPath(b.dtype == dtype && dtype.isFloating && b.shape == shape)
        if !isPlain {
            let target = shape
            require(
                Shape.broadcast(target, b.shape) == target && DType.promoted(self, b) == dtype && (op != NK_DIV || dtype.isFloating),
                "\(function): expected an operand that fits \(dtype)\(target), got \(b.dtype)\(b.shape)")
        }
        if !(ownsMemoryAlone && isContiguous) {
            self = combined(op, self, b, function)
        } else if isPlain {
            perform(BinaryMap(op), self, b, into: self)
        } else {
            perform(BinaryMap(op), self, b.cast(to: dtype), into: self)
        }
    }

    package mutating func accumulate(_ op: BinaryOp, _ scalar: some Scalar, _ function: StaticString = "accumulate") {
        require(
            dtype.isFloating || (dtype.isInteger && !type(of: scalar).isFloating && op != NK_DIV),
            "\(function): expected an operand whose result fits \(dtype), got \(scalar)")
        guard ownsMemoryAlone && isContiguous else {
            self = combined(op, self, scalar)
            return
        }
        perform(ScalarMap(op, ScalarValue(scalar)), self, into: self)
    }
}

/// aᵇ
public func pow(_ a: NDArray, _ b: NDArray) -> NDArray { combined(NK_POW, a, b, "pow") }
public func pow(_ a: NDArray, _ b: some Scalar) -> NDArray { combined(NK_POW, a, b) }
public func pow(_ a: some Scalar, _ b: NDArray) -> NDArray { combined(NK_POW, b, a, reversed: true) }
/// The larger of each pair; NaN when either is NaN.
public func maximum(_ a: NDArray, _ b: NDArray) -> NDArray { combined(NK_MAX, a, b, "maximum") }
public func maximum(_ a: NDArray, _ b: some Scalar) -> NDArray { combined(NK_MAX, a, b) }
/// The smaller of each pair; NaN when either is NaN.
public func minimum(_ a: NDArray, _ b: NDArray) -> NDArray { combined(NK_MIN, a, b, "minimum") }
public func minimum(_ a: NDArray, _ b: some Scalar) -> NDArray { combined(NK_MIN, a, b) }
/// The angle of the point (x, y) from the first axis, in (-π, π].
public func atan2(_ y: NDArray, _ x: NDArray) -> NDArray {
    let dtype = DType.promoted(y, x).floating
    return combined(NK_ATAN2, y.cast(to: dtype), x.cast(to: dtype), "atan2")
}
/// ⌊a / b⌋
public func floorDivided(_ a: NDArray, _ b: NDArray) -> NDArray { combined(NK_FLOORDIV, a, b, "floorDivided") }
public func floorDivided(_ a: NDArray, _ b: some Scalar) -> NDArray { combined(NK_FLOORDIV, a, b) }
/// a - ⌊a / b⌋ b, with the sign of b
public func modulo(_ a: NDArray, _ b: NDArray) -> NDArray { combined(NK_MOD, a, b, "modulo") }
public func modulo(_ a: NDArray, _ b: some Scalar) -> NDArray { combined(NK_MOD, a, b) }
