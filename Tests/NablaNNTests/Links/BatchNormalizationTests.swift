import NablaNN
import Testing

@Suite struct BatchNormalizationTests {
    private let batches = [[[1.0, 2], [3, -2], [5, 0]], [[0, 1], [0, 4], [6, 1]]]

    @Test func parametersAreGammaAndBetaOnly() {
        let norm = BatchNormalization(3)
        #expect(norm.namedParameters.map(\.name) == ["gamma", "beta"])
        #expect(norm.gamma.array == .ones([3]) && norm.beta.array == .zeros([3]))
        #expect(norm.runningMean == .zeros([3]) && norm.runningVariance == .ones([3]))
    }

    /// Means by hand: (3, 0) then (2, 2). Variances with n - 1: (4, 4) then (12, 3).
    @Test func runningAveragesByHand() {
        let norm = BatchNormalization(2, dtype: .float64)
        for batch in batches { _ = norm(Variable(constant: NDArray(batch))) }
        let mean = [0.9 * (0.1 * 3) + 0.1 * 2, 0.9 * 0 + 0.1 * 2]
        let variance = [0.9 * (0.9 + 0.1 * 4) + 0.1 * 12, 0.9 * (0.9 + 0.1 * 4) + 0.1 * 3]
        #expect(zip(norm.runningMean.doubles, mean).allSatisfy { abs($0 - $1) < 1e-15 })
        #expect(zip(norm.runningVariance.doubles, variance).allSatisfy { abs($0 - $1) < 1e-14 })
    }

    @Test func evaluationUsesTheAveragesAndLeavesThem() {
        let norm = BatchNormalization(2, eps: 0.5, dtype: .float64)
        norm.runningMean = NDArray([1.0, -2])
        norm.runningVariance = NDArray([3.5, 0.5])
        norm.gamma.array = NDArray([4.0, 3])
        norm.beta.array = NDArray([10.0, 20])
        // One example alone: 4 (x - 1) / 2 + 10 and 3 (x + 2) / 1 + 20.
        let x = Variable(constant: NDArray([[2.0, 1]]))
        #expect(norm(x, training: false).array == NDArray([[12.0, 29]]))
        norm.isTraining = false
        #expect(norm(x).array == NDArray([[12.0, 29]]))
        #expect(norm.runningMean == NDArray([1.0, -2]) && norm.runningVariance == NDArray([3.5, 0.5]))
        _ = norm(x, training: true)
        #expect(norm.runningMean != NDArray([1.0, -2]))
    }

    @Test func trainingNormalisesImagesByChannel() {
        let norm = BatchNormalization(3, dtype: .float64)
        let x = NDArray.randomNormal([4, 3, 5, 2], dtype: .float64)
        let y = norm(Variable(constant: 2 * x + 1)).array
        #expect(y.mean(axes: [0, 2, 3]).doubles.allSatisfy { abs($0) < 1e-13 })
        #expect(y.variance(axes: [0, 2, 3]).doubles.allSatisfy { abs($0 - 1) < 1e-4 })
        #expect(zip(norm.runningMean.doubles, x.mean(axes: [0, 2, 3]).doubles).allSatisfy { abs($0 - 0.1 * (2 * $1 + 1)) < 1e-14 })
    }

    @Test func worksInASequenceAndTrains() {
        let norm = BatchNormalization(4)
        var generator = RandomGenerator(seed: 4)
        let model = Sequential(Linear(2, 4, using: &generator), norm, Apply(relu), Linear(4, 1, using: &generator))
        let optimizer = SGD(model, rate: 0.1)
        let x = Variable(constant: generator.normal([8, 2]))
        let first = square(model(x) - 1).mean()
        for _ in 0..<50 {
            model.clearGrads()
            square(model(x) - 1).mean().backward()
            optimizer.update()
        }
        #expect(square(model(x) - 1).mean().item() < 0.1 * first.item())
        #expect(norm.gamma.array != .ones([4]))
    }

    @Test func gradientPenaltyThroughNormalisation() throws {
        let norm = BatchNormalization(2, dtype: .float64)
        try checkGradients(
            of: { x in
                let slope = grad(of: pow(norm(x), 3).sum(), wrt: x, enableDoubleBackprop: true)
                return square(slope).sum()
            }, at: NDArray([[0.3, -1.2], [1.1, 0.4], [-0.7, 0.9]]), order: 2, name: "penalty")
    }
}
