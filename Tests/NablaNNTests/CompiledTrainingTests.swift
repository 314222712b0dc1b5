import NablaNN
import Testing

/// Compiled closures that capture parameters, statistics and optimisers.
@Suite struct CompiledTrainingTests {
    /// Data may be ordinary variables, which would take gradients: nothing is asked of them.
    @Test func dataThatTakesGradients() {
        func trained(_ wrap: (NDArray) -> Variable) -> [NDArray] {
            let model = Linear(2, 1, bias: false), optimizer = SGD(model, rate: 0.1)
            model.weight.array = NDArray([[1, -1]], dtype: .float32)
            let step = compile { (x: Variable, y: Variable) -> Variable in
                let loss = meanSquaredError(model(x), y)
                optimizer.update(with: grad(of: loss, wrt: model.parameters))
                return loss
            }
            let losses = (0..<5).map { i in
                step(wrap(NDArray([[Float(i), 2], [1, 0.5]])), wrap(NDArray([[Float(1)], [2]]))).array
            }
            return losses + [model.weight.array]
        }
        #expect(trained { Variable($0) } == trained { Variable(constant: $0) })
    }

    @Test func derivativesOfAStepWithRespectToData() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Linear(2, 1), optimizer = SGD(model, rate: 0.1)
            let step = compile { (x: Variable) -> Variable in
                let loss = square(model(x)).sum()
                optimizer.update(with: grad(of: loss, wrt: model.parameters))
                return loss
            }
            let x = Variable(NDArray([[1, 2]], dtype: .float32))
            _ = grad(of: step(x), wrt: x)
        }
        expectMessage("expected no derivative of a closure that changes parameters, got a backward walk through its results", in: result)
    }

    private final class Model: Chain {
        let first = Linear(3, 8), norm = BatchNormalization(8), second = Linear(8, 1)
        func callAsFunction(_ x: Variable) -> Variable { second(tanh(norm(first(x)))) }
    }

    private func seeded() -> Model {
        RandomGenerator.shared = RandomGenerator(seed: 3)
        return Model()
    }

    private func bits(_ arrays: [NDArray]) -> [[UInt64]] { arrays.map { $0.cast(to: .float64).doubles.map(\.bitPattern) } }

    private func batch(_ k: Int) -> (x: Variable, y: Variable) {
        var generator = RandomGenerator(seed: UInt64(k))
        return (Variable(constant: generator.normal([16, 3])), Variable(constant: generator.normal([16, 1])))
    }

    @Test(arguments: [0, 1, 2]) func aTrainingStepHasTheBitsOfTheOriginal(_ kind: Int) {
        func optimizer(_ model: Model) -> Optimizer {
            switch kind {
            case 0: Adam(model, alpha: 0.01)
            case 1: MomentumSGD(model, rate: 0.01)
            default: SGD(model, rate: 0.01)
            }
        }
        func step(_ model: Model, _ optimizer: Optimizer, _ x: Variable, _ y: Variable) -> Variable {
            let loss = meanSquaredError(model(x), y)
            model.clearGrads()
            loss.backward()
            optimizer.update()
            return loss
        }
        let (plain, compiled) = (seeded(), seeded())
        let (plainOptimizer, compiledOptimizer) = (optimizer(plain), optimizer(compiled))
        plainOptimizer.addHook(WeightDecay(rate: 0.001))
        compiledOptimizer.addHook(WeightDecay(rate: 0.001))
        let compiledStep = compile { x, y in step(compiled, compiledOptimizer, x, y) }
        for k in 0..<6 {
            let (x, y) = batch(k)
            if k == 4 {
                // Between calls everything may be changed: a schedule, a value set by hand.
                for (model, optimizer) in [(plain, plainOptimizer), (compiled, compiledOptimizer)] {
                    optimizer.stepSize *= 0.5
                    model.first.weight.array = model.first.weight.array * 0.9
                }
            }
            let (a, b) = (step(plain, plainOptimizer, x, y), compiledStep(x, y))
            #expect(bits([a.array]) == bits([b.array]), "loss \(k)")
            #expect(bits(plain.parameters.map(\.array)) == bits(compiled.parameters.map(\.array)), "parameters \(k)")
            #expect(
                bits([plain.norm.runningMean, plain.norm.runningVariance])
                    == bits([compiled.norm.runningMean, compiled.norm.runningVariance]))
            #expect(compiled.first.weight.grad == nil)
        }
    }

    @Test func gradientsOfCapturedParameters() {
        let model = seeded()
        model.norm.isTraining = false
        let compiled = compile { x in square(model(x)).sum() }
        for k in 0..<4 {
            let x = batch(k).x
            let expected = grad(of: square(model(x)).sum(), wrt: model.parameters).map(\.array)
            let loss = compiled(x)
            let parameters = model.parameters
            // The graph keeps the values of the call.
            let before = model.second.weight.array
            model.second.weight.array = before * 5
            let got = grad(of: loss, wrt: parameters).map(\.array)
            model.second.weight.array = before
            for (a, b) in zip(got, expected) { #expect(abs(a - b).max().item() <= 1e-5 * (1 + abs(b).max().item())) }
        }
    }

    @Test func aSwitchOfAModelIsSeen() {
        let model = seeded()
        let compiled = compile { x in model(x) }
        noBackprop {
            for k in 0..<8 {
                model.norm.isTraining = k % 4 < 3
                let x = batch(k).x
                let (mean, variance) = (model.norm.runningMean, model.norm.runningVariance)
                let expected = model(x).array
                (model.norm.runningMean, model.norm.runningVariance) = (mean, variance)
                #expect(bits([compiled(x).array]) == bits([expected]), "call \(k)")
                #expect((bits([model.norm.runningMean]) == bits([mean])) == !model.norm.isTraining)
            }
        }
    }

    /// Gradients that someone else left in the parameters stay.
    @Test func gradientsOfOthersStay() {
        let model = seeded()
        model.norm.isTraining = false
        square(model(batch(0).x)).sum().backward()
        let left = bits(model.parameters.map { $0.grad!.array })
        let compiled = compile { x in model(x) }
        for k in 0..<3 { _ = compiled(batch(k).x) }
        #expect(bits(model.parameters.map { $0.grad!.array }) == left)
    }

    /// A parameter whose shape is settled by the first call.
    @Test func aModelThatIsNotYetInitialized() {
        RandomGenerator.shared = RandomGenerator(seed: 3)
        let layer = Linear(nil, 4)
        let compiled = compile { x in layer(x) }
        noBackprop {
            for k in 0..<4 {
                let x = batch(k).x
                let y = compiled(x)
                #expect(bits([y.array]) == bits([layer(x).array]))
            }
        }
    }
}
