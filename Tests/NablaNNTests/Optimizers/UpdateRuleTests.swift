import NablaArray
import NablaNN
import Testing

/// Each optimiser's step is one kernel; here it is held to its formula on whole arrays, to the last bit.
@Suite struct UpdateRuleTests {
    private typealias Step = (_ x: inout NDArray, _ g: NDArray, _ state: inout [NDArray], _ t: Int) -> Void

    private static func compare(_ make: (Link) -> Optimizer, memories: Int, _ step: Step) {
        for dtype in [DType.float32, .float64] {
            var generator = RandomGenerator(seed: 11)
            // More elements than one thread takes, and a number that fills no vector.
            let model = Parameters(generator.normal([20_011], dtype: dtype))
            let optimizer = make(model)
            var x = model.weight.array.copied()
            var state = (0..<memories).map { _ in NDArray.zeros(like: x) }
            for t in 1...4 {
                var g = generator.normal([20_011], dtype: dtype)
                // Vanishing gradients, large ones, and some that are not numbers.
                g[0..<6] = NDArray([0, -0.0, 1e-30, 1e30, .infinity, .nan]).cast(to: dtype)
                // At odd steps somebody else looks at the value, which must stay whole.
                let seen = t % 2 == 1 ? model.weight.array : nil
                let copy = seen?.copied()
                model.weight.grad = Variable(constant: g)
                optimizer.update()
                step(&x, g, &state, t)
                #expect(haveEqualBits(model.weight.array, x), "step \(t) in \(dtype)")
                if let seen, let copy { #expect(haveEqualBits(seen, copy)) }
            }
            for (kept, expected) in zip(optimizer.state.dropFirst(), state) { #expect(haveEqualBits(kept.array, expected)) }
        }
    }

    @Test func sgd() { Self.compare({ SGD($0, rate: 0.3) }, memories: 0) { x, g, _, _ in x = x - 0.3 * g } }

    @Test func momentum() {
        Self.compare({ MomentumSGD($0, rate: 0.3, momentum: 0.7) }, memories: 1) { x, g, state, _ in
            state[0] = 0.7 * state[0] - 0.3 * g
            x = x + state[0]
        }
    }

    @Test func nesterov() {
        Self.compare({ NesterovAG($0, rate: 0.3, momentum: 0.7) }, memories: 1) { x, g, state, _ in
            state[0] = 0.7 * state[0] - 0.3 * g
            x = x + 0.7 * state[0] - 0.3 * g
        }
    }

    @Test func adaGrad() {
        Self.compare({ AdaGrad($0, rate: 0.3, eps: 1e-3) }, memories: 1) { x, g, state, _ in
            state[0] = state[0] + square(g)
            x = x - 0.3 * g / (sqrt(state[0]) + 1e-3)
        }
    }

    @Test func rmsProp() {
        Self.compare({ RMSprop($0, rate: 0.3, alpha: 0.9, eps: 1e-3) }, memories: 1) { x, g, state, _ in
            state[0] = 0.9 * state[0] + (1 - 0.9) * square(g)
            x = x - 0.3 * g / (sqrt(state[0]) + 1e-3)
        }
    }

    @Test func adam() {
        Self.compare({ Adam($0, alpha: 0.3, beta1: 0.5, beta2: 0.75, eps: 1e-3) }, memories: 2) { x, g, state, t in
            state[0] = 0.5 * state[0] + (1 - 0.5) * g
            state[1] = 0.75 * state[1] + (1 - 0.75) * square(g)
            // Powers of these two numbers are exact.
            let (first, second) = ((0..<t).reduce(1.0) { p, _ in p * 0.5 }, (0..<t).reduce(1.0) { p, _ in p * 0.75 })
            x = x - state[0] * (0.3 / (1 - first)) / (sqrt(state[1]) * (1 / (1 - second).squareRoot()) + 1e-3)
        }
    }

    private static func haveEqualBits(_ a: NDArray, _ b: NDArray) -> Bool {
        a.shape == b.shape && a.dtype == b.dtype
            && zip(a.doubles, b.doubles).allSatisfy { $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN) }
    }

    private final class Parameters: Link {
        let weight: Parameter
        init(_ array: NDArray) {
            weight = Parameter(array)
            super.init()
        }
    }
}
