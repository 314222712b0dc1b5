// Normalisations. Mean and variance are variables like any others and never saved numbers: a derivative rule that holds them as constants is
// right up to the second order and wrong, without a sign of it, from the third.

/// gamma · (x - mean) / √(variance + eps) + beta, with mean and variance of `x` over `axes`
/// (Ioffe and Szegedy, *Batch normalization: accelerating deep network training by reducing internal covariate shift*, ICML 2015).
///
/// - Parameters:
///   - x: the batch. Its squares must be numbers of its type: beyond 1e19 in float32 the variance is infinite, and the result is `beta`.
///   - gamma: the scale, whose axes are those of `x` without `axes`; so are those of `beta`.
///   - beta: the shift.
///   - axes: over which axes the statistics go. nil: the first one and all behind those of `gamma`, that is, batch and pixels of an `x` of
///     shape (batch, channels, height, width) when `gamma` has the shape (channels).
///   - eps: is added to the variance, which divides by the count itself and not by the count less one.
public func batchNormalization(_ x: Variable, gamma: Variable, beta: Variable, axes: [Int]? = nil, eps: Double = 2e-5) -> Variable {
    batchNormalizationWithMoments(x, gamma: gamma, beta: beta, axes: axes, eps: eps).result
}

/// `batchNormalization` together with the mean and the variance that it used, in the shape of `gamma`.
package func batchNormalizationWithMoments(
    _ x: Variable, gamma: Variable, beta: Variable, axes: [Int]? = nil, eps: Double = 2e-5
) -> (result: Variable, mean: Variable, variance: Variable) {
    let set = x.shape.statisticsAxes(axes, besides: gamma, "batchNormalization")
    let kept = x.shape.reduced(over: set, keepsAxes: true)
    let parameterShape = x.shape.reduced(over: set, keepsAxes: false)
    let (scale, shift) = fitted(gamma, beta, parameterShape, kept, "batchNormalization")
    let (result, mean, variance) = standardized(x, set, scale: scale, shift: shift, eps: eps)
    return (result, mean.reshaped(to: parameterShape), variance.reshaped(to: parameterShape))
}

/// gamma · (x - mean) / √(variance + eps) + beta, with given `mean` and `variance`: what stands for `batchNormalization` once training is
/// over. Differentiable with respect to all of them.
///
/// - Parameters:
///   - x: the batch.
///   - gamma: the scale, whose axes are those of `x` without `axes`; so are those of `beta`, `mean` and `variance`.
///   - beta: the shift.
///   - mean: what is subtracted.
///   - variance: whose root is divided by.
///   - axes: the other axes of `x`; nil: the first one and all behind those of `gamma`.
///   - eps: is added to the variance.
public func fixedBatchNormalization(
    _ x: Variable, gamma: Variable, beta: Variable, mean: Variable, variance: Variable, axes: [Int]? = nil, eps: Double = 2e-5
) -> Variable {
    let set = x.shape.statisticsAxes(axes, besides: gamma, "fixedBatchNormalization")
    let kept = x.shape.reduced(over: set, keepsAxes: true)
    let parameterShape = x.shape.reduced(over: set, keepsAxes: false)
    let (scale, shift) = fitted(gamma, beta, parameterShape, kept, "fixedBatchNormalization")
    let (centre, spread) = fitted(mean, variance, parameterShape, kept, "fixedBatchNormalization", ("mean", "variance"))
    return (x - centre) * (scale * rsqrt(spread + eps)) + shift
}

/// gamma · (x - mean) / √(variance + eps) + beta, with mean and variance of `x` over `axes`
/// (Ba, Kiros and Hinton, *Layer normalization*, 2016). Each example is normalised by itself.
///
/// - Parameters:
///   - x: any array, the features of an example on `axes`. Its squares must be numbers of its type: beyond 1e19 in float32 the variance is
///     infinite, and the result is `beta`.
///   - gamma: the scale, whose axes are `axes` in the order in which `x` has them; so are those of `beta`.
///   - beta: the shift.
///   - axes: over which axes the statistics go.
///   - eps: is added to the variance.
public func layerNormalization(_ x: Variable, gamma: Variable, beta: Variable, axes: [Int] = [-1], eps: Double = 2e-5) -> Variable {
    let set = x.shape.normalized(axes: axes, function: "layerNormalization")
    let (parameterShape, stretched) = x.shape.restricted(to: set)
    let (scale, shift) = fitted(gamma, beta, parameterShape, stretched, "layerNormalization")
    return standardized(x, set, scale: scale, shift: shift, eps: eps).result
}

/// scale · (x - mean) / √(variance + eps) + shift, with the moments over `axes`, which keep them with extent 1.
private func standardized(
    _ x: Variable, _ axes: AxisSet, scale: Variable, shift: Variable, eps: Double
) -> (result: Variable, mean: Variable, variance: Variable) {
    let mean = x.mean(axes: axes.axes, keepsAxes: true)
    let centred = x - mean
    let variance = square(centred).mean(axes: axes.axes, keepsAxes: true)
    // The moments of nothing are not numbers, and by way of the rule for products they would reach the gradient of the scale, which is 0.
    if x.count == 0 { return (x * scale + shift, mean, variance) }
    return (centred * (scale * rsqrt(variance + eps)) + shift, mean, variance)
}

/// Two parameters with axes of extent 1 put where `target` has them, after a check of their shapes.
private func fitted(
    _ a: Variable, _ b: Variable, _ shape: Shape, _ target: Shape, _ function: String, _ names: (String, String) = ("gamma", "beta")
) -> (Variable, Variable) {
    require(
        a.shape == shape && b.shape == shape,
        "\(function): expected \(names.0) and \(names.1) of shape \(shape), got \(a.shape) and \(b.shape)")
    return (a.reshaped(to: target), b.reshaped(to: target))
}

extension Shape {
    /// The axes of a batch over which its statistics go.
    fileprivate func statisticsAxes(_ axes: [Int]?, besides gamma: Variable, _ function: String) -> AxisSet {
        if let axes { return normalized(axes: axes, function: function) }
        require(
            rank > gamma.rank, "\(function): expected x with more axes than gamma, got shapes \(self) and \(gamma.shape)")
        return normalized(axes: (0..<rank).filter { $0 == 0 || $0 > gamma.rank }, function: function)
    }

    /// The extents of `axes` alone, and these extents among ones in place of the other axes.
    fileprivate func restricted(to axes: AxisSet) -> (alone: Shape, among: Shape) {
        var (alone, among) = (Shape(), Shape())
        for axis in 0..<rank {
            if axes.contains(axis) { alone.append(self[axis]) }
            among.append(axes.contains(axis) ? self[axis] : 1)
        }
        return (alone, among)
    }
}
