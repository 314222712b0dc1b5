/// What an optimiser does beside its own steps: a change of the gradients before an update, or of the parameters after it.
///
///     let optimizer = SGD(model)
///     optimizer.addHook(WeightDecay(rate: 1e-4))
///     optimizer.addHook(GradientClipping(threshold: 5))
///
/// Hooks run in the order in which they were added. A hook sees all the parameters of one update together, those that have a gradient.
public protocol OptimizerHook {
    /// Changes the gradients that the coming update will follow; each keeps its shape and type. The parameters' own `grad` stays as
    /// `backward` left it, so an update can be repeated.
    func changeGradients(_ gradients: inout [NDArray], of parameters: [Parameter])

    /// Changes the parameters that were just updated.
    func changeParameters(_ parameters: [Parameter])
}

extension OptimizerHook {
    public func changeGradients(_ gradients: inout [NDArray], of parameters: [Parameter]) {}
    public func changeParameters(_ parameters: [Parameter]) {}
}

/// Adds `rate · θ` to the gradient of every parameter θ: that of a loss with ½ · rate · ‖θ‖² added.
public struct WeightDecay: OptimizerHook {
    /// The weight of the parameters in their gradients.
    public var rate: Double { didSet { check() } }

    public init(rate: Double) {
        self.rate = rate
        check()
    }

    private func check() { require(rate >= 0 && rate.isFinite, "WeightDecay: expected a finite rate of at least 0, got \(rate)") }

    public func changeGradients(_ gradients: inout [NDArray], of parameters: [Parameter]) {
        for (index, parameter) in parameters.enumerated() { gradients[index] = gradients[index] + rate * parameter.array }
    }
}

/// Scales all gradients by one factor so that together they are no longer than `threshold` (Pascanu, Mikolov and Bengio, *On the difficulty
/// of training recurrent neural networks*, ICML 2013).
///
/// Gradients that are not finite have no direction and stay as they are.
public struct GradientClipping: OptimizerHook {
    /// The greatest length of the gradients of all parameters, taken as one vector.
    public var threshold: Double { didSet { check() } }

    public init(threshold: Double) {
        self.threshold = threshold
        check()
    }

    private func check() { require(threshold > 0, "GradientClipping: expected a threshold above 0, got \(threshold)") }

    public func changeGradients(_ gradients: inout [NDArray], of parameters: [Parameter]) {
        guard let factor = factor(of: gradients.filter { $0.count > 0 }) else { return }
        // Numbers may not be looked at in compiled closures; products with 1 change nothing, but take time.
        if !ArrayTrace.isActive && factor.item() == 1 { return }
        for index in gradients.indices { gradients[index] = factor.cast(to: gradients[index].dtype) * gradients[index] }
    }

    /// threshold / length where the gradients are finite and longer than the threshold, otherwise 1.
    private func factor(of gradients: [NDArray]) -> NDArray? {
        let sizes = gradients.map { abs($0).max().cast(to: .float64) }
        guard let first = sizes.first else { return nil }
        let largest = sizes.dropFirst().reduce(first) { maximum($0, $1) }
        // Relative to the largest element, because the square of a large float32 overflows.
        let squares = gradients.map { square($0 / largest.cast(to: $0.dtype)).sum().cast(to: .float64) }
        let length = largest * sqrt(squares.dropFirst().reduce(squares[0]) { $0 + $1 })
        return `where`((length .> threshold) .&& isFinite(largest), threshold / length, NDArray.ones([], dtype: .float64))
    }
}

/// Puts every element of the gradients between `low` and `high`.
public struct GradientHardClipping: OptimizerHook {
    public var low: Double { didSet { check() } }
    public var high: Double { didSet { check() } }

    public init(low: Double, high: Double) {
        (self.low, self.high) = (low, high)
        check()
    }

    private func check() { require(low <= high, "GradientHardClipping: expected bounds in order, got \(low) and \(high)") }

    public func changeGradients(_ gradients: inout [NDArray], of parameters: [Parameter]) {
        for index in gradients.indices { gradients[index] = clip(gradients[index], low, high) }
    }
}

/// Puts every element of the updated parameters between `-limit` and `limit`, which bounds the slope of a critic (Arjovsky, Chintala and
/// Bottou, *Wasserstein GAN*, 2017, algorithm 1).
public struct WeightClipping: OptimizerHook {
    public var limit: Double { didSet { check() } }

    public init(limit: Double) {
        self.limit = limit
        check()
    }

    private func check() { require(limit >= 0, "WeightClipping: expected a limit of at least 0, got \(limit)") }

    public func changeParameters(_ parameters: [Parameter]) {
        for parameter in parameters { parameter.update { $0 = clip($0, -limit, limit) } }
    }
}
