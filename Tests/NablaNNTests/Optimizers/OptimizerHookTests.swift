import NablaNN
import Testing

@Suite struct OptimizerHookTests {
    private final class Pair: Link {
        let a: Parameter
        let b: Parameter
        init(_ a: [Double], _ b: [Double], dtype: DType = .float64) {
            self.a = Parameter(NDArray(a, dtype: dtype))
            self.b = Parameter(NDArray(b, dtype: dtype))
        }
        func setGradients(_ a: [Double], _ b: [Double]) {
            self.a.grad = Variable(constant: NDArray(a, dtype: self.a.array.dtype))
            self.b.grad = Variable(constant: NDArray(b, dtype: self.b.array.dtype))
        }
        var numbers: [Double] { a.array.doubles + b.array.doubles }
    }

    private func isClose(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-15) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
    }

    @Test func weightDecay() {
        let pair = Pair([1, -2], [4])
        let optimizer = SGD(pair, rate: 0.5)
        optimizer.addHook(WeightDecay(rate: 0.1))
        var expected = [1.0, -2, 4]
        for gradient in [[1.0, 0, -1], [0, 2, 3], [1, 1, 1]] {
            pair.setGradients(Array(gradient[..<2]), [gradient[2]])
            optimizer.update()
            for i in 0..<3 { expected[i] -= 0.5 * (gradient[i] + 0.1 * expected[i]) }
            #expect(isClose(pair.numbers, expected))
        }
        // What backward left is as it was.
        #expect(pair.b.grad!.array == NDArray([1.0]))
    }

    /// ‖(2, 3, 6)‖ = 7 over both parameters.
    @Test func clippingByGlobalNorm() {
        let pair = Pair([0, 0], [0])
        let optimizer = SGD(pair, rate: 1)
        optimizer.addHook(GradientClipping(threshold: 3.5))
        pair.setGradients([2, -3], [6])
        optimizer.update()
        #expect(isClose(pair.numbers, [-1, 1.5, -3]))
        // Gradients that are short enough stay to the bit: ‖(0.1, 0.2, 0.3)‖ < 1.
        pair.a.array = NDArray([0.0, 0])
        pair.b.array = NDArray([0.0])
        pair.setGradients([0.1, 0.2], [0.3])
        optimizer.update()
        #expect(pair.numbers == [-0.1, -0.2, -0.3])
        // Nothing to divide by.
        pair.setGradients([0, 0], [0])
        optimizer.update()
        #expect(pair.numbers == [-0.1, -0.2, -0.3])
    }

    /// The squares of these gradients are beyond float32.
    @Test func clippingOfHugeGradients() {
        let pair = Pair([0, 0], [0], dtype: .float32)
        let optimizer = SGD(pair, rate: 1)
        optimizer.addHook(GradientClipping(threshold: 7))
        pair.setGradients([2e30, 3e30], [-6e30])
        optimizer.update()
        #expect(isClose(pair.numbers, [-2, -3, 6], 1e-6))
    }

    @Test func hardClipping() {
        let pair = Pair([0, 0], [0])
        let optimizer = SGD(pair, rate: 1)
        optimizer.addHook(GradientHardClipping(low: -1, high: 0.5))
        pair.setGradients([-3, 0.25], [2])
        optimizer.update()
        #expect(pair.numbers == [1, -0.25, -0.5])
    }

    @Test func weightClippingAfterTheUpdate() {
        let pair = Pair([0, 0.5], [3])
        let optimizer = SGD(pair, rate: 1)
        optimizer.addHook(WeightClipping(limit: 1))
        pair.a.grad = Variable(constant: NDArray([4.0, 1]))
        optimizer.update()
        #expect(pair.numbers == [-1, -0.5, 3], "the other parameter had no gradient, and was not updated")
        optimizer.update(with: [Variable(constant: NDArray([0.0, 0])), Variable(constant: NDArray([-1.0]))])
        #expect(pair.numbers == [-1, -0.5, 1])
    }

    /// Decay then clipping: (3 + 1, 0, 0) is cut to 2. Clipping then decay: 2 + 1.
    @Test func hooksRunInTheirOrder() {
        func firstStep(_ hooks: [any OptimizerHook]) -> Double {
            let pair = Pair([1, 0], [0])
            let optimizer = SGD(pair, rate: 1)
            for hook in hooks { optimizer.addHook(hook) }
            #expect(optimizer.hooks.count == 2)
            pair.setGradients([3, 0], [0])
            optimizer.update()
            return 1 - pair.numbers[0]
        }
        #expect(firstStep([WeightDecay(rate: 1), GradientClipping(threshold: 2)]) == 2)
        #expect(firstStep([GradientClipping(threshold: 2), WeightDecay(rate: 1)]) == 3)
    }

    @Test func handedGradientsGoThroughHooksToo() {
        let pair = Pair([0, 0], [0])
        pair.b.isUpdateEnabled = false
        let optimizer = SGD(pair, rate: 1)
        optimizer.addHook(GradientClipping(threshold: 5))
        // The frozen parameter's gradient has no part in the length: ‖(6, 8)‖ = 10.
        optimizer.update(with: [Variable(constant: NDArray([6.0, 8])), Variable(constant: NDArray([100.0]))])
        #expect(isClose(pair.numbers, [-3, -4, 0]))
    }
}
