import NablaNN
import Testing

/// State that compiled closures capture: what changes between calls is seen, what a replay would not repeat stops.
@Suite struct CompiledStateTests {
    /// Gradient descent that keeps the gradient before, as Rprop does: θ ← θ - rate (g + h), h ← g.
    private final class Remembering: Optimizer {
        override var stateNames: [String] { ["h"] }
        override func step(_ value: inout NDArray, _ gradient: NDArray, _ state: inout ParameterState) {
            value = value - 0.1 * (gradient + state.arrays[0])
            state.arrays[0] = gradient
        }
    }

    private final class Weights: Chain {
        let w: Parameter
        init(_ numbers: [Double]) { w = Parameter(NDArray(numbers)) }
    }

    @Test func anOptimizerThatKeepsGradients() {
        func train(_ compiled: Bool) -> [Double] {
            let model = Weights([1, 2, 3])
            let optimizer = Remembering(model)
            let body = { (x: Variable) -> Variable in
                let loss = (square(model.w.variable) * x).sum()
                model.clearGrads()
                loss.backward()
                optimizer.update()
                return loss
            }
            let step = compiled ? compile(body) : body
            return (0..<8).map { step(Variable(constant: NDArray([0.1, 0.2, 0.3]) * Double($0))).item() } + model.w.array.doubles
        }
        #expect(train(true) == train(false))
    }

    @Test func twoModelsInTurn() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let models = [Weights([1, 2]), Weights([3, 4])]
            var calls = 0
            let f = compile { (x: Variable) -> Variable in
                calls += 1
                return x * models[calls % 2].w.variable
            }
            for _ in 0..<3 { _ = f(Variable(2.0)) }
        }
        expectMessage("parameters or statistics of another object were used", in: result)
    }

    @Test func anOptimizerMadeInside() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Weights([1, 2])
            let step = compile { (x: Variable) -> Variable in
                let loss = (square(model.w.variable) * x).sum()
                Adam(model).update(with: grad(of: loss, wrt: model.parameters))
                return loss
            }
            for _ in 0..<3 { _ = step(Variable(constant: NDArray(2.0))) }
        }
        expectMessage("was Adam.update, then Adam.update of another object", in: result)
    }

    @Test func aRateThatTheClosureSets() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Weights([1, 2])
            let optimizer = SGD(model, rate: 0.1)
            let step = compile { (x: Variable) -> Variable in
                let loss = (square(model.w.variable) * x).sum()
                optimizer.update(with: grad(of: loss, wrt: model.parameters))
                optimizer.stepSize *= 0.5
                return loss
            }
            for _ in 0..<3 { _ = step(Variable(constant: NDArray(2.0))) }
        }
        expectMessage("which replays would not repeat, got one that sets SGD.rate", in: result)
    }

    @Test func aHookThatIsAddedLater() {
        func train(_ compiled: Bool) -> [Double] {
            let model = Weights([1, 2])
            let optimizer = SGD(model, rate: 0.1)
            let body = { (x: Variable) -> Variable in
                let loss = (square(model.w.variable) * x).sum()
                optimizer.update(with: grad(of: loss, wrt: model.parameters))
                return loss
            }
            let step = compiled ? compile(body) : body
            for k in 0..<9 {
                if k == 3 { optimizer.addHook(WeightDecay(rate: 0.1)) }
                if k == 6 { optimizer.addHook(WeightClipping(limit: 0.5)) }
                _ = step(Variable(constant: NDArray(0.25)))
            }
            return model.w.array.doubles
        }
        #expect(train(true) == train(false))
    }

    /// Shapes that lead to other parameters: each has its own derivatives.
    @Test func derivativesThroughTheParametersOfEachLayout() {
        let (a, b) = (Weights([1, 2]), Weights([3, 4]))
        let f = compile { (x: Variable) -> Variable in (x.rank == 1 ? x * square(a.w.variable) : x * square(b.w.variable)).sum() }
        for _ in 0..<4 {
            let (x, y) = (Variable(NDArray([5.0, 6.0])), Variable(NDArray([[7.0, 8.0]])))
            let first = grad(of: f(x), wrt: [x, a.w.variable])
            let second = grad(of: f(y), wrt: [y, b.w.variable])
            #expect(first[0].array == NDArray([1.0, 4.0]) && first[1].array == NDArray([10.0, 24.0]))
            #expect(second[0].array == NDArray([[9.0, 16.0]]) && second[1].array == NDArray([42.0, 64.0]))
        }
    }

    private func normalizing() -> (norm: BatchNormalization, f: (Variable) -> Variable) {
        let norm = BatchNormalization(2, dtype: .float64)
        norm.isTraining = false
        norm.runningVariance = NDArray([4.0, 9.0])
        return (norm, compile { x in square(norm(x)).sum() })
    }

    /// The graph keeps the statistics of the call, like everything else.
    @Test func statisticsThatChangeBeforeTheBackwardWalk() {
        let (norm, f) = normalizing()
        for _ in 0..<4 {
            let x = Variable(NDArray([[1.0, 2.0], [3.0, 4.0]]))
            norm.runningMean = NDArray([0.5, 0.25])
            let expected = grad(of: square(norm(x)).sum(), wrt: x).array
            let y = f(x)
            norm.runningMean = NDArray([100.0, 200.0])
            #expect(abs(grad(of: y, wrt: x).array - expected).max().item() < 1e-14)
            #expect(norm.runningMean == NDArray([100.0, 200.0]))
        }
    }

    @Test func aModeThatChangesBeforeTheBackwardWalk() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let norm = BatchNormalization(2, dtype: .float64)
            norm.isTraining = false
            let f = compile { x in square(norm(x)).sum() }
            let x = Variable(NDArray([[1.0, 2.0], [3.0, 4.0]]))
            let y = f(x)
            norm.isTraining = true
            _ = grad(of: y, wrt: x)
        }
        expectMessage("expected BatchNormalization.isTraining as it was at the call, got another in the backward walk", in: result)
    }

    @Test func aDecayThatChanges() {
        let (plain, compiled) = (BatchNormalization(2), BatchNormalization(2))
        let f = compile { x in compiled(x) }
        noBackprop {
            for k in 0..<6 {
                if k == 3 { (plain.decay, compiled.decay) = (0.5, 0.5) }
                let x = Variable(constant: NDArray([[1.0, 2.0], [3.0, 5.0]], dtype: .float32) * Double(k))
                _ = (plain(x), f(x))
                #expect(plain.runningMean == compiled.runningMean && plain.runningVariance == compiled.runningVariance, "call \(k)")
            }
        }
    }

    /// Statistics that are set without being looked at.
    @Test func statisticsThatTheClosureSets() {
        let norm = BatchNormalization(2, dtype: .float64)
        let f = compile { (x: Variable) -> Variable in
            norm.runningMean = x.array * 2
            return x + 1
        }
        noBackprop {
            for k in 0..<5 {
                let x = NDArray([1.0, 2.0]) * Double(k)
                _ = f(Variable(constant: x))
                #expect(norm.runningMean == x * 2, "call \(k)")
            }
        }
    }

    /// A closure may switch modes for itself, as long as it switches back.
    @Test func modesThatTheClosureSwitchesBack() {
        let (norm, frozen) = (BatchNormalization(2, dtype: .float64), Weights([1, 2]))
        var runs = 0
        let f = compile { (x: Variable) -> Variable in
            runs += 1
            norm.isTraining = false
            frozen.w.isUpdateEnabled = false
            defer {
                norm.isTraining = true
                frozen.w.isUpdateEnabled = true
            }
            return norm(x) * frozen.w.variable
        }
        let x = Variable(constant: NDArray([[1.0, 2.0], [3.0, 4.0]]))
        for _ in 0..<5 { #expect(abs(f(x).array - x.array * frozen.w.array).max().item() < 1e-4) }
        #expect(runs == 2 && norm.isTraining && frozen.w.isUpdateEnabled)
    }

    @Test func aModeThatTheClosureLeaves() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let norm = BatchNormalization(2)
            let f = compile { (x: Variable) -> Variable in
                let y = norm(x)
                norm.isTraining = false
                return y
            }
            _ = f(Variable(constant: .ones([4, 2])))
        }
        expectMessage("which replays would not repeat, got one that leaves BatchNormalization.isTraining changed", in: result)
    }

    /// The value of a parameter at some time is an array like any other, though it has the parameter's memory.
    @Test func theFormerValueOfAParameter() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Weights([1, 2])
            let anchor = model.w.array
            let f = compile { (x: Variable) -> Variable in (x * square(model.w.variable - anchor)).sum() }
            _ = f(Variable(constant: NDArray(2.0)))
        }
        expectMessage("from outside, which may change between calls: make it an argument or a Parameter", in: result)
    }

    /// Parameters keep their place in graphs that were recorded before.
    @Test func graphsOfBeforeGoOn() {
        let model = Weights([1, 2])
        let f = compile { (x: Variable) -> Variable in (x * square(model.w.variable)).sum() }
        for _ in 0..<4 {
            let y = (3 * model.w.variable).sum()
            _ = f(Variable(2.0))
            #expect(grad(of: y, wrt: model.w.variable).array == NDArray([3.0, 3.0]))
        }
    }

    @Test func aValueThatIsKeptOutside() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Weights([1, 2])
            var best: NDArray?
            let f = compile { (x: Variable) -> Variable in
                model.w.array = model.w.array * x.array
                best = model.w.array
                return x
            }
            _ = f(Variable(constant: NDArray([2.0, 2.0])))
            _ = best
        }
        expectMessage("expected a closure that keeps no array beyond the call", in: result)
    }

    private final class Pair: Chain {
        let inside = Weights([1, 2]), outside = Weights([1, 2])
    }

    /// Gradients of a walk outside are an optimiser's business only where they are there.
    @Test func gradientsFromOutside() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Pair()
            let optimizer = SGD(model, rate: 0.1)
            let f = compile { (x: Variable) -> Variable in
                let y = x * model.outside.w.variable
                model.inside.clearGrads()
                square(model.inside.w.variable).sum().backward()
                optimizer.update()
                return y
            }
            for _ in 0..<3 { _ = f(Variable(constant: NDArray(2.0))) }
            square(model.outside.w.variable).sum().backward()
            _ = f(Variable(constant: NDArray(2.0)))
        }
        expectMessage("from outside, which may change between calls", in: result)
    }

    /// A layer that lives no longer than the closure that made it.
    @Test func aLayerMadeInACheckpoint() {
        for _ in 0..<3 {
            let x = Variable(NDArray([[1.0, 2.0], [3.0, 4.0]]))
            let y = checkpoint(x) { x in BatchNormalization(2, dtype: .float64)(x) }
            let expected = BatchNormalization(2, dtype: .float64)(x)
            #expect(y.array == expected.array)
            #expect(grad(of: (y * y * y).sum(), wrt: x).array == grad(of: (expected * expected * expected).sum(), wrt: x).array)
        }
    }

    /// A layer in training mode, compiled, and its loss outside: the gradient, its gradient, and the averages of one pass each.
    @Test func statisticsInsideAndTheLossOutside() {
        func run(_ compiled: Bool) -> [[Double]] {
            let norm = BatchNormalization(2, dtype: .float64)
            norm.gamma.array = NDArray([0.5, 2.0])
            let f = compiled ? compile { x in norm(x) } : { x in norm(x) }
            return (0..<5).flatMap { k -> [[Double]] in
                let x = Variable(NDArray([[1.0, 2.0], [3.0, 5.0], [4.0, 9.0]]) * Double(k + 1))
                let y = f(x)
                let first = grad(of: (y * y * y).sum(), wrt: [x, norm.gamma.variable], enableDoubleBackprop: true)
                let second = grad(of: [square(first[0]).sum(), first[1].sum()], wrt: [x, norm.gamma.variable])
                return (first + second).map(\.array.doubles) + [norm.runningMean.doubles, norm.runningVariance.doubles]
            }
        }
        for (a, b) in zip(run(true), run(false)) { for (p, q) in zip(a, b) { #expect(abs(p - q) <= 1e-9 * max(1, abs(q))) } }
    }

    @Test func aGradientThroughAStepOfTraining() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Weights([1, 2])
            let step = compile { (x: Variable) -> Variable in
                model.w.array = model.w.array * 0.5
                return (x * model.w.variable).sum()
            }
            step(Variable(constant: NDArray(2.0))).backward()
        }
        expectMessage("expected no derivative of a closure that changes parameters, got a backward walk through its results", in: result)
    }

    /// A result of one step may be an argument of the next.
    @Test func stepsThatHandOnTheirResults() {
        let model = Weights([8, 16])
        let step = compile { (x: Variable) -> Variable in
            model.w.array = model.w.array * 0.5
            return x + model.w.variable
        }
        var x = Variable(constant: NDArray([0.0, 0.0]))
        for _ in 0..<4 { x = step(x) }
        #expect(x.array == NDArray([7.5, 15.0]))
    }

    /// What an ordinary step of training is made of, with other labels at each call: two runs, then replays.
    @Test func ordinaryIngredients() {
        final class Classifier: Chain {
            let hidden = Linear(4, 8), norm = BatchNormalization(8), last = Linear(8, 3)
            func callAsFunction(_ x: Variable) -> Variable { last(dropout(relu(norm(hidden(x))), ratio: 0.25)) }
        }
        func train(_ compiled: Bool) -> (numbers: [[Double]], runs: Int) {
            setRandomSeed(4)
            let (model, average) = (Classifier(), Classifier())
            let optimizer = Adam(model, alpha: 0.01)
            optimizer.addHook(WeightDecay(rate: 1e-3))
            optimizer.addHook(GradientClipping(threshold: 0.5))
            optimizer.addHook(GradientHardClipping(low: -0.2, high: 0.2))
            optimizer.addHook(WeightClipping(limit: 0.6))
            var runs = 0
            let body = { (all: [Variable]) -> [Variable] in
                runs += 1
                let (x, labels) = (all[0], all[1].array)
                let y = model(x)
                let loss = softmaxCrossEntropy(y, labels)
                model.clearGrads()
                loss.backward()
                optimizer.update()
                for (a, p) in zip(average.namedParameters.map(\.parameter), model.namedParameters.map(\.parameter)) {
                    a.array = 0.9 * a.array + 0.1 * p.array
                }
                let hits = (y.array.argMax(axis: 1) .== labels).cast(to: .float32).mean()
                return [loss, Variable(constant: hits)]
            }
            let step = compile(body)
            var numbers: [[Double]] = []
            for k in 0..<7 {
                optimizer.stepSize = 0.01 / Double(k + 1)
                var generator = RandomGenerator(seed: UInt64(k))
                // Large inputs now and then, so that gradients are clipped at some calls only.
                let x = generator.normal([6, 4]) * (k % 2 == 0 ? 10 : 0.01)
                let arguments = [Variable(constant: x), Variable(constant: generator.integers([6], in: 0..<3))]
                let results = compiled ? step(arguments) : body(arguments)
                numbers += results.map(\.array.doubles) + (model.parameters + average.parameters).map(\.array.doubles)
            }
            return (numbers, runs)
        }
        let (plain, compiled) = (train(false), train(true))
        #expect(plain.numbers == compiled.numbers && compiled.runs == 2)
    }

    /// No former value of a parameter stays in memory.
    @Test func formerValuesAreLetGo() {
        let model = Weights(Array(repeating: 1, count: 100_000))
        let f = compile { (x: Variable) -> Variable in (x * model.w.variable).sum() }
        let x = Variable(constant: NDArray(2.0))
        let before = ArrayMemory.liveBytes
        for call in 0..<4 {
            model.w.array = model.w.array + 1
            #expect(f(x).item() == 2e5 * Double(call + 2))
        }
        // The list of steps needs room for the product that is summed.
        #expect(ArrayMemory.liveBytes - before <= 800_000 + 1000)
    }
}
