/// Count, mean and variance of observations that arrive one at a time or in batches, for each element of an array shape.
///
/// Kept as the mean and the sum of squared deviations from it in float64, and combined by the formulas of Chan, Golub and LeVeque
/// (*Updating formulae and a pairwise algorithm for computing sample variances*, 1979), of which Welford's is the case of one observation:
/// nothing large is subtracted, so a large offset costs no precision beyond its own rounding.
///
///     var statistics = RunningStatistics(shape: [3])
///     statistics.update(batch: observations)                         // (batch, 3)
///     let inputs = statistics.normalized(observations, clippedTo: 5)
public struct RunningStatistics: Sendable, Equatable {
    /// The number of observations.
    public private(set) var count: Int
    /// The mean of each element; 0 before the first observation. float64.
    public private(set) var mean: NDArray
    /// The sum over observations of (x - mean)². float64.
    public private(set) var squaredDeviations: NDArray

    /// No observations yet of arrays of shape `shape`; by default of single numbers.
    public init(shape: Shape = []) {
        self.init(count: 0, mean: .zeros(shape, dtype: .float64), squaredDeviations: .zeros(shape, dtype: .float64))
    }

    init(count: Int, mean: NDArray, squaredDeviations: NDArray) {
        (self.count, self.mean, self.squaredDeviations) = (count, mean, squaredDeviations)
    }

    /// The shape of one observation.
    public var shape: Shape { mean.shape }

    /// Adds one observation, of `shape`.
    public mutating func update(_ x: NDArray) {
        require(x.shape == shape, "RunningStatistics.update: expected an observation of shape \(shape), got \(x.shape)")
        merge(RunningStatistics(count: 1, mean: x.cast(to: .float64), squaredDeviations: .zeros(shape, dtype: .float64)))
    }

    /// Adds the observations along the first axis of `batch`; none change nothing.
    public mutating func update(batch: NDArray) {
        require(
            batch.rank == shape.rank + 1 && batch.shape.dropFirst().elementsEqual(shape),
            "RunningStatistics.update: expected observations of shape \(shape) along a first axis, got \(batch.shape)")
        let number = batch.shape[0]
        if number == 0 { return }
        let values = batch.cast(to: .float64)
        // Sums of distances from a point among the data lose nothing to an offset that all of them share.
        let origin = count > 0 ? mean : values[0]
        let distances = values - origin
        let shift = distances.mean(axis: 0)
        merge(
            RunningStatistics(count: number, mean: origin + shift, squaredDeviations: square(distances - shift).sum(axis: 0)))
    }

    /// Adds all observations of `other`, as if they had come here; the order matters to rounding only.
    public mutating func merge(_ other: RunningStatistics) {
        require(other.shape == shape, "RunningStatistics.merge: expected statistics of shape \(shape), got \(other.shape)")
        if other.count == 0 { return }
        if count == 0 {
            self = other
            return
        }
        let total = count + other.count
        let share = Double(other.count) / Double(total)
        let difference = other.mean - mean
        mean = mean + difference * share
        squaredDeviations = squaredDeviations + other.squaredDeviations + square(difference) * (share * Double(count))
        count = total
    }
}

extension RunningStatistics {
    /// Σ (x - mean)² / (count - `correction`); zeros where that divisor is not above 0.
    public func variance(correction: Int = 0) -> NDArray {
        count > correction ? squaredDeviations / Double(count - correction) : .zeros(like: mean)
    }

    /// √variance
    public func standardDeviation(correction: Int = 0) -> NDArray { sqrt(variance(correction: correction)) }

    /// (x - mean) / √(variance + epsilon), limited to ±`bound`.
    ///
    /// Fewer than two observations have no spread to measure by: they are taken to have a variance of 1.
    ///
    /// - Parameters:
    ///   - x: of `shape`, or of that with further leading axes.
    ///   - bound: the largest magnitude of the result; nil for no limit.
    ///   - centered: whether the mean is subtracted. Rewards are only scaled, since their sign has a meaning.
    ///   - epsilon: keeps elements that never changed finite.
    /// - Returns: in the type of `x` if that is floating, otherwise float32; computed in float64.
    public func normalized(_ x: NDArray, clippedTo bound: Double? = nil, centered: Bool = true, epsilon: Double = 1e-8) -> NDArray {
        require(
            x.rank >= shape.rank && x.shape.suffix(shape.rank).elementsEqual(shape),
            "RunningStatistics.normalized: expected values of shape (…, \(shape)), got \(x.shape)")
        require(bound.map { $0 > 0 } ?? true, "RunningStatistics.normalized: expected a bound above 0, got \(bound ?? 0)")
        let scale = count < 2 ? NDArray.ones(like: mean) : sqrt(variance() + epsilon)
        let values = x.cast(to: .float64)
        let result = (centered ? values - mean : values) / scale
        return (bound.map { clip(result, -$0, $0) } ?? result).cast(to: x.dtype.isFloating ? x.dtype : .float32)
    }
}

extension RunningStatistics: Codable {
    private enum CodingKeys: String, CodingKey { case shape, count, mean, squaredDeviations }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Array(shape), forKey: .shape)
        try container.encode(count, forKey: .count)
        try container.encode(mean.doubles, forKey: .mean)
        try container.encode(squaredDeviations.doubles, forKey: .squaredDeviations)
    }

    /// - Throws: `DecodingError` when the numbers do not fit the shape or could not have come from observations.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let extents = try container.decode([Int].self, forKey: .shape)
        // A shape of a damaged file must throw; `Shape` itself takes an extent out of range for a programming error.
        let isShape = extents.count <= Shape.maximumRank && extents.allSatisfy { 0...Int(Int32.max) ~= $0 }
        guard isShape, extents.reduce(1.0, { $0 * Double($1) }) < 0x1p62 else {
            throw DecodingError.dataCorruptedError(forKey: .shape, in: container, debugDescription: "expected a shape, got \(extents)")
        }
        let shape = Shape(extents)
        func numbers(_ key: CodingKeys) throws -> NDArray {
            let values = try container.decode([Double].self, forKey: key)
            guard values.count == shape.elementCount else {
                throw DecodingError.dataCorruptedError(
                    forKey: key, in: container, debugDescription: "expected \(shape.elementCount) numbers, got \(values.count)")
            }
            return NDArray(values, shape: shape)
        }
        self.init(
            count: try container.decode(Int.self, forKey: .count), mean: try numbers(.mean),
            squaredDeviations: try numbers(.squaredDeviations))
        // With room for what is still to be counted, and exact as a real number.
        guard (0...(1 << 53)).contains(count) else {
            throw DecodingError.dataCorruptedError(
                forKey: .count, in: container, debugDescription: "expected a count from 0 to 2⁵³, got \(count)")
        }
        guard squaredDeviations.doubles.allSatisfy({ !($0 < 0) }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .squaredDeviations, in: container, debugDescription: "expected numbers of at least 0, got a negative one")
        }
    }
}
