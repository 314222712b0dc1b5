/// AdaGrad (Duchi, Hazan and Singer, *Adaptive subgradient methods for online learning and stochastic optimization*, JMLR 2011):
/// gradients divided by the length of all those before.
///
/// For a parameter θ with gradient g,
///
///     h ← h + g²
///     θ ← θ - rate · g / (√h + eps)
///
/// where h begins as zeros.
public final class AdaGrad: Optimizer {
    /// The learning rate.
    public var rate: Double { didSet { changed("rate", rate, in: AdaGrad.sizes) } }
    /// Bounds the quotient where gradients vanish.
    public var eps: Double { didSet { changed("eps", eps, in: AdaGrad.sizes) } }

    /// AdaGrad on the parameters of `target`.
    public init(_ target: Link, rate: Double = 1e-3, eps: Double = 1e-8) {
        AdaGrad.check("rate", rate, in: AdaGrad.sizes)
        AdaGrad.check("eps", eps, in: AdaGrad.sizes)
        (self.rate, self.eps) = (rate, eps)
        super.init(target)
    }

    /// `rate`.
    override public var stepSize: Double {
        get { rate }
        set { rate = newValue }
    }

    override public var stateNames: [String] { ["h"] }

    override package class var keepsArrays: Bool { false }

    override public func step(_ value: inout NDArray, _ gradient: NDArray, _ state: inout ParameterState) {
        value.update(.adaGrad, along: gradient, memory: &state.arrays, [rate, eps])
    }
}
