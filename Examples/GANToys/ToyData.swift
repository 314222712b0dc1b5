import NablaNN

/// Distributions of points in the plane, with the constructions and scalings of the authors' `gan_toy.py`.
public enum ToyData: String, Codable, Sendable, CaseIterable {
    /// Eight modes on a circle of radius 2 / 1.414, each of standard deviation 0.02 / 1.414.
    case eightGaussians = "8gaussians"
    /// Modes on a square grid of 5 × 5 at a distance of 2 / 2.828, each of standard deviation 0.05 / 2.828. The authors store 100 000
    /// points and go through them again and again; here every point is new.
    case twentyFiveGaussians = "25gaussians"
    /// (t cos t, t sin t) for t uniform in [1.5 π, 4.5 π], with noise of standard deviation 0.25, divided by 7.5: scikit-learn's
    /// `make_swiss_roll` without its second coordinate.
    case swissRoll = "swissroll"

    /// Points (count, 2), drawn at random.
    public func points(_ count: Int, dtype: DType = .float32, using random: inout RandomGenerator) -> NDArray {
        switch self {
        case .eightGaussians, .twentyFiveGaussians:
            let mixture = mixture!
            let centres = mixture.centres.take(random.integers([count], in: 0..<mixture.centres.shape[0])).cast(to: dtype)
            return centres + random.normal([count, 2], standardDeviation: mixture.deviation, dtype: dtype)
        case .swissRoll:
            let t = random.uniform([count, 1], in: (1.5 * Double.pi)..<(4.5 * Double.pi), dtype: dtype)
            let noise = random.normal([count, 2], standardDeviation: 0.25, dtype: dtype)
            return (t * concatenate([cos(t), sin(t)], axis: 1) + noise) / 7.5
        }
    }

    /// The centres of the modes and their standard deviation, for a mixture of Gaussians of equal weights; nil for the Swiss roll.
    public var mixture: Mixture? {
        switch self {
        case .eightGaussians:
            let angle = NDArray.arange(8, dtype: .float64) * (Double.pi / 4)
            return Mixture(centres: stack([cos(angle), sin(angle)], axis: 1) * (2 / 1.414), deviation: 0.02 / 1.414)
        case .twentyFiveGaussians:
            let step = (NDArray.arange(5, dtype: .float64) - 2) * (2 / 2.828)
            return Mixture(centres: stack([step.repeated(5, axis: 0), step.tiled([5])], axis: 1), deviation: 0.05 / 2.828)
        case .swissRoll: return nil
        }
    }
}

/// Gaussians of equal weight and one standard deviation in all directions.
public struct Mixture: Sendable {
    /// (modes, 2), float64
    public let centres: NDArray
    public let deviation: Double
}
