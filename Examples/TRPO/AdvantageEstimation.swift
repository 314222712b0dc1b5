import NablaNN

/// Generalised advantage estimation (Schulman et al., *High-dimensional continuous control using generalized advantage estimation*, ICLR
/// 2016, equation 16): exponentially weighted sums of the differences δ between what a step brought and what was expected,
///
///     δₜ = rₜ + γ V(sₜ₊₁) - V(sₜ)        Aₜ = δₜ + γ λ Aₜ₊₁
///
/// Where an episode terminated nothing follows, so V(sₜ₊₁) counts as 0 there. Where it was cut short, and at the end of the batch, V(sₜ₊₁)
/// stands for what would have followed; sₜ₊₁ is then the last state of the episode, not the first of the next one.
public struct AdvantageEstimation: Codable, Sendable, Equatable {
    /// γ
    public var discount = 0.99
    /// λ
    public var decay = 0.95

    public init(discount: Double = 0.99, decay: Double = 0.95) { (self.discount, self.decay) = (discount, decay) }

    /// A, of the shape (steps, environments) of all arguments.
    ///
    /// - Parameters:
    ///   - values: V(sₜ)
    ///   - nextValues: V(sₜ₊₁)
    ///   - isTerminated: whether the episode ended in the world with this step (bool).
    ///   - isLast: whether this was the last step of an episode, terminated or cut short (bool).
    public func advantages(rewards: NDArray, values: NDArray, nextValues: NDArray, isTerminated: NDArray, isLast: NDArray) -> NDArray {
        for array in [values, nextValues, isTerminated, isLast] {
            require(
                rewards.rank == 2 && array.shape == rewards.shape,
                "AdvantageEstimation.advantages: expected arrays of one shape (steps, environments), got \(rewards.shape) and \(array.shape)"
            )
        }
        let goesOn = (.!isTerminated).cast(to: rewards.dtype)
        let sameEpisode = (.!isLast).cast(to: rewards.dtype)
        let differences = rewards + discount * nextValues * goesOn - values
        var result = differences
        for t in (0..<max(rewards.shape[0] - 1, 0)).reversed() {
            result[t] = differences[t] + discount * decay * sameEpisode[t] * result[t + 1]
        }
        return result
    }
}
