import Nabla
import NablaNN
import Testing

@Suite struct SubstitutionTests {
    /// f(x) = w x
    private final class Slope: Chain {
        let w = Parameter(NDArray(3.0))
        func callAsFunction(_ x: Variable) -> Variable { w.variable * x }
    }

    /// One inner step on (w x - y)², then the query loss (w′ x′ - y′)², with w′ = w - r 2 x (w x - y):
    /// dL/dw = 2 x′ (w′ x′ - y′) (1 - 2 r x²), where the second factor comes through the inner gradient.
    @Test func gradientThroughAnInnerStep() {
        let model = Slope()
        let (x, y, qx, qy, rate) = (2.0, 1.0, 0.5, 4.0, 0.1)
        func loss(_ x: Double, _ y: Double) -> Variable { square(model(Variable(constant: NDArray(x))) - y) }

        let grads = grad(of: loss(x, y), wrt: model.parameters, enableDoubleBackprop: true)
        let adapted = zip(model.parameters, grads).map { $0 - rate * $1 }
        let metaLoss = model.withParameters(adapted) { loss(qx, qy) }
        metaLoss.backward()

        let inner = 3 - rate * 2 * x * (3 * x - y)
        #expect(adapted[0].item() == inner)
        #expect(metaLoss.item() == (inner * qx - qy) * (inner * qx - qy))
        let expected = 2 * qx * (inner * qx - qy) * (1 - 2 * rate * x * x)
        #expect((model.w.grad!.item() - expected).magnitude <= 1e-14)
        #expect(model.w.array.item() == 3)
    }

    @Test func substitutionsNestAndEnd() {
        let model = Slope()
        let one = Variable(constant: NDArray(1.0))
        let seen = model.withParameters([Variable(NDArray(5.0))]) {
            [model(one).item(), model.withParameters([Variable(NDArray(7.0))]) { model(one).item() }, model(one).item()]
        }
        #expect(seen == [5, 7, 5])
        #expect(model(one).item() == 3)
        struct Stop: Error {}
        #expect(throws: Stop.self) { try model.withParameters([Variable(NDArray(5.0))]) { throw Stop() } }
        #expect(model(one).item() == 3)
    }

    @Test func valuesMayHaveAnAxisOfTasksInFront() {
        let model = Slope()
        let values = Variable(NDArray([1.0, 2, 3]))
        let y = model.withParameters([values]) { model(Variable(constant: NDArray([10.0, 20, 30]))) }
        #expect(y.array.doubles == [10, 40, 90])
    }

    @Test func misfitsStop() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Linear(2, 3)
            model.withParameters([Variable(NDArray.ones([3, 3])), Variable(NDArray.ones([3]))]) {}
        }
        let text = String(decoding: result.standardErrorContent, as: UTF8.self)
        #expect(text.contains("Linear.withParameters: expected float32[3, 2] for weight, got float32[3, 3]"))
    }
}
