/// Gradient descent with momentum (Polyak, *Some methods of speeding up the convergence of iteration methods*, 1964).
///
/// For a parameter θ with gradient g,
///
///     v ← momentum · v - rate · g
///     θ ← θ + v
///
/// where v begins as zeros.
public final class MomentumSGD: Optimizer {
    /// The learning rate.
    public var rate: Double { didSet { changed("rate", rate, in: MomentumSGD.sizes) } }
    /// The share of the last step that goes into the next one.
    public var momentum: Double { didSet { changed("momentum", momentum, in: MomentumSGD.shares) } }

    /// Gradient descent with momentum on the parameters of `target`.
    public init(_ target: Link, rate: Double = 0.01, momentum: Double = 0.9) {
        MomentumSGD.check("rate", rate, in: MomentumSGD.sizes)
        MomentumSGD.check("momentum", momentum, in: MomentumSGD.shares)
        (self.rate, self.momentum) = (rate, momentum)
        super.init(target)
    }

    /// `rate`.
    override public var stepSize: Double {
        get { rate }
        set { rate = newValue }
    }

    override public var stateNames: [String] { ["v"] }

    override package class var keepsArrays: Bool { false }

    override public func step(_ value: inout NDArray, _ gradient: NDArray, _ state: inout ParameterState) {
        value.update(.momentum, along: gradient, memory: &state.arrays, [rate, momentum])
    }
}
