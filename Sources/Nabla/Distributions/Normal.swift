/// Normal distributions N(μ, σ²), one for each element of the broadcast shape of μ and σ; or, `independentOverLastAxis`, one vector of
/// independent components for each row, whose log-probabilities and divergences are sums over the last axis.
///
///     let policy = Normal(mean: network(observations), logStandardDeviation: s, independentOverLastAxis: true)
///     let actions = policy.sample(using: &generator)                 // (batch, components)
///     let logProbabilities = policy.logProbability(of: actions)      // (batch)
public struct Normal: Distribution {
    /// μ
    public let mean: Variable
    /// σ
    public let standardDeviation: Variable
    /// log σ
    public let logStandardDeviation: Variable
    /// Whether the last axis holds the components of one value.
    public let isIndependentOverLastAxis: Bool
    /// The broadcast shape of μ and σ: of one value of the whole batch.
    public let shape: Shape

    /// Parameters of one floating type, whose shapes broadcast together. `logStandardDeviation` may be any real number, which suits a
    /// parameter that is learnt.
    public init(mean: Variable, logStandardDeviation: Variable, independentOverLastAxis: Bool = false) {
        self.init(mean, exp(logStandardDeviation), logStandardDeviation, independentOverLastAxis)
    }

    /// The same with σ > 0 itself.
    public init(mean: Variable, standardDeviation: Variable, independentOverLastAxis: Bool = false) {
        self.init(mean, standardDeviation, log(standardDeviation), independentOverLastAxis)
    }

    private init(_ mean: Variable, _ deviation: Variable, _ logDeviation: Variable, _ isIndependent: Bool) {
        require(
            mean.dtype.isFloating && mean.dtype == deviation.dtype,
            "Normal: expected a mean and a standard deviation of one floating type, got \(mean.dtype) and \(deviation.dtype)")
        shape = broadcastShape(mean.array, deviation.array, "Normal")
        require(!isIndependent || shape.rank >= 1, "Normal: expected an axis of independent components, got shape []")
        self.mean = mean
        standardDeviation = deviation
        logStandardDeviation = logDeviation
        isIndependentOverLastAxis = isIndependent
    }

    public var batchShape: Shape { isIndependentOverLastAxis ? Shape(shape.dropLast()) : shape }

    /// μ, of `shape`.
    public var mode: NDArray { mean.array.broadcast(to: shape) }

    /// log p(x) = -½ ((x - μ) / σ)² - log σ - ½ log 2π, summed over the components of a value.
    ///
    /// - Parameter x: of `shape`, or of that with further leading axes; differentiable too.
    public func logProbability(of x: Variable) -> Variable {
        require(
            x.rank >= shape.rank && x.shape.suffix(shape.rank).elementsEqual(shape),
            "Normal.logProbability: expected values of shape (…, \(shape)), got \(x.shape)")
        let deviations = square((x - mean) / standardDeviation)
        return summedOverComponents(-0.5 * deviations - (logStandardDeviation + halfLog2π))
    }
    public func logProbability(of x: NDArray) -> Variable { logProbability(of: Variable(constant: x)) }

    /// log σ + ½ log 2πe, summed over the components of a value.
    public func entropy() -> Variable {
        summedOverComponents((logStandardDeviation + (halfLog2π + 0.5)).broadcast(to: shape))
    }

    /// ½ (σₚ²/σ_q² - 1) - log σₚ/σ_q + ½ ((μₚ - μ_q) / σ_q)², summed over the components of a value.
    ///
    /// With d = log σₚ - log σ_q the first terms are ½ (expm1 2d - 2d), which keeps its precision for close distributions and is exactly 0,
    /// with a gradient of exactly 0, for equal ones.
    public func klDivergence(to other: Normal) -> Variable {
        require(
            shape == other.shape && isIndependentOverLastAxis == other.isIndependentOverLastAxis,
            "klDivergence: expected normal distributions of one shape, got batches \(batchShape) of \(shape) and "
                + "\(other.batchShape) of \(other.shape)")
        let d = 2 * (logStandardDeviation - other.logStandardDeviation)
        let shift = square((mean - other.mean) / other.standardDeviation)
        return summedOverComponents((0.5 * (expm1(d) - d + shift)).broadcast(to: shape))
    }

    public func detached() -> Normal {
        Normal(mean.detached(), standardDeviation.detached(), logStandardDeviation.detached(), isIndependentOverLastAxis)
    }

    private func summedOverComponents(_ x: Variable) -> Variable { isIndependentOverLastAxis ? x.sum(axis: -1) : x }
}

extension Normal {
    public func sample(_ sampleShape: Shape, using generator: inout RandomGenerator) -> NDArray {
        mean.array + standardDeviation.array * noise(sampleShape, &generator)
    }

    /// μ + σ ε with standard normal ε: the numbers that `sample` gives, as a differentiable function of μ and σ, so that expectations over
    /// the distribution are differentiated through their samples (Kingma and Welling, *Auto-encoding variational Bayes*, ICLR 2014).
    ///
    /// - Returns: shape (`sampleShape`…, `shape`…).
    public func reparameterizedSample(_ sampleShape: Shape = [], using generator: inout RandomGenerator) -> Variable {
        mean + standardDeviation * noise(sampleShape, &generator)
    }

    private func noise(_ sampleShape: Shape, _ generator: inout RandomGenerator) -> NDArray {
        generator.normal(Shape(Array(sampleShape) + Array(shape)), dtype: mean.dtype)
    }
}

/// ½ log 2π
private let halfLog2π = 0.918938533204672741780329736405618
