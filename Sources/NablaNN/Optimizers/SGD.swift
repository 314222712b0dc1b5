/// Gradient descent: θ ← θ - rate · g.
public final class SGD: Optimizer {
    /// The learning rate.
    public var rate: Double { didSet { changed("rate", rate, in: SGD.sizes) } }

    /// Gradient descent on the parameters of `target`.
    public init(_ target: Link, rate: Double = 0.01) {
        SGD.check("rate", rate, in: SGD.sizes)
        self.rate = rate
        super.init(target)
    }

    /// `rate`.
    override public var stepSize: Double {
        get { rate }
        set { rate = newValue }
    }

    override package class var keepsArrays: Bool { false }

    override public func step(_ value: inout NDArray, _ gradient: NDArray, _ state: inout ParameterState) {
        value.update(.sgd, along: gradient, memory: &state.arrays, [rate])
    }
}
