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
    let chosen = logSoftmax(x, axis: axis).takeAlong(positions, axis: axis, labelsOf: "softmaxCrossEntropy")
    switch reduction {
    case .mean: return -chosen.mean()
    case .sum: return -chosen.sum()
    case .none: return -chosen.squeezed(axes: [axis])
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
    override class var isReal: Bool { true }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable { index == 0 ? t * map(SigmoidError.self, a, b) : -(t * a) }
}
/// σ(a) - b, which no subtraction gives where σ(a) is near a b of 1
private final class SigmoidError: BinaryMap {
    override class var op: BinaryOp { NK_SIGMOID_ERROR }
    override class var name: StaticString { "sigmoidCrossEntropy′" }
    override func scaled(_ t: Variable, byPartial index: Int) -> Variable { index == 0 ? t * sigmoidSlope(a, sigmoid(a)) : -t }
}
public func sigmoidCrossEntropy(_ x: Variable, _ targets: NDArray) -> Variable {
    sigmoidCrossEntropy(x, Variable(constant: targets).cast(to: x.dtype.floating))
}
