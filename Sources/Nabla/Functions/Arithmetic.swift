import CNablaKernels

// Sums, differences, products and quotients, with broadcasting. A symbolic zero stays one where the result is known to be zero.

/// a + b
private final class Add: BinaryMap {
    override class var op: BinaryOp { NK_ADD }
    override class var keep: Kept { .none }
    override class var name: StaticString { "+" }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable { t }
}

/// a - b
private final class Subtract: BinaryMap {
    override class var op: BinaryOp { NK_SUB }
    override class var keep: Kept { .none }
    override class var name: StaticString { "-" }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable { index == 0 ? t : -t }
    override func fused(_ t: consuming Variable, byPartial index: Int) -> Variable { index == 0 ? t : t.changed { $0.negate() } }
}

/// a b
private final class Multiply: BinaryMap {
    override class var op: BinaryOp { NK_MUL }
    override class var keep: Kept { .crossed }
    override class var name: StaticString { "*" }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable { t * (index == 0 ? b : a) }

    override func pull(_ gradOutput: consuming Variable, _ needed: InputSet, _ walk: BackwardWalk) {
        if followsRules {
            super.pull(gradOutput, needed, walk)
        } else if !needed.contains(1) {
            walk.accumulate(gradOutput, times: constantInput(1).array, at: edge0)
        } else {
            if needed.contains(0) { walk.accumulate(copy gradOutput, times: constantInput(1).array, at: edge0) }
            walk.accumulate(gradOutput, times: constantInput(0).array, at: edge1)
        }
    }
}

/// a / b, with ∂/∂b = -a / b²
private final class Divide: BinaryMap {
    override class var op: BinaryOp { NK_DIV }
    override class var name: StaticString { "/" }
    override class var isReal: Bool { true }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable { index == 0 ? t / b : -(t * (a / b)) / b }
    override func fused(_ t: consuming Variable, byPartial index: Int) -> Variable {
        let (a, b) = (constantInput(0).array, constantInput(1).array)
        return t.changed { if index == 0 { $0 /= b } else { $0.multiply(byDerivativeOfQuotient: a, b) } }
    }
}

/// -x
private final class Negate: UnaryMap {
    override class var op: UnaryOp { NK_NEG }
    override func scaled(_ t: Variable) -> Variable { -t }
    override func fused(_ t: consuming Variable, byPartial index: Int) -> Variable { t.changed { $0.negate() } }
}

/// x + s
private final class AddScalar<S: Scalar>: ElementwiseFunction {
    let scalar: S
    init(_ scalar: S) { self.scalar = scalar }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0] + scalar] }
    override func again(_ inputs: [Variable]) -> Variable { inputs[0] + scalar }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable { t }
}

/// x s
private final class MultiplyScalar<S: Scalar>: ElementwiseFunction {
    let scalar: S
    init(_ scalar: S) { self.scalar = scalar }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0] * scalar] }
    override func again(_ inputs: [Variable]) -> Variable { inputs[0] * scalar }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable { t * scalar }
    override func fused(_ t: consuming Variable, byPartial index: Int) -> Variable { t.changed { $0 *= scalar } }
}

/// x / s
private final class DivideScalar<S: Scalar>: ElementwiseFunction {
    let scalar: S
    init(_ scalar: S) { self.scalar = scalar }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0] / scalar] }
    override func again(_ inputs: [Variable]) -> Variable { inputs[0] / scalar }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable { t / scalar }
    override func fused(_ t: consuming Variable, byPartial index: Int) -> Variable { t.changed { $0 /= scalar } }
}

/// x - s
private final class SubtractScalar<S: Scalar>: ElementwiseFunction {
    let scalar: S
    init(_ scalar: S) { self.scalar = scalar }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0] - scalar] }
    override func again(_ inputs: [Variable]) -> Variable { inputs[0] - scalar }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable { t }
}

/// s - x
private final class ScalarMinus<S: Scalar>: ElementwiseFunction {
    let scalar: S
    init(_ scalar: S) { self.scalar = scalar }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [scalar - inputs[0]] }
    override func again(_ inputs: [Variable]) -> Variable { scalar - inputs[0] }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable { -t }
    override func fused(_ t: consuming Variable, byPartial index: Int) -> Variable { t.changed { $0.negate() } }
}

/// s / x, with derivative -(s / x) / x
private final class ScalarOver<S: Scalar>: ElementwiseFunction {
    let scalar: S
    init(_ scalar: S) { self.scalar = scalar }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [scalar / inputs[0]] }
    override func again(_ inputs: [Variable]) -> Variable { scalar / inputs[0] }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable {
        let x = retainedInput(0)
        return -(t * (scalar / x)) / x
    }
    override func fused(_ t: consuming Variable, byPartial index: Int) -> Variable {
        let x = constantInput(0).array
        return t.changed { $0.multiply(byDerivativeOfQuotient: .full([], scalar, dtype: x.dtype), x) }
    }
}

/// The zero of the shape and type that a combination of two variables has.
private func zero(_ a: Variable, _ b: Variable, _ function: StaticString) -> Variable {
    .symbolicZero(broadcastShape(a.array, b.array, function), dtype: DType.promoted(a.array, b.array))
}

extension Variable {
    /// This operand of a sum whose other one is a derivative that vanishes: where both are constants, so is the sum, with a derivative of zero.
    private func besideZero(_ shape: Shape) -> Variable {
        let sum = broadcast(to: shape)
        return sum.isRecorded ? sum : sum.marked(.flat)
    }

    public static func + (a: Variable, b: Variable) -> Variable {
        if a.isSymbolicZero && a.dtype == b.dtype { return b.besideZero(broadcastShape(a.array, b.array, "+")) }
        if b.isSymbolicZero && a.dtype == b.dtype { return a.besideZero(broadcastShape(a.array, b.array, "+")) }
        return map(Add.self, a, b)
    }

    public static func - (a: Variable, b: Variable) -> Variable {
        if a.isSymbolicZero && a.dtype == b.dtype { return -b.besideZero(broadcastShape(a.array, b.array, "-")) }
        if b.isSymbolicZero && a.dtype == b.dtype { return a.besideZero(broadcastShape(a.array, b.array, "-")) }
        return map(Subtract.self, a, b)
    }

    public static func * (a: Variable, b: Variable) -> Variable {
        if a.isSymbolicZero || b.isSymbolicZero { return zero(a, b, "*") }
        return map(Multiply.self, a, b)
    }

    public static func / (a: Variable, b: Variable) -> Variable {
        if a.isSymbolicZero { return zero(a, b, "/") }
        return map(Divide.self, a, b)
    }

    public static prefix func - (x: Variable) -> Variable { x.isSymbolicZero ? x : map(Negate.self, x) }

    public static func + <S: Scalar>(x: Variable, s: S) -> Variable { FunctionNode.recorded(x, x.array + s) { AddScalar(s) } }
    public static func + <S: Scalar>(s: S, x: Variable) -> Variable { x + s }
    public static func - <S: Scalar>(x: Variable, s: S) -> Variable { FunctionNode.recorded(x, x.array - s) { SubtractScalar(s) } }
    public static func - <S: Scalar>(s: S, x: Variable) -> Variable { FunctionNode.recorded(x, s - x.array) { ScalarMinus(s) } }
    public static func * <S: Scalar>(x: Variable, s: S) -> Variable {
        x.isSymbolicZero ? x : FunctionNode.recorded(x, x.array * s) { MultiplyScalar(s) }
    }
    public static func * <S: Scalar>(s: S, x: Variable) -> Variable { x * s }
    public static func / <S: Scalar>(x: Variable, s: S) -> Variable {
        x.isSymbolicZero ? x : FunctionNode.recorded(x, x.array / s) { DivideScalar(s) }
    }
    public static func / <S: Scalar>(s: S, x: Variable) -> Variable {
        FunctionNode.recorded(x, s / x.array, keep: .inputs) { ScalarOver(s) }
    }

    public static func += (a: inout Variable, b: Variable) { a = a + b }
    public static func -= (a: inout Variable, b: Variable) { a = a - b }
    public static func *= (a: inout Variable, b: Variable) { a = a * b }
    public static func /= (a: inout Variable, b: Variable) { a = a / b }
}

/// An array beside a variable is a constant.
extension Variable {
    public static func + (a: Variable, b: NDArray) -> Variable { a + Variable(constant: b) }
    public static func + (a: NDArray, b: Variable) -> Variable { Variable(constant: a) + b }
    public static func - (a: Variable, b: NDArray) -> Variable { a - Variable(constant: b) }
    public static func - (a: NDArray, b: Variable) -> Variable { Variable(constant: a) - b }
    public static func * (a: Variable, b: NDArray) -> Variable { a * Variable(constant: b) }
    public static func * (a: NDArray, b: Variable) -> Variable { Variable(constant: a) * b }
    public static func / (a: Variable, b: NDArray) -> Variable { a / Variable(constant: b) }
    public static func / (a: NDArray, b: Variable) -> Variable { Variable(constant: a) / b }
}
