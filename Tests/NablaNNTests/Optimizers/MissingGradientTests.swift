import NablaNN
import Testing

/// Parameters without a gradient, by both ways to give gradients to an optimiser.
@Suite struct MissingGradientTests {
    private final class Model: Chain {
        let reached = Parameter(NDArray([1.0, -2.0])), other = Parameter(NDArray([3.0])), frozen = Parameter(NDArray([4.0]))
        override init() {
            super.init()
            frozen.isUpdateEnabled = false
        }
        /// In the order of parameters; what stands for the frozen one is of no account.
        func gradients(of loss: Variable) -> [Variable] { grad(of: loss, wrt: [reached.variable, other.variable]) + [frozen.variable] }
        var values: [[Double]] { namedParameters.map { $0.parameter.array.doubles } }
    }

    private static let kinds: [@Sendable (Link) -> Optimizer] = [
        { SGD($0, rate: 0.1) }, { MomentumSGD($0, rate: 0.1) }, { NesterovAG($0, rate: 0.1) }, { AdaGrad($0, rate: 0.1) },
        { RMSprop($0, rate: 0.1) }, { Adam($0, alpha: 0.1) },
    ]

    private func losses(_ model: Model) -> [Variable] {
        let (a, b) = (model.reached.variable, model.other.variable)
        return [square(a).sum() + square(b).sum(), square(a).sum(), square(a).sum()]
    }

    private func optimizer(_ kind: Int, _ model: Model) -> Optimizer {
        let optimizer = Self.kinds[kind](model)
        optimizer.addHook(WeightDecay(rate: 0.01))
        return optimizer
    }

    /// The first loss reaches two parameters, the others one: its momentum must not move the second one any more.
    @Test(arguments: 0..<6) func bothWaysAreOne(_ kind: Int) {
        let (plain, given) = (Model(), Model())
        let (plainOptimizer, givenOptimizer) = (optimizer(kind, plain), optimizer(kind, given))
        var second: [[Double]] = []
        for step in 0..<3 {
            plain.clearGrads()
            losses(plain)[step].backward()
            plainOptimizer.update()
            givenOptimizer.update(with: given.gradients(of: losses(given)[step]))
            #expect(plain.values == given.values, "step \(step)")
            second.append(given.other.array.doubles)
        }
        #expect(second[0] != [3] && second[1] == second[0] && second[2] == second[0])
        #expect(given.frozen.array.doubles == [4])
        let steps = Dictionary(uniqueKeysWithValues: givenOptimizer.state.map { ($0.name, $0.array) })
        #expect(steps["reached/steps"]!.item() == 3 && steps["other/steps"]!.item() == 1 && steps["frozen/steps"] == nil)
    }

    @Test(arguments: 0..<6) func compiledStepsToo(_ kind: Int) {
        let (plain, compiled) = (Model(), Model())
        let (plainOptimizer, compiledOptimizer) = (optimizer(kind, plain), optimizer(kind, compiled))
        for step in 0..<3 {
            plainOptimizer.update(with: plain.gradients(of: losses(plain)[step]))
        }
        let steps = (0..<2).map { step in
            compile { (x: Variable) -> Variable in
                let loss = losses(compiled)[step] * x
                compiledOptimizer.update(with: compiled.gradients(of: loss))
                return loss
            }
        }
        for step in [0, 1, 1] { _ = steps[step](Variable(constant: NDArray(1.0))) }
        #expect(plain.values == compiled.values)
    }

    /// Zeros that were computed are a gradient.
    @Test func computedZerosAreAGradient() {
        let model = Model()
        let optimizer = MomentumSGD(model, rate: 0.1, momentum: 0.5)
        optimizer.update(with: [1, 1, 1].enumerated().map { Variable(NDArray(Array(repeating: 1.0, count: $0.offset == 0 ? 2 : 1))) })
        #expect(model.values[1] == [2.9])
        optimizer.update(with: [2, 1, 1].map { Variable(NDArray.zeros([$0], dtype: .float64)) })
        #expect(abs(model.values[1][0] - 2.85) < 1e-15)
    }

    @Test func noGradientAtAllStops() async {
        let none = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { Adam(Linear(2, 1)).update() }
        expectMessage(
            "Adam.update: expected gradients, got none for any of the 2 parameters of Linear; call backward() on a loss made with its parameters "
                + "first", in: none!)
        let unreached = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let (model, x) = (Linear(2, 1), Variable(NDArray([1.0])))
            SGD(model).update(with: grad(of: x.sum(), wrt: model.parameters))
        }
        expectMessage("SGD.update(with:): expected gradients, got none for any of the 2 parameters of Linear; take them", in: unreached!)
        let frozen = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Linear(2, 1)
            model.disableUpdate()
            RMSprop(model).update()
        }
        expectMessage(
            "RMSprop.update: expected parameters that are updated, got those of Linear, all frozen; call enableUpdate() first", in: frozen!)
        let empty = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { SGD(Chain()).update() }
        expectMessage("SGD.update: expected a link with parameters, got Chain, which has none", in: empty!)
    }

    @Test func hyperParametersOutOfTheirRangeStop() async {
        let alpha = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = Adam(Linear(1, 1), alpha: .nan) }
        expectMessage("Adam: expected a finite alpha of at least 0, got nan", in: alpha!)
        let rate = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { SGD(Linear(1, 1)).stepSize = -0.1 }
        expectMessage("SGD: expected a finite rate of at least 0, got -0.1", in: rate!)
        let momentum = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = NesterovAG(Linear(1, 1), momentum: 1.5)
        }
        expectMessage("NesterovAG: expected momentum in 0.0...1.0, got 1.5", in: momentum!)
        let beta = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { Adam(Linear(1, 1)).beta2 = 1 }
        expectMessage("Adam: expected beta2 in 0.0..<1.0, got 1.0", in: beta!)
        let decay = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = WeightDecay(rate: .infinity) }
        expectMessage("WeightDecay: expected a finite rate of at least 0, got inf", in: decay!)
        let shape = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let (x, rate) = (Variable(NDArray([1.0, 2, 3])), Variable(NDArray([0.1, 0.2])))
            _ = sgdStep([x], gradients: [x], rate: rate)
        }
        expectMessage("sgdStep: expected a rate that broadcasts to a parameter of shape [3], got shape [2]", in: shape!)
        let norm = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { BatchNormalization(1).decay = 2 }
        expectMessage("BatchNormalization: expected a decay in 0...1, got 2.0", in: norm!)
    }
}
