import NablaNN

/// How the weights of a network are spread.
public struct WeightHistogram: Sendable, Equatable {
    /// The middles of bins of equal width.
    public let middles: [Double]
    /// The share of all weights in each bin.
    public let shares: [Double]

    /// The shares of `weights` in so many bins between -`bound` and `bound`, ends included; nil: the largest of them.
    public init(_ weights: [NDArray], bins: Int, bound: Double? = nil) {
        let values = weights.flatMap(\.doubles)
        let bound = bound ?? values.reduce(0) { Swift.max($0, Swift.abs($1)) }
        var counts = [Int](repeating: 0, count: bins)
        for value in values where Swift.abs(value) <= bound {
            counts[min(bins - 1, Int((value + bound) / (2 * bound) * Double(bins)))] += 1
        }
        middles = (0..<bins).map { -bound + (Double($0) + 0.5) * 2 * bound / Double(bins) }
        shares = counts.map { Double($0) / Double(values.count) }
    }

    /// The share of `weights` with a magnitude above 0.99 `limit`: those that clipping holds.
    public static func saturatedShare(_ weights: [NDArray], limit: Double) -> Double {
        let values = weights.flatMap(\.doubles)
        return Double(values.count { Swift.abs($0) > 0.99 * limit }) / Double(values.count)
    }
}
