import Foundation
import Nabla
import Testing

@Suite struct CategoricalTests {
    private let logits = [0.2, -0.5, 1.1, 0.0]

    private static func probabilities(_ logits: [Double]) -> [Double] {
        let weights = logits.map { Foundation.exp($0) }
        return weights.map { $0 / weights.reduce(0, +) }
    }

    // MARK: Closed forms

    @Test func logProbabilityIsThatOfTheNamedClass() {
        let p = Categorical(logits: Variable(NDArray([logits, [3.0, 1, 0, -2]])))
        let (first, second) = (Self.probabilities(logits), Self.probabilities([3, 1, 0, -2]))
        #expect(p.batchShape == [2])
        #expect(p.classCount == 4)
        let values = p.logProbability(of: NDArray([2, 3], dtype: .int32))
        #expect(values.shape == [2])
        #expect(isClose(values.array.doubles, [Foundation.log(first[2]), Foundation.log(second[3])]))
        let several = p.logProbability(of: NDArray([[0, 0], [1, 1], [2, 2]]))
        #expect(several.shape == [3, 2])
        #expect(isClose(several.array.doubles, (0..<3).flatMap { [Foundation.log(first[$0]), Foundation.log(second[$0])] }))
        #expect(isClose(p.probabilities.array.doubles, first + second))
        #expect(p.mode.integers == [2, 0])
        #expect(Categorical(logits: Variable(NDArray(logits))).logProbability(of: NDArray(1)).shape == [])
    }

    @Test func entropyAndDivergenceAreSumsOverClasses() {
        let other = [1.0, 0.3, -0.4, 0.9]
        let (p, q) = (Self.probabilities(logits), Self.probabilities(other))
        let (first, second) = (Categorical(logits: Variable(NDArray(logits))), Categorical(logits: Variable(NDArray(other))))
        #expect(isClose([first.entropy().item()], [-p.reduce(0) { $0 + $1 * Foundation.log($1) }]))
        #expect(isClose([klDivergence(first, second).item()], [zip(p, q).reduce(0) { $0 + $1.0 * Foundation.log($1.0 / $1.1) }]))
        let uniform = Categorical(logits: Variable(NDArray([7.0, 7, 7])))
        #expect(isClose([uniform.entropy().item()], [Foundation.log(3)]))
    }

    @Test func largeLogitsDoNotOverflow() {
        let p = Categorical(logits: Variable(NDArray([Float(1000), 0, -1000])))
        #expect(p.entropy().item() == 0)
        #expect(p.logProbability(of: NDArray(2)).item() == -2000)
        #expect(klDivergence(p, Categorical(logits: Variable(NDArray([Float(1000), 5, -1000])))).item() == 0)
    }

    @Test func excludedClassesAddNothing() {
        let x = Variable(NDArray([0.4, -Double.infinity, -0.3]))
        let p = Categorical(logits: x)
        let two = Self.probabilities([0.4, -0.3])
        let entropy = p.entropy()
        #expect(isClose([entropy.item()], [-two.reduce(0) { $0 + $1 * Foundation.log($1) }]))
        // ∂H/∂zᵢ = -pᵢ (log pᵢ + H)
        let gradient = grad(of: entropy, wrt: x)
        let expected = two.map { -$0 * (Foundation.log($0) + entropy.item()) }
        #expect(isClose(gradient.array.doubles, [expected[0], 0, expected[1]]))
        let q = Categorical(logits: Variable(NDArray([0.0, -Double.infinity, 0])))
        let divergence = klDivergence(p, q)
        #expect(isClose([divergence.item()], [two.reduce(0) { $0 + $1 * Foundation.log($1 * 2) }]))
        #expect(klDivergence(Categorical(logits: Variable(NDArray([0.0, 0, 0]))), q).item() == .infinity)
    }

    // MARK: Samples

    @Test func frequenciesAreWithinFiveStandardErrors() {
        var generator = RandomGenerator(seed: 1)
        let count = 100_000
        let rows: [[Double]] = [logits, [3, 1, -.infinity, -2]]
        let samples = Categorical(logits: Variable(NDArray(rows))).sample([count], using: &generator)
        #expect(samples.shape == [count, 2])
        #expect(samples.dtype == .int64)
        for (row, logits) in rows.enumerated() {
            for (label, p) in Self.probabilities(logits).enumerated() {
                let frequency = (samples[0..., row] .== label).cast(to: .float64).mean().item()
                #expect((frequency - p).magnitude <= 5 * (p * (1 - p) / Double(count)).squareRoot())
            }
        }
    }

    @Test func excludedClassesAreNeverSampled() {
        var generator = RandomGenerator(seed: 2)
        let p = Categorical(logits: Variable(NDArray([-Float.infinity, 0, -.infinity, 0, -.infinity])))
        #expect(Set(p.sample([50_000], using: &generator).integers) == [1, 3])
        let certain = Categorical(logits: Variable(NDArray([Float(-300), 300])))
        #expect(certain.sample([1000], using: &generator).integers.allSatisfy { $0 == 1 })
        #expect(certain.sample(using: &generator).shape == [])
    }

    @Test func divergenceAndEntropyAreMeansOverSamples() {
        var generator = RandomGenerator(seed: 3)
        let count = 100_000
        let p = Categorical(logits: Variable(NDArray(logits)))
        let q = Categorical(logits: Variable(NDArray([1.0, 0.3, -0.4, 0.9])))
        let samples = p.sample([count], using: &generator)
        let logP = noBackprop { p.logProbability(of: samples) }.array
        let ratios = logP - noBackprop { q.logProbability(of: samples) }.array
        for (terms, expected) in [(ratios, klDivergence(p, q).item()), (-1 * logP, p.entropy().item())] {
            let error = terms.standardDeviation().item() / Double(count).squareRoot()
            #expect((terms.mean().item() - expected).magnitude < 5 * error)
        }
    }

    // MARK: Derivatives

    @Test func derivativesAreRightToThirdOrder() throws {
        let rows = NDArray([[0.2, -0.5, 1.1], [0.7, 0.1, -0.3]])
        let labels = NDArray([[2, 0], [1, 1]])
        try checkGradients(
            of: { Categorical(logits: $0).logProbability(of: labels) }, at: rows, order: 3, name: "logProbability")
        try checkGradients(of: { Categorical(logits: $0).entropy() }, at: rows, order: 3, name: "entropy")
        try checkGradients(
            of: { [klDivergence(Categorical(logits: $0[0]), Categorical(logits: $0[1]))] }, at: [rows, rows.flipped(axes: [0])],
            order: 3, name: "KL")
    }

    /// Nothing infinite or undefined arises from excluded classes at any order.
    @Test func derivativesWithExcludedClassesAreRightToThirdOrder() throws {
        let rows = NDArray([[0.2, -Double.infinity, 1.1, 0.4], [0.7, 0.1, -0.3, -Double.infinity]])
        let others = NDArray([[0.5, -Double.infinity, 0.3, -0.2], [-0.1, 0.6, 0.2, 0.9]])
        try checkGradients(
            of: { Categorical(logits: $0).logProbability(of: NDArray([2, 0])) }, at: rows, order: 3, name: "logProbability")
        try checkGradients(of: { Categorical(logits: $0).entropy() }, at: rows, order: 3, name: "entropy")
        try checkGradients(
            of: { [klDivergence(Categorical(logits: $0[0]), Categorical(logits: $0[1]))] }, at: [rows, others], order: 3, name: "KL")
    }

    @Test func divergenceFromItselfAndItsGradientAreZero() {
        let (x, y) = (Variable(NDArray(logits)), Variable(NDArray(logits)))
        let divergence = klDivergence(Categorical(logits: x), Categorical(logits: y))
        #expect(divergence.item() == 0)
        for gradient in grad(of: divergence, wrt: [x, y]) {
            #expect(gradient.array.doubles.allSatisfy { $0.magnitude < 1e-16 })
        }
    }

    /// For logits the Fisher matrix is diag(p) - p pᵀ.
    @Test func hessianOfTheDivergenceIsTheFisherMatrix() {
        let old = Categorical(logits: Variable(constant: NDArray(logits)))
        let p = Self.probabilities(logits)
        let expected = (0..<4).flatMap { i in (0..<4).map { j in (i == j ? p[i] : 0) - p[i] * p[j] } }
        let matrix = hessian(of: { klDivergence(old, Categorical(logits: $0)) }, at: Variable(NDArray(logits)))
        #expect(isClose(matrix.array.doubles, expected, 1e-14))
        let other = hessian(of: { klDivergence(Categorical(logits: $0), old) }, at: Variable(NDArray(logits)))
        #expect(isClose(other.array.doubles, expected, 1e-14))
        // The same as E[∇log p ∇log pᵀ], with the expectation taken class by class.
        var outer = [Double](repeating: 0, count: 16)
        for label in 0..<4 {
            let x = Variable(NDArray(logits))
            let score = grad(of: Categorical(logits: x).logProbability(of: NDArray(label)), wrt: x).array.doubles
            for i in 0..<16 { outer[i] += p[label] * score[i / 4] * score[i % 4] }
        }
        #expect(isClose(outer, expected, 1e-14))
    }

    @Test func detachedLogitsAreConstants() {
        let p = Categorical(logits: Variable(NDArray([0.1, 0.7, -0.4])))
        let old = p.detached()
        #expect(p.logits.requiresGrad && !old.logits.requiresGrad && !old.logProbabilities.requiresGrad)
        #expect(old.logits.array == p.logits.array && old.logProbabilities.array == p.logProbabilities.array)
    }
}
