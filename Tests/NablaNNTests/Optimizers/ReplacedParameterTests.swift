import NablaNN
import Testing

/// Optimisers of models whose parts are replaced.
@Suite struct ReplacedParameterTests {
    private final class Model: Chain {
        var head = Linear(1, 1, bias: false, dtype: .float64)
        let body = Linear(1, 1, bias: false, dtype: .float64)
        lazy var late = Linear(1, 1, bias: false, dtype: .float64)
    }

    private func train(_ model: Model, _ links: [Linear], _ optimizer: Optimizer) {
        model.clearGrads()
        links.map { $0.weight.variable.sum() }.sum().backward()
        optimizer.update()
    }

    @Test func theNewOneIsTrained() {
        let model = Model(), optimizer = MomentumSGD(model, rate: 1, momentum: 0.5)
        train(model, [model.head, model.body], optimizer)
        let old = model.head
        let (kept, body) = (old.weight.array, model.body.weight.array)
        model.head = Linear(1, 1, bias: false, initializer: .constant(7), dtype: .float64)
        train(model, [model.head, model.body], optimizer)
        #expect(model.head.weight.array.doubles == [6])  // it has no velocity yet
        #expect(model.body.weight.array == body - 1.5)
        #expect(old.weight.array == kept)
        #expect(optimizer.state.map(\.name) == ["head/weight/steps", "head/weight/v", "body/weight/steps", "body/weight/v"])
        #expect(optimizer.state[0].array.item() == 1 && optimizer.state[2].array.item() == 2)
    }

    @Test func aLazyOneIsTrained() {
        let model = Model(), optimizer = SGD(model, rate: 1)
        let before = model.late.weight.array
        train(model, [model.late], optimizer)
        #expect(model.late.weight.array == before - 1)
    }

    @Test func gradientsAreThoseOfThePresentParameters() {
        let model = Model(), optimizer = SGD(model, rate: 1)
        model.head = Linear(1, 1, bias: false, initializer: .constant(7), dtype: .float64)
        optimizer.update(with: grad(of: 2 * model.head.weight.variable.sum(), wrt: model.parameters))
        #expect(model.head.weight.array.doubles == [5])
    }

    @Test func compiledStepsFollow() {
        let model = Model(), optimizer = SGD(model, rate: 1)
        let step = compile { (x: Variable) -> Variable in
            model.clearGrads()
            let loss = x * model.head.weight.variable.sum()
            loss.backward()
            optimizer.update()
            return loss
        }
        for _ in 0..<3 { _ = step(Variable(constant: NDArray(1.0))) }
        let old = model.head
        let kept = old.weight.array
        model.head = Linear(1, 1, bias: false, initializer: .constant(7), dtype: .float64)
        for _ in 0..<3 { _ = step(Variable(constant: NDArray(1.0))) }
        #expect(model.head.weight.array.doubles == [4] && old.weight.array == kept)
    }
}
