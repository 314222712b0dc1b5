// Functions that draw random numbers. The draw is a constant of the recorded function, so every order of derivative sees the same one.

/// `x` with each element set to 0 with probability `ratio`, and the others divided by 1 - `ratio` so that the mean stays
/// (Srivastava et al., *Dropout: a simple way to prevent neural networks from overfitting*, JMLR 2014).
///
/// - Parameter generator: where the numbers come from; it advances by as many as `x` has elements.
public func dropout(_ x: Variable, ratio: Double = 0.5, using generator: inout RandomGenerator) -> Variable {
    require(ratio >= 0 && ratio < 1, "dropout: expected a ratio in 0..<1, got \(ratio)")
    if ratio == 0 { return x.unchanged }
    return x * (generator.bernoulli(x.shape, probability: 1 - ratio).cast(to: x.dtype) / (1 - ratio))
}

/// Dropout with numbers of the process-wide generator.
public func dropout(_ x: Variable, ratio: Double = 0.5) -> Variable {
    require(ratio >= 0 && ratio < 1, "dropout: expected a ratio in 0..<1, got \(ratio)")
    if ratio == 0 { return x.unchanged }
    let (shape, dtype) = (x.shape, x.dtype)
    return x * RandomGenerator.withShared { $0.bernoulli(shape, probability: 1 - ratio).cast(to: dtype) / (1 - ratio) }
}
