import Nabla
import Testing

/// Variables of two types in one expression.
@Suite struct PromotionTests {
    private let functions: [@Sendable (Variable, Variable) -> Variable] = [
        { $0 + $1 }, { $0 - $1 }, { $0 * $1 }, { $0 / $1 }, { pow($0, $1) }, { maximum($0, $1) }, { minimum($0, $1) }, { atan2($0, $1) },
        { logAddExp($0, $1) }, { `where`($0 .> $1, $0, $1) }, { $1 - $0 }, { $1 / $0 },
    ]

    /// A single number of float64 leaves an array of float32 what it is, at every order, and its own gradient is of its own type.
    @Test func aSingleNumberDoesNotWidenAnArray() {
        for (index, f) in functions.enumerated() {
            let x = Variable(NDArray([1.5, 2.5] as [Float])), s = Variable(NDArray(0.75))
            let y = f(x, s)
            #expect(y.dtype == .float32, "\(index)")
            let first = grad(of: y.sum(), wrt: [x, s], enableDoubleBackprop: true)
            #expect(first.map(\.dtype) == [.float32, .float64] && first[1].shape == [])
            let exact = grad(of: f(x.cast(to: .float64), s).sum(), wrt: [x, s], enableDoubleBackprop: true)
            for (a, b) in zip(first, exact) { #expect(abs((a.array - b.array).cast(to: .float64)).max().item() < 1e-5, "\(index)") }
            let total = first[0].sum().cast(to: .float64) + first[1]
            if total.requiresGrad { #expect(grad(of: total, wrt: [x, s]).map(\.dtype) == [.float32, .float64]) }
            let pushed = jvp(of: { f($0[0], $0[1]) }, at: [x, s], along: [Variable(NDArray.ones([2], dtype: .float32)), Variable(1.0)])
            #expect(pushed.value.dtype == .float32 && pushed.tangent.dtype == .float32)
        }
    }

    /// An example's number under `vmap` is a number still.
    @Test func numbersOfExamples() {
        let x = Variable(NDArray([1, 2, 3] as [Float])), rates = Variable(NDArray([0.1, 0.2]))
        let together = vmap { (rate: Variable) in rate * x }(rates)
        #expect(together.dtype == .float32 && together.shape == [2, 3])
        #expect(together.array == stack((0..<2).map { (rates[$0] * x).array }))
    }

    @Test func symbolicZerosHaveTheSameType() {
        let x = Variable(NDArray([1, 2] as [Float])), zero = grad(of: x.sum(), wrt: Variable(1.0))
        #expect((zero * x).dtype == .float32 && (zero + x).dtype == .float32)
        #expect((Variable(NDArray.zeros([2], dtype: .float64)) * x).dtype == .float64)
    }

    /// Functions of integers have the numbers and the type that they have for arrays.
    @Test(arguments: [DType.int32, .int64]) func functionsOfIntegers(dtype: DType) {
        let (a, b) = (NDArray([1, 7, -3, 0]).cast(to: dtype), NDArray([2, 2, 2, 5]).cast(to: dtype))
        let (x, y) = (Variable(a), Variable(b))
        let quotients = [x / y, x / b, a / y, Variable(constant: a) / y]
        for quotient in quotients { #expect(quotient.array == a / b && quotient.array.doubles == [0.5, 3.5, -1.5, 0]) }
        var inPlace = x
        inPlace /= y
        #expect(inPlace.array == a / b && (x / 2).array == a / 2 && (2 / y).array == 2 / b)
        #expect(atan2(x, y).array == atan2(a, b))
        let (realX, realY) = (x.cast(to: .float32), y.cast(to: .float32))
        #expect(logAddExp(x, y).array == logAddExp(realX, realY).array)
        #expect(sigmoidCrossEntropy(x, y).array == sigmoidCrossEntropy(realX, realY).array)
        let half = NDArray.full([4], Float(0.5))
        #expect(sigmoidCrossEntropy(x, half).array == sigmoidCrossEntropy(realX, half).array)
        #expect(pow(y, Variable(a.magnitudes(dtype))).array == pow(b, a.magnitudes(dtype)))
        #expect((x + y).array == a + b && (x * y).array == a * b && (x - y).array == a - b && maximum(x, y).array == maximum(a, b))
    }
}

extension NDArray {
    fileprivate func magnitudes(_ dtype: DType) -> NDArray { abs(self).cast(to: dtype) }
}
