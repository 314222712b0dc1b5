import NablaNN
import Testing

/// The optimisers of one accumulated array, against their formulas, literally.
@Suite struct MomentumTests {
    private final class Point: Link {
        let position = Parameter(NDArray([1.0, 2, 3]))
    }

    /// Checks four steps from (1, 2, 3) along fixed gradients; `step` changes one number of the position and of the memory.
    private func expect(
        _ make: (Link) -> Optimizer, memory name: String, _ step: (_ x: inout Double, _ memory: inout Double, _ g: Double) -> Void
    ) throws {
        let gradients = [[1.0, -2, 0.5], [0.3, 0.1, -4], [-1, 1, 1], [0, 0, 2]]
        let point = Point()
        var optimizer = make(point)
        var (x, memory) = ([1.0, 2, 3], [0.0, 0, 0])
        for (index, gradient) in gradients.enumerated() {
            point.position.grad = Variable(constant: NDArray(gradient))
            optimizer.update()
            for i in 0..<3 { step(&x[i], &memory[i], gradient[i]) }
            let state = optimizer.state
            #expect(state.map(\.name) == ["position/steps", "position/\(name)"])
            #expect(zip(point.position.array.doubles, x).allSatisfy { abs($0 - $1) < 1e-14 }, "step \(index)")
            #expect(zip(state[1].array.doubles, memory).allSatisfy { abs($0 - $1) < 1e-14 }, "step \(index)")
            // Half way the optimiser is replaced by another one with its state.
            if index == 1 {
                optimizer = make(point)
                try optimizer.restore(state)
            }
        }
    }

    @Test func momentum() throws {
        try expect({ MomentumSGD($0, rate: 0.1, momentum: 0.8) }, memory: "v") { x, v, g in
            v = 0.8 * v - 0.1 * g
            x += v
        }
    }

    @Test func nesterov() throws {
        try expect({ NesterovAG($0, rate: 0.1, momentum: 0.8) }, memory: "v") { x, v, g in
            // The step written on the velocity before it, as in equation 7 of the paper.
            x += 0.8 * 0.8 * v - (1 + 0.8) * 0.1 * g
            v = 0.8 * v - 0.1 * g
        }
    }

    @Test func rmsprop() throws {
        try expect({ RMSprop($0, rate: 0.05, alpha: 0.7, eps: 1e-2) }, memory: "ms") { x, ms, g in
            ms = 0.7 * ms + 0.3 * g * g
            x -= 0.05 * g / (ms.squareRoot() + 1e-2)
        }
    }

    @Test func adaGrad() throws {
        try expect({ AdaGrad($0, rate: 0.05, eps: 1e-2) }, memory: "h") { x, h, g in
            h += g * g
            x -= 0.05 * g / (h.squareRoot() + 1e-2)
        }
    }

    @Test func defaultsAreChainers() {
        let point = Point()
        let rms = RMSprop(point)
        #expect(rms.rate == 0.01 && rms.alpha == 0.99 && rms.eps == 1e-8)
        let momentum = MomentumSGD(point)
        #expect(momentum.rate == 0.01 && momentum.momentum == 0.9)
        let nesterov = NesterovAG(point)
        #expect(nesterov.rate == 0.01 && nesterov.momentum == 0.9)
        let ada = AdaGrad(point)
        #expect(ada.rate == 1e-3 && ada.eps == 1e-8)
    }

    @Test func float32StaysFloat32() {
        final class Single: Link {
            let weight = Parameter(NDArray([1.0, 2], dtype: .float32))
        }
        let optimizers: [(Link) -> Optimizer] = [{ MomentumSGD($0) }, { NesterovAG($0) }, { RMSprop($0) }, { AdaGrad($0) }]
        for make in optimizers {
            let link = Single()
            let optimizer = make(link)
            link.weight.grad = Variable(constant: NDArray([1.0, -1], dtype: .float32))
            optimizer.update()
            #expect(link.weight.array.dtype == .float32 && optimizer.state[1].array.dtype == .float32)
            #expect(link.weight.array.doubles[0] < 1 && link.weight.array.doubles[1] > 2)
        }
    }
}
