import ExampleMAML
import NablaNN
import Testing

/// The gradient through inner gradient steps, in float64.
@Suite struct MetaGradientTests {
    private static let tasks = 3
    private let theta: [NDArray]
    private let support: Samples, query: Samples

    init() {
        var random = RandomGenerator(seed: 5)
        let sizes = [1, 5, 4, 1]
        theta =
            zip(sizes, sizes.dropFirst()).map { random.normal([$0, $1], dtype: .float64) }
            + sizes.dropFirst().map { random.normal([1, $0], standardDeviation: 0.5, dtype: .float64) }
        let tasks = SineTasks(count: Self.tasks, dtype: .float64, using: &random)
        support = tasks.samples(6, using: &random)
        query = tasks.samples(7, using: &random)
    }

    private func loss(_ theta: [Variable], steps: Int, order: Order) -> Variable {
        Adaptation(rate: 0.02, order: order).loss(theta, steps: steps, support: support, query: query)
    }

    private func metaGradient(steps: Int, order: Order) -> [NDArray] {
        let leaves = theta.map { Variable($0) }
        return grad(of: loss(leaves, steps: steps, order: order), wrt: leaves).map(\.array)
    }

    /// Every element of every parameter. Only the exact gradient is that of the loss.
    @Test(arguments: [1, 3]) func exactIsTheDifferenceQuotient(steps: Int) {
        let numeric = numericalGradients(
            of: { arrays in [loss(arrays.map { Variable($0) }, steps: steps, order: .second).array] }, at: theta,
            weights: [.ones([], dtype: .float64)], step: 1e-5)
        let exact = metaGradient(steps: steps, order: .second)
        let first = metaGradient(steps: steps, order: .first)
        for i in theta.indices {
            let scale = 1 + abs(numeric[i]).max().item()
            #expect(abs(exact[i] - numeric[i]).max().item() < 1e-7 * scale, "parameter \(i)")
            #expect(abs(first[i] - numeric[i]).max().item() > 1e-3 * scale, "parameter \(i)")
        }
    }

    /// Without steps there is no gradient inside, and with them only the order tells the gradients apart, not the losses.
    @Test func ordersShareTheirLoss() {
        #expect(metaGradient(steps: 0, order: .first) == metaGradient(steps: 0, order: .second))
        let leaves = theta.map { Variable($0) }
        #expect(loss(leaves, steps: 2, order: .first).item() == loss(leaves, steps: 2, order: .second).item())
    }

    @Test func allTasksAtOnceAreOneAfterAnother() {
        let adaptation = Adaptation(rate: 0.05, order: .second)
        var together = Adaptation.start(theta.map { Variable($0) }, tasks: Self.tasks)
        for _ in 0..<2 { together = adaptation.step(together, on: support) }
        for task in 0..<Self.tasks {
            let own = Samples(x: support.x[task..<(task + 1)], y: support.y[task..<(task + 1)])
            var alone = theta.map { Variable($0.expandingDimensions(at: 0)) }
            for _ in 0..<2 { alone = adaptation.step(alone, on: own) }
            for (a, b) in zip(together, alone) {
                #expect(abs(a.array[task..<(task + 1)] - b.array).max().item() < 1e-13)
            }
        }
    }
}
