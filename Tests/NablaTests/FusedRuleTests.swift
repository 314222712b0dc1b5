import FunctionTable
import Testing

@testable import Nabla

/// Walks that record nothing take kernels of their own for many derivatives; a recorded walk always takes the rules.
@Suite struct FusedRuleTests {
    /// Both walks give the same numbers, to the last bit, for every function and every sample of the table.
    @Test(arguments: FunctionTable.rows, [DType.float32, .float64])
    func unrecordedWalksGiveWhatTheRulesGive(_ row: TableRow, _ dtype: DType) {
        for sample in row.samples {
            let inputs = sample.inputs.map { Variable($0.dtype.isFloating ? $0.cast(to: dtype) : $0) }
            expectAgreement(of: sample.restricted(row.function), at: inputs, "\(row) at \(sample)")
        }
    }

    private static let functions: [(name: String, function: @Sendable (Variable) -> Variable)] = [
        ("-x", { -$0 }), ("2 - x", { 2 - $0 }), ("3 / x", { 3 / $0 }), ("x * 2", { $0 * 2 }), ("x / 3", { $0 / 3 }), ("x³", { pow($0, 3) }),
        ("x²", { pow($0, 2) }), ("abs", { abs($0) }), ("square", { square($0) }), ("sqrt", { sqrt($0) }), ("rsqrt", { rsqrt($0) }),
        ("reciprocal", { reciprocal($0) }), ("exp", { exp($0) }), ("expm1", { expm1($0) }), ("log", { log($0) }), ("log1p", { log1p($0) }),
        ("sin", { sin($0) }), ("cos", { cos($0) }), ("tan", { tan($0) }), ("asin", { asin($0) }), ("acos", { acos($0) }),
        ("atan", { atan($0) }), ("sinh", { sinh($0) }), ("cosh", { cosh($0) }), ("tanh", { tanh($0) }), ("asinh", { asinh($0) }),
        ("acosh", { acosh($0) }), ("atanh", { atanh($0) }), ("erf", { erf($0) }), ("sigmoid", { sigmoid($0) }),
        ("softplus", { softplus($0) }), ("relu", { relu($0) }), ("leakyRelu", { leakyRelu($0, slope: 0.3) }),
        ("x x", { $0 * $0 }), ("x / (x + 1)", { $0 / ($0 + 1) }), ("x - sin x", { $0 - sin($0) }),
        // Gradients that meet, of arrays that are still in use and of arrays that are not.
        ("x tanh(x) + x exp(-x)", { $0 * tanh($0) + $0 * exp(-$0) }), ("y y + y", { { $0 * $0 + $0 }(sigmoid($0)) }),
    ]

    /// At ordinary numbers and at the ends of the range, in more elements than a kernel takes at once.
    @Test(arguments: functions.map(\.name), [DType.float32, .float64])
    func unrecordedWalksAgreeAtSpecialNumbers(_ name: String, _ dtype: DType) {
        let function = Self.functions.first { $0.name == name }!.function
        let specials = [
            0, -0.0, 1, -1, 0.5, -0.5, 2e6, -3e7, 1e-30, -1e-30, 1e30, .infinity, -.infinity, .nan, .leastNonzeroMagnitude,
            .leastNormalMagnitude, .greatestFiniteMagnitude,
        ]
        var generator = RandomGenerator(seed: 3)
        let x = concatenate([NDArray(specials), generator.normal([1000], standardDeviation: 3, dtype: .float64)]).cast(to: dtype)
        expectAgreement(of: { [function($0[0])] }, at: [Variable(x)], name)
        // Through a transposed seed, which is no plain run of numbers.
        let square = Variable(x[0..<900].reshaped(to: [30, 30]))
        let seed = Variable(constant: generator.normal([30, 30], dtype: dtype).transposed())
        let (plain, recorded) = (
            grad(of: function(square), wrt: square, gradOutput: seed),
            grad(of: function(square), wrt: square, gradOutput: seed, enableDoubleBackprop: true)
        )
        #expect(haveEqualBits(plain.array, recorded.array), "\(name) with a transposed seed")
    }

    /// What anybody else can see is never overwritten: seeds, gradients asked for on the way, and values.
    @Test func nothingVisibleIsOverwritten() {
        let x = Variable(NDArray((0..<200).map { 0.01 * Double($0) + 0.1 }))
        let seed = NDArray((0..<200).map { Double($0) })
        let before = seed.copied()
        let h = tanh(x), y = exp(h), z = y / h - y * 2
        let (values, given) = (z.array.copied(), Variable(constant: seed))
        let gradients = grad(of: [z], wrt: [y, h, x, z], gradOutputs: [given])
        let recorded = grad(of: [z], wrt: [y, h, x, z], gradOutputs: [given], enableDoubleBackprop: true)
        for (a, b) in zip(gradients, recorded) { #expect(haveEqualBits(a.array, b.array)) }
        #expect(seed == before && given.array == before && z.array == values)
        // Gradients left by `backward` are added to, in arrays of their own.
        let first = Variable(NDArray([1.0, 2]))
        square(first).sum().backward()
        let left = first.grad!.array
        (first * 3).sum().backward()
        #expect(left == NDArray([2.0, 4]) && first.grad!.array == NDArray([5.0, 7]))
    }

    /// A long chain of functions works in the memory of one cotangent.
    @Test func cotangentsAreReusedInPlace() {
        let count = 50_000
        let x = Variable(NDArray.full([count], 0.5, dtype: .float32))
        var y = x
        for _ in 0..<4 { y = sigmoid(sin(2 * tanh(y))) }
        let seed = Variable(constant: .ones(like: x.array))
        let before = ArrayMemory.liveBytes
        ArrayMemory.resetPeak()
        let gradient = grad(of: y, wrt: x, gradOutput: seed)
        // One array beside the seed, which stays whole.
        #expect(ArrayMemory.peakBytes - before < 3 * count * 4 / 2)
        #expect(gradient.count == count)
    }

    private func expectAgreement(of function: ([Variable]) -> [Variable], at inputs: [Variable], _ name: String) {
        var generator = RandomGenerator(seed: 7)
        let outputs = function(inputs).filter { $0.requiresGrad }
        let wanted = inputs.filter { $0.requiresGrad }
        if outputs.isEmpty || wanted.isEmpty { return }
        let seeds = outputs.map { Variable(constant: generator.normal($0.shape, dtype: $0.dtype)) }
        let tangents = wanted.map { Variable(constant: generator.normal($0.shape, dtype: $0.dtype)) }
        let pulled = [false, true].map { grad(of: outputs, wrt: wanted, gradOutputs: seeds, enableDoubleBackprop: $0) }
        for (a, b) in zip(pulled[0], pulled[1]) { #expect(haveEqualBits(a.array, b.array), "gradients of \(name)") }
        let pushed = [
            jvp(of: outputs, wrt: wanted, along: tangents), jvp(of: outputs, wrt: wanted, along: tangents, enableDoubleBackprop: true),
        ]
        for (a, b) in zip(pushed[0], pushed[1]) { #expect(haveEqualBits(a.array, b.array), "tangents of \(name)") }
    }

    /// Whether two arrays have the same numbers, signs of zeros and places of NaN.
    private func haveEqualBits(_ a: NDArray, _ b: NDArray) -> Bool {
        a.shape == b.shape && a.dtype == b.dtype
            && zip(a.doubles, b.doubles).allSatisfy { $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN) }
    }
}
