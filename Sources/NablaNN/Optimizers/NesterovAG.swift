/// Nesterov's accelerated gradient, as Bengio, Boulanger-Lewandowski and Pascanu write it (*Advances in optimizing recurrent networks*,
/// ICASSP 2013, equations 6 and 7): the parameter is the point at which the gradient is taken.
///
/// For a parameter θ with gradient g,
///
///     v ← momentum · v - rate · g
///     θ ← θ + momentum · v - rate · g
///
/// where v begins as zeros.
public final class NesterovAG: Optimizer {
    /// The learning rate.
    public var rate: Double { didSet { changed("rate", rate, in: NesterovAG.sizes) } }
    /// The share of the last step that goes into the next one.
    public var momentum: Double { didSet { changed("momentum", momentum, in: NesterovAG.shares) } }

    /// Nesterov's method on the parameters of `target`.
    public init(_ target: Link, rate: Double = 0.01, momentum: Double = 0.9) {
        NesterovAG.check("rate", rate, in: NesterovAG.sizes)
        NesterovAG.check("momentum", momentum, in: NesterovAG.shares)
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
        value.update(.nesterov, along: gradient, memory: &state.arrays, [rate, momentum])
    }
}
