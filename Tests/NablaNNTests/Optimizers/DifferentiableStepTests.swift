import Foundation
import NablaNN
import Testing

@Suite struct DifferentiableStepTests {
    private let curvature = NDArray([[2.0, 0.5, 0], [0.5, 1, -0.3], [0, -0.3, 1.5]])
    private let start = NDArray([1.0, -2, 0.7])

    /// The slope of ½ xᵀ A x + ¼ Σ x⁴, by `grad`. A constant point gets a place, for it to have a slope.
    private func slope(at x: Variable) -> (point: Variable, gradient: Variable) {
        let place = x.requiresGrad ? x : Variable(x.array)
        let loss = 0.5 * matmul(place, matmul(Variable(constant: curvature), place)) + 0.25 * pow(place, 4).sum()
        return (place, grad(of: loss, wrt: place, enableDoubleBackprop: true))
    }

    /// ½ a x²: three steps give x (1 - rate a)³, whose derivatives are known.
    @Test func threeStepsOnAParabola() {
        let (a, x, r) = (0.8, 1.5, 0.3)
        let (place, rate) = (Variable(NDArray(x)), Variable(NDArray(r)))
        var current = place
        for _ in 0..<3 {
            let gradient = grad(of: 0.5 * a * square(current), wrt: current, enableDoubleBackprop: true)
            current = sgdStep([current], gradients: [gradient], rate: rate)[0]
        }
        let first = grad(of: current, wrt: [place, rate], enableDoubleBackprop: true)
        let shrinkage = 1 - r * a
        #expect(abs(current.item() - x * Foundation.pow(shrinkage, 3)) < 1e-15)
        #expect(abs(first[0].item() - Foundation.pow(shrinkage, 3)) < 1e-15)
        #expect(abs(first[1].item() + 3 * a * x * shrinkage * shrinkage) < 1e-14)
        let second = grad(of: first[1], wrt: [place, rate], enableDoubleBackprop: true)
        #expect(abs(second[0].item() + 3 * a * shrinkage * shrinkage) < 1e-14)
        #expect(abs(second[1].item() - 6 * a * a * x * shrinkage) < 1e-14)
        #expect(abs(grad(of: second[1], wrt: rate).item() + 6 * a * a * a * x) < 1e-14)
    }

    /// With respect to the start and the rate; and to each alone.
    @Test func derivativesThroughThreeStepsOfSGD() throws {
        try checkGradients(
            of: { inputs in
                var x = inputs[0]
                for _ in 0..<3 {
                    let (point, gradient) = slope(at: x)
                    x = sgdStep([point], gradients: [gradient], rate: inputs[1])[0]
                }
                return [x]
            }, at: [start, NDArray(0.1)], order: 2, name: "SGD")
    }

    @Test func derivativesThroughThreeStepsOfMomentum() throws {
        try checkGradients(
            of: { inputs in
                var (x, velocities): (Variable, [Variable]?) = (inputs[0], nil)
                for _ in 0..<3 {
                    let (point, gradient) = slope(at: x)
                    let next = momentumStep(
                        [point], gradients: [gradient], velocities: velocities, rate: inputs[1], momentum: inputs[2])
                    (x, velocities) = (next.parameters[0], next.velocities)
                }
                return [x]
            }, at: [start, NDArray(0.05), NDArray(0.7)], order: 2, name: "momentum")
    }

    @Test func derivativesThroughThreeStepsOfAdam() throws {
        try checkGradients(
            of: { inputs in
                var x = inputs[0]
                var state = AdamState(for: [x])
                for _ in 0..<3 {
                    let (point, gradient) = slope(at: x)
                    let next = adamStep(
                        [point], gradients: [gradient], state: state, alpha: inputs[1], beta1: inputs[2], beta2: inputs[3], eps: inputs[4])
                    (x, state) = (next.parameters[0], next.state)
                }
                return [x] + state.m + state.v
            }, at: [start, NDArray(0.05), NDArray(0.8), NDArray(0.9), NDArray(0.1)], order: 2, name: "Adam")
    }

    /// One step of each with respect to the gradients, which come from elsewhere.
    @Test func derivativesWithRespectToGradients() throws {
        let gradients = NDArray([0.5, -1, 2])
        try checkGradients(
            of: { sgdStep([$0[0]], gradients: [$0[1]], rate: 0.1) }, at: [start, gradients], order: 2, name: "SGD")
        try checkGradients(
            of: {
                let (parameters, velocities) = momentumStep([$0[0]], gradients: [$0[1]], velocities: [$0[2]], rate: 0.1)
                return parameters + velocities
            }, at: [start, gradients, NDArray([0.1, 0.2, -0.3])], order: 2, name: "momentum")
        try checkGradients(
            of: { adamStep([$0[0]], gradients: [$0[1]], state: AdamState(for: [$0[0]]), eps: 0.1).parameters },
            at: [start, gradients], order: 2, name: "Adam")
    }

    /// The formulas on numbers, with a state in between.
    @Test func values() {
        let gradients = [[1.0, -2, 0.5], [0.3, 0.1, -4], [-1, 1, 1]]
        var momentum: (parameters: [Variable], velocities: [Variable]?) = ([Variable(start)], nil)
        var adam = (parameters: [Variable(start)], state: AdamState(for: [Variable(start)]))
        var (x, velocity) = (start.doubles, [0.0, 0, 0])
        var (y, m, v) = (start.doubles, [0.0, 0, 0], [0.0, 0, 0])
        for (t, gradient) in gradients.enumerated() {
            let g = [Variable(constant: NDArray(gradient))]
            momentum = momentumStep(momentum.parameters, gradients: g, velocities: momentum.velocities, rate: 0.1, momentum: 0.8)
            adam = adamStep(adam.parameters, gradients: g, state: adam.state, alpha: 0.05, beta1: 0.5, beta2: 0.9, eps: 1e-3)
            for i in 0..<3 {
                velocity[i] = 0.8 * velocity[i] - 0.1 * gradient[i]
                x[i] += velocity[i]
                m[i] = 0.5 * m[i] + 0.5 * gradient[i]
                v[i] = 0.9 * v[i] + (1 - 0.9) * gradient[i] * gradient[i]
                let mHat = m[i] / (1 - Foundation.pow(0.5, Double(t + 1)))
                let vHat = v[i] / (1 - Foundation.pow(0.9, Double(t + 1)))
                y[i] -= 0.05 * mHat / (vHat.squareRoot() + 1e-3)
            }
        }
        #expect(zip(momentum.parameters[0].array.doubles, x).allSatisfy { abs($0 - $1) < 1e-14 })
        #expect(zip(momentum.velocities![0].array.doubles, velocity).allSatisfy { abs($0 - $1) < 1e-14 })
        #expect(zip(adam.parameters[0].array.doubles, y).allSatisfy { abs($0 - $1) < 1e-14 })
        #expect(zip(adam.state.m[0].array.doubles, m).allSatisfy { abs($0 - $1) < 1e-14 })
        #expect(zip(adam.state.v[0].array.doubles, v).allSatisfy { abs($0 - $1) < 1e-14 })
        #expect(adam.state.steps == 3)
    }

    /// θ - alpha g / (|g| + eps) has the slope -alpha / eps at g = 0.
    @Test func adamWhereGradientsVanish() {
        let (p, g, alpha) = (Variable(NDArray([3.0, 4])), Variable(NDArray([0.0, 1])), Variable(NDArray(0.5)))
        let (parameters, state) = adamStep([p], gradients: [g], state: AdamState(for: [p]), alpha: alpha, eps: 0.25)
        #expect(zip(parameters[0].array.doubles, [3, 4 - 0.5 / 1.25]).allSatisfy { abs($0 - $1) < 1e-15 })
        let first = grad(of: parameters[0].sum(), wrt: [p, g, alpha], enableDoubleBackprop: true)
        #expect(first[0].array.doubles == [1, 1])
        // At g = 1: -alpha eps / (1 + eps)².
        #expect(zip(first[1].array.doubles, [-2, -0.5 * 0.25 / 1.5625]).allSatisfy { abs($0 - $1) < 1e-14 })
        #expect(abs(first[2].item() + 1 / 1.25) < 1e-14)
        for second in grad(of: first.map { $0.sum() }, wrt: [p, g, alpha]) {
            #expect(second.array.doubles.allSatisfy { $0.isFinite })
        }
        // A parameter that the loss does not depend on stays, to the bit.
        let absent = Variable.symbolicZero([2], dtype: .float64)
        #expect(adamStep([p], gradients: [absent], state: AdamState(for: [p])).parameters[0].array == p.array)
        #expect(adamStep(parameters, gradients: [absent], state: state).state.steps == 2)
    }

    @Test func parametersKeepTheirTypes() {
        let p = [Variable(NDArray([1.0, 2], dtype: .float32)), Variable(NDArray([3.0], dtype: .float64))]
        let g = [Variable(constant: NDArray([1.0, 1], dtype: .float32)), Variable(constant: NDArray([1.0]))]
        #expect(sgdStep(p, gradients: g, rate: Variable(NDArray(0.5))).map(\.dtype) == [.float32, .float64])
        #expect(sgdStep(p, gradients: g, rate: 1)[1].item() == 2)
        let momentum = momentumStep(p, gradients: g, rate: Float(0.5))
        #expect((momentum.parameters + momentum.velocities).map(\.dtype) == [.float32, .float64, .float32, .float64])
        let adam = adamStep(p, gradients: g, state: AdamState(for: p), alpha: 0.5)
        #expect(
            (adam.parameters + adam.state.m + adam.state.v).map(\.dtype) == [.float32, .float64, .float32, .float64, .float32, .float64])
        #expect(adam.parameters[0].array.doubles == [0.5, 1.5])
    }
}
