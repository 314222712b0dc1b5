import NablaNN

/// The discriminator D = σ(f) of Goodfellow et al., *Generative adversarial nets*, NIPS 2014, to compare critics with: it maximises
/// E[log D(x)] + E[log(1 - D(x̃))].
public final class Discriminator {
    public let network: MLP
    private let optimizer: Adam

    public init(_ network: MLP, alpha: Double = 1e-3) {
        self.network = network
        optimizer = Adam(network, alpha: alpha)
    }

    /// f(x), (batch): the log-odds that x is real.
    public func logits(_ x: Variable) -> Variable { network(x).flattened() }

    /// -½ E[log D(x)] - ½ E[log(1 - D(x̃))] for points (batch, dimensions), what a step minimises.
    public func loss(real: NDArray, generated: NDArray) -> Variable {
        let real = softplus(-logits(Variable(constant: real))).mean()
        let generated = softplus(logits(Variable(constant: generated))).mean()
        return (real + generated) / 2
    }

    /// One step on a batch.
    public func step(real: NDArray, generated: NDArray) {
        optimizer.update(with: grad(of: loss(real: real, generated: generated), wrt: network.parameters, retainGraph: false))
    }

    /// log 2 less the loss: a lower bound of the Jensen-Shannon divergence, but for the draw of the points.
    public func jensenShannon(real: NDArray, generated: NDArray) -> Double {
        log(NDArray(2.0)).item() - noBackprop { loss(real: real, generated: generated).item() }
    }

    /// ‖∇ log(1 - D(x))‖ at each of the points x (count, dimensions): what the generator of a GAN learns from.
    public func generatorSlopes(at x: NDArray) -> [Double] {
        let x = Variable(x)
        return norm(grad(of: softplus(logits(x)).sum(), wrt: x, retainGraph: false), axis: 1).array.doubles
    }
}
