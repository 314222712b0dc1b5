import NablaNN

/// Two Gaussians on a line that hardly overlap, N(3, 1) to learn from and N(-3, 1) generated, in the manner of figure 2 of Arjovsky,
/// Chintala and Bottou, *Wasserstein GAN*: where a discriminator is sure it teaches a generator nothing, while the best critic has slope 1 everywhere
/// between.
public struct SeparatedGaussians {
    /// The means are ± so much.
    public static let mean = 3.0
    /// W₁, in closed form.
    public static let wasserstein = 2 * mean

    public let critic: WassersteinCritic
    public let discriminator: Discriminator

    /// A critic with a penalty and a discriminator, trained for some `steps` each.
    public init(steps: Int, batch: Int = 64, seed: UInt64) {
        var random = RandomGenerator(seed: seed)
        let pair = CriticAndDiscriminator(inputs: 1, using: &random)
        (critic, discriminator) = (pair.critic, pair.discriminator)
        for _ in 0..<steps {
            let (real, generated) = (random.normal([batch, 1], mean: Self.mean), random.normal([batch, 1], mean: -Self.mean))
            pair.step(real: real, generated: generated, using: &random)
        }
    }

    /// |d/dx log(1 - D(x))| of the best discriminator, in closed form: its log-odds are 2 · mean · x, so that it is 2 · mean · σ(2 · mean · x).
    public static func bestGeneratorSlope(at x: Double) -> Double { 2 * mean * sigmoid(NDArray(2 * mean * x)).item() }
}
