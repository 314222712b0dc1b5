import NablaNN

/// How gradients are shown to the learned optimiser.
public enum GradientPreprocessing: Codable, Sendable, Equatable {
    /// As they are.
    case identity
    /// As size and sign, because gradients differ in size by orders of magnitude (Andrychowicz et al. 2016, appendix A):
    ///
    ///     (log |g| / p, sign g)   where |g| ≥ e⁻ᵖ
    ///     (-1, eᵖ g)              elsewhere
    case logAndSign(p: Double)

    /// Numbers made of each gradient.
    public var features: Int { self == .identity ? 1 : 2 }

    /// What stands for gradients (coordinates), of shape (coordinates, features).
    public func callAsFunction(_ gradient: Variable) -> Variable {
        switch self {
        case .identity: return gradient.expandingDimensions(at: 1)
        case .logAndSign(let p):
            let isLarge = abs(gradient) .>= exp(NDArray(-p)).item()
            // Where it is not used, the logarithm is taken of 1: that of 0 has no derivative.
            let size = `where`(isLarge, log(abs(`where`(isLarge, gradient, 1))) / p, -1)
            let sign = `where`(isLarge, sign(gradient), exp(NDArray(p)).item() * gradient)
            return stack([size, sign], axis: 1)
        }
    }
}
