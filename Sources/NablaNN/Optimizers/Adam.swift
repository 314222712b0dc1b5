/// Adam (Kingma and Ba, *Adam: a method for stochastic optimization*, ICLR 2015, algorithm 1): steps of a size that does not depend on
/// the gradient's scale.
///
/// For update t of a parameter θ with gradient g,
///
///     m ← β₁ m + (1 - β₁) g
///     v ← β₂ v + (1 - β₂) g²
///     θ ← θ - α m̂ / (√v̂ + ε),   m̂ = m / (1 - β₁ᵗ),   v̂ = v / (1 - β₂ᵗ)
///
/// where m and v begin as zeros; the hats undo the bias which that brings.
public final class Adam: Optimizer {
    /// The size of steps.
    public var alpha: Double { didSet { changed("alpha", alpha, in: Adam.sizes) } }
    /// The decay of the average m of gradients.
    public var beta1: Double { didSet { changed("beta1", beta1, in: Adam.decays) } }
    /// The decay of the average v of their squares.
    public var beta2: Double { didSet { changed("beta2", beta2, in: Adam.decays) } }
    /// Bounds the quotient where gradients vanish.
    public var eps: Double { didSet { changed("eps", eps, in: Adam.sizes) } }

    /// Adam on the parameters of `target`; `alpha` and `eps` are finite and at least 0, the decays in 0 ..< 1.
    public init(_ target: Link, alpha: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, eps: Double = 1e-8) {
        require(
            (0..<1).contains(beta1) && (0..<1).contains(beta2), "Adam: expected beta1 and beta2 in 0..<1, got \(beta1) and \(beta2)")
        Adam.check("alpha", alpha, in: Adam.sizes)
        Adam.check("eps", eps, in: Adam.sizes)
        (self.alpha, self.beta1, self.beta2, self.eps) = (alpha, beta1, beta2, eps)
        super.init(target)
    }

    /// `alpha`.
    override public var stepSize: Double {
        get { alpha }
        set { alpha = newValue }
    }

    override public var stateNames: [String] { ["m", "v"] }

    override package class var keepsArrays: Bool { false }

    override public func step(_ value: inout NDArray, _ gradient: NDArray, _ state: inout ParameterState) {
        let size = alpha / (1 - power(beta1, state.steps)), root = 1 / (1 - power(beta2, state.steps)).squareRoot()
        value.update(.adam, along: gradient, memory: &state.arrays, [beta1, 1 - beta1, beta2, 1 - beta2, size, root, eps])
    }
}

/// bⁿ by repeated squaring, the same on every machine.
private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
        if rest & 1 == 1 { result *= square }
        square *= square
        rest >>= 1
    }
    return result
}
