import ExampleGANToys
import NablaNN
import Testing

/// The two toys of the WGAN paper whose answers are known in closed form.
@Suite struct ExactToyTests {
    /// W = |θ|: exactly, when each point goes straight across; in the estimate of a critic, whose slope the penalty λ = 10 lets rise to
    /// 1 + |θ| / 20. JS = log 2 whatever θ is, and 0 for lines that coincide.
    @Test(arguments: [-1.0, 0, 0.5]) func parallelLines(theta: Double) {
        let lines = ParallelLines(theta: theta)
        let estimate = lines.estimate(steps: 250, seed: 5)
        let expected = abs(theta) * (1 + abs(theta) / 20)
        #expect(abs(estimate.wasserstein - expected) < 0.05, "\(estimate)")
        if theta == 0 {
            #expect(abs(estimate.jensenShannon) < 0.02, "\(estimate)")
        } else {
            #expect(abs(estimate.slope - 1 - abs(theta) / 20) < 0.1, "\(estimate)")
            #expect(estimate.jensenShannon > 0.95 * 0.6931471805599453 && estimate.jensenShannon <= 0.6931471805599454, "\(estimate)")
        }
    }

    @Test func parallelLinesInClosedForm() {
        var random = RandomGenerator(seed: 6)
        for theta in [-2.0, 0, 0.25] {
            let lines = ParallelLines(theta: theta)
            #expect(lines.wasserstein == abs(theta))
            #expect(abs(lines.jensenShannon - (theta == 0 ? 0 : 0.6931471805599453)) < 1e-15)
            let (real, generated) = lines.points(100, using: &random)
            #expect(abs(real[.all, 0]).max().item() == 0 && abs(generated[.all, 0] - theta).max().item() == 0)
            #expect(real[.all, 1].min().item() >= 0 && real[.all, 1].max().item() < 1)
            // Straight across is the best way between points at the same heights.
            #expect(abs(wassersteinDistance(real, real + NDArray([theta, 0])) - abs(theta)) < 1e-6)
        }
    }

    /// The discriminator is sure of the generated points and says nothing there; the critic's slope is about 1 from one mean to the other.
    @Test func separatedGaussians() {
        let toy = SeparatedGaussians(steps: 400, seed: 7)
        let between = NDArray.linspace(-3, 3, count: 25).reshaped(to: [25, 1])
        let slopes = toy.critic.slopes(at: between)
        // The penalty λ = 10 lets it rise to 1 + W / 2λ, with W = 6.
        #expect(slopes.allSatisfy { abs($0 - 1.3) < 0.25 }, "\(slopes)")
        let signals = toy.discriminator.generatorSlopes(at: between)
        #expect(signals[0] < 0.02 && signals[24] > 0.2, "\(signals)")
        #expect(signals[0] < slopes[0] / 50)
        // In closed form: 6 σ(-18) at the generated mean, 6 σ(18) at the real one.
        #expect(abs(SeparatedGaussians.bestGeneratorSlope(at: -3) / 9.137987691e-8 - 1) < 1e-6)
        #expect(abs(SeparatedGaussians.bestGeneratorSlope(at: 3) - 6) < 1e-6)
    }
}
