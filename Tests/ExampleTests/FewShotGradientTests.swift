import ExampleMAML
import ExampleOmniglot
import NablaNN
import Testing

/// The gradient through inner steps on a classifier that is normalised task by task, in float64.
@Suite struct FewShotGradientTests {
    private static let tasks = 2
    private let theta: [NDArray]
    private let episodes: Episodes

    init() {
        var random = RandomGenerator(seed: 11)
        let sizes = [6, 5, 4, 3]
        theta =
            zip(sizes, sizes.dropFirst()).map { random.normal([$0, $1], dtype: .float64) }
            + [5, 4].map { 1 + random.normal([$0], standardDeviation: 0.3, dtype: .float64) }
            + [5, 4].map { random.normal([$0], standardDeviation: 0.5, dtype: .float64) }
            + [random.normal([3], dtype: .float64)]
        episodes = Episodes(
            ways: 3, support: random.uniform([Self.tasks, 6, 6], dtype: .float64),
            query: random.uniform([Self.tasks, 3, 6], dtype: .float64))
    }

    private func loss(_ theta: [Variable], steps: Int, order: Order) -> Variable {
        Adaptation(rate: 0.3, order: order).loss(theta, tasks: Self.tasks, steps: steps) {
            episodes.losses($0, on: episodes.support)
        } query: {
            episodes.losses($0, on: episodes.query)
        }
    }

    private func metaGradient(steps: Int, order: Order) -> [NDArray] {
        let leaves = theta.map { Variable($0) }
        return grad(of: loss(leaves, steps: steps, order: order), wrt: leaves).map(\.array)
    }

    private func difference(_ a: [NDArray], _ b: [NDArray]) -> Double {
        zip(a, b).map { abs($0 - $1).max().item() / (1 + abs($1).max().item()) }.max()!
    }

    /// Every element of every parameter, through the normalisation's own derivatives. Only the exact gradient is that of the loss.
    @Test(arguments: [1, 3]) func exactIsTheDifferenceQuotient(steps: Int) {
        let numeric = numericalGradients(
            of: { arrays in [loss(arrays.map { Variable($0) }, steps: steps, order: .second).array] }, at: theta,
            weights: [.ones([], dtype: .float64)], step: 1e-5)
        #expect(difference(metaGradient(steps: steps, order: .second), numeric) < 1e-7)
        #expect(difference(metaGradient(steps: steps, order: .first), numeric) > 1e-2)
    }

    /// The first-order gradient is that of the loss with the steps themselves held as they are.
    @Test(arguments: [1, 3]) func firstOrderHoldsTheSteps(steps: Int) {
        let adaptation = Adaptation(rate: 0.3, order: .first)
        let start = Adaptation.start(theta.map { Variable($0) }, tasks: Self.tasks)
        var adapted = start
        for _ in 0..<steps { adapted = adaptation.step(adapted) { episodes.losses($0, on: episodes.support) } }
        let held = zip(adapted, start).map { $0.array - $1.array }
        let numeric = numericalGradients(
            of: { arrays in
                let moved = zip(Adaptation.start(arrays.map { Variable($0) }, tasks: Self.tasks), held).map { $0 + $1 }
                return [episodes.losses(moved, on: episodes.query).mean().array]
            }, at: theta, weights: [.ones([], dtype: .float64)], step: 1e-5)
        #expect(difference(metaGradient(steps: steps, order: .first), numeric) < 1e-7)
    }

    /// Neither the moments of the normalisation nor anything else reaches from one task into another.
    @Test func allTasksAtOnceAreOneAfterAnother() {
        let adaptation = Adaptation(rate: 0.3, order: .second)
        var together = Adaptation.start(theta.map { Variable($0) }, tasks: Self.tasks)
        for _ in 0..<2 { together = adaptation.step(together) { episodes.losses($0, on: episodes.support) } }
        for task in 0..<Self.tasks {
            let own = Episodes(
                ways: 3, support: episodes.support.array[task..<(task + 1)], query: episodes.query.array[task..<(task + 1)])
            var alone = Adaptation.start(theta.map { Variable($0) }, tasks: 1)
            for _ in 0..<2 { alone = adaptation.step(alone) { own.losses($0, on: own.support) } }
            for (a, b) in zip(together, alone) { #expect(abs(a.array[task..<(task + 1)] - b.array).max().item() < 1e-12) }
        }
    }

    /// The layers of one task, written out with the functions for one batch.
    @Test func theNetworkOfATaskIsTheOrdinaryOne() {
        var random = RandomGenerator(seed: 3)
        let own = theta.map { random.normal(Shape([Self.tasks] + Array($0.shape)), dtype: .float64) }
        let outputs = CharacterNetwork.outputs(own.map(Variable.init(constant:)), at: episodes.support).array
        for task in 0..<Self.tasks {
            let p = own.map { Variable(constant: $0[task]) }
            var h = episodes.support[task]
            for layer in 0..<2 {
                h = relu(batchNormalization(matmul(h, p[layer]), gamma: p[3 + layer], beta: p[5 + layer], eps: 1e-3))
            }
            #expect(abs(outputs[task] - (matmul(h, p[2]) + p[7]).array).max().item() < 1e-13)
        }
    }

    /// Equal logits lose log N, whatever the labels; a certain wrong answer loses what it is certain by.
    @Test func lossesInClosedForm() {
        let same = theta.map { Variable(NDArray.zeros(Shape([Self.tasks] + Array($0.shape)), dtype: .float64)) }
        let losses = episodes.losses(same, on: episodes.support).array.doubles
        #expect(losses.allSatisfy { Swift.abs($0 - 1.0986122886681098) < 1e-15 })
        var certain = same
        certain[7] = Variable(NDArray([[100.0, 0, 0], [100, 0, 0]]))
        let lost = episodes.losses(certain, on: episodes.support).array.doubles
        #expect(lost.allSatisfy { Swift.abs($0 - 200.0 / 3) < 1e-12 })
    }
}
