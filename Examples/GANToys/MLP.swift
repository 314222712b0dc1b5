import NablaNN

/// Rectified units in layers of equal width and a linear output, begun as in the authors' `gan_toy.py`: He's uniform numbers, Glorot's for
/// the output, biases 0.
public final class MLP: Chain {
    private let hidden: [Linear]
    private let output: Linear

    /// A network with so many inputs and outputs, and `depth` hidden layers of `width` units.
    public init(_ inputs: Int, _ outputs: Int, width: Int, depth: Int, dtype: DType = .float32, using random: inout RandomGenerator) {
        precondition(depth >= 1, "MLP: expected a depth of at least 1, got \(depth)")
        var layers: [Linear] = []
        for layer in 0..<depth {
            layers.append(Linear(layer == 0 ? inputs : width, width, initializer: .heUniform, dtype: dtype, using: &random))
        }
        hidden = layers
        output = Linear(width, outputs, initializer: .glorotUniform, dtype: dtype, using: &random)
        super.init()
    }

    /// The outputs (batch, outputs) at `x` (batch, inputs).
    public func callAsFunction(_ x: Variable) -> Variable { output(hidden.reduce(x) { relu($1($0)) }) }

    /// What each hidden layer says at `x`, (batch, width) each, and the outputs.
    public func activations(at x: Variable) -> (hidden: [Variable], output: Variable) {
        var all: [Variable] = []
        for layer in hidden { all.append(relu(layer(all.last ?? x))) }
        return (all, output(all.last ?? x))
    }

    /// The weights of all layers, without the biases.
    public var weights: [NDArray] { (hidden + [output]).map(\.weight.array) }
}
