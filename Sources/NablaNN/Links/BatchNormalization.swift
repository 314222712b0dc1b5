/// Batch normalisation (Ioffe and Szegedy, *Batch normalization*, ICML 2015): `batchNormalization` in training, with running averages of
/// its mean and variance, and `fixedBatchNormalization` with these averages afterwards.
///
///     let norm = BatchNormalization(64)
///     let y = norm(x)                          // training: normalises by the batch, and takes it into the averages
///     let z = norm(x, training: false)         // evaluation: normalises by the averages, and changes nothing
///
/// Which of the two is said in the call, or, for a layer inside a `Sequential`, by `isTraining` (`model.setTraining(_:)`). Every call in training
/// moves the averages, also one whose gradient is never taken.
///
/// Parameters: `gamma`, which begins as ones, and `beta`, as zeros, both of shape (size).
public final class BatchNormalization: Link, Layer, TrainingMode {
    public let gamma: Parameter
    public let beta: Parameter
    /// The running average of the batches' means. Not a parameter: no gradient flows to it, and optimisers leave it alone.
    public var runningMean: NDArray {
        willSet { noteState() }
        didSet { checkAverage(runningMean, "runningMean") }
    }
    /// The running average of the batches' variances, each with the count less one in its denominator, as an estimate for all examples.
    public var runningVariance: NDArray {
        willSet { noteState() }
        didSet { checkAverage(runningVariance, "runningVariance") }
    }
    /// What a call without `training:` does.
    public var isTraining = true { willSet { noteMode() } }
    /// The share of the averages that one more batch leaves.
    public var decay: Double {
        willSet { noteDecay() }
        didSet { checkDecay() }
    }
    /// Is added to variances.
    public let eps: Double
    private let size: Int

    /// A layer for inputs of shape (batch, size, …).
    public init(_ size: Int, decay: Double = 0.9, eps: Double = 2e-5, dtype: DType = .float32) {
        require(size >= 1, "BatchNormalization: expected a size of at least 1, got \(size)")
        require(eps >= 0 && eps.isFinite, "BatchNormalization: expected a finite eps of at least 0, got \(eps)")
        (self.size, self.decay, self.eps) = (size, decay, eps)
        gamma = Parameter(.ones([size], dtype: dtype), name: "gamma")
        beta = Parameter(.zeros([size], dtype: dtype), name: "beta")
        runningMean = .zeros([size], dtype: dtype)
        runningVariance = .ones([size], dtype: dtype)
        super.init()
        checkDecay()
    }

    private func checkDecay() { require((0...1).contains(decay), "BatchNormalization: expected a decay in 0...1, got \(decay)") }

    /// The running averages.
    override public var persistents: [String: NDArray] {
        get { ["runningMean": runningMean, "runningVariance": runningVariance] }
        set {
            guard newValue.count == 2, let mean = newValue["runningMean"], let variance = newValue["runningVariance"] else {
                fail("BatchNormalization.persistents: expected runningMean and runningVariance, got \(newValue.keys.sorted())")
            }
            (runningMean, runningVariance) = (mean, variance)
        }
    }

    public func callAsFunction(_ x: Variable) -> Variable {
        noteMode()
        return self(x, training: isTraining)
    }

    /// Tells a trace what decides the closure it watches.
    private func noteMode() { ArrayTrace.noteCondition(self, "isTraining") { self.isTraining } }

    private func noteDecay() {
        guard ArrayTrace.isActive else { return }
        let decay = decay
        ArrayTrace.noteCondition(self, "decay") { self.decay == decay }
    }

    /// Tells a trace that the averages outlive the closure it watches.
    private func noteState() {
        guard ArrayTrace.isActive else { return }
        let (mean, variance) = (runningMean, runningVariance)
        ArrayTrace.noteState(
            self, "runningMean", load: { self.runningMean }, store: { self.runningMean = $0 },
            isolation: .init(replace: { self.runningMean = $0 }, restore: { self.runningMean = mean }))
        ArrayTrace.noteState(
            self, "runningVariance", load: { self.runningVariance }, store: { self.runningVariance = $0 },
            isolation: .init(replace: { self.runningVariance = $0 }, restore: { self.runningVariance = variance }))
    }

    /// Normalises `x`, by its own statistics when `training`, else by the running averages.
    public func callAsFunction(_ x: Variable, training: Bool) -> Variable {
        require(
            x.rank >= 2 && x.shape[1] == size, "BatchNormalization: expected an input of shape [batch, \(size), …], got \(x.shape)")
        requireType(of: x, runningMean.dtype, "BatchNormalization")
        noteState()
        guard training else {
            return inScope {
                fixedBatchNormalization(
                    x, gamma: gamma.variable, beta: beta.variable, mean: Variable(constant: runningMean),
                    variance: Variable(constant: runningVariance), eps: eps)
            }
        }
        noteDecay()
        let (result, mean, variance) = inScope {
            batchNormalizationWithMoments(x, gamma: gamma.variable, beta: beta.variable, eps: eps)
        }
        let examples = Double(x.count / size)
        // Once for each batch: a checkpoint normalises it again for the backward walk.
        if examples > 0 && !isRecomputing {
            runningMean = decay * runningMean + (1 - decay) * mean.array.cast(to: runningMean.dtype)
            let unbiased = (examples / max(examples - 1, 1)) * variance.array.cast(to: runningVariance.dtype)
            runningVariance = decay * runningVariance + (1 - decay) * unbiased
        }
        return result
    }

    private func checkAverage(_ array: NDArray, _ name: String) {
        require(
            array.shape == gamma.array.shape && array.dtype == gamma.array.dtype,
            "BatchNormalization: expected \(gamma.array.dtype)\(gamma.array.shape) for \(name), got \(array.dtype)\(array.shape)")
    }
}
