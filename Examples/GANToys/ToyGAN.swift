import NablaNN

/// Trains a generator of points in the plane against a critic: algorithm 1 of the papers on WGAN and WGAN-GP, with the networks and
/// settings of the authors' `gan_toy.py`.
public final class ToyGAN {
    /// The settings of the algorithm.
    public struct Settings: Codable, Sendable, Equatable {
        public var data = ToyData.eightGaussians
        public var critic = MethodSettings()
        /// Whether the critic learns alone, and generated points are real ones with noise from N(0, I) added.
        public var fixesGenerator = false
        /// Units in each hidden layer of both networks.
        public var width = 512
        /// Hidden layers of both networks.
        public var depth = 3
        /// m, points in a batch.
        public var batch = 256
        /// Steps of the critic for each step of the generator.
        public var criticSteps = 5
        /// The iteration at which steps have shrunk to nothing, in proportion to what is left of training as in the authors'
        /// `gan_cifar_resnet.py`; nil for steps of one size, as in their `gan_toy.py`.
        public var decayEnd: Int?
        /// Everything random follows from it.
        public var seed: UInt64 = 0

        public init() {}
    }

    public let settings: Settings
    public let generator: MLP
    public let critic: WassersteinCritic
    /// Iterations so far.
    public internal(set) var iteration = 0
    let generatorOptimizer: Optimizer
    /// Where batches, latent vectors and points between real and generated ones come from.
    var random: RandomGenerator

    /// Untrained networks.
    public init(_ settings: Settings) {
        self.settings = settings
        // Learners of one seed begin with the same weights.
        var seed = RandomGenerator(seed: settings.seed)
        var (generatorSeed, criticSeed) = (seed.split(), seed.split())
        random = seed.split()
        generator = MLP(2, 2, width: settings.width, depth: settings.depth, using: &generatorSeed)
        critic = WassersteinCritic(MLP(2, 1, width: settings.width, depth: settings.depth, using: &criticSeed), settings.critic)
        generatorOptimizer = settings.critic.optimizer(of: generator)
    }

    /// A step of the generator, but for the very first time, when the critic has nothing to tell it yet, and then some of the critic.
    ///
    /// - Returns: What the critic saw at its last step.
    @discardableResult
    public func iterate() -> WassersteinCritic.Verdict {
        if let end = settings.decayEnd {
            let share = Swift.max(0, 1 - Double(iteration) / Double(end))
            for optimizer in [generatorOptimizer, critic.optimizer] { optimizer.stepSize = share * settings.critic.stepSize }
        }
        if iteration > 0 && !settings.fixesGenerator { stepGenerator() }
        var verdict = WassersteinCritic.Verdict(wasserstein: 0, slope: 0)
        for step in 0..<settings.criticSteps {
            let real = settings.data.points(settings.batch, using: &random)
            let generated = generated(beside: real, using: &random)
            let isLast = step + 1 == settings.criticSteps
            let loss = critic.step(real: real, generated: generated, using: &random, measuresSlope: isLast)
            if isLast { verdict = .init(loss) }
        }
        iteration += 1
        return verdict
    }

    private func stepGenerator() {
        let latent = Variable(constant: random.normal([settings.batch, 2]))
        let loss = -critic.scores(generator(latent)).mean()
        generatorOptimizer.update(with: grad(of: loss, wrt: generator.parameters, retainGraph: false))
    }

    /// As many generated points as `real` ones: from the generator, or, when it is fixed, these very points with noise.
    func generated(beside real: NDArray, using random: inout RandomGenerator) -> NDArray {
        let noise = random.normal(real.shape)
        return settings.fixesGenerator ? real + noise : noBackprop { generator(Variable(constant: noise)).array }
    }
}
