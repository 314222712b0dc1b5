import CNablaKernels

// Operations that compute each element of the result from the elements in the same place of operands that broadcast to it.

/// A function of each element: floating numbers, or whatever the kernels' header says of `op`.
package struct UnaryMap: UnaryOperation {
    package let op: UnaryOp
    @inline(__always)
    package init(_ op: UnaryOp) { self.op = op }

    package var name: String { "unary" }
    package static var keepsLayout: Bool { true }
    package func layout(_ x: Layout, for function: StaticString) -> Layout { x }
    package var elementwise: ElementwiseStep? { ElementwiseStep(NK_PROGRAM_UNARY, op.rawValue, wholeOperands: 1) }
}

/// `t f′(x)` for the function `op`, of t and what is kept of it: x or f(x), as the kernels' header says of each.
package struct MapGradient: BinaryOperation {
    package let op: UnaryOp
    @inline(__always)
    package init(_ op: UnaryOp) { self.op = op }

    package var name: String { "unaryGradient" }
    package static var keepsLayout: Bool { true }
    package func layout(_ t: Layout, _ kept: Layout, for function: StaticString) -> Layout { .broadcast(t, kept, t.dtype, function) }
    package var elementwise: ElementwiseStep? { ElementwiseStep(NK_PROGRAM_UNARY_GRADIENT, op.rawValue, wholeOperands: 2) }
}

/// A truth value for each element.
package struct NumberTest: UnaryOperation {
    package let op: TestOp
    package init(_ op: TestOp) { self.op = op }

    package var name: String { "test" }
    package func layout(_ x: Layout, for function: StaticString) -> Layout { Layout(x.shape, .bool) }
    package var elementwise: ElementwiseStep? { ElementwiseStep(NK_PROGRAM_TEST, op.rawValue) }
}

/// A function of each pair of elements, of operands of one type.
package struct BinaryMap: BinaryOperation {
    package let op: BinaryOp
    @inline(__always)
    package init(_ op: BinaryOp) { self.op = op }

    package var name: String { "binary" }
    package static var keepsLayout: Bool { true }
    package func layout(_ a: Layout, _ b: Layout, for function: StaticString) -> Layout { .broadcast(a, b, a.dtype, function) }
    package var elementwise: ElementwiseStep? { ElementwiseStep(NK_PROGRAM_BINARY, op.rawValue) }
}

/// `a op scalar`, or `scalar op a` when `isReversed`.
package struct ScalarMap: UnaryOperation {
    package let op: BinaryOp
    package let scalar: ScalarValue
    package let isReversed: Bool

    @inline(__always)
    package init(_ op: BinaryOp, _ scalar: ScalarValue, reversed: Bool = false) {
        (self.op, self.scalar, isReversed) = (op, scalar, reversed)
    }

    package var name: String { "binaryScalar" }
    package var summary: String { "\(name) with \(scalar.double)" }
    package static var keepsLayout: Bool { true }
    package func layout(_ a: Layout, for function: StaticString) -> Layout { a }
    package var elementwise: ElementwiseStep? {
        ElementwiseStep(NK_PROGRAM_BINARY, op.rawValue, scalar: scalar, at: isReversed ? .first : .second)
    }
}

/// A truth value for each pair of elements, of operands of one type.
package struct Comparison: BinaryOperation {
    package let op: CompareOp
    package init(_ op: CompareOp) { self.op = op }

    package var name: String { "compare" }
    package func layout(_ a: Layout, _ b: Layout, for function: StaticString) -> Layout { .broadcast(a, b, .bool, function) }
    package var elementwise: ElementwiseStep? { ElementwiseStep(NK_PROGRAM_COMPARE, op.rawValue) }
}

/// A truth value for each element beside a number.
package struct ScalarComparison: UnaryOperation {
    package let op: CompareOp
    package let scalar: ScalarValue
    package init(_ op: CompareOp, _ scalar: ScalarValue) { (self.op, self.scalar) = (op, scalar) }

    package var name: String { "compareScalar" }
    package var summary: String { "\(name) with \(scalar.double)" }
    package func layout(_ a: Layout, for function: StaticString) -> Layout { Layout(a.shape, .bool) }
    package var elementwise: ElementwiseStep? { ElementwiseStep(NK_PROGRAM_COMPARE, op.rawValue, scalar: scalar, at: .second) }
}

/// A function of each three elements, of operands of one type.
package struct TernaryMap: TernaryOperation {
    package let op: TernaryOp
    @inline(__always)
    package init(_ op: TernaryOp) { self.op = op }

    package var name: String { "ternary" }
    package func layout(_ a: Layout, _ b: Layout, _ c: Layout, for function: StaticString) -> Layout {
        .broadcast(.broadcast(a, b, a.dtype, function), c, a.dtype, function)
    }
    package var elementwise: ElementwiseStep? { ElementwiseStep(NK_PROGRAM_TERNARY, op.rawValue, wholeOperands: 2) }
}

/// `op(a, b, scalar)`.
package struct TernaryScalarMap: BinaryOperation {
    package let op: TernaryOp
    package let scalar: ScalarValue
    @inline(__always)
    package init(_ op: TernaryOp, _ scalar: ScalarValue) { (self.op, self.scalar) = (op, scalar) }

    package var name: String { "ternaryScalar" }
    package var summary: String { "\(name) with \(scalar.double)" }
    package static var keepsLayout: Bool { true }
    package func layout(_ a: Layout, _ b: Layout, for function: StaticString) -> Layout { .broadcast(a, b, a.dtype, function) }
    package var elementwise: ElementwiseStep? {
        ElementwiseStep(NK_PROGRAM_TERNARY, op.rawValue, scalar: scalar, at: .third, wholeOperands: 2)
    }
}

/// `condition ? a : b`.
package struct Select: TernaryOperation {
    package init() {}

    package var name: String { "select" }
    package func layout(_ condition: Layout, _ a: Layout, _ b: Layout, for function: StaticString) -> Layout {
        if let pair = Shape.broadcast(a.shape, b.shape), let all = Shape.broadcast(pair, condition.shape) { return Layout(all, a.dtype) }
        fail("\(function): expected shapes that broadcast together, got \(condition.shape), \(a.shape) and \(b.shape)")
    }
    package var elementwise: ElementwiseStep? { ElementwiseStep(NK_PROGRAM_SELECT, 0) }
}

/// Converts to another element type; to the same one it copies, whatever the strides of either side.
package struct Cast: UnaryOperation {
    package let dtype: DType
    @inline(__always)
    package init(to dtype: DType) { self.dtype = dtype }

    package var name: String { "cast" }
    package func layout(_ x: Layout, for function: StaticString) -> Layout { Layout(x.shape, dtype) }
    package var elementwise: ElementwiseStep? { ElementwiseStep(NK_PROGRAM_CAST, 0) }
}

/// The same number everywhere.
package struct Fill: Creation {
    package let value: ScalarValue
    package let layout: Layout
    @inline(__always)
    package init(_ value: ScalarValue, _ layout: Layout) { (self.value, self.layout) = (value, layout) }

    package var name: String { "fill" }
    package var summary: String { "\(name) with \(value.double)" }
}

/// How a program of elementwise operations runs one of them.
package struct ElementwiseStep: Sendable {
    package let kind: nk_program_kind
    package let op: Int32
    /// A number among the operands, and where it stands.
    package let scalar: (value: ScalarValue, position: Position)?
    /// The first so many operands cannot be single elements that stand for all.
    package let wholeOperands: Int

    package enum Position: Sendable { case first, second, third }

    init(_ kind: nk_program_kind, _ op: some BinaryInteger, wholeOperands: Int = 0) {
        (self.kind, self.op, scalar, self.wholeOperands) = (kind, Int32(op), nil, wholeOperands)
    }

    init(_ kind: nk_program_kind, _ op: some BinaryInteger, scalar: ScalarValue, at position: Position, wholeOperands: Int = 0) {
        (self.kind, self.op, self.wholeOperands) = (kind, Int32(op), wholeOperands)
        self.scalar = (scalar, position)
    }
}
