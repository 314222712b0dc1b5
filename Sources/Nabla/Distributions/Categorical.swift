/// Distributions over the classes 0 ..< k, one for each row of `logits` (batch…, k): pᵢ = exp(zᵢ) / Σⱼ exp(zⱼ).
///
/// A logit of -∞ excludes its class: it is never sampled, and adds nothing to entropies, divergences and their derivatives.
///
///     let policy = Categorical(logits: network(observations))
///     let actions = policy.sample(using: &generator)                 // (batch), int64
public struct Categorical: Distribution {
    /// z
    public let logits: Variable
    /// log p = z - log Σ exp(z), of the shape of `logits`.
    public let logProbabilities: Variable

    /// - Parameter logits: shape (batch…, classes), of a floating type, with at least one class.
    public init(logits: Variable) {
        require(
            logits.dtype.isFloating && logits.rank >= 1 && logits.shape[logits.rank - 1] > 0,
            "Categorical: expected floating logits of shape (batch…, classes), got \(logits.dtype)\(logits.shape)")
        self.logits = logits
        logProbabilities = logSoftmax(logits)
    }

    public var batchShape: Shape { Shape(logits.shape.dropLast()) }

    /// The number of classes, k.
    public var classCount: Int { logits.shape[logits.rank - 1] }

    /// p, of the shape of `logits`.
    public var probabilities: Variable { exp(logProbabilities) }

    /// The class of the largest logit, the first among equals: shape (batch…), int64.
    public var mode: NDArray { logits.array.argMax(axis: -1) }

    /// log p of the class that `x` names in each place.
    ///
    /// - Parameter x: classes in 0 ..< k of an integer type, of shape (batch…), or of that with further leading axes; others stop the program.
    public func logProbability(of x: NDArray) -> Variable {
        require(
            x.dtype.isInteger && x.rank >= batchShape.rank && x.shape.suffix(batchShape.rank).elementsEqual(batchShape),
            "Categorical.logProbability: expected integers of shape (…, \(batchShape)), got \(x.dtype)\(x.shape)")
        let rows = logProbabilities.broadcast(to: Shape(Array(x.shape) + [classCount]))
        let positions = Variable(constant: x).expandingDimensions(at: -1).array
        return rows.takeAlong(positions, axis: -1, labelsOf: "Categorical.logProbability").squeezed(axes: [-1])
    }

    /// -Σ p log p
    public func entropy() -> Variable { -expectation(of: logProbabilities) }

    /// Σ p (log p - log q); ∞ where q excludes a class that p does not.
    public func klDivergence(to other: Categorical) -> Variable {
        require(
            logits.shape == other.logits.shape,
            "klDivergence: expected categorical distributions of one shape, got logits of \(logits.shape) and \(other.logits.shape)")
        return expectation(of: logProbabilities - other.logProbabilities)
    }

    public func detached() -> Categorical { Categorical(logits: logits.detached()) }

    /// Σ p f, without the classes that are excluded, where f is not finite.
    private func expectation(of f: Variable) -> Variable {
        (probabilities * `where`(logProbabilities .!= -Double.infinity, f, 0)).sum(axis: -1)
    }
}

extension Categorical {
    /// Classes by inversion of the cumulative probabilities, one uniform number each: shape (`sampleShape`…, batch…), int64.
    public func sample(_ sampleShape: Shape, using generator: inout RandomGenerator) -> NDArray {
        let cumulative = exp(logProbabilities.array.cast(to: .float64)).cumulativeSum(axis: -1)
        let total = cumulative[.ellipsis, -1]
        // Below the total even after rounding, so the class found has a probability above zero.
        let level = generator.uniform(Shape(Array(sampleShape) + Array(batchShape)), dtype: .float64) * total
        return (cumulative .<= level.expandingDimensions(at: -1)).cast(to: .int64).sum(axis: -1)
    }
}
