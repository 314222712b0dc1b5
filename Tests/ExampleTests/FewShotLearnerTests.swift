import ExampleMAML
import ExampleOmniglot
import NablaNN
import Testing

@Suite struct FewShotLearnerTests {
    /// Drawn characters of 15 × 15 pixels: means over 7 × 7.
    private static let characters: Characters = {
        let drawn = DrawnCharacters.characters(alphabets: 3, characters: 10, drawings: 6, seed: 3)
        func small(_ ink: [UInt8]) -> [UInt8] {
            var sums = [Int](repeating: 0, count: 225)
            for (i, value) in ink.enumerated() where value == 1 { sums[i / 105 / 7 * 15 + i % 105 / 7] += 1 }
            return sums.map { UInt8($0 * 255 / 49) }
        }
        return Characters(drawn.map { $0.drawings.map(small) }, side: 15)
    }()

    private func learner(_ order: Order = .second, seed: UInt64 = 1) -> FewShotLearner {
        var settings = FewShotLearner.Settings()
        (settings.ways, settings.metaBatch, settings.hidden, settings.alpha) = (3, 8, [32, 16], 3e-3)
        (settings.order, settings.seed) = (order, seed)
        return FewShotLearner(settings, on: Self.characters)
    }

    @Test func networkIsTheAuthors() {
        var generator = RandomGenerator(seed: 1)
        let network = CharacterNetwork(pixels: 784, classes: 5, using: &generator)
        let weights = 784 * 256 + 256 * 128 + 128 * 64 + 64 * 64 + 64 * 5
        #expect(network.parameterCount == weights + 2 * (256 + 128 + 64 + 64) + 5)
        let values = network.parameters.flatMap { $0.array.doubles }
        #expect(values.count { $0 == 1 } == 512 && values.count { $0 == 0 } == 517)
        #expect(values.allSatisfy { abs($0) <= 0.02 || $0 == 1 })
    }

    /// Exact and first-order learners begin with the same weights and are asked the same, and both learn in a few seconds.
    @Test(arguments: Order.allCases) func learns(order: Order) {
        let learner = learner(order)
        let before = learner.testAccuracies(tasks: 200, steps: 1)
        // Without a step nobody can know which character has which number.
        #expect(abs(before[0].mean - 1.0 / 3) < 2 * before[0].halfWidth + 0.01)
        let numbers = (0..<80).map { _ in learner.iterate() }
        #expect(numbers.allSatisfy { $0.loss.isFinite && (0...1).contains($0.accuracy) })
        let after = learner.testAccuracies(tasks: 200, steps: 1)
        #expect(abs(after[0].mean - 1.0 / 3) < 2 * after[0].halfWidth + 0.01)
        #expect(after[1].mean > 0.65, "\(before[1].mean) to \(after[1].mean)")
        #expect(after[1].mean > before[1].mean)
        #expect(learner.validationAccuracy() > 0.5)
    }

    @Test func learnersOfOneSeedMeetTheSame() {
        let (a, b) = (learner(.second), learner(.first))
        #expect(a.testAccuracies(tasks: 20, steps: 2) == b.testAccuracies(tasks: 20, steps: 2))
        #expect(a.iterate().loss == b.iterate().loss)
        #expect(learner(.second, seed: 2).iterate().loss != learner(.second).iterate().loss)
    }

    @Test func aRestoredLearnerGoesOnAsIfNothingHadHappened() throws {
        let whole = learner()
        for _ in 0..<3 { _ = whole.iterate() }
        let state = whole.snapshot
        let losses = (0..<3).map { _ in whole.iterate().loss }

        let resumed = learner()
        try resumed.restore(state)
        #expect(resumed.iteration == 3)
        #expect((0..<3).map { _ in resumed.iterate().loss } == losses)
        for (a, b) in zip(whole.network.parameters, resumed.network.parameters) { #expect(a.array == b.array) }

        var other = state
        other.arrays["parameters/gammas/0"] = .zeros([2])
        #expect(throws: SnapshotError.self) { try learner().restore(other) }
    }

    /// One task, and as many answers as there are drawings in its query.
    @Test func examplesAreShown() {
        let (episode, answers) = learner().example(steps: 2)
        #expect(episode.count == 1 && answers.count == 3)
        #expect(answers.allSatisfy { (0..<3).contains($0) })
    }

    /// 0.7 of ten values: variance 0.21.
    @Test func estimatesInClosedForm() {
        let estimate = Estimate([1, 1, 1, 1, 1, 1, 1, 0, 0, 0])
        #expect(abs(estimate.mean - 0.7) < 1e-15)
        #expect(abs(estimate.halfWidth - 1.96 * (0.21 / 10).squareRoot()) < 1e-15)
    }

    @Test func memoryIsFlat() {
        let learner = learner()
        _ = learner.iterate()
        let nodes = GraphStatistics.liveNodes
        for _ in 0..<10 { _ = learner.iterate() }
        // Other tests run beside this one, so the count is compared only loosely: an iteration makes hundreds of nodes.
        #expect(GraphStatistics.liveNodes < nodes + 1000)
    }
}
