import NablaNN

/// The critic's loss of Gulrajani et al., *Improved training of Wasserstein GANs*, NIPS 2017:
///
///     L = E[D(x̃)] - E[D(x)] + λ E[(‖∇D(x̂)‖ - 1)²],   x̂ = ε x + (1 - ε) x̃
///
/// for real images x and generated ones x̃. The gradient is taken with respect to each image and is part of the loss, so that training
/// differentiates it once more. With λ = 0 this is the loss of Arjovsky, Chintala and Bottou, *Wasserstein GAN*, 2017, who bound the slope by
/// clipping the critic's weights; the slope is then measured only, and only where it is asked for, because that takes about a fifth of a step.
public struct CriticLoss {
    /// L, what the critic minimises.
    public let total: Variable
    /// E[D(x)] - E[D(x̃)], which for the best critic of slope 1 is the Wasserstein distance.
    public let wasserstein: Variable
    /// E[(‖∇D(x̂)‖ - 1)²]; NaN where the slope was not measured.
    public let penalty: Variable
    /// E[‖∇D(x̂)‖], which the penalty draws to 1; NaN where it was not measured.
    public let slope: Variable

    /// The loss of `critic`, a function from images (batch, …) to scores (batch).
    ///
    /// - Parameters:
    ///   - epsilon: uniform in [0, 1), one for each image, of a shape that broadcasts over images.
    ///   - measuresSlope: whether the slope is asked for though λ = 0. With another λ it always is.
    public init(
        of critic: (Variable) -> Variable, images: Variable, generated: Variable, epsilon: NDArray, lambda: Double,
        measuresSlope: Bool = true
    ) {
        let real = critic(images)
        let fake = critic(generated)
        wasserstein = real.mean() - fake.mean()
        guard lambda != 0 || measuresSlope else {
            (penalty, slope) = (Self.unknown(images.dtype), Self.unknown(images.dtype))
            total = -wasserstein
            return
        }
        let mix = Variable(epsilon * images.array + (1 - epsilon) * generated.array)
        let gradient = grad(of: critic(mix).sum(), wrt: mix, enableDoubleBackprop: lambda != 0)
        let slopes = norm(gradient.flattened(fromAxis: 1), axis: 1)
        penalty = square(slopes - 1).mean()
        slope = slopes.mean()
        total = lambda == 0 ? -wasserstein : lambda * penalty - wasserstein
    }

    private static func unknown(_ dtype: DType) -> Variable { Variable(constant: NDArray(Double.nan, dtype: dtype)) }
}
