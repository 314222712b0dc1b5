import FunctionTable
import Nabla
import Testing

/// Two ways to write one function: the same numbers, or within a few units of the type's epsilon where the steps differ, at orders 0 to 2.
@Suite struct TwoFormsTests {
    /// Of one number, over the numbers of the sweep.
    struct Elementwise: Sendable, CustomStringConvertible {
        let description: String
        /// In units of epsilon, relative to the result; 0 is equality.
        let bound: Double
        /// Numbers at which both are the same function.
        let domain: @Sendable (Double) -> Bool
        let one: @Sendable (Variable) -> Variable
        let other: @Sendable (Variable) -> Variable

        init(
            _ description: String, within bound: Double = 0, where domain: @escaping @Sendable (Double) -> Bool = { _ in true },
            _ one: @escaping @Sendable (Variable) -> Variable, _ other: @escaping @Sendable (Variable) -> Variable
        ) {
            (self.description, self.bound, self.domain, self.one, self.other) = (description, bound, domain, one, other)
        }
    }

    /// The square of a smaller number's reciprocal overflows in float32, and with it the steps of a power's second derivative.
    private static func hasReciprocal(_ x: Double) -> Bool { x.isFinite && x.magnitude > 1e-18 }

    /// A number beside a variable, as a constant of its type.
    private static func number(_ x: Double, like other: Variable) -> Variable { Variable(constant: NDArray(x, dtype: other.dtype)) }

    static let elementwise: [Elementwise] = [
        .init("x + 2.5", { $0 + 2.5 }, { $0 + number(2.5, like: $0) }),
        .init("2.5 - x", { 2.5 - $0 }, { number(2.5, like: $0) - $0 }),
        .init("x - 2.5", { $0 - 2.5 }, { $0 - number(2.5, like: $0) }),
        .init("x * 2.5", { $0 * 2.5 }, { $0 * number(2.5, like: $0) }),
        .init("x / 2.5", { $0 / 2.5 }, { $0 / number(2.5, like: $0) }),
        .init("1.5 / x", { 1.5 / $0 }, { number(1.5, like: $0) / $0 }),
        .init("1 / x and its array", { 1.5 / $0 }, { NDArray(1.5, dtype: $0.dtype) / $0 }),
        .init("x * array", { $0 * 2.5 }, { $0 * NDArray(2.5, dtype: $0.dtype) }),
        .init("maximum(x, 0.5)", { maximum($0, 0.5) }, { maximum($0, number(0.5, like: $0)) }),
        .init("maximum, arguments exchanged", { maximum($0, 0.5) }, { maximum(number(0.5, like: $0), $0) }),
        .init("minimum(x, 0.5)", { minimum($0, 0.5) }, { minimum($0, number(0.5, like: $0)) }),
        .init("minimum of opposites", { minimum($0, 0.5) }, { -maximum(-$0, -0.5) }),
        // At 0 and NaN each has its own convention.
        .init("relu and maximum", where: { $0 != 0 && !$0.isNaN }, { relu($0) }, { maximum($0, 0) }),
        .init("leakyRelu(slope: 0) and relu", where: { $0 != 0 && $0.isFinite }, { leakyRelu($0, slope: 0) }, { relu($0) }),
        .init("abs and maximum", where: { $0 != 0 && !$0.isNaN }, { abs($0) }, { maximum($0, -$0) }),
        .init(
            "clip and minimum of maximum", where: { $0 != 1 && $0 != -1 && !$0.isNaN }, { clip($0, -1, 1) }, { minimum(maximum($0, -1), 1) }
        ),
        .init("where with numbers", { `where`($0 .> 0, $0, 0.5) }, { `where`($0 .> 0, $0, number(0.5, like: $0)) }),
        .init("pow(x, 2), of a variable", within: 2, { pow($0, 2) }, { pow($0, number(2, like: $0)) }),
        .init("pow(x, 3), of a variable", within: 4, { pow($0, 3) }, { pow($0, number(3, like: $0)) }),
        .init("pow(x, -2), of a variable", within: 4, where: { $0 != 0 }, { pow($0, -2) }, { pow($0, number(-2, like: $0)) }),
        .init("pow(x, 2.5), of a variable", within: 4, where: { $0 >= 0 }, { pow($0, 2.5) }, { pow($0, number(2.5, like: $0)) }),
        .init("pow(x, 0), of a variable", where: hasReciprocal, { pow($0, 0) + 0 * $0 }, { pow($0, number(0, like: $0)) + 0 * $0 }),
        .init("pow(x, 1), of a variable", where: hasReciprocal, { pow($0, 1) }, { pow($0, number(1, like: $0)) }),
        .init("pow(1.5, x), of a variable", within: 4, { pow(1.5, $0) }, { pow(number(1.5, like: $0), $0) }),
        .init("pow(0, x), of a variable", { pow(0, $0) }, { pow(number(0, like: $0), $0) }),
        .init("pow(1, x), of a variable", where: { $0.isFinite }, { pow(1, $0) }, { pow(number(1, like: $0), $0) }),
        .init("square and x x", { square($0) }, { $0 * $0 }),
        .init("square and pow", { square($0) }, { pow($0, 2) }),
        .init("reciprocal and 1 / x", within: 4, { reciprocal($0) }, { 1 / $0 }),
        .init("rsqrt and 1 / sqrt", within: 6, where: { $0 > 1e-12 && $0 < 1e12 }, { rsqrt($0) }, { 1 / sqrt($0) }),
        .init("sqrt and pow", within: 6, where: { $0 > 1e-12 && $0 < 1e12 }, { sqrt($0) }, { pow($0, 0.5) }),
        .init("logSigmoid and softplus", { logSigmoid($0) }, { -softplus(-$0) }),
        .init("elu and expm1", where: { $0 < 0 }, { elu($0) }, { expm1($0) }),
        .init("sum of a list", { [$0, $0].sum() }, { $0 + $0 }),
        .init(
            "x -= 2", { $0 - 2 },
            { x in
                var y = x
                y -= number(2, like: x)
                return y
            }),
    ]

    @Test(arguments: elementwise, [DType.float32, .float64]) func elementwiseFormsAgree(_ pair: Elementwise, _ dtype: DType) {
        let numbers = EdgeReference.of(dtype).cases["exp(x)"]![0].inputs[0].values.filter(pair.domain)
        let x = NDArray(numbers, dtype: .float64).cast(to: dtype)
        expectAgreement(pair.one, pair.other, at: x, within: pair.bound, "\(pair), \(dtype)")
    }

    /// Of arrays.
    static let arrays: [Elementwise] = [
        .init("sum(axis:) and sum(axes:)", { $0.sum(axis: 1) }, { $0.sum(axes: [1]) }),
        .init("mean and sum", within: 1, { $0.mean(axis: 0) }, { $0.sum(axis: 0) / Double($0.shape[0]) }),
        .init("mean() and its axes", within: 1, { $0.mean() }, { $0.mean(axes: [0, 1]) }),
        .init("max(axis:) and max(axes:)", { $0.max(axis: 1) }, { $0.max(axes: [1]) }),
        .init("min and max", { $0.min(axis: 1) }, { -(-$0).max(axis: 1) }),
        .init("norm(axis:) and norm(axes:)", { norm($0, axis: 1) }, { norm($0, axes: [1]) }),
        .init("squaredNorm and sum of squares", { squaredNorm($0, axes: [1]) }, { square($0).sum(axis: 1) }),
        .init("product() and product(axis:)", within: 4, { $0.product() }, { $0.flattened().product(axis: 0) }),
        .init("cumulativeSum and sum", within: 2, { $0.cumulativeSum(axis: 1)[.all, -1] }, { $0.sum(axis: 1) }),
        .init("logSumExp(axis:) and logSumExp(axes:)", { logSumExp($0, axis: 1) }, { logSumExp($0, axes: [1]) }),
        // A logarithm of -70 is rounded by 35 units, which its exponential has relative to itself.
        .init("softmax and logSoftmax", within: 40, { softmax($0) }, { exp(logSoftmax($0)) }),
        .init("logSoftmax and logSumExp", within: 16, { logSoftmax($0) }, { $0 - logSumExp($0, axis: 1, keepsAxes: true) }),
        .init("logCumulativeSumExp and logSumExp", within: 16, { $0.logCumulativeSumExp(axis: 1)[.all, -1] }, { logSumExp($0, axis: 1) }),
        .init("logAddExp and logSumExp", within: 16, { logAddExp($0[0], $0[1]) }, { logSumExp($0[0..<2], axis: 0) }),
        .init(
            "meanSquaredError of a variable and of an array",
            {
                meanSquaredError($0, Variable(constant: .full($0.shape, 0.5, dtype: $0.dtype)))
            }, { meanSquaredError($0, NDArray.full($0.shape, 0.5, dtype: $0.dtype)) }),
        .init(
            "sigmoidCrossEntropy of a variable and of an array",
            {
                sigmoidCrossEntropy($0, Variable(constant: .full($0.shape, 0.25, dtype: $0.dtype)))
            }, { sigmoidCrossEntropy($0, NDArray.full($0.shape, 0.25, dtype: $0.dtype)) }),
        .init("matmul and linear", within: 1, { matmul($0, $0, transposeB: true) }, { linear($0, $0) }),
        .init("matmul of a transposed one", within: 1, { matmul($0, $0, transposeB: true) }, { matmul($0, $0.transposed()) }),
        .init(
            "averagePooling and sumPooling", within: 1, { averagePooling($0.reshaped(to: [1, 2, 3]), window: 3) },
            {
                sumPooling($0.reshaped(to: [1, 2, 3]), window: 3) / 3
            }),
    ]

    /// At ordinary numbers and at steep ones.
    @Test(arguments: arrays, [DType.float32, .float64]) func formsOfArraysAgree(_ pair: Elementwise, _ dtype: DType) {
        for numbers in [[0.5, -1.25, 2, 0.75, -0.375, 1.5], [30, -3, 20, 0.5, -40, 7], [0, 1, 0, -1, 0, 2]] {
            let x = NDArray(numbers, dtype: dtype).reshaped(to: [2, 3])
            expectAgreement(pair.one, pair.other, at: x, within: pair.bound, "\(pair), \(dtype), \(numbers)", isScaled: true)
        }
    }

    private func expectAgreement(
        _ one: (Variable) -> Variable, _ other: (Variable) -> Variable, at x: NDArray, within bound: Double, _ name: String,
        isScaled: Bool = false
    ) {
        let (first, second) = (orders(one, x, isScaled), orders(other, x, isScaled))
        for order in 0...2 {
            let (a, b) = (first[order], second[order])
            // Arrays have small results that are sums of numbers near 1.
            let scale = isScaled ? (a + b).reduce(1) { $1.isFinite ? max($0, $1.magnitude) : $0 } : 0
            #expect(a.count == b.count, "order \(order) of \(name)")
            let errors = zip(a, b).map { p, q -> Double in
                if p == q || (p.isNaN && q.isNaN) { return 0 }
                return p.isNaN ? .infinity : EdgeNumber(number: p, scale: scale).error(of: q, x.dtype)
            }
            let worst = errors.indices.max { errors[$0] < errors[$1] }!
            #expect(errors[worst] <= bound, "order \(order) of \(name) at \(x.doubles[worst % x.count]): \(a[worst]), \(b[worst])")
        }
    }

    /// Values, the gradient of their weighted sum and the gradient of its weighted sum.
    private func orders(_ f: (Variable) -> Variable, _ x: NDArray, _ isScaled: Bool) -> [[Double]] {
        let x = Variable(x)
        let y = f(x)
        let zeros = Variable(constant: .zeros(like: x.array))
        let first = y.requiresGrad ? grad(of: y, wrt: x, gradOutput: weights(y, isScaled), enableDoubleBackprop: true) : zeros
        let second = first.requiresGrad ? grad(of: first, wrt: x, gradOutput: weights(first, isScaled)) : zeros
        return [y, first, second].map(\.array.doubles)
    }

    /// Ones for elementwise functions, whose derivatives stay apart; different ones for others, lest all cancel.
    private func weights(_ x: Variable, _ areDifferent: Bool) -> Variable {
        let numbers = (0..<x.count).map { areDifferent ? [1, -0.5, 2, 0.25, -1.5, 3][$0 % 6] : 1.0 }
        return Variable(constant: NDArray(numbers, dtype: .float64).reshaped(to: x.shape).cast(to: x.dtype))
    }
}
