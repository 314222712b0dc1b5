import NablaNN

// Test points come from a stream that training does not draw from: the same ones in every evaluation of a run.

extension ToyGAN {
    /// Points that the generator makes, (count, 2).
    public func samples(_ count: Int) -> NDArray { testPoints(count).generated }

    /// How well `count` generated points cover the modes; nil for data without modes.
    public func modeMetrics(count: Int = ModeMetrics.usualCount) throws(ModeMetrics.SampleError) -> ModeMetrics? {
        guard let mixture = settings.data.mixture else { return nil }
        return try ModeMetrics(samples(count), of: mixture)
    }

    /// The exact Wasserstein distance between `count` real and as many generated points.
    public func transportCost(count: Int) -> Double {
        let (real, generated) = testPoints(count)
        return wassersteinDistance(real, generated)
    }

    /// The critic's estimate and slope on `count` test points.
    public func verdict(count: Int = ModeMetrics.usualCount) -> WassersteinCritic.Verdict {
        let (real, generated) = testPoints(count)
        var random = RandomGenerator(seed: settings.seed, stream: 2)
        return critic.verdict(real: real, generated: generated, using: &random)
    }

    /// The norm of the gradient with respect to each layer of the critic, on one batch of test points.
    public func layerGradientNorms() -> [Double] {
        let (real, generated) = testPoints(settings.batch)
        return critic.layerGradientNorms(real: real, generated: generated)
    }

    private func testPoints(_ count: Int) -> (real: NDArray, generated: NDArray) {
        var random = RandomGenerator(seed: settings.seed, stream: 1)
        var noise = random.split()
        let real = settings.data.points(count, using: &random)
        return (real, generated(beside: real, using: &noise))
    }
}
