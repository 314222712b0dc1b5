import ExampleMAML
import NablaNN
import Testing

@Suite struct MAMLTests {
    private func settings(_ method: MAML.Method = .maml, order: Order = .second) -> MAML.Settings {
        var settings = MAML.Settings()
        (settings.method, settings.order, settings.shots, settings.metaBatch, settings.hidden) = (method, order, 5, 4, 6)
        settings.seed = 3
        return settings
    }

    /// The published anchors of the task, in closed form and by sampling within four standard errors.
    @Test func anchors() {
        #expect(abs(MAML.zeroPredictorError - 4.2517) < 5e-5)
        #expect(abs(MAML.bestUnadaptedError - 3.0057) < 5e-5)
        var random = RandomGenerator(seed: 1)
        let tasks = SineTasks(count: 200_000, dtype: .float64, using: &random)
        let samples = tasks.samples(1, using: &random)
        func expect(_ prediction: NDArray, _ value: Double) {
            let squares = square(samples.y.array - prediction)
            let standardError = (Variable(constant: squares).variance().item() / Double(squares.count)).squareRoot()
            #expect(standardError < 0.02)
            #expect(abs(squares.mean().item() - value) < 4 * standardError)
        }
        expect(.zeros(like: samples.y.array), MAML.zeroPredictorError)
        expect(-1.6234 * cos(samples.x.array), MAML.bestUnadaptedError)
    }

    @Test func tasksAreAsPublished() {
        var random = RandomGenerator(seed: 2)
        let tasks = SineTasks(count: 1000, using: &random)
        let samples = tasks.samples(7, using: &random)
        #expect(samples.x.shape == [1000, 7, 1] && samples.y.shape == [1000, 7, 1])
        #expect(tasks.amplitudes.floats.allSatisfy { (0.1...5).contains($0) })
        #expect(tasks.phases.floats.allSatisfy { (0...3.1416).contains($0) })
        #expect(samples.x.array.floats.allSatisfy { (-5...5).contains($0) })
        let revealed = tasks.revealed(in: samples)
        #expect(revealed.x.shape == [1000, 7, 3])
        let columns = revealed.x.array
        #expect(columns[.all, .all, 1..<2] * sin(columns[.all, .all, 0..<1] - columns[.all, .all, 2..<3]) == samples.y.array)
    }

    @Test func networkIsTheAuthors() {
        let learner = MAML(MAML.Settings())
        #expect(learner.network.parameterCount == 1761)
        let values = learner.network.parameters.flatMap { $0.array.doubles }
        #expect(values.allSatisfy { abs($0) <= 0.02 })
        #expect(values.count { $0 == 0 } == 81)
        #expect(MAML(settings(.oracle)).network.parameters[0].shape == [3, 6])
    }

    /// Learners of one seed are tested on the same tasks, so an untrained network's error is the zero predictor's for all of them.
    @Test func untrainedNetworksAreZeroPredictors() {
        let a = MAML(MAML.Settings()).evaluation(steps: 2)
        let b = MAML(settings(.oracle)).evaluation(steps: 2)
        #expect(a.means.count == 3 && a.halfWidths.count == 3)
        #expect(abs(a.means[0] - MAML.zeroPredictorError) < 1.5 * a.halfWidths[0])
        #expect(b.means[0] == b.means[2])
        #expect(a.divergedCounts == [0, 0, 0])
        #expect(a.medians[0] < a.means[0])
    }

    @Test func stepsTooLargeAreCounted() {
        var settings = settings()
        settings.rate = 1e4
        let learner = MAML(settings)
        for _ in 0..<3 { _ = learner.iterate() }
        let evaluation = learner.evaluation(tasks: 50, steps: 10)
        #expect(evaluation.divergedCounts[0] == 0 && evaluation.divergedCounts[10] > 25)
        #expect(!(evaluation.medians[10] <= 100))
    }

    @Test(arguments: [MAML.Method.maml, .pretrained, .oracle]) func firstIterationsLearn(method: MAML.Method) {
        var settings = settings(method)
        (settings.alpha, settings.rate, settings.metaBatch, settings.hidden) = (1e-2, 0.05, 25, 40)
        let learner = MAML(settings)
        let before = learner.evaluation(steps: 1).means[1]
        let losses = (0..<300).map { _ in learner.iterate() }
        #expect(losses.allSatisfy { $0.isFinite })
        let after = learner.evaluation(steps: 1).means[1]
        #expect(after < 0.85 * before, "\(before) to \(after)")
    }

    @Test func aRestoredLearnerGoesOnAsIfNothingHadHappened() throws {
        let whole = MAML(settings())
        for _ in 0..<5 { _ = whole.iterate() }
        let state = whole.snapshot
        let losses = (0..<5).map { _ in whole.iterate() }

        let resumed = MAML(settings())
        try resumed.restore(state)
        #expect(resumed.iteration == 5)
        let again = (0..<5).map { _ in resumed.iterate() }
        #expect(again == losses)
        for (a, b) in zip(whole.network.parameters, resumed.network.parameters) { #expect(a.array == b.array) }
        #expect(whole.evaluation().means == resumed.evaluation().means)
    }

    @Test func aStateOfAnotherNetworkIsRefused() {
        let learner = MAML(settings())
        var state = learner.snapshot
        state.arrays["parameters/weights/1"] = .zeros([2, 2])
        #expect(throws: SnapshotError.self) { try learner.restore(state) }
        state.arrays["parameters/weights/1"] = nil
        #expect(throws: SnapshotError.self) { try learner.restore(state) }
        #expect(learner.iteration == 0)
    }

    @Test func memoryIsFlat() {
        let learner = MAML(settings())
        _ = learner.iterate()
        let nodes = GraphStatistics.liveNodes
        for _ in 0..<20 { _ = learner.iterate() }
        // Other tests run beside this one, so the count is compared only loosely: an iteration makes hundreds of nodes.
        #expect(GraphStatistics.liveNodes < nodes + 1000)
    }
}
