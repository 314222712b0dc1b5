import ExampleTRPO
import NablaNN
import Testing

/// The second derivative of the divergence and the step along the natural gradient, in float64.
@Suite struct TrustRegionTests {
    enum Space: CaseIterable {
        case discrete, continuous

        var actionSpace: ActionSpace { self == .discrete ? .discrete(count: 4) : .continuous(count: 2, bound: 1) }
    }

    /// A policy far from its beginning, with states and actions.
    private struct Setting {
        let policy: Policy
        let states: Variable
        let samples: PolicySamples

        init(_ space: Space, seed: UInt64 = 1, rows: Int = 7) {
            var random = RandomGenerator(seed: seed)
            policy = Policy(observationSize: 3, actionSpace: space.actionSpace, hidden: 5, dtype: .float64, using: &random)
            for (_, parameter) in policy.namedParameters {
                parameter.array = parameter.array + random.normal(parameter.array.shape, standardDeviation: 0.4, dtype: .float64)
            }
            states = Variable(constant: random.normal([rows, 3], dtype: .float64))
            samples = PolicySamples(
                states: states, actions: policy(states).sample(using: &random),
                advantages: Variable(constant: random.normal([rows], dtype: .float64)))
        }

        var arrays: [NDArray] { policy.parameters.map(\.array) }
    }

    /// Actions for all states with weights that give expectations over π of polynomials of degree 5 in an action exactly: every discrete
    /// action, or the nodes of Gauss and Hermite's rule at 0 and ±√3 standard deviations in each component.
    private func weightedActions(_ distribution: ActionDistribution) -> [(actions: NDArray, weights: NDArray)] {
        switch distribution {
        case .categorical(let categorical):
            return (0..<categorical.classCount).map { action in
                (.full(categorical.batchShape, action, dtype: .int64), categorical.probabilities.array[.ellipsis, action])
            }
        case .normal(let normal):
            let nodes = [(0.0, 2.0 / 3), (3.0.squareRoot(), 1.0 / 6), (-3.0.squareRoot(), 1.0 / 6)]
            return nodes.flatMap { first in
                nodes.map { second in
                    (
                        normal.mean.array + normal.standardDeviation.array * NDArray([first.0, second.0]),
                        .full(normal.batchShape, first.1 * second.1, dtype: .float64)
                    )
                }
            }
        }
    }

    private func product(_ a: [NDArray], _ b: [NDArray]) -> Double { zip(a, b).reduce(0) { $0 + ($1.0 * $1.1).sum().item() } }

    /// E[∇log π (∇log π)ᵀ] v, one state and action after the other.
    @Test(arguments: Space.allCases) func productsAreThoseOfTheFisherMatrix(space: Space) {
        let setting = Setting(space)
        var random = RandomGenerator(seed: 9)
        let v = setting.arrays.map { random.normal($0.shape, dtype: .float64) }
        let rows = setting.states.shape[0]
        var expected = v.map { NDArray.zeros(like: $0) }
        for (actions, weights) in weightedActions(setting.policy(setting.states)) {
            for row in 0..<rows {
                let logProbability = setting.policy(setting.states).logProbability(of: actions)[row]
                let score = grad(of: logProbability, wrt: setting.policy.parameters).map(\.array)
                let scale = weights[row].item() * product(score, v) / Double(rows)
                for i in expected.indices { expected[i] += scale * score[i] }
            }
        }
        let got = TrustRegion.fisherVectorProduct(of: setting.policy, at: setting.states)(v)
        for (a, b) in zip(got, expected) {
            #expect(a.shape == b.shape)
            #expect(abs(a - b).max().item() < 1e-12 * (1 + abs(b).max().item()))
            #expect(abs(b).max().item() > 1e-3)
        }
    }

    /// One record serves any number of products.
    @Test func productsAreLinear() {
        let setting = Setting(.continuous)
        let fisher = TrustRegion.fisherVectorProduct(of: setting.policy, at: setting.states)
        let v = setting.arrays.map { NDArray.ones(like: $0) }
        let (once, thrice) = (fisher(v), fisher(v.map { 3 * $0 }))
        for (a, b) in zip(once, thrice) { #expect(abs(3 * a - b).max().item() < 1e-12) }
        #expect(product(v, once) > 0)
    }

    @Test(arguments: Space.allCases) func residualsFall(space: Space) {
        let setting = Setting(space, rows: 200)
        let fisher = TrustRegion.fisherVectorProduct(of: setting.policy, at: setting.states)
        let b = setting.arrays.map { NDArray.ones(like: $0) }
        let result = conjugateGradients(fisher, rightHandSide: b, iterations: 20, damping: 0.1)
        let norms = result.residualNorms
        #expect(norms[norms.count - 1] < 1e-3 * norms[0], "\(norms)")
        let remainder = zip(b, zip(result.solution, fisher(result.solution))).map { $0 - ($1.1 + 0.1 * $1.0) }
        #expect(abs(product(remainder, remainder).squareRoot() - norms[norms.count - 1]) < 1e-8 * norms[0])
    }

    @Test(arguments: Space.allCases) func stepsStayWithinTheRegionAndImprove(space: Space) {
        for seed in 1...5 as ClosedRange<UInt64> {
            let setting = Setting(space, seed: seed, rows: 50)
            let old = setting.policy(setting.states).detached()
            let oldLogProbabilities = old.logProbability(of: setting.samples.actions)
            let report = TrustRegion().update(setting.policy, on: setting.samples)
            #expect(report.isAccepted && report.improvement > 0)
            let divergence = old.klDivergence(to: setting.policy(setting.states)).mean().item()
            #expect(divergence == report.divergence && divergence <= 0.01 && divergence > 0.001)
            // Before the step every ratio of probabilities is 1.
            let before = setting.samples.advantages.mean().item()
            let after = TrustRegion.surrogate(setting.policy, setting.samples, oldLogProbabilities: oldLogProbabilities).item()
            #expect(abs(after - before - report.improvement) < 1e-12)
        }
    }

    /// With little damping and a small region the divergence is the quadratic one: δ, times what the line search took away.
    @Test(arguments: Space.allCases) func smallStepsReachTheRadius(space: Space) {
        let setting = Setting(space, rows: 300)
        var region = TrustRegion()
        (region.radius, region.damping, region.iterations) = (1e-8, 1e-9, 200)
        let report = region.update(setting.policy, on: setting.samples)
        #expect(report.isAccepted)
        var expected = region.radius
        for _ in 1..<report.lineSearchSteps { expected *= region.backtracking * region.backtracking }
        #expect(abs(report.divergence / expected - 1) < 0.01, "\(report.divergence), \(report.lineSearchSteps) steps")
    }

    @Test func withoutAdvantagesNothingMoves() {
        let setting = Setting(.discrete)
        let before = setting.arrays
        let report = TrustRegion().update(
            setting.policy,
            on: PolicySamples(states: setting.states, actions: setting.samples.actions, advantages: .symbolicZero([7], dtype: .float64)))
        #expect(!report.isAccepted && report.divergence == 0 && report.improvement == 0)
        #expect(setting.arrays == before)
    }

    @Test func aRefusedStepIsTakenBack() {
        let setting = Setting(.continuous)
        let before = setting.arrays
        var region = TrustRegion()
        // Steps longer than any that improves.
        (region.radius, region.backtracking, region.backtrackingSteps) = (1e6, 0.999, 3)
        let report = region.update(setting.policy, on: setting.samples)
        #expect(!report.isAccepted && report.lineSearchSteps == 3)
        #expect(setting.arrays == before)
    }

    // MARK: Losses

    /// Every element of the gradient of `loss` against differences.
    private func checkGradients(of link: Link, _ loss: () -> Variable) {
        let values = link.parameters.map(\.array)
        let numeric = numericalGradients(
            of: { arrays in [link.withParameters(arrays.map { Variable($0) }) { loss().array }] }, at: values,
            weights: [.ones([], dtype: .float64)], step: 1e-5)
        for (a, b) in zip(grad(of: loss(), wrt: link.parameters), numeric) {
            #expect(abs(a.array - b).max().item() < 1e-8 * (1 + abs(b).max().item()))
            #expect(abs(b).max().item() > 1e-6)
        }
    }

    @Test(arguments: Space.allCases) func surrogateAndDivergence(space: Space) {
        let (setting, other) = (Setting(space), Setting(space, seed: 2))
        let old = other.policy(setting.states).detached()
        let oldLogProbabilities = old.logProbability(of: setting.samples.actions)
        checkGradients(of: setting.policy) {
            TrustRegion.surrogate(setting.policy, setting.samples, oldLogProbabilities: oldLogProbabilities)
        }
        checkGradients(of: setting.policy) { old.klDivergence(to: setting.policy(setting.states)).mean() }
    }

    @Test func valueLoss() {
        var random = RandomGenerator(seed: 3)
        let value = ValueFunction(observationSize: 3, hidden: 5, dtype: .float64, using: &random)
        let states = Variable(constant: random.normal([6, 3], dtype: .float64))
        let returns = Variable(constant: random.normal([6], dtype: .float64))
        checkGradients(of: value) { value.loss(states, returns) }
        let differences = zip(value(states).array.doubles, returns.array.doubles).map { ($0 - $1) * ($0 - $1) }
        #expect(abs(value.loss(states, returns).item() - differences.reduce(0, +) / 6) < 1e-14)
    }
}
