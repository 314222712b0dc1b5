import Foundation

/// A search that found nothing: what the user reads.
struct NoSolution: Error {
    let message: String
}

/// The result of `search`; stops with the message of one that found nothing.
func solutionOrStop<T>(_ search: () throws(NoSolution) -> T) -> T {
    do { return try search() } catch { fail(error.message) }
}

/// Tells those who watch the operations that the iterations of `function` depend on the numbers of `arrays`.
func noteIterations(_ function: String, _ arrays: [NDArray], remedy: String) {
    for array in arrays { ArrayTrace.noteRead(array, "\(function) (whose steps depend on numbers: call it outside, and \(remedy))") }
}

/// How large each unknown is, and how well the numbers tell it: unknowns of one equation may differ by many powers of ten, and what is short
/// beside the largest may be all there is of the smallest.
struct UnknownSizes {
    /// The larger of |xᵢ| and of the way from the start; 1 where both are 0, and where a start at 0 was left by no more than rounding of 1.
    let lengths: [Double]
    /// What rounding may do to xᵢ: a few units of the last place, and a little of the way where xᵢ is near 0.
    let rounding: [Double]
    /// Whether all start at 0 and stay there: nothing tells how large they are.
    let isGuess: Bool
    private let values: [Double]
    private let goal, epsilon: Double

    /// `share`: how large, beside the way of an unknown near 0, the numbers are that round with it; nil where it was not measured: the way, up to 1.
    init(_ x: [NDArray], from start: [NDArray], share: Double? = nil) {
        let epsilon = precision(of: x, double: 0x1p-52, single: 0x1p-23)
        var lengths: [Double] = []
        for (x, start) in zip(x, start) {
            let part = zip(x.doubles, start.doubles).map { x, start in
                start == 0 && x.magnitude <= 16 * epsilon * (share ?? 1) ? 0 : Swift.max(x.magnitude, (x - start).magnitude)
            }
            let largest = part.max() ?? 0
            lengths += part.map { $0 > 0 ? $0 : largest > 0 ? largest : 1 }
        }
        values = flattened(x)
        isGuess = values.allSatisfy { $0 == 0 } && flattened(start).allSatisfy { $0 == 0 }
        (self.lengths, self.epsilon) = (lengths, epsilon)
        goal = precision(of: x, double: 1e-5, single: 3e-3)
        let ways = lengths.map { length in share.map { $0 * length } ?? Swift.min(length, 1) }
        rounding = zip(values, ways).map { value, way in
            epsilon * Swift.max(4 * value.magnitude, value.magnitude < way / 16 ? 100 * way : 0)
        }
    }

    /// A few units of the last place, and `units` of a share of the way where an unknown is near 0.
    func moves(_ share: Double, _ units: Double) -> [Double] {
        zip(values, lengths).map { value, length in
            epsilon * Swift.max(4 * value.magnitude, value.magnitude < length / 16 ? units * share * length : 0)
        }
    }

    /// The least share of the way that an unknown near 0 may be; 1 where none is near 0.
    var smallestShare: Double {
        zip(values, lengths).reduce(1) { least, unknown in
            let share = unknown.0.magnitude / unknown.1
            return share < 1.0 / 16 ? Swift.min(least, Swift.max(share, 0x1p-80)) : least
        }
    }

    /// Whether `step` is short beside every unknown: half of its digits, or rounding.
    func isShort(_ step: [Double]) -> Bool {
        step.indices.allSatisfy { step[$0].magnitude <= Swift.max(goal * values[$0].magnitude, rounding[$0]) }
    }

    /// Powers of two near the lengths: unknowns counted in these are near 1, with the same bits.
    var units: [Double] { lengths.map(nearestPowerOfTwo) }
}

/// 2ᵏ with 2ᵏ ≤ |x| < 2ᵏ⁺¹; 1 for what has none.
func nearestPowerOfTwo(_ x: Double) -> Double {
    x == 0 || !x.isFinite ? 1 : Double(sign: .plus, exponent: Swift.min(Swift.max(x.exponent, -1000), 1000), significand: 1)
}

/// Numbers of no meaning in [-1, 1], the same each time: directions for probes.
func probeNumbers(_ count: Int, seed: UInt64) -> [Double] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(Int64(bitPattern: state) >> 11) / 0x1p52
    }
}
