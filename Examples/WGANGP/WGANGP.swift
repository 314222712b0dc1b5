import NablaNN

/// Trains a generator against a critic whose slope is held near 1 by a gradient penalty, algorithm 1 of Gulrajani et al., *Improved training
/// of Wasserstein GANs*, NIPS 2017, or bounded by clipping its weights, algorithm 1 of Arjovsky, Chintala and Bottou, *Wasserstein GAN*,
/// 2017; with the networks and settings of `gan_mnist.py`, the program of the former's authors.
public final class WGANGP {
    /// How the critic's slope is bounded.
    public enum Method: String, Codable, Sendable, CaseIterable {
        /// λ E[(‖∇D‖ - 1)²] in the critic's loss; Adam.
        case penalty
        /// Weights of the critic in [-c, c]; networks with batch normalisation, and RMSprop.
        case clipping
    }

    /// The settings of the algorithm.
    public struct Settings: Codable, Sendable, Equatable {
        public var method = Method.penalty
        /// Channels of the networks; the authors' is 64.
        public var width = 16
        /// m, images in a batch.
        public var batch = 50
        /// Steps of the critic for each step of the generator.
        public var criticSteps = 5
        /// λ, the weight of the penalty.
        public var lambda = 10.0
        /// Of Adam. The paper's algorithm box has β₁ = 0, the authors' program 0.5, which is used here.
        public var alpha = 1e-4, beta1 = 0.5, beta2 = 0.9
        /// Of RMSprop, with clipping.
        public var rate = 5e-5
        /// c, with clipping: where the critic's weights end.
        public var limit = 0.01
        /// Everything random follows from it.
        public var seed: UInt64 = 0

        public init() {}
    }

    /// What one iteration came to; of the critic's steps, the last one counts.
    public struct Losses: Sendable {
        public let critic, wasserstein, penalty, slope, generator: Double
    }

    public let settings: Settings
    public let generator: Generator
    public let critic: Critic
    /// Iterations so far.
    public internal(set) var iteration = 0
    let generatorOptimizer: Optimizer
    let criticOptimizer: Optimizer
    var batches: ImageBatches
    var noise: RandomGenerator

    /// Untrained networks and the `images` (count, 1, 28, 28) to learn from, with pixels from 0 to 1.
    public init(_ settings: Settings, images: NDArray) {
        self.settings = settings
        // Each use has a stream of its own, so that none depends on how often another one draws.
        var seed = RandomGenerator(seed: settings.seed)
        var (generatorSeed, criticSeed) = (seed.split(), seed.split())
        (batches, noise) = (ImageBatches(of: images, size: settings.batch, using: seed.split()), seed.split())
        let (width, isClipped) = (settings.width, settings.method == .clipping)
        generator = Generator(width: width, isNormalized: isClipped, dtype: images.dtype, using: &generatorSeed)
        critic = Critic(width: width, isNormalized: isClipped, dtype: images.dtype, using: &criticSeed)
        func optimizer(_ network: Link) -> Optimizer {
            isClipped
                ? RMSprop(network, rate: settings.rate)
                : Adam(network, alpha: settings.alpha, beta1: settings.beta1, beta2: settings.beta2)
        }
        (generatorOptimizer, criticOptimizer) = (optimizer(generator), optimizer(critic))
        if isClipped { criticOptimizer.addHook(WeightClipping(limit: settings.limit)) }
    }

    /// Some steps of the critic, then one of the generator.
    public func iterate() -> Losses {
        for _ in 1..<settings.criticSteps { stepCritic(measuresSlope: false) }
        let loss = stepCritic(measuresSlope: true)
        let generatorLoss = stepGenerator()
        iteration += 1
        return Losses(
            critic: loss.total.item(), wasserstein: loss.wasserstein.item(), penalty: loss.penalty.item(), slope: loss.slope.item(),
            generator: generatorLoss.item())
    }

    @discardableResult
    private func stepCritic(measuresSlope: Bool) -> CriticLoss {
        let images = Variable(constant: batches.take())
        let generated = noBackprop { generator(latent()) }
        let epsilon = noise.uniform([settings.batch, 1, 1, 1], dtype: images.dtype)
        let lambda = settings.method == .penalty ? settings.lambda : 0
        let loss = CriticLoss(
            of: { critic($0) }, images: images, generated: generated, epsilon: epsilon, lambda: lambda, measuresSlope: measuresSlope)
        critic.clearGrads()
        loss.total.backward()
        criticOptimizer.update()
        return loss
    }

    private func stepGenerator() -> Variable {
        let loss = -critic(generator(latent())).mean()
        generatorOptimizer.update(with: grad(of: loss, wrt: generator.parameters, retainGraph: false))
        return loss
    }

    private func latent() -> Variable {
        let dtype = generator.parameters[0].dtype
        return Variable(constant: noise.normal([settings.batch, Generator.latentSize], dtype: dtype))
    }

    /// The first `count` vectors of a stream that training does not draw from: the same ones in every picture of a run.
    public func fixedLatent(count: Int) -> Variable {
        var stream = RandomGenerator(seed: settings.seed, stream: 1)
        return Variable(constant: stream.normal([count, Generator.latentSize], dtype: generator.parameters[0].dtype))
    }

    /// Images (count, 1, 28, 28) that the generator makes of `latent`.
    public func samples(_ latent: Variable) -> NDArray { noBackprop { generator(latent, training: false).array } }
}
