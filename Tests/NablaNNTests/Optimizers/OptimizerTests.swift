import Foundation
import NablaNN
import Testing

private final class Point: Link {
    let position: Parameter
    let other = Parameter(NDArray([5.0]))
    init(_ values: [Double]) { position = Parameter(NDArray(values)) }
}

@Suite struct OptimizerTests {
    /// The gradients of a few steps, the same for every test.
    private let gradients = [[1.0, -2, 0.5], [0.3, 0.1, -4], [-1, 1, 1], [0, 0, 2]]

    @Test func sgdSteps() {
        let point = Point([1, 2, 3])
        let optimizer = SGD(point, rate: 0.1)
        var expected = [1.0, 2, 3]
        for gradient in gradients {
            point.position.grad = Variable(constant: NDArray(gradient))
            optimizer.update()
            for i in 0..<3 { expected[i] -= 0.1 * gradient[i] }
        }
        #expect(zip(point.position.array.doubles, expected).allSatisfy { abs($0 - $1) < 1e-15 })
        #expect(point.other.array == NDArray([5.0]))
    }

    /// Kingma and Ba's algorithm 1, literally.
    @Test func adamSteps() {
        let (alpha, beta1, beta2, eps) = (0.05, 0.5, 0.9, 1e-3)
        let point = Point([1, 2, 3])
        let optimizer = Adam(point, alpha: alpha, beta1: beta1, beta2: beta2, eps: eps)
        var (x, m, v) = ([1.0, 2, 3], [0.0, 0, 0], [0.0, 0, 0])
        for (t, gradient) in gradients.enumerated() {
            point.position.grad = Variable(constant: NDArray(gradient))
            optimizer.update()
            for i in 0..<3 {
                m[i] = beta1 * m[i] + (1 - beta1) * gradient[i]
                v[i] = beta2 * v[i] + (1 - beta2) * gradient[i] * gradient[i]
                let mHat = m[i] / (1 - Foundation.pow(beta1, Double(t + 1)))
                let vHat = v[i] / (1 - Foundation.pow(beta2, Double(t + 1)))
                x[i] -= alpha * mHat / (vHat.squareRoot() + eps)
            }
            #expect(zip(point.position.array.doubles, x).allSatisfy { abs($0 - $1) < 1e-14 })
        }
    }

    @Test func adamsFirstStepHasLengthAlphaWhateverTheGradient() {
        let point = Point([0, 0, 0])
        let optimizer = Adam(point, alpha: 0.01, eps: 0)
        point.position.grad = Variable(constant: NDArray([1e-8, -3, 1e8]))
        optimizer.update()
        #expect(zip(point.position.array.doubles, [-0.01, 0.01, -0.01]).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test func gradientsCanBeHandedOver() {
        let point = Point([1, 2, 3])
        let optimizer = SGD(point, rate: 0.5)
        let loss = square(point.position.variable).sum()
        optimizer.update(with: grad(of: loss, wrt: point.parameters))
        #expect(point.position.array == NDArray([0.0, 0, 0]))
        #expect(point.other.array == NDArray([5.0]))
    }

    @Test func frozenParametersStay() {
        let point = Point([1, 2, 3])
        let optimizer = Adam(point)
        point.position.grad = Variable(constant: NDArray([1.0, 1, 1]))
        point.position.isUpdateEnabled = false
        point.other.grad = Variable(constant: NDArray([1.0]))
        optimizer.update()
        optimizer.update(with: point.parameters)
        #expect(point.position.array == NDArray([1.0, 2, 3]))
        #expect(point.other.array != NDArray([5.0]))
    }

    @Test func adamFindsAMinimum() {
        let point = Point([3, -2, 1])
        let optimizer = Adam(point, alpha: 0.1)
        for _ in 0..<500 {
            point.clearGrads()
            square(point.position.variable - NDArray([1.0, 2, 3])).sum().backward()
            optimizer.update()
        }
        #expect(zip(point.position.array.doubles, [1.0, 2, 3]).allSatisfy { abs($0 - $1) < 1e-3 })
    }

    @Test func lazyParametersJoinWhenTheyExist() {
        let layer = Linear(nil, 2, dtype: .float64)
        let optimizer = Adam(layer)
        #expect(optimizer.state.isEmpty)
        let x = Variable(constant: NDArray([[1.0, 2, 3]]))
        let before = layer(x).array
        layer(x).sum().backward()
        optimizer.update()
        #expect(layer(x).array != before)
        #expect(optimizer.state.map(\.name) == ["weight/steps", "weight/m", "weight/v", "bias/steps", "bias/m", "bias/v"])
    }

    @Test func restoredStateContinuesToTheBit() throws {
        func step(_ point: Point, _ optimizer: Optimizer, _ index: Int) {
            point.position.grad = Variable(constant: NDArray(gradients[index]))
            optimizer.update()
        }
        let point = Point([1, 2, 3])
        let optimizer = Adam(point)
        for i in 0..<2 { step(point, optimizer, i) }
        let resumed = Point(point.position.array.doubles)
        let copy = Adam(resumed)
        try copy.restore(optimizer.state)
        for i in 2..<4 {
            step(point, optimizer, i)
            step(resumed, copy, i)
        }
        #expect(point.position.array == resumed.position.array)
    }

    @Test func stateOfAnotherModelIsRefused() {
        let optimizer = Adam(Point([1, 2, 3]))
        func message(_ state: [(name: String, array: NDArray)]) -> String? {
            do throws(OptimizerStateError) {
                try optimizer.restore(state)
                return nil
            } catch { return error.description }
        }
        let steps = NDArray(3, dtype: .int64)
        #expect(message([("nowhere/m", NDArray([1.0]))]) == "expected the state of 2 parameters, got an unknown entry nowhere/m")
        #expect(message([("position/steps", steps)]) == "expected an entry position/m, got none")
        #expect(
            message([("position/steps", steps), ("position/m", NDArray([1.0]))])
                == "expected float64[3] for position/m, got float64[1]")
        for count in [-1, Int.max] {
            #expect(
                message([("position/steps", NDArray(count, dtype: .int64))])
                    == "expected a number from 0 to 2⁵³ for position/steps, got \(count)")
        }
        #expect(optimizer.state.isEmpty)
    }
}
