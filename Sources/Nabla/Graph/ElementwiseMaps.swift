/// An elementwise function of one input that is one array operation.
package class UnaryMap: ElementwiseFunction {
    class var op: UnaryOp { fail("UnaryMap: expected an override of op, got none") }
    class var keep: Kept { .none }

    override required init() { super.init() }

    final var x: Variable { isRecording ? retainedInput(0) : constantInput(0) }
    final var y: Variable { isRecording ? retainedOutput(0) : constantOutput() }

    /// `t f′(x)`.
    func scaled(_ t: Variable) -> Variable { fail("\(label): expected an override of scaled, got none") }

    override final func scaled(_ t: Variable, byPartial index: Int) -> Variable { scaled(t) }

    override func fused(_ t: consuming Variable, byPartial index: Int) -> Variable {
        let kept = (Self.keep == .output ? constantOutput() : constantInput(0)).array
        return t.changed { $0.multiply(byDerivativeOf: Self.op, kept) }
    }

    override final func again(_ inputs: [Variable]) -> Variable {
        let function = type(of: self)
        return FunctionNode.recorded(inputs[0], inputs[0].array.mappedFloating(function.op), keep: function.keep) { function.init() }
    }

    override final public func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0].mappedFloating(Self.op)] }
}

/// Applies an elementwise function of one input.
@inline(__always)
func map<F: UnaryMap>(_ function: F.Type, _ x: Variable) -> Variable {
    FunctionNode.recorded(x, x.array.mappedFloating(F.op), keep: F.keep) { F() }
}

/// An elementwise function of two inputs that is one array operation.
package class BinaryMap: ElementwiseFunction {
    class var op: BinaryOp { fail("BinaryMap: expected an override of op, got none") }
    class var keep: Kept { .inputs }
    class var name: StaticString { "" }
    /// Whether it is a function of real numbers, to which integers are converted first, as array functions do.
    class var isReal: Bool { false }

    override required init() { super.init() }

    final var a: Variable { isRecording ? retainedInput(0) : constantInput(0) }
    final var b: Variable { isRecording ? retainedInput(1) : constantInput(1) }

    override final func again(_ inputs: [Variable]) -> Variable {
        let (function, a, b) = (type(of: self), inputs[0], inputs[1])
        return FunctionNode.recorded(a, b, combined(function.op, a.array, b.array, function.name), keep: function.keep) { function.init() }
    }

    override final public func forward(_ inputs: [NDArray]) -> [NDArray] { [combined(Self.op, inputs[0], inputs[1], Self.name)] }
}

/// Applies an elementwise function of two inputs, after conversion to their common type.
@inline(__always)
func map<F: BinaryMap>(_ function: F.Type, _ a: Variable, _ b: Variable) -> Variable {
    if _fastPath(a.dtype == b.dtype && (!F.isReal || a.dtype.isFloating)) {
        return FunctionNode.recorded(a, b, combined(F.op, a.array, b.array, F.name), keep: F.keep) { F() }
    }
    return mapPromoted(function, a, b)
}

@inline(never)
private func mapPromoted<F: BinaryMap>(_ function: F.Type, _ a: Variable, _ b: Variable) -> Variable {
    let common = DType.promoted(a.array, b.array), dtype = F.isReal ? common.floating : common
    return map(function, a.cast(to: dtype), b.cast(to: dtype))
}
