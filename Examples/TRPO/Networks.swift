import NablaNN

/// Two hidden layers of tanh units with orthogonal weights and biases 0, as most implementations begin.
final class Perceptron: Chain {
    private let first: Linear, second: Linear, output: Linear

    init(_ inputs: Int, hidden: Int, _ outputs: Int, outputGain: Double, dtype: DType, using generator: inout RandomGenerator) {
        func layer(_ inputs: Int, _ outputs: Int, gain: Double) -> Linear {
            Linear(inputs, outputs, initializer: .orthogonal(gain: gain), dtype: dtype, using: &generator)
        }
        first = layer(inputs, hidden, gain: 2.0.squareRoot())
        second = layer(hidden, hidden, gain: 2.0.squareRoot())
        output = layer(hidden, outputs, gain: outputGain)
        super.init()
    }

    func callAsFunction(_ x: Variable) -> Variable { output(tanh(second(tanh(first(x))))) }
}

/// π(a | s): a perceptron gives the logits of discrete actions, or the mean of continuous ones, whose standard deviations do not depend on
/// the state (Schulman et al. 2015, section 8.1).
public final class Policy: Chain {
    private let perceptron: Perceptron
    /// log σ of each component of continuous actions.
    public let logStandardDeviation: Parameter?

    /// A policy that begins near the same distribution in every state, with σ = 1.
    public init(
        observationSize: Int, actionSpace: ActionSpace, hidden: Int = 64, dtype: DType = .float32, using generator: inout RandomGenerator
    ) {
        let outputs: Int
        switch actionSpace {
        case .discrete(let count): (outputs, logStandardDeviation) = (count, nil)
        case .continuous(let count, _):
            (outputs, logStandardDeviation) = (count, Parameter(.zeros([count], dtype: dtype), name: "logStandardDeviation"))
        }
        perceptron = Perceptron(observationSize, hidden: hidden, outputs, outputGain: 0.01, dtype: dtype, using: &generator)
        super.init()
    }

    /// π(· | s) for `states` (batch, observation size).
    public func callAsFunction(_ states: Variable) -> ActionDistribution {
        let outputs = perceptron(states)
        guard let logStandardDeviation else { return .categorical(Categorical(logits: outputs)) }
        return .normal(Normal(mean: outputs, logStandardDeviation: logStandardDeviation.variable, independentOverLastAxis: true))
    }
}

/// V(s), an estimate of the discounted rewards that follow a state.
public final class ValueFunction: Chain {
    private let perceptron: Perceptron

    public init(observationSize: Int, hidden: Int = 64, dtype: DType = .float32, using generator: inout RandomGenerator) {
        perceptron = Perceptron(observationSize, hidden: hidden, 1, outputGain: 1, dtype: dtype, using: &generator)
        super.init()
    }

    /// V(s) (batch) for `states` (batch, observation size).
    public func callAsFunction(_ states: Variable) -> Variable { perceptron(states).squeezed(axes: [-1]) }

    /// The mean squared difference from `returns` (batch).
    public func loss(_ states: Variable, _ returns: Variable) -> Variable { square(self(states) - returns).mean() }
}
