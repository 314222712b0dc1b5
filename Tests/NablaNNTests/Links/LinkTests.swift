import NablaNN
import Testing

private final class MLP: Chain {
    let hidden = Linear(784, 512), out = Linear(512, 10)
    func callAsFunction(_ x: Variable) -> Variable { out(relu(hidden(x))) }
}

private class Base: Chain {
    let first = Linear(2, 3)
    let rate = 0.5
}

private final class Derived: Base {
    let gain = Parameter(NDArray(2.0))
    var layers = [Linear(3, 4), Linear(4, 4, bias: false)]
    var extra: Linear? = Linear(4, 1)
    var missing: Linear?
    lazy var later = Linear(1, 1)
    let data: [Float] = Array(repeating: 0, count: 1000)
    weak var parent: Derived?
}

private final class Tied: Chain {
    let a = Linear(2, 2)
    let b: Linear
    override init() {
        b = a
        super.init()
    }
}

@Suite struct LinkTests {
    @Test func modelOfAPI() {
        let model = MLP()
        #expect(model.namedParameters.map(\.name) == ["hidden/weight", "hidden/bias", "out/weight", "out/bias"])
        #expect(model.parameters.map(\.shape) == [[512, 784], [512], [10, 512], [10]])
        #expect(model.children.map(\.name) == ["hidden", "out"])
        #expect(model.parameterCount == 784 * 512 + 512 + 512 * 10 + 10)
        let x = Variable(constant: .randomNormal([4, 784]))
        let loss = softmaxCrossEntropy(model(x), NDArray([1, 2, 3, 4]))
        let gradients = grad(of: loss, wrt: model.parameters)
        #expect(gradients.map(\.shape) == model.parameters.map(\.shape))
        loss.backward()
        for ((_, parameter), gradient) in zip(model.namedParameters, gradients) { #expect(parameter.grad!.array == gradient.array) }
        model.clearGrads()
        #expect(model.namedParameters.allSatisfy { $0.parameter.grad == nil })
    }

    @Test func discoversInheritedNestedOptionalAndLazyMembers() {
        let model = Derived()
        model.parent = model  // a cycle of references must not trap the search
        _ = model.later
        #expect(
            model.namedParameters.map(\.name) == [
                "gain", "first/weight", "first/bias", "layers/0/weight", "layers/0/bias", "layers/1/weight", "extra/weight", "extra/bias",
                "later/weight", "later/bias",
            ])
    }

    @Test func replacedMembersAreFound() {
        let model = Derived()
        #expect(model.parameters.count == 8)
        model.missing = Linear(1, 1)
        #expect(model.namedParameters.map(\.name).contains("missing/weight"))
    }

    @Test func sharedLinkCountsOnce() {
        #expect(Tied().namedParameters.map(\.name) == ["a/weight", "a/bias"])
    }

    @Test func sequential() {
        let model = Sequential(Linear(2, 8), Apply(relu), Linear(8, 1))
        #expect(model.namedParameters.map(\.name) == ["layers/0/weight", "layers/0/bias", "layers/2/weight", "layers/2/bias"])
        #expect(model(Variable(constant: .zeros([5, 2]))).shape == [5, 1])
    }

    @Test func freezingALinkTakesItOutOfTheGraph() {
        let model = MLP()
        model.hidden.disableUpdate()
        model(Variable(constant: .randomNormal([2, 784]))).sum().backward()
        #expect(model.hidden.weight.grad == nil)
        #expect(model.out.weight.grad != nil)
        model.disableUpdate()
        #expect(!model(Variable(constant: .randomNormal([2, 784]))).requiresGrad)
        model.enableUpdate()
        #expect(model.parameters.allSatisfy { $0.requiresGrad })
    }

    @Test func lazyLinearTakesItsInputsFromTheFirstInput() {
        let layer = Linear(nil, 3)
        #expect(!layer.weight.isInitialized)
        #expect(layer.parameterCount == 3)
        #expect(layer(Variable(constant: .ones([2, 5]))).shape == [2, 3])
        #expect(layer.parameters.map(\.shape) == [[3, 5], [3]])
    }

    @Test func oneSeedGivesOneModel() {
        func weights(_ seed: UInt64) -> [NDArray] {
            var generator = RandomGenerator(seed: seed)
            return [Linear(3, 4, using: &generator), Linear(4, 2, using: &generator)].map(\.weight.array)
        }
        for (a, b) in zip(weights(1), weights(1)) { #expect(a == b) }
        #expect(weights(1)[0] != weights(2)[0])
    }

    @Test func parametersWithoutShapeStopWithAMessage() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Linear(nil, 3).parameters
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("Linear.parameters: expected parameters with values, got weight"))
    }

    @Test func layersInAnArray() {
        var generator = RandomGenerator(seed: 1)
        let layers: [any Layer] = [Linear(3, 4, using: &generator), Apply(tanh), Linear(4, 2, using: &generator)]
        let (listed, gathered) = (Sequential(layers[0], layers[1], layers[2]), Sequential(layers))
        let x = Variable(NDArray.ones([2, 3], dtype: .float32))
        #expect(gathered(x).array == listed(x).array)
        #expect(gathered.namedParameters.map(\.name) == listed.namedParameters.map(\.name))
        #expect(Sequential([])(x).array == x.array)
    }
}
