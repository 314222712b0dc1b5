import ExampleWGANGP
import NablaNN

/// A critic with a gradient penalty and the discriminator of the original GAN, trained on the same points.
final class CriticAndDiscriminator {
    let critic: WassersteinCritic
    let discriminator: Discriminator

    init(inputs: Int, using random: inout RandomGenerator) {
        var settings = MethodSettings(.penalty)
        (settings.lambda, settings.alpha) = (10, 1e-2)
        critic = WassersteinCritic(MLP(inputs, 1, width: 32, depth: 1, using: &random), settings)
        discriminator = Discriminator(MLP(inputs, 1, width: 32, depth: 1, using: &random), alpha: 1e-2)
    }

    func step(real: NDArray, generated: NDArray, using random: inout RandomGenerator) {
        critic.step(real: real, generated: generated, using: &random)
        discriminator.step(real: real, generated: generated)
    }
}
