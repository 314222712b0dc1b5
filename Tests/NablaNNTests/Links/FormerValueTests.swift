import NablaNN
import Testing

/// A gradient with respect to what a parameter was, or to a frozen parameter, is no silent zero.
@Suite struct FormerValueTests {
    @Test func parametersAskedForBeforeTheLoop() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Linear(2, 1)
            let optimizer = SGD(model, rate: 0.1)
            let parameters = model.parameters
            let x = Variable(constant: NDArray([[1.0, 2]], dtype: .float32))
            for _ in 0..<2 { optimizer.update(with: grad(of: square(model(x)).sum(), wrt: parameters)) }
        }
        expectMessage(
            "grad: expected present values of parameters, got input 0 of shape [1, 2], the value of a parameter before an update; "
                + "ask for parameters anew after each update", in: result)
    }

    @Test func formerValuesInForwardMode() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let parameter = Parameter(NDArray([1.0, 2]))
            let former = parameter.variable
            parameter.array = NDArray([3.0, 4])
            _ = jvp(of: [square(parameter.variable)], wrt: [former], along: [Variable(constant: NDArray([1.0, 1]))])
        }
        expectMessage(
            "jvp: expected present values of parameters, got input 0 of shape [2], the value of a parameter before an update", in: result)
    }

    @Test func frozenParameter() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Linear(2, 1)
            model.weight.isUpdateEnabled = false
            _ = grad(of: model(Variable(NDArray([[1.0, 2]], dtype: .float32))).sum(), wrt: model.parameters)
        }
        expectMessage(
            "grad: expected inputs that take gradients, got input 0 of shape [1, 2], a frozen parameter; "
                + "make it take gradients with isUpdateEnabled = true or enableUpdate(), or leave it out, as trainableParameters does",
            in: result)
    }

    /// A partly frozen model is updated along the gradients of the rest.
    @Test func trainableParameters() {
        let model = Linear(2, 1)
        model.weight.array = NDArray([[3.0, 4]], dtype: .float32)
        model.weight.isUpdateEnabled = false
        let x = Variable(constant: NDArray([[1.0, 2]], dtype: .float32))
        let optimizer = SGD(model, rate: 0.5)
        #expect(model.trainableParameters.count == 1)
        optimizer.update(with: grad(of: model(x).sum(), wrt: model.trainableParameters))
        #expect(model.weight.array.doubles == [3, 4] && model.bias!.array.doubles == [-0.5])
    }

    /// A loss of before an update has gradients at the values it was computed with, and zeros where it does not reach.
    @Test func lossesOfBeforeAnUpdate() {
        let (used, unused) = (Parameter(NDArray([1.0, 2])), Parameter(NDArray([5.0])))
        let former = [used.variable, unused.variable]
        let loss = square(used.variable).sum()
        used.array = NDArray([7.0, 7])
        unused.array = NDArray([7.0])
        #expect(grad(of: loss, wrt: former).map(\.array.doubles) == [[2, 4], [0]])
    }

    @Test func presentValuesWithoutInfluence() {
        let (used, unused) = (Parameter(NDArray([1.0, 2])), Parameter(NDArray([5.0])))
        for parameter in [used, unused] { parameter.array = 2 * parameter.array }
        #expect(grad(of: square(used.variable).sum(), wrt: [used.variable, unused.variable]).map(\.array.doubles) == [[4, 8], [0]])
    }

    /// Transforms at a model differentiate in all its parameters.
    @Test func transformsAtAFrozenModel() {
        let model = Linear(2, 1)
        let x = Variable(constant: NDArray([[1.0, 2]], dtype: .float32))
        model.weight.isUpdateEnabled = false
        #expect(gradient(of: { $0(x).sum() }, at: model).map(\.array.doubles) == [[1, 2], [1]])
    }
}
