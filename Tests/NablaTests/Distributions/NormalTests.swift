import Foundation
import Nabla
import Testing

@Suite struct NormalTests {
    private let mean = [0.3, -1.2, 2.0]
    private let deviation = [0.5, 1.7, 0.9]
    private let x = [0.1, 0.4, 2.5]

    private var normal: Normal { Self.normal(mean, deviation) }

    private static func normal(_ mean: [Double], _ deviation: [Double], independent: Bool = false) -> Normal {
        Normal(
            mean: Variable(NDArray(mean)), logStandardDeviation: Variable(NDArray(deviation.map { Foundation.log($0) })),
            independentOverLastAxis: independent)
    }

    private static func logDensity(_ x: Double, _ mean: Double, _ deviation: Double) -> Double {
        Foundation.log(Foundation.exp(-(x - mean) * (x - mean) / (2 * deviation * deviation)) / (deviation * (2 * Double.pi).squareRoot()))
    }

    // MARK: Closed forms

    @Test func logProbabilityIsTheLogarithmOfTheDensity() {
        let expected = (0..<3).map { Self.logDensity(x[$0], mean[$0], deviation[$0]) }
        #expect(isClose(normal.logProbability(of: NDArray(x)).array.doubles, expected))
        let joint = Self.normal(mean, deviation, independent: true)
        #expect(joint.batchShape == [])
        #expect(isClose([joint.logProbability(of: NDArray(x)).item()], [expected.reduce(0, +)]))
    }

    /// ½ log(2πe σ²)
    @Test func entropyIsHalfTheLogarithmOfTheScaledVariance() {
        let expected = deviation.map { 0.5 * Foundation.log(2 * Double.pi * M_E * $0 * $0) }
        #expect(isClose(normal.entropy().array.doubles, expected))
        #expect(isClose([Self.normal(mean, deviation, independent: true).entropy().item()], [expected.reduce(0, +)]))
    }

    @Test func divergenceHasItsClosedForm() {
        let (otherMean, otherDeviation) = ([1.0, -1.0, 0.5], [0.8, 0.6, 2.5])
        let expected = (0..<3).map { i -> Double in
            let (ratio, shift) = (deviation[i] / otherDeviation[i], (mean[i] - otherMean[i]) / otherDeviation[i])
            return -Foundation.log(ratio) + (ratio * ratio + shift * shift - 1) / 2
        }
        #expect(isClose(klDivergence(normal, Self.normal(otherMean, otherDeviation)).array.doubles, expected))
        let joint = klDivergence(
            Self.normal(mean, deviation, independent: true), Self.normal(otherMean, otherDeviation, independent: true))
        #expect(isClose([joint.item()], [expected.reduce(0, +)]))
    }

    /// For σ_q = σ e^δ the divergence is δ² - 2δ³/3 + δ⁴/3 - …, which in float32 would drown in the rounding of σₚ²/σ_q² - 1.
    @Test func divergenceOfCloseDistributionsKeepsItsPrecision() {
        let delta: Float = 1e-3
        let p = Normal(mean: Variable(NDArray([Float(0)])), logStandardDeviation: Variable(NDArray([Float(0)])))
        let q = Normal(mean: Variable(NDArray([Float(0)])), logStandardDeviation: Variable(NDArray([delta])))
        let d = Double(delta)
        let expected = d * d - 2 * d * d * d / 3
        #expect((klDivergence(p, q).item() / expected - 1).magnitude < 2e-4)
    }

    @Test func parametersBroadcastAndShapesFollow() {
        let policy = Normal(
            mean: Variable(NDArray([[0.0, 1, 2], [3, 4, 5]])), standardDeviation: Variable(NDArray([1.0, 2, 3])),
            independentOverLastAxis: true)
        #expect(policy.shape == [2, 3])
        #expect(policy.batchShape == [2])
        #expect(policy.entropy().shape == [2])
        #expect(policy.mode == NDArray([[0.0, 1, 2], [3, 4, 5]]))
        var generator = RandomGenerator(seed: 1)
        let samples = policy.sample([7], using: &generator)
        #expect(samples.shape == [7, 2, 3])
        #expect(policy.logProbability(of: samples).shape == [7, 2])
        #expect(policy.sample(using: &generator).shape == [2, 3])
        #expect(klDivergence(policy, policy).shape == [2])

        // The mean alone has the larger shape, or the deviation has: results have the broadcast shape all the same.
        let wide = Normal(mean: Variable(NDArray(0.0)), standardDeviation: Variable(NDArray([1.0, 2, 3])))
        let tall = Normal(mean: Variable(NDArray([1.0, 2, 3])), standardDeviation: Variable(NDArray(2.0)))
        #expect(wide.mode.doubles == [0, 0, 0])
        #expect(isClose(tall.entropy().array.doubles, [Double](repeating: 0.5 * Foundation.log(8 * Double.pi * M_E), count: 3)))
        #expect(tall.klDivergence(to: tall).shape == [3])
        let narrow = Normal(mean: Variable(NDArray(0.0)), standardDeviation: Variable(NDArray(2.0)))
        #expect(narrow.sample([4], using: &generator).shape == [4])
    }

    @Test func singlePrecisionStaysSingle() {
        var generator = RandomGenerator(seed: 2)
        let p = Normal(mean: Variable(NDArray([Float(1), 2])), logStandardDeviation: Variable(NDArray([Float(0), -1])))
        #expect(p.sample(using: &generator).dtype == .float32)
        #expect(p.reparameterizedSample(using: &generator).dtype == .float32)
        for result in [p.entropy(), p.logProbability(of: p.mode), klDivergence(p, p)] { #expect(result.dtype == .float32) }
    }

    // MARK: Samples

    @Test func momentsOfSamplesAreWithinFiveStandardErrors() {
        var generator = RandomGenerator(seed: 3)
        let count = 200_000
        let samples = normal.sample([count], using: &generator)
        let (means, variances) = (samples.mean(axis: 0).doubles, samples.variance(axes: [0]).doubles)
        for i in 0..<3 {
            let variance = deviation[i] * deviation[i]
            #expect((means[i] - mean[i]).magnitude < 5 * deviation[i] / Double(count).squareRoot())
            #expect((variances[i] - variance).magnitude < 5 * variance * (2 / Double(count)).squareRoot())
        }
    }

    @Test func divergenceAndEntropyAreMeansOverSamples() {
        var generator = RandomGenerator(seed: 4)
        let count = 200_000
        let p = Self.normal(mean, deviation, independent: true)
        let q = Self.normal([0.5, -0.7, 1.8], [0.7, 1.5, 1.1], independent: true)
        let samples = p.sample([count], using: &generator)
        let logP = noBackprop { p.logProbability(of: samples) }.array
        let ratios = logP - noBackprop { q.logProbability(of: samples) }.array
        for (terms, expected) in [(ratios, klDivergence(p, q).item()), (-1 * logP, p.entropy().item())] {
            let error = terms.standardDeviation().item() / Double(count).squareRoot()
            #expect((terms.mean().item() - expected).magnitude < 5 * error)
        }
    }

    @Test func reparameterizedSamplesAreTheSamplesAndCarryGradients() {
        var (one, two) = (RandomGenerator(seed: 5), RandomGenerator(seed: 5))
        let p = Normal(mean: Variable(NDArray(mean)), standardDeviation: Variable(NDArray(deviation)))
        let sample = p.reparameterizedSample([1000], using: &one)
        #expect(sample.array == p.sample([1000], using: &two))
        // ∂x/∂μ = 1 and ∂x/∂σ = ε = (x - μ) / σ
        let gradients = grad(of: sample.sum(), wrt: [p.mean, p.standardDeviation])
        let noise = (sample.array - NDArray(mean)) / NDArray(deviation)
        #expect(gradients[0].array.doubles == [1000, 1000, 1000])
        #expect(isClose(gradients[1].array.doubles, noise.sum(axis: 0).doubles, 1e-9))
    }

    /// E x² = μ² + σ², so its gradient is (2μ, 2σ). One sample's terms 2x and 2xε have variances 4σ² and 4(μ² + 2σ²).
    @Test func gradientsThroughSamplesEstimateGradientsOfExpectations() {
        var generator = RandomGenerator(seed: 6)
        let p = Normal(mean: Variable(NDArray(0.7)), standardDeviation: Variable(NDArray(1.3)))
        let count = 200_000
        let gradients = grad(of: square(p.reparameterizedSample([count], using: &generator)).mean(), wrt: [p.mean, p.standardDeviation])
        let scale = 5 / Double(count).squareRoot()
        #expect((gradients[0].item() - 1.4).magnitude < scale * 2 * 1.3)
        #expect((gradients[1].item() - 2.6).magnitude < scale * 2 * (0.7 * 0.7 + 2 * 1.3 * 1.3).squareRoot())
    }

    // MARK: Derivatives

    @Test(arguments: [false, true]) func derivativesAreRightToThirdOrder(independent: Bool) throws {
        let means = NDArray([[0.3, -0.6], [0.9, 0.2]])
        let logDeviations = NDArray([0.2, -0.4])
        func make(_ mean: Variable, _ logDeviation: Variable) -> Normal {
            Normal(mean: mean, logStandardDeviation: logDeviation, independentOverLastAxis: independent)
        }
        let values = NDArray([[0.5, 0.1], [-0.2, 0.7]])
        try checkGradients(
            of: { [make($0[0], $0[1]).logProbability(of: $0[2])] }, at: [means, logDeviations, values], order: 3, name: "logProbability")
        try checkGradients(of: { [make($0[0], $0[1]).entropy()] }, at: [means, logDeviations], order: 3, name: "entropy")
        try checkGradients(
            of: { [klDivergence(make($0[0], $0[1]), make($0[2], $0[3]))] },
            at: [means, logDeviations, means.flipped(axes: [0]), NDArray([-0.1, 0.3])], order: 3, name: "KL")
        try checkGradients(
            of: { inputs in
                var generator = RandomGenerator(seed: 7)
                return [make(inputs[0], inputs[1]).reparameterizedSample([2], using: &generator)]
            }, at: [means, logDeviations], order: 3, name: "reparameterizedSample")
    }

    @Test func derivativesInTheStandardDeviationItself() throws {
        let (means, deviations) = (NDArray([0.3, -0.6]), NDArray([1.2, 0.8]))
        func make(_ inputs: ArraySlice<Variable>) -> Normal { Normal(mean: inputs.first!, standardDeviation: inputs.last!) }
        try checkGradients(
            of: { [make($0[0...1]).logProbability(of: NDArray([0.5, 0.1])), make($0[0...1]).entropy()] }, at: [means, deviations],
            order: 3, name: "logProbability and entropy")
        try checkGradients(
            of: { [klDivergence(make($0[0...1]), make($0[2...3]))] }, at: [means, deviations, means + 0.4, deviations * 1.1], order: 3,
            name: "KL")
    }

    @Test func divergenceFromItselfAndItsGradientAreZero() {
        let (p, q) = (normal, normal)
        let divergence = klDivergence(p, q)
        #expect(divergence.array.doubles == [0, 0, 0])
        for gradient in grad(
            of: divergence.sum(), wrt: [p.mean, p.logStandardDeviation, q.mean, q.logStandardDeviation])
        {
            #expect(gradient.array.doubles == [0, 0, 0])
        }
    }

    /// For (μ, log σ) the Fisher matrix is diagonal: 1/σ² and 2.
    @Test func hessianOfTheDivergenceIsTheFisherMatrix() {
        for (m, s) in zip(mean, deviation) {
            let old = Self.normal([m], [s])
            let matrix = hessian(
                of: { klDivergence(old, Normal(mean: $0[0..<1], logStandardDeviation: $0[1..<2])).sum() },
                at: Variable(NDArray([m, Foundation.log(s)])))
            #expect(isClose(matrix.array.doubles, [1 / (s * s), 0, 0, 2]))
            // In the parameters of p the second derivatives are the same.
            let other = hessian(
                of: { klDivergence(Normal(mean: $0[0..<1], logStandardDeviation: $0[1..<2]), old).sum() },
                at: Variable(NDArray([m, Foundation.log(s)])))
            #expect(isClose(other.array.doubles, [1 / (s * s), 0, 0, 2]))
        }
    }

    /// A distribution that was made of leaves, compared with itself: only the detached copy holds still.
    @Test func detachedParametersAreConstants() {
        let (m, s) = (Variable(NDArray([0.3])), Variable(NDArray([-0.2])))
        let p = Normal(mean: m, logStandardDeviation: s, independentOverLastAxis: true)
        let old = p.detached()
        #expect(!old.mean.requiresGrad && !old.standardDeviation.requiresGrad && !old.logStandardDeviation.requiresGrad)
        #expect(old.mean.array == m.array && old.logStandardDeviation.array == s.array && old.batchShape == [])
        #expect(old.standardDeviation.array == p.standardDeviation.array)
        let slopes = grad(of: klDivergence(old, p), wrt: [m, s], enableDoubleBackprop: true)
        let products = grad(
            of: slopes, wrt: [m, s], gradOutputs: [Variable(constant: NDArray([1.0])), Variable(constant: NDArray([1.0]))])
        #expect(isClose(products.map { $0.item() }, [Foundation.exp(0.4), 2]))
    }
}
