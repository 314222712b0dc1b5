import NablaNN

/// How well a sample covers the modes of a mixture, by the rule of VEEGAN and PacGAN (Lin, Khetan, Fanti and Oh, *PacGAN: the power of two
/// samples in generative adversarial networks*, NeurIPS 2018): every point belongs to the mode that is nearest in Mahalanobis distance, and
/// is good when this distance is below 3.
public struct ModeMetrics: Sendable, Equatable {
    /// A sample that says nothing about modes.
    public struct SampleError: Error, Equatable, CustomStringConvertible {
        public let description: String
    }

    /// The size of the sample on which published figures rest.
    public static let usualCount = 2500

    /// Good points at each mode.
    public let counts: [Int]
    /// Modes with at least one good point.
    public let covered: Int
    /// Good points among all, from 0 to 1.
    public let highQualityShare: Double
    /// KL(p ‖ uniform) = log(modes) + Σ p log p for the shares p of modes among good points; infinite when no point is good.
    public let reverseKL: Double

    /// Complains about a `count` of fewer than ten points a mode, of which even a perfect sample misses modes by chance.
    public static func check(count: Int, for mixture: Mixture) throws(SampleError) {
        let modes = mixture.centres.shape[0]
        guard count >= 10 * modes else {
            throw SampleError(description: "mode metrics: expected at least \(10 * modes) points for \(modes) modes, got \(count)")
        }
    }

    /// The metrics of `points` (count, 2).
    ///
    /// - Throws: `SampleError` when there are too few of them (`check`), or some that are not finite.
    public init(_ points: NDArray, of mixture: Mixture) throws(SampleError) {
        let modes = mixture.centres.shape[0]
        guard points.rank == 2, points.shape[1] == 2 else {
            throw SampleError(description: "mode metrics: expected points of shape (count, 2), got \(points.shape)")
        }
        let count = points.shape[0]
        try Self.check(count: count, for: mixture)
        let squares = square(points.cast(to: .float64).expandingDimensions(at: 1) - mixture.centres).sum(axis: 2)
        guard isFinite(squares).all().bools[0] else {
            throw SampleError(description: "mode metrics: expected finite points, got some that are not")
        }
        let nearest = squares.argMin(axis: 1).integers
        let isGood = (sqrt(squares.min(axis: 1)) .< (3 * mixture.deviation)).bools
        var counts = [Int](repeating: 0, count: modes)
        for (mode, good) in zip(nearest, isGood) where good { counts[mode] += 1 }
        let good = counts.reduce(0, +)
        self.counts = counts
        covered = counts.count { $0 > 0 }
        highQualityShare = Double(good) / Double(count)
        let shares = NDArray(counts.filter { $0 > 0 }.map { Double($0) / Double(good) })
        reverseKL = good == 0 ? .infinity : (shares * log(shares * Double(modes))).sum().item()
    }
}
