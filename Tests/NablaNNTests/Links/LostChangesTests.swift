import NablaNN
import Testing

private func model() -> Sequential {
    Sequential {
        Linear(2, 2)
        tanh
        Linear(2, 1)
    }
}

private let x = NDArray([[0.5, -1], [2, 1]], dtype: .float32)

/// Gradients and values that are not lost by what happens between the steps of training, or whose loss is told.
@Suite struct LostChangesTests {
    /// A part that is frozen and thawed between the backward walk and the step is trained as the rest is.
    @Test(arguments: [0, 1, 2]) func frozenForAWhile(when: Int) {
        let model = model(), optimizer = SGD(model, rate: 1)
        func toggle() {
            for (_, parameter) in model.namedParameters.prefix(2) {
                parameter.isUpdateEnabled = false
                parameter.isUpdateEnabled = true
            }
        }
        let before = model.parameters.map(\.array)
        if when == 0 { toggle() }
        let loss = square(model(x)).sum()
        if when == 1 { toggle() }
        let asked = grad(of: loss, wrt: model.parameters)
        loss.backward()
        if when == 2 { toggle() }
        let gradients = model.namedParameters.map { $0.parameter.grad?.array }
        optimizer.update()
        for (index, parameter) in model.namedParameters.enumerated() {
            #expect(gradients[index] == asked[index].array, "\(parameter.name)")
            #expect(parameter.parameter.array == before[index] - asked[index].array, "\(parameter.name)")
        }
    }

    @Test func whileFrozenThereIsNoGradient() {
        let model = model()
        square(model(x)).sum().backward()
        let weight = model.namedParameters[0].parameter
        #expect(weight.grad != nil)
        weight.isUpdateEnabled = false
        #expect(weight.grad == nil)
        model.clearGrads()
        weight.isUpdateEnabled = true
        #expect(weight.grad == nil)
    }

    @Test func aValueThatIsSetBetweenWalkAndStep() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = model(), optimizer = SGD(model, rate: 1)
            square(model(x)).sum().backward()
            let weight = model.namedParameters[0].parameter
            weight.array = weight.array * 0.5
            optimizer.update()
        }
        expectMessage("SGD.update: expected gradients of the parameters' present values, got", in: result)
    }

    /// After the step it is no slip, and neither after `clearGrads()`.
    @Test func aValueThatIsSetBetweenSteps() {
        let model = model(), optimizer = SGD(model, rate: 0.1)
        let weight = model.namedParameters[0].parameter
        for _ in 0..<3 {
            model.clearGrads()
            square(model(x)).sum().backward()
            optimizer.update()
            weight.array = weight.array * 0.5
        }
        #expect(weight.grad == nil)
    }

    @Test func aStepInsideWithParameters() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = model(), optimizer = SGD(model, rate: 1)
            model.withParameters(model.parameters.map { $0 * 2 }) {
                optimizer.update(with: grad(of: square(model(x)).sum(), wrt: model.parameters))
            }
        }
        expectMessage("to be changed while it has a value of its own, got a change inside of withParameters", in: result)
    }

    @Test func aValueSetInsideWithParameters() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = model()
            let weight = model.namedParameters[0].parameter
            model.withParameters(model.parameters.map { $0 * 2 }) { weight.array = weight.array + 1 }
        }
        expectMessage("got a change inside of withParameters", in: result)
    }

    @Test(arguments: [true, false]) func namesThatCoverEachOther(wholeFirst: Bool) async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) { [wholeFirst] in
            let model = model()
            var snapshot = Snapshot()
            if wholeFirst { snapshot.add(model, as: "gan") }
            snapshot.add(model.layers[0] as! Link, as: "gan/layers/0")
            if !wholeFirst { snapshot.add(model, as: "gan") }
        }
        expectMessage("Snapshot.add: expected a name for arrays of their own, got", in: result)
    }

    @Test func namesBesideEachOther() throws {
        let whole = model(), part = Linear(3, 3)
        var snapshot = Snapshot()
        snapshot.add(whole, as: "gan")
        snapshot.add(part, as: "gan/critic")
        snapshot.add(whole, as: "gan")
        try snapshot.restore(whole, as: "gan")
        try snapshot.restore(part, as: "gan/critic")
    }
}
