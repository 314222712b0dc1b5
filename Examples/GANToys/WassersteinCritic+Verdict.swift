import ExampleWGANGP
import NablaNN

extension WassersteinCritic {
    /// What a critic makes of a sample.
    public struct Verdict: Sendable, Equatable {
        /// E[D(x)] - E[D(x̃)]: of a critic of slope at most 1 a lower bound of the Wasserstein distance.
        public let wasserstein: Double
        /// E[‖∇D(x̂)‖] between real and generated points; 1 for the best critic.
        public let slope: Double

        init(wasserstein: Double, slope: Double) { (self.wasserstein, self.slope) = (wasserstein, slope) }

        init(_ loss: CriticLoss) { self.init(wasserstein: loss.wasserstein.item(), slope: loss.slope.item()) }
    }

    /// What the critic makes of points (count, dimensions); x̂ as in training.
    public func verdict(real: NDArray, generated: NDArray, using random: inout RandomGenerator) -> Verdict {
        let epsilon = random.uniform([real.shape[0], 1], dtype: real.dtype)
        let loss = loss(real: real, generated: generated, epsilon: epsilon)
        return Verdict(loss)
    }

    /// The norm of the gradient of E[D(x̃)] - E[D(x)] with respect to what each hidden layer says, from the first layer to the last.
    public func layerGradientNorms(real: NDArray, generated: NDArray) -> [Double] {
        let (hidden, scores) = network.activations(at: Variable(constant: concatenate([real, generated])))
        let halves = scores.split(into: 2)
        let loss = halves[1].mean() - halves[0].mean()
        // In float64, because squares of what is left after many layers are below every float32.
        return grad(of: loss, wrt: hidden, retainGraph: false).map { square($0.array.cast(to: .float64)).sum().item().squareRoot() }
    }

    /// The slope ‖∇D(x)‖ at each of the points x (count, dimensions).
    public func slopes(at x: NDArray) -> [Double] {
        let x = Variable(x)
        return norm(grad(of: scores(x).sum(), wrt: x, retainGraph: false), axis: 1).array.doubles
    }
}
