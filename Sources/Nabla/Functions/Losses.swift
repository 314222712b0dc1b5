import CNablaKernels

// Loss functions. Mostly compositions: right at every order because their parts are.

/// The mean of (a - b)² over all elements
public func meanSquaredError(_ a: Variable, _ b: Variable) -> Variable {
    require(a.shape == b.shape, "meanSquaredError: expected equal shapes, got \(a.shape) and \(b.shape)")
    return square(a - b).mean()
}
public func meanSquaredError(_ a: Variable, _ b: NDArray) -> Variable { meanSquaredError(a, Variable(constant: b)) }

/// The mean over all elements of |a - b|
public func meanAbsoluteError(_ a: Variable, _ b: Variable) -> Variable {
    require(a.shape == b.shape, "meanAbsoluteError: expected equal shapes, got \(a.shape) and \(b.shape)")
    return abs(a - b).mean()
}

/// What a loss function makes of the losses of single examples.
public enum LossReduction: Sendable {
    /// Their mean.
    case mean
    /// Their sum.
    case sum
    /// They stay as they are, one for each example.
    case none
}

/// -log softmax(x)[label], where the classes lie along `axis`: by default the mean over the rows of `x` (batch, classes, …).
///
/// Computed as log(1 + Σ exp(x - x[label])), where the sum is over the other classes: loss and gradient are right to the last digits also where
/// the label is all but certain.
///
/// - Parameters:
///   - labels: integers in 0 ..< classes, of the shape of `x` without `axis`; others stop the program.
///   - reduction: with `.none` the result has the shape of `labels`.
public func softmaxCrossEntropy(
    _ x: Variable, _ labels: NDArray, axis: Int = 1, reduction: LossReduction = .mean
) -> Variable {
    require(
        x.rank >= 1 && (-x.rank..<x.rank).contains(axis),
        "softmaxCrossEntropy: expected an axis of x for the classes, got axis \(axis) of \(x.shape)")
    let axis = axis < 0 ? axis + x.rank : axis
    require(
        labels.shape == x.shape.removing(axis),
        "softmaxCrossEntropy: expected labels in the shape of x without axis \(axis), got \(labels.shape) for x \(x.shape)")
    require(labels.dtype.isInteger, "softmaxCrossEntropy: expected integer labels, got \(labels.dtype)")
    let positions = Variable(constant: labels).expandingDimensions(at: axis).array
    let x = x.cast(to: x.dtype.floating)
    let chosen = x.takeAlong(positions, axis: axis, labelsOf: "softmaxCrossEntropy")
    let classes = NDArray.arange(x.shape[axis]).reshaped(to: Shape([x.shape[axis]] + [Int](repeating: 1, count: x.rank - 1 - axis)))
    let others = `where`(Variable(constant: positions) .== Variable(constant: classes), -Double.infinity, difference(x, chosen))
    let largest = maximum(largestElements(others, [axis], "softmaxCrossEntropy"), 0)
    // exp(-largest), less the 1 that log1p adds, is the label's own part.
    let sum = exp(difference(others, largest)).sum(axis: axis, keepsAxes: true) + expm1(-largest)
    let losses = largest + log1p(sum)
    switch reduction {
    case .mean: return losses.mean()
    case .sum: return losses.sum()
    case .none: return losses.squeezed(axes: [axis])
    }
}

/// The mean over all elements of -t log σ(x) - (1 - t) log(1 - σ(x)), for targets `t` in [0, 1]
public func sigmoidCrossEntropy(_ x: Variable, _ targets: Variable) -> Variable {
    require(x.shape == targets.shape, "sigmoidCrossEntropy: expected equal shapes, got \(x.shape) and \(targets.shape)")
    return map(SigmoidLoss.self, x, targets).mean()
}
private final class SigmoidLoss: BinaryMap {
    override class var op: BinaryOp { NK_SIGMOID_LOSS }
    override class var name: StaticString { "sigmoidCrossEntropy" }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable { index == 0 ? t * map(SigmoidError.self, a, b) : -(t * a) }
}
/// σ(a) - b, which no subtraction gives where σ(a) is near a b of 1
private final class SigmoidError: BinaryMap {
    override class var op: BinaryOp { NK_SIGMOID_ERROR }
    override class var name: StaticString { "sigmoidCrossEntropy′" }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable { index == 0 ? t * sigmoidSlope(a, sigmoid(a)) : -t }
}
public func sigmoidCrossEntropy(_ x: Variable, _ targets: NDArray) -> Variable {
    sigmoidCrossEntropy(x, Variable(constant: targets).cast(to: x.dtype))
}
