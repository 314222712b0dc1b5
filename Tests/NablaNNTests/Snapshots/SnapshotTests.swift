import NablaNN
import Testing

@Suite struct SnapshotTests {
    private final class Model: Chain {
        let layers: [Linear]
        let norm = BatchNormalization(3)

        init(seed: UInt64) {
            var generator = RandomGenerator(seed: seed)
            layers = [Linear(2, 3, using: &generator), Linear(3, 1, using: &generator)]
            super.init()
        }

        func callAsFunction(_ x: Variable) -> Variable { layers[1](norm(layers[0](x))) }
    }

    /// Training of which everything matters to what comes next: parameters, running averages, Adam's moments, noise, and the count.
    private final class Training: Resumable {
        let model: Model
        let adam: Adam
        var noise = RandomGenerator(seed: 1)
        var iteration = 0

        init(seed: UInt64) {
            model = Model(seed: seed)
            adam = Adam(model, alpha: 0.1)
        }

        func iterate() {
            let x = Variable(constant: noise.normal([4, 2]) + Double(iteration))
            model.clearGrads()
            square(model(x)).sum().backward()
            adam.update()
            iteration += 1
        }

        var snapshot: Snapshot {
            var snapshot = Snapshot()
            snapshot.add(model, as: "model")
            snapshot.add(adam, as: "adam")
            snapshot.generators["noise"] = noise
            snapshot.counters["iteration"] = iteration
            return snapshot
        }

        func restore(_ snapshot: Snapshot) throws(SnapshotError) {
            try snapshot.restore(model, as: "model")
            try snapshot.restore(adam, as: "adam")
            (noise, iteration) = (try snapshot.generator("noise"), try snapshot.counter("iteration"))
        }
    }

    @Test func restoredTrainingGoesOnAsIfItHadNeverStopped() throws {
        let whole = Training(seed: 1)
        for _ in 0..<3 { whole.iterate() }
        let stopped = whole.snapshot
        for _ in 0..<3 { whole.iterate() }

        let resumed = Training(seed: 2)
        try resumed.restore(stopped)
        for _ in 0..<3 { resumed.iterate() }
        #expect(resumed.iteration == 6)
        #expect(resumed.noise == whole.noise)
        let (a, b) = (resumed.snapshot.arrays, whole.snapshot.arrays)
        #expect(a == b)
        // 4 + 2 parameters, 2 averages, and of each parameter Adam's two moments and the count.
        #expect(a.count == 6 + 2 + 6 * 3)
        #expect(a["model/norm/runningMean"] != NDArray.zeros([3], dtype: .float32))
    }

    @Test func namesArePathsInTheModel() {
        let names = Training(seed: 1).snapshot.arrays.keys.sorted()
        #expect(
            names == [
                "model/layers/0/bias", "model/layers/0/weight", "model/layers/1/bias", "model/layers/1/weight", "model/norm/beta",
                "model/norm/gamma", "model/norm/runningMean", "model/norm/runningVariance",
            ])
    }

    @Test func whatDoesNotFitIsRefused() {
        let training = Training(seed: 1)
        func message(_ change: (inout Snapshot) -> Void) -> String? {
            var snapshot = training.snapshot
            change(&snapshot)
            do throws(SnapshotError) {
                try training.restore(snapshot)
                return nil
            } catch {
                return error.description
            }
        }
        #expect(message { _ in } == nil)
        #expect(message { $0.arrays["model/norm/gamma"] = nil } == "expected an array model/norm/gamma, got none")
        #expect(
            message { $0.arrays["model/norm/runningMean"] = .zeros([2], dtype: .float32) }
                == "expected float32[3] for model/norm/runningMean, got float32[2]")
        #expect(
            message { $0.arrays["adam/norm/gamma/m"] = .zeros([3]) }
                == "adam: expected the state of 6 parameters, got an unknown entry norm/gamma/m")
        #expect(message { $0.generators = [:] } == "expected a generator noise, got none")
        #expect(message { $0.counters = [:] } == "expected a counter iteration, got none")
        #expect(message { $0.counters["iteration"] = -1 } == "expected a counter iteration, got -1")
    }

    /// A refused model is left as it was.
    @Test func nothingOfAModelChangesWhenOnePartDoesNotFit() {
        let (model, other) = (Model(seed: 1), Model(seed: 2))
        var snapshot = Snapshot()
        snapshot.add(other, as: "model")
        snapshot.arrays["model/norm/runningVariance"] = nil
        let before = model.parameters.map(\.array)
        #expect(throws: SnapshotError.self) { try snapshot.restore(model, as: "model") }
        #expect(model.parameters.map(\.array) == before)
    }

    /// A layer whose size is not known yet takes the parameters of one that has run.
    @Test func layersThatHaveNotRunYet() throws {
        var generator = RandomGenerator(seed: 3)
        let (new, used) = (Linear(nil, 2, using: &generator), Linear(nil, 2, using: &generator))
        _ = used(Variable(NDArray.zeros([1, 5], dtype: .float32)))
        var snapshot = Snapshot()
        snapshot.add(new, as: "new")
        snapshot.add(used, as: "used")
        #expect(snapshot.arrays.keys.sorted() == ["new/bias", "used/bias", "used/weight"])
        try snapshot.restore(new, as: "used")
        #expect(new.parameters.map(\.array) == used.parameters.map(\.array))
        try snapshot.restore(Linear(nil, 2, using: &generator), as: "new")
    }

    @Test func statisticsComeBack() throws {
        var statistics = RunningStatistics(shape: [2])
        statistics.update(batch: NDArray([[1.0, 2], [3, 5], [4, 4]]))
        var snapshot = Snapshot()
        snapshot.add(statistics, as: "seen")
        #expect(try snapshot.statistics("seen", like: RunningStatistics(shape: [2])) == statistics)
        #expect(throws: SnapshotError.self) { try snapshot.statistics("seen", like: RunningStatistics(shape: [3])) }
        #expect(throws: SnapshotError.self) { try snapshot.statistics("other", like: RunningStatistics(shape: [2])) }
        snapshot.arrays["seen/squaredDeviations"] = NDArray([1.0, -1])
        #expect(throws: SnapshotError.self) { try snapshot.statistics("seen", like: RunningStatistics(shape: [2])) }
    }
}
