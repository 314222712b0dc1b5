// Loss functions. Compositions: right at every order because their parts are.

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

/// The mean of -log softmax(x)[label] over the rows of `x` (batch, classes, …), for integer `labels` (batch, …).
public func softmaxCrossEntropy(_ x: Variable, _ labels: NDArray) -> Variable {
    require(
        x.rank >= 2 && labels.shape == x.shape.removing(1),
        "softmaxCrossEntropy: expected x (batch, classes, …) and labels (batch, …), got \(x.shape) and \(labels.shape)")
    require(labels.dtype.isInteger, "softmaxCrossEntropy: expected integer labels, got \(labels.dtype)")
    let chosen = logSoftmax(x, axis: 1).takeAlong(labels.expandingDimensions(at: 1), axis: 1)
    return -chosen.mean()
}

/// The mean over all elements of -t log σ(x) - (1 - t) log(1 - σ(x)), for targets `t` in [0, 1]
public func sigmoidCrossEntropy(_ x: Variable, _ targets: Variable) -> Variable {
    require(x.shape == targets.shape, "sigmoidCrossEntropy: expected equal shapes, got \(x.shape) and \(targets.shape)")
    return (softplus(x) - x * targets).mean()
}
public func sigmoidCrossEntropy(_ x: Variable, _ targets: NDArray) -> Variable {
    sigmoidCrossEntropy(x, Variable(constant: targets.cast(to: x.dtype)))
}
