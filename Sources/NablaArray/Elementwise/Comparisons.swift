import CNablaKernels

infix operator .== : ComparisonPrecedence
infix operator .!= : ComparisonPrecedence
infix operator .< : ComparisonPrecedence
infix operator .<= : ComparisonPrecedence
infix operator .> : ComparisonPrecedence
infix operator .>= : ComparisonPrecedence
infix operator .&& : LogicalConjunctionPrecedence
infix operator .|| : LogicalDisjunctionPrecedence
prefix operator .!

/// Elementwise comparisons give an array of `bool`; plain `==` gives one `Bool`.
extension NDArray {
    private static func compared(_ op: CompareOp, _ a: NDArray, _ b: NDArray, _ function: StaticString) -> NDArray {
        // Numbers as they are, whatever their ranks: the result is of bool in any case.
        let dtype = DType.promoted(a.dtype, b.dtype)
        return perform(Comparison(op), a.cast(to: dtype), b.cast(to: dtype), for: function)
    }

    private static func compared(_ op: CompareOp, _ a: NDArray, _ scalar: some Scalar) -> NDArray {
        perform(ScalarComparison(op, ScalarValue(scalar)), converted(a, beside: scalar), for: "comparison")
    }

    public static func .== (a: NDArray, b: NDArray) -> NDArray { compared(NK_EQ, a, b, ".==") }
    public static func .!= (a: NDArray, b: NDArray) -> NDArray { compared(NK_NE, a, b, ".!=") }
    public static func .< (a: NDArray, b: NDArray) -> NDArray { compared(NK_LT, a, b, ".<") }
    public static func .<= (a: NDArray, b: NDArray) -> NDArray { compared(NK_LE, a, b, ".<=") }
    public static func .> (a: NDArray, b: NDArray) -> NDArray { compared(NK_GT, a, b, ".>") }
    public static func .>= (a: NDArray, b: NDArray) -> NDArray { compared(NK_GE, a, b, ".>=") }

    public static func .== (a: NDArray, b: some Scalar) -> NDArray { compared(NK_EQ, a, b) }
    public static func .!= (a: NDArray, b: some Scalar) -> NDArray { compared(NK_NE, a, b) }
    public static func .< (a: NDArray, b: some Scalar) -> NDArray { compared(NK_LT, a, b) }
    public static func .<= (a: NDArray, b: some Scalar) -> NDArray { compared(NK_LE, a, b) }
    public static func .> (a: NDArray, b: some Scalar) -> NDArray { compared(NK_GT, a, b) }
    public static func .>= (a: NDArray, b: some Scalar) -> NDArray { compared(NK_GE, a, b) }

    private static func logical(_ op: BinaryOp, _ a: NDArray, _ b: NDArray, _ function: StaticString) -> NDArray {
        require(
            !a.dtype.isFloating && !b.dtype.isFloating,
            "\(function): expected arrays of bool or integers, got \(a.dtype) and \(b.dtype)")
        return combined(op, a, b, function)
    }

    /// Both (of bool), or the common bits (of integers).
    public static func .&& (a: NDArray, b: NDArray) -> NDArray { logical(NK_AND, a, b, ".&&") }
    /// Either (of bool), or the bits of both (of integers).
    public static func .|| (a: NDArray, b: NDArray) -> NDArray { logical(NK_OR, a, b, ".||") }
    /// The opposite, of bool.
    public static prefix func .! (a: NDArray) -> NDArray {
        require(a.dtype == .bool, ".!: expected bool, got \(a.dtype)")
        return a.mapped(NK_NOT)
    }
}
