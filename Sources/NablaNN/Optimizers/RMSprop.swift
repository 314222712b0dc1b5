/// RMSprop (Tieleman and Hinton, *Neural networks for machine learning*, lecture 6.5, 2012): gradients divided by a running average of
/// their size.
///
/// For a parameter θ with gradient g,
///
///     ms ← alpha · ms + (1 - alpha) g²
///     θ ← θ - rate · g / (√ms + eps)
///
/// where ms begins as zeros. The root is taken before `eps` is added, as in Chainer and PyTorch; TensorFlow adds first.
public final class RMSprop: Optimizer {
    /// The learning rate.
    public var rate: Double { didSet { changed("rate", rate, in: RMSprop.sizes) } }
    /// The decay of the average of squared gradients.
    public var alpha: Double { didSet { changed("alpha", alpha, in: RMSprop.shares) } }
    /// Bounds the quotient where gradients vanish.
    public var eps: Double { didSet { changed("eps", eps, in: RMSprop.sizes) } }

    /// RMSprop on the parameters of `target`.
    public init(_ target: Link, rate: Double = 0.01, alpha: Double = 0.99, eps: Double = 1e-8) {
        RMSprop.check("rate", rate, in: RMSprop.sizes)
        RMSprop.check("eps", eps, in: RMSprop.sizes)
        RMSprop.check("alpha", alpha, in: RMSprop.shares)
        (self.rate, self.alpha, self.eps) = (rate, alpha, eps)
        super.init(target)
    }

    /// `rate`.
    override public var stepSize: Double {
        get { rate }
        set { rate = newValue }
    }

    override public var stateNames: [String] { ["ms"] }

    override package class var keepsArrays: Bool { false }

    override public func step(_ value: inout NDArray, _ gradient: NDArray, _ state: inout ParameterState) {
        value.update(.rmsProp, along: gradient, memory: &state.arrays, [rate, alpha, 1 - alpha, eps])
    }
}
