import NablaNN

/// The regressor of the sinusoid experiment: two hidden layers of 40 rectified units, begun as in the authors' `maml.py`, with weights from
/// a normal distribution of standard deviation 0.01 cut off at two, and biases 0.
public final class SineNetwork: Chain {
    private let weights: [Parameter]
    private let biases: [Parameter]

    /// A network with so many `inputs` and units in each hidden layer.
    public init(inputs: Int = 1, hidden: Int = 40, dtype: DType = .float32, using generator: inout RandomGenerator) {
        let sizes = [inputs, hidden, hidden, 1]
        weights = zip(sizes, sizes.dropFirst()).map { rows, columns in
            Parameter(generator.truncatedNormal([rows, columns], standardDeviation: 0.01, dtype: dtype), name: "weight")
        }
        biases = sizes.dropFirst().map { Parameter(.zeros([1, $0], dtype: dtype), name: "bias") }
        super.init()
    }

    /// The outputs (tasks, points, 1) at `x` (tasks, points, inputs) of the network with parameters θ: those of a `SineNetwork`, which all
    /// tasks then share, or as many with a leading axis of tasks.
    public static func outputs(_ theta: [Variable], at x: Variable) -> Variable {
        let layers = theta.count / 2
        var h = x
        for layer in 0..<layers {
            h = matmul(h, theta[layer]) + theta[layers + layer]
            if layer + 1 < layers { h = relu(h) }
        }
        return h
    }
}
