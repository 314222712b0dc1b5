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

    private func message(_ body: () throws(SnapshotError) -> Void) -> String? {
        do throws(SnapshotError) {
            try body()
            return nil
        } catch {
            return error.description
        }
    }

    @Test func allThatDoesNotFitIsNamed() {
        let model = Model(seed: 1)
        var snapshot = Snapshot()
        snapshot.add(Model(seed: 2), as: "model")
        snapshot.add(SGD(model), as: "sgd")
        let before = model.parameters.map(\.array)
        #expect(
            message { () throws(SnapshotError) in try snapshot.restore(model, as: "modle") }
                == "expected arrays that were added as modle, got none; there are model, sgd")
        snapshot.arrays["model/norm/gamma"] = nil
        snapshot.arrays["model/norm/beta"] = .zeros([3], dtype: .float64)
        snapshot.arrays["model/third/weight"] = .zeros([2, 1], dtype: .float32)
        #expect(
            message { () throws(SnapshotError) in try snapshot.restore(model, as: "model") }
                == "expected an array model/norm/gamma, got none; expected float32[3] for model/norm/beta, got float64[3]; "
                + "expected no array model/third/weight, got float32[2, 1]")
        #expect(model.parameters.map(\.array) == before)
    }

    /// Of a layer whose width is open, the other extents are known.
    @Test func anotherWidthBehindAnOpenSize() {
        let layers: [(Link, Link, String)] = [
            (Linear(5, 3, bias: false), Linear(nil, 2, bias: false), "expected float32[2, –] for a/weight, got float32[3, 5]"),
            (
                Convolution2D(1, 2, kernel: 3, bias: false), Convolution2D(nil, 2, kernel: 5, bias: false),
                "expected float32[2, –, 5, 5] for a/weight, got float32[2, 1, 3, 3]"
            ),
            (
                Deconvolution2D(1, 3, kernel: 3, bias: false), Deconvolution2D(nil, 2, kernel: 3, bias: false),
                "expected float32[–, 2, 3, 3] for a/weight, got float32[1, 3, 3, 3]"
            ),
            (
                Linear(5, 2, bias: false, dtype: .float64), Linear(nil, 2, bias: false),
                "expected float32[2, –] for a/weight, got float64[2, 5]"
            ),
        ]
        for (stored, open, expected) in layers {
            var snapshot = Snapshot()
            snapshot.add(stored, as: "a")
            #expect(message { () throws(SnapshotError) in try snapshot.restore(open, as: "a") } == expected)
            #expect(open.namedParameters.allSatisfy { !$0.parameter.isInitialized })
        }
    }

    /// A weight that was lost is not one that had no value.
    @Test func aLostParameterBehindAnOpenSize() {
        var snapshot = Snapshot()
        snapshot.add(Linear(5, 2), as: "a")
        snapshot.arrays["a/weight"] = nil
        #expect(
            message { () throws(SnapshotError) in try snapshot.restore(Linear(nil, 2), as: "a") } == "expected an array a/weight, got none")
        #expect(message { () throws(SnapshotError) in try snapshot.restore(Linear(nil, 2, bias: false), as: "b") } != nil)
    }

    @Test func anOptimizerIsNotWiped() throws {
        let training = Training(seed: 1)
        training.iterate()
        var snapshot = training.snapshot
        let before = training.adam.state.map(\.array)
        #expect(
            message { () throws(SnapshotError) in try snapshot.restore(training.adam, as: "Adam") }
                == "expected arrays that were added as Adam, got none; there are adam, model")
        for entry in ["steps", "m", "v"] { snapshot.arrays["adam/norm/gamma/\(entry)"] = nil }
        #expect(
            message { () throws(SnapshotError) in try snapshot.restore(training.adam, as: "adam") }
                == "adam: expected the 18 arrays that were added, got 15")
        #expect(training.adam.state.map(\.array) == before)
        // One that has not run yet has nothing to remember.
        let fresh = Training(seed: 1)
        try training.restore(fresh.snapshot)
        #expect(training.adam.state.isEmpty)
    }

    /// What one optimiser remembers means something else to another, also where the names are the same or there is nothing yet.
    @Test func theStateOfAnotherOptimizer() throws {
        let model = Linear(2, 1)
        let adam = Adam(model), momentum = MomentumSGD(model), nesterov = NesterovAG(model)
        var snapshot = Snapshot()
        snapshot.add(SGD(model), as: "sgd")
        for optimizer in [adam, momentum, nesterov] {
            model.clearGrads()
            square(model(Variable(NDArray([[1.0, 2]], dtype: .float32)))).sum().backward()
            optimizer.update()
        }
        snapshot.add(momentum, as: "momentum")
        let before = (adam.state + nesterov.state).map(\.array)
        #expect(
            message { () throws(SnapshotError) in try snapshot.restore(adam, as: "sgd") }
                == "sgd: expected the state of Adam, got that of SGD")
        #expect(
            message { () throws(SnapshotError) in try snapshot.restore(nesterov, as: "momentum") }
                == "momentum: expected the state of NesterovAG, got that of MomentumSGD")
        #expect((adam.state + nesterov.state).map(\.array) == before)
        try snapshot.restore(MomentumSGD(model), as: "momentum")
    }

    @Test func addingAgainReplaces() throws {
        var snapshot = Snapshot()
        snapshot.add(Linear(3, 1), as: "a/below")
        snapshot.add(Linear(2, 1), as: "a")
        snapshot.add(Linear(2, 1, bias: false), as: "a")
        #expect(snapshot.arrays.keys.sorted() == ["a/below/bias", "a/below/weight", "a/weight"])
        try snapshot.restore(Linear(2, 1, bias: false), as: "a")
    }

    @Test func anotherKindUnderTheSameName() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Linear(2, 1)
            var snapshot = Snapshot()
            snapshot.add(model, as: "model")
            snapshot.add(Adam(model), as: "model")
        }
        expectMessage("Snapshot.add: expected a name of its own for the state of Adam, got model, under which a link was added", in: result)
    }

    @Test func namesMayLieBelowOthers() throws {
        let (outer, inner) = (Linear(2, 1), Linear(3, 1))
        var snapshot = Snapshot()
        snapshot.add(outer, as: "a")
        snapshot.add(inner, as: "a/weight2")
        snapshot.add(Adam(outer), as: "a/adam")
        snapshot.add(RunningStatistics(), as: "a/seen")
        snapshot.counters = [:]
        try snapshot.restore(Linear(2, 1), as: "a")
        try snapshot.restore(Linear(3, 1), as: "a/weight2")
        try snapshot.restore(Adam(outer), as: "a/adam")
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
