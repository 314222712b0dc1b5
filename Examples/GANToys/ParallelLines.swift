import NablaNN

/// Example 1 of Arjovsky, Chintala and Bottou, *Wasserstein GAN*: the uniform distributions on the segment from (0, 0) to (0, 1) and on the
/// one beside it, from (θ, 0) to (θ, 1).
///
/// Their Wasserstein distance |θ| tells how far one is from the other; their Jensen-Shannon divergence, log 2 for every θ but 0, does not.
public struct ParallelLines: Sendable {
    public let theta: Double

    public init(theta: Double) { self.theta = theta }

    /// W₁, in closed form.
    public var wasserstein: Double { Swift.abs(theta) }

    /// JS in natural units, in closed form.
    public var jensenShannon: Double { theta == 0 ? 0 : log(NDArray(2.0)).item() }

    /// Points (count, 2) on each of the lines, at random heights.
    public func points(_ count: Int, using random: inout RandomGenerator) -> (real: NDArray, generated: NDArray) {
        func line(_ x: Double) -> NDArray { concatenate([.full([count, 1], x), random.uniform([count, 1])], axis: 1) }
        return (line(0), line(theta))
    }

    /// What networks make of the lines.
    public struct Estimate: Sendable {
        /// The critic's E[D(x)] - E[D(x̃)].
        public let wasserstein: Double
        /// The critic's slope between the lines. The penalty λ lets it rise to 1 + |θ| / 2λ.
        public let slope: Double
        /// log 2 + ½ E[log D(x)] + ½ E[log(1 - D(x̃))], the most of which over all discriminators is JS.
        public let jensenShannon: Double
    }

    /// Trains a critic with a penalty and a discriminator for some `steps` each.
    public func estimate(steps: Int, batch: Int = 64, seed: UInt64) -> Estimate {
        var random = RandomGenerator(seed: seed)
        let pair = CriticAndDiscriminator(inputs: 2, using: &random)
        for _ in 0..<steps {
            let (real, generated) = points(batch, using: &random)
            pair.step(real: real, generated: generated, using: &random)
        }
        let (real, generated) = points(1000, using: &random)
        let verdict = pair.critic.verdict(real: real, generated: generated, using: &random)
        return Estimate(
            wasserstein: verdict.wasserstein, slope: verdict.slope,
            jensenShannon: pair.discriminator.jensenShannon(real: real, generated: generated))
    }
}
