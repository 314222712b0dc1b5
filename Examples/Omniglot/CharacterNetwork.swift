import NablaNN

/// The fully connected classifier of the Omniglot experiment: hidden layers of 256, 128, 64 and 64 units, each normalised over the drawings
/// at hand and rectified, then one unit for each class (Finn et al. 2017, section 5.2). Weights begin as in the authors' `maml.py`: from a normal
/// distribution of standard deviation 0.01 cut off at two, and biases with 0. The shifts of the normalisation stand for the hidden biases.
public final class CharacterNetwork: Chain {
    private let weights: [Parameter]
    private let gammas: [Parameter]
    private let betas: [Parameter]
    private let bias: Parameter

    /// A network for so many pixels and classes, with so many units in each hidden layer.
    public init(
        pixels: Int, hidden: [Int] = [256, 128, 64, 64], classes: Int, dtype: DType = .float32, using generator: inout RandomGenerator
    ) {
        let sizes = [pixels] + hidden + [classes]
        weights = zip(sizes, sizes.dropFirst()).map { rows, columns in
            Parameter(generator.truncatedNormal([rows, columns], standardDeviation: 0.01, dtype: dtype), name: "weight")
        }
        gammas = hidden.map { Parameter(.ones([$0], dtype: dtype), name: "gamma") }
        betas = hidden.map { Parameter(.zeros([$0], dtype: dtype), name: "beta") }
        bias = Parameter(.zeros([classes], dtype: dtype), name: "bias")
        super.init()
    }

    /// The logits (tasks, drawings, classes) of `x` (tasks, drawings, pixels) with parameters θ that have a leading axis of tasks, in the
    /// order of a `CharacterNetwork`'s.
    ///
    /// A task is normalised by the moments of its own drawings, of all that are asked at once, in training and in tests alike.
    public static func outputs(_ theta: [Variable], at x: Variable) -> Variable {
        let layers = (theta.count - 2) / 3
        let (weights, gammas, betas) = (theta[...layers], theta[(layers + 1)...(2 * layers)], theta[(2 * layers + 1)...(3 * layers)])
        var h = x
        for (weight, (gamma, beta)) in zip(weights, zip(gammas, betas)) {
            h = relu(batchNormalization(matmul(h, weight), gamma: gamma, beta: beta, axes: [1], eps: 1e-3))
        }
        return matmul(h, weights[layers]) + theta[3 * layers + 1].expandingDimensions(at: 1)
    }
}
