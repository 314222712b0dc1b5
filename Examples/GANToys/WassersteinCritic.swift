import ExampleWGANGP
import NablaNN

/// How a critic's slope is bounded: by clipping of its weights (Arjovsky, Chintala and Bottou, *Wasserstein GAN*, ICML 2017, arXiv
/// 1701.07875) or by a gradient penalty (Gulrajani et al., *Improved training of Wasserstein GANs*, NIPS 2017, arXiv 1704.00028).
public typealias Method = WGANGP.Method

/// The method and its settings; the defaults are those of the authors' `gan_toy.py`, but for RMSprop's own average, which is the one of
/// the earlier paper's program.
public struct MethodSettings: Codable, Sendable, Equatable {
    public var method = Method.penalty
    /// λ, the weight of the penalty. The authors' 0.1 serves a generator that follows; the best critic's slope is then well above 1.
    public var lambda = 0.1
    /// Of Adam, with the penalty.
    public var alpha = 1e-4, beta1 = 0.5, beta2 = 0.9
    /// c, the largest weight, with clipping.
    public var clip = 0.01
    /// Of RMSprop, with clipping.
    public var rate = 5e-5

    public init(_ method: Method = .penalty) { self.method = method }

    /// The optimiser that goes with the method.
    func optimizer(of network: Link) -> Optimizer {
        switch method {
        case .clipping: RMSprop(network, rate: rate)
        case .penalty: Adam(network, alpha: alpha, beta1: beta1, beta2: beta2)
        }
    }

    /// The size of its steps.
    var stepSize: Double { method == .clipping ? rate : alpha }
}

/// A critic D and how it learns to tell real points from generated ones: the inner loop of algorithm 1 of both papers.
public final class WassersteinCritic {
    public let network: MLP
    public let settings: MethodSettings
    public let optimizer: Optimizer

    public init(_ network: MLP, _ settings: MethodSettings) {
        (self.network, self.settings) = (network, settings)
        optimizer = settings.optimizer(of: network)
        if settings.method == .clipping { optimizer.addHook(WeightClipping(limit: settings.clip)) }
    }

    /// D(x), (batch)
    public func scores(_ x: Variable) -> Variable { network(x).flattened() }

    /// What a step minimises, for points (batch, dimensions).
    ///
    /// - Parameters:
    ///   - epsilon: uniform in [0, 1), (batch, 1); where the penalty looks between real and generated points.
    ///   - measuresSlope: Whether the slope is asked for though there is no penalty.
    public func loss(real: NDArray, generated: NDArray, epsilon: NDArray, measuresSlope: Bool = true) -> CriticLoss {
        CriticLoss(
            of: scores, images: Variable(constant: real), generated: Variable(constant: generated), epsilon: epsilon,
            lambda: settings.method == .penalty ? settings.lambda : 0, measuresSlope: measuresSlope)
    }

    /// One step on a batch. Returns the loss before it.
    @discardableResult
    public func step(
        real: NDArray, generated: NDArray, using random: inout RandomGenerator, measuresSlope: Bool = true
    ) -> CriticLoss {
        let epsilon = random.uniform([real.shape[0], 1], dtype: real.dtype)
        let loss = loss(real: real, generated: generated, epsilon: epsilon, measuresSlope: measuresSlope)
        optimizer.update(with: grad(of: loss.total, wrt: network.parameters, retainGraph: false))
        return loss
    }
}
