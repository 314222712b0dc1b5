/// One step of a long short-term memory (see `lstm`): the next state from an input and the state before.
///
///     let cell = LSTMCell(8, 32)
///     var state = cell.initialState(batch: 16)
///     for x in sequence { state = cell(x, state) }
///     let prediction = readout(state.h)
///
/// The cell itself remembers nothing: the state goes in and comes out, so a step is a function that can be differentiated, repeated or
/// unrolled like any other. All four gates come from one matrix product of input and output side by side.
///
/// Parameters: `weight` (4 · hidden, inputs + hidden) and `bias` (4 · hidden), in the order of gates i, f, g, o. The bias of the forget
/// gate f begins at 1, so that a new cell remembers (Jozefowicz, Zaremba and Sutskever, *An empirical exploration of recurrent network
/// architectures*, ICML 2015); the rest of it begins at 0.
public final class LSTMCell: Link {
    /// The output and the cell, both (batch, hidden).
    public typealias State = (h: Variable, c: Variable)

    public let weight: Parameter
    public let bias: Parameter
    private let hidden: Int
    private let dtype: DType

    /// A cell whose values come from `generator`.
    ///
    /// - Parameters:
    ///   - inputs: extent of the last axis of the input; nil: that of the first input.
    ///   - hidden: extent of the last axis of the state.
    ///   - initializer: makes the weight.
    ///   - dtype: type of the parameters.
    public init(
        _ inputs: Int?, _ hidden: Int, initializer: Initializer = .leCunNormal, dtype: DType = .float32,
        using generator: inout RandomGenerator
    ) {
        require(
            (inputs ?? 1) >= 1 && hidden >= 1,
            "LSTMCell: expected numbers of inputs and hidden units of at least 1, got \(inputs ?? 1) and \(hidden)")
        (self.hidden, self.dtype) = (hidden, dtype)
        weight = Parameter(
            inputs.map { [4 * hidden, $0 + hidden] }, initializer: initializer, dtype: dtype, name: "weight", using: &generator)
        weight.openShape = [4 * hidden, inputs.map { $0 + hidden }]
        let remembering = (0..<4 * hidden).map { $0 / hidden == 1 ? 1.0 : 0.0 }
        bias = Parameter(NDArray(remembering, dtype: dtype), name: "bias")
    }

    /// A cell whose values come from the process-wide generator.
    public convenience init(_ inputs: Int?, _ hidden: Int, initializer: Initializer = .leCunNormal, dtype: DType = .float32) {
        var generator = RandomGenerator.withShared { $0.split() }
        self.init(inputs, hidden, initializer: initializer, dtype: dtype, using: &generator)
    }

    /// Zeros, with which a sequence begins.
    public func initialState(batch: Int) -> State {
        let zeros = Variable(constant: .zeros([batch, hidden], dtype: dtype))
        return (zeros, zeros)
    }

    /// The state after `x`, of shape (batch, inputs).
    public func callAsFunction(_ x: Variable, _ state: State) -> State {
        require(
            x.rank == 2 && state.h.shape == [x.shape[0], hidden] && state.c.shape == state.h.shape,
            "LSTMCell: expected an input (batch, inputs) and a state of two arrays (batch, \(hidden)), got \(x.shape), \(state.h.shape) and \(state.c.shape)"
        )
        requireType(of: x, dtype, "LSTMCell")
        requireType(of: state.h, dtype, "LSTMCell")
        requireType(of: state.c, dtype, "LSTMCell")
        weight.initialize([4 * hidden, x.shape[1] + hidden])
        let weight = weight.variable
        let inputs = weight.shape[weight.rank - 1] - hidden
        require(x.shape[1] == inputs, "LSTMCell: expected an input (batch, \(inputs)), got \(x.shape)")
        let (c, h) = inScope { lstm(state.c, linear(concatenate([x, state.h], axis: 1), weight, bias.variable)) }
        return (h, c)
    }
}
