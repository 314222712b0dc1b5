import NablaNN
import Testing

/// Transforms at the parameters of a model.
@Suite struct ModelTransformTests {
    private final class MLP: Chain {
        let hidden: Linear, out: Linear
        init(_ generator: inout RandomGenerator) {
            hidden = Linear(3, 4, dtype: .float64, using: &generator)
            out = Linear(4, 2, dtype: .float64, using: &generator)
        }
        func callAsFunction(_ x: Variable) -> Variable { out(tanh(hidden(x))) }
    }

    private static var x: Variable { Variable(constant: NDArray([[0.3, -0.8, 1.1], [-0.4, 0.2, 0.9]], dtype: .float64)) }

    private func model() -> (MLP, [Variable]) {
        var generator = RandomGenerator(seed: 4)
        let model = MLP(&generator)
        return (model, model.parameters.map { Variable(constant: generator.normal($0.shape, dtype: .float64)) })
    }

    private func agree(_ a: [Variable], _ b: [Variable], _ tolerance: Double = 1e-13) -> Bool {
        a.count == b.count
            && zip(a, b).allSatisfy { zip($0.array.doubles, $1.array.doubles).allSatisfy { ($0 - $1).magnitude <= tolerance } }
    }

    @Test func gradientsLeaveNothingBehind() {
        let (model, _) = model()
        let (value, slopes) = valueWithGradient(of: { square($0(Self.x)).mean() }, at: model)
        let loss = square(model(Self.x)).mean()
        #expect(value.array == loss.array)
        #expect(agree(slopes, grad(of: loss, wrt: model.parameters)))
        #expect(model.parameters.allSatisfy { $0.grad == nil })
        #expect(!slopes[0].requiresGrad)
        #expect(agree(gradient(of: { square($0(Self.x)).mean() }, at: model), slopes))
    }

    /// The Hessian-vector product, the tangent of the gradient and the gradient of the tangent.
    @Test func secondDerivatives() {
        let (model, v) = model()
        let loss: (MLP) -> Variable = { square($0(Self.x)).mean() }
        let product = hessianVectorProduct(of: loss, at: model, along: v)
        #expect(agree(product, jvp(of: { gradient(of: loss, at: $0) }, at: model, along: v).tangent))
        #expect(agree(product, gradient(of: { jvp(of: loss, at: $0, along: v).tangent }, at: model)))
        #expect(agree(product, vjp(of: { gradient(of: loss, at: $0) }, at: model, gradOutput: v).gradient))
    }

    /// For a loss of squares G v = 2 / n Jᵀ J v; for unit normal distributions F v = Jᵀ J v / batch.
    @Test func gaussNewtonAndFisherProducts() {
        let (model, v) = model()
        let moved = jvp(of: { $0(Self.x) }, at: model, along: v).tangent
        let pulled = vjp(of: { $0(Self.x) }, at: model, gradOutput: moved).gradient
        let gaussNewton = gaussNewtonVectorProduct(of: { $0(Self.x) }, loss: { square($0).mean() }, at: model, along: v)
        #expect(agree(gaussNewton, pulled.map { $0 * 0.5 }))
        let one = Variable(constant: NDArray.ones([2, 2], dtype: .float64))
        let fisher = fisherVectorProduct(of: { Normal(mean: $0(Self.x), standardDeviation: one) }, at: model, along: v)
        let distributions = Double(Normal(mean: model(Self.x), standardDeviation: one).batchShape.reduce(1, *))
        #expect(agree(fisher, pulled.map { $0 / distributions }))
    }
}
