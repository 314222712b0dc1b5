// Arrays of random numbers. Every fill takes the next blocks of the stream, as many as its numbers need and no more.

extension RandomGenerator {
    /// Numbers uniform in `range`, its upper bound excluded, of a floating type.
    ///
    /// float32 numbers have 24 random bits, float64 numbers 53.
    public mutating func uniform(_ shape: Shape, in range: Range<Double> = 0..<1, dtype: DType = .float32) -> NDArray {
        requireFloating(dtype, "uniform")
        require(
            !range.isEmpty && range.lowerBound.isFinite && range.upperBound.isFinite,
            "uniform: expected a finite range that is not empty, got \(range)")
        return draw(.uniform(range), Layout(shape, dtype), wordsEach: dtype == .float64 ? 2 : 1, "uniform")
    }

    /// Normally distributed numbers, of a floating type.
    public mutating func normal(
        _ shape: Shape, mean: Double = 0, standardDeviation: Double = 1, dtype: DType = .float32
    ) -> NDArray {
        requireFloating(dtype, "normal")
        require(standardDeviation >= 0, "normal: expected a standard deviation of at least 0, got \(standardDeviation)")
        return draw(.normal(mean: mean, deviation: standardDeviation), Layout(shape, dtype), wordsEach: 2, "normal")
    }

    /// Normally distributed numbers that lie within `bound` standard deviations of the mean: those beyond are drawn again.
    ///
    /// The numbers' own standard deviation is smaller than `standardDeviation`: 0.8796 of it for the usual bound of 2. Cost grows as
    /// 1 / `bound` when that is small.
    public mutating func truncatedNormal(
        _ shape: Shape, mean: Double = 0, standardDeviation: Double = 1, bound: Double = 2, dtype: DType = .float32
    ) -> NDArray {
        require(bound >= 0.01, "truncatedNormal: expected a bound of at least 0.01 standard deviations, got \(bound)")
        require(standardDeviation >= 0, "truncatedNormal: expected a standard deviation of at least 0, got \(standardDeviation)")
        requireFloating(dtype, "truncatedNormal")
        let count = shape.elementCount(of: dtype, for: "truncatedNormal")
        requireExtent(count, "truncatedNormal")
        var values = normal([count], dtype: dtype)
        while true {
            let outside = (abs(values) .> bound).nonzero()[0]
            if outside.count == 0 { break }
            values[outside] = normal([outside.count], dtype: dtype)
        }
        values *= standardDeviation
        values += mean
        return values.reshaped(to: shape)
    }

    /// Integers uniform in `range`.
    public mutating func integers(_ shape: Shape, in range: Range<Int>, dtype: DType = .int64) -> NDArray {
        require(dtype.isInteger, "integers: expected int32 or int64, got \(dtype)")
        require(!range.isEmpty, "integers: expected a range that is not empty, got \(range)")
        require(
            dtype == .int64 || (range.lowerBound >= Int(Int32.min) && range.upperBound - 1 <= Int(Int32.max)),
            "integers: expected a range within int32, got \(range)")
        return draw(.integers(Int64(range.lowerBound)..<Int64(range.upperBound)), Layout(shape, dtype), wordsEach: 2, "integers")
    }

    /// An array of `bool` that is true with the given probability (to within 2⁻²⁴).
    public mutating func bernoulli(_ shape: Shape, probability: Double = 0.5) -> NDArray {
        require(probability >= 0 && probability <= 1, "bernoulli: expected a probability in 0...1, got \(probability)")
        return uniform(shape) .< probability
    }

    /// An array of `bool`, each element true with the probability in the same place of `probabilities`.
    public mutating func bernoulli(_ probabilities: NDArray) -> NDArray {
        requireFloating(probabilities.dtype, "bernoulli")
        return uniform(probabilities.shape, dtype: probabilities.dtype) .< probabilities
    }

    /// The next numbers of the stream, `wordsEach` words of 32 bits for each.
    private mutating func draw(_ numbers: RandomNumbers, _ layout: Layout, wordsEach: Int, _ function: StaticString) -> NDArray {
        let count = layout.shape.elementCount(of: layout.dtype, for: function)
        // No numbers are drawn from no generator.
        if count == 0 { return .zeros(layout.shape, dtype: layout.dtype) }
        let start = advance(byNumbers: count, wordsEach: wordsEach)
        return perform(Draw(numbers, key: seed, stream: stream, counter: start, layout), for: function)
    }

    private func requireFloating(_ dtype: DType, _ function: StaticString) {
        require(dtype.isFloating, "\(function): expected float32 or float64, got \(dtype)")
    }
}
