/// A fully connected layer: y = x Wᵀ + b, on the last axis of `x`.
///
/// Parameters: `weight` (outputs, inputs) and `bias` (outputs).
public final class Linear: Link, Layer {
    public let weight: Parameter
    public let bias: Parameter?
    private let outputs: Int

    /// A layer whose values come from `generator`.
    ///
    /// - Parameters:
    ///   - inputs: extent of the last axis of the input; nil: that of the first input.
    ///   - outputs: extent of the last axis of the result.
    ///   - bias: whether there is a bias, which begins at 0.
    ///   - initializer: makes the weight.
    ///   - dtype: type of the parameters.
    public init(
        _ inputs: Int?, _ outputs: Int, bias: Bool = true, initializer: Initializer = .leCunNormal, dtype: DType = .float32,
        using generator: inout RandomGenerator
    ) {
        require(
            (inputs ?? 1) >= 1 && outputs >= 1,
            "Linear: expected numbers of inputs and outputs of at least 1, got \(inputs ?? 1) and \(outputs)")
        self.outputs = outputs
        weight = Parameter(inputs.map { [outputs, $0] }, initializer: initializer, dtype: dtype, name: "weight", using: &generator)
        weight.openShape = [outputs, inputs]
        self.bias = bias ? Parameter(.zeros([outputs], dtype: dtype), name: "bias") : nil
    }

    /// A layer whose values come from the process-wide generator.
    public convenience init(
        _ inputs: Int?, _ outputs: Int, bias: Bool = true, initializer: Initializer = .leCunNormal, dtype: DType = .float32
    ) {
        var generator = RandomGenerator.withShared { $0.split() }
        self.init(inputs, outputs, bias: bias, initializer: initializer, dtype: dtype, using: &generator)
    }

    public func callAsFunction(_ x: Variable) -> Variable {
        require(x.rank >= 1, "Linear: expected an input of at least one axis, got a single number")
        weight.initialize([outputs, x.shape[x.rank - 1]])
        let weight = weight.variable
        requireType(of: x, weight.dtype, "Linear")
        let inputs = weight.shape[weight.rank - 1]
        require(x.shape[x.rank - 1] == inputs, "Linear: expected an input (…, \(inputs)), got \(x.shape)")
        return inScope { linear(x, weight, bias?.variable) }
    }
}
