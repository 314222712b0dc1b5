import CNablaKernels

// Operation codes are shared by all backends; the kernels' header says what each computes.
package typealias UnaryOp = nk_unary_op
package typealias TestOp = nk_test_op
package typealias BinaryOp = nk_binary_op
package typealias CompareOp = nk_compare_op
package typealias TernaryOp = nk_ternary_op
package typealias ReduceOp = nk_reduce_op
package typealias UpdateRule = nk_update_rule

extension UpdateRule {
    package static var sgd: UpdateRule { NK_SGD }
    package static var momentum: UpdateRule { NK_MOMENTUM }
    package static var nesterov: UpdateRule { NK_NESTEROV }
    package static var adaGrad: UpdateRule { NK_ADAGRAD }
    package static var rmsProp: UpdateRule { NK_RMSPROP }
    package static var adam: UpdateRule { NK_ADAM }
}

/// A Swift number on its way to an array's element type.
package struct ScalarValue: Sendable {
    package var double: Double
    package var integer: Int64

    @inline(__always)
    package init(_ value: some Scalar) {
        double = value.doubleValue
        // Converting a double that has no integer value would stop the process; integer arrays never see such a scalar.
        integer = type(of: value).isFloating ? (Int64(exactly: value.doubleValue.rounded(.towardZero)) ?? 0) : value.integerValue
    }

    package init(_ value: Double) {
        double = value
        integer = Int64(exactly: value.rounded(.towardZero)) ?? 0
    }
}

// By their bits: 0 and -0 are different factors, and NaN is the same as itself.
extension ScalarValue: Hashable {
    package static func == (a: ScalarValue, b: ScalarValue) -> Bool { a.double.bitPattern == b.double.bitPattern && a.integer == b.integer }
    package func hash(into hasher: inout Hasher) { hasher.combine(double.bitPattern) }
}

/// What a device must be able to do. Every output array exists already, has its final shape, and may be written freely; inputs
/// broadcast to it. Array operations call a backend; nothing above them does.
package protocol Backend: Sendable {
    func setThreadCount(_ count: Int)

    func map(_ op: UnaryOp, _ x: NDArray, into out: NDArray)
    /// `t f′(x)` for the function `op`; `kept` is x or f(x), as the kernels' header says of each.
    func mapGradient(_ op: UnaryOp, _ t: NDArray, _ kept: NDArray, into out: NDArray)
    func test(_ op: TestOp, _ x: NDArray, into out: NDArray)
    func map(_ op: BinaryOp, _ a: NDArray, _ b: NDArray, into out: NDArray)
    /// `a op scalar`, or `scalar op a` when `reversed`.
    func map(_ op: BinaryOp, _ a: NDArray, _ scalar: ScalarValue, reversed: Bool, into out: NDArray)
    func compare(_ op: CompareOp, _ a: NDArray, _ b: NDArray, into out: NDArray)
    func compare(_ op: CompareOp, _ a: NDArray, _ scalar: ScalarValue, into out: NDArray)
    func map(_ op: TernaryOp, _ a: NDArray, _ b: NDArray, _ c: NDArray, into out: NDArray)
    /// `op(a, b, scalar)`.
    func map(_ op: TernaryOp, _ a: NDArray, _ b: NDArray, _ scalar: ScalarValue, into out: NDArray)
    func select(_ condition: NDArray, _ a: NDArray, _ b: NDArray, into out: NDArray)
    /// Converts and copies, whatever the strides of either side.
    func cast(_ x: NDArray, into out: NDArray)
    func fill(_ out: NDArray, with value: ScalarValue)

    /// Reduces the axes of `x` on which `out`, of the same rank, has extent 1.
    func reduce(_ op: ReduceOp, _ x: NDArray, into out: NDArray)
    func argReduce(largest: Bool, _ x: NDArray, axis: Int, into out: NDArray)
    func scan(_ op: ReduceOp, _ x: NDArray, axis: Int, reverse: Bool, into out: NDArray)
    func sort(_ x: NDArray, axis: Int, descending: Bool, values: NDArray?, indices: NDArray?)

    /// `out[o, j, i] = x[o, indices[j], i]` for contiguous arrays seen as (outer, length, inner).
    func take(_ x: NDArray, outer: Int, length: Int, inner: Int, indices: NDArray, into out: NDArray)
    /// `out[o, indices[j], i] += x[o, j, i]`.
    func addAt(_ out: NDArray, outer: Int, length: Int, inner: Int, indices: NDArray, _ x: NDArray)
    func takeAlong(_ x: NDArray, axis: Int, indices: NDArray, into out: NDArray)
    func addAlong(_ out: NDArray, axis: Int, indices: NDArray, _ x: NDArray)

    /// `out = a b`, matrices of one floating type with any strides; `out` is row-major.
    func matmul(_ a: MatrixOperand, _ b: MatrixOperand, into out: MatrixOperand, dtype: DType, accumulating: Bool)

    /// Computes the one of `x`, `w` and `y` that `pass` says from the other two: float32, row-major, none of them empty. Returns false
    /// where there is no kernel for it; the result is then undefined.
    func convolve(_ pass: ConvolutionPass, _ geometry: ConvolutionGeometry, x: NDArray, w: NDArray, y: NDArray) -> Bool

    /// A step of a long short-term memory, and its gradient; all arrays contiguous, see the kernels' header.
    func lstmStep(_ c: NDArray, _ gates: NDArray, next: NDArray, h: NDArray, activations: NDArray)
    func lstmGradient(
        _ c: NDArray, gates: NDArray, next: NDArray, _ activations: NDArray, gradNext: NDArray?, gradH: NDArray?, intoC: NDArray,
        intoGates: NDArray)
    /// A step of an optimiser from `value` to `out`, all arrays contiguous; `memory` is changed in place.
    func update(_ rule: UpdateRule, _ value: NDArray, _ gradient: NDArray, memory: [NDArray], _ numbers: [Double], into out: NDArray)

    func im2col(_ window: WindowGeometry, _ image: NDArray, into columns: NDArray)
    func col2im(_ window: WindowGeometry, _ columns: NDArray, into image: NDArray)

    /// Sums over windows, their transpose, and where in its plane each window has its largest element (int64); all arrays row-major.
    func windowSum(_ window: WindowGeometry, _ image: NDArray, into out: NDArray)
    func windowSpread(_ window: WindowGeometry, _ pooled: NDArray, into image: NDArray)
    func windowArgMax(_ window: WindowGeometry, _ image: NDArray, into places: NDArray)

    func randomUniform(key: UInt64, stream: UInt64, counter: UInt64, _ range: Range<Double>, into out: NDArray)
    func randomNormal(key: UInt64, stream: UInt64, counter: UInt64, mean: Double, deviation: Double, into out: NDArray)
    func randomIntegers(key: UInt64, stream: UInt64, counter: UInt64, _ range: Range<Int64>, into out: NDArray)
}

/// A matrix in memory: `rows` × `columns`, neighbours `rowStride` and `columnStride` elements apart.
package struct MatrixOperand {
    package var data: UnsafeMutableRawPointer
    package var rows: Int
    package var columns: Int
    package var rowStride: Int
    package var columnStride: Int
}

/// The backend of this process, whose work traces see. Of a concrete type, because a call through the protocol costs as much as adding four
/// numbers.
package let backend = ObservedBackend()
