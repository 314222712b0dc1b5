// Steps of recurrent networks.

/// One step of a long short-term memory (Hochreiter and Schmidhuber, *Long short-term memory*, 1997, with the forget gate of Gers,
/// Schmidhuber and Cummins, *Learning to forget*, 2000): the next cell and the output
///
///     c′ = sigmoid(f) · c + sigmoid(i) · tanh(g)
///     h  = sigmoid(o) · tanh(c′)
///
/// - Parameters:
///   - c: the cell, of shape (…, hidden).
///   - gates: i, f, g and o one after another along the last axis, of shape (…, 4 · hidden).
public func lstm(_ c: Variable, _ gates: Variable) -> (c: Variable, h: Variable) {
    require(
        c.rank >= 1 && gates.shape == c.shape.replacing(c.rank - 1, with: 4 * c.shape[c.rank - 1]),
        "lstm: expected a cell (…, hidden) and gates (…, 4 · hidden), got \(c.shape) and \(gates.shape)")
    if c.dtype != gates.dtype {
        let dtype = DType.promoted(c.dtype, gates.dtype)
        return lstm(c.cast(to: dtype), gates.cast(to: dtype))
    }
    let results = LSTM().apply([c, gates])
    return (results[0], results[1])
}

/// What the derivative is made of — sigmoid(i), sigmoid(f), tanh(g), sigmoid(o) and tanh(c′), one after another along the first axis —
/// is a third output, so that it is differentiated in its turn.
private final class LSTM: FunctionNode {
    override var author: AnyObject? { nil }
    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        retainInputs([0, 1])
        retainOutputs([0, 2])
        let (next, h, activations) = lstmStep(inputs[0], inputs[1])
        return [next, h, activations]
    }

    /// The activations' parts go along the first axis: of an example, and not of the examples.
    override func applied(to batch: Batch) -> [Variable]? {
        let results = LSTM().apply([batch.stacked(0), batch.stacked(1)])
        let own = batch.shape(0)
        let parts = results[2].reshaped(to: Shape([5, batch.size] + Array(own))).movingAxis(0, to: 1)
        return [results[0], results[1], parts.reshaped(to: own.replacing(0, with: 5 * own[0]).stacked(batch.size))]
    }

    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        let (parts, more) = (retainedOutput(2).split(into: 5), gradOutputs[2].split(into: 5))
        let (i, f, g, o, t) = (parts[0], parts[1], parts[2], parts[3], parts[4])
        let x = retainedInput(1).split(into: 4, axis: -1)
        let h = gradOutputs[1]
        let next = gradOutputs[0] + (h * o + more[4]) * tanhSlope(retainedOutput(0), t)
        return indexes.map { index in
            if index == 0 { return next * f }
            return concatenate(
                [
                    (next * g + more[0]) * sigmoidSlope(x[0], i), (next * retainedInput(0) + more[1]) * sigmoidSlope(x[1], f),
                    (next * i + more[2]) * tanhSlope(x[2], g), (h * t + more[3]) * sigmoidSlope(x[3], o),
                ], axis: -1)
        }
    }

    override func pull(_ gradOutputs: [Variable], _ needed: InputSet, _ walk: BackwardWalk) {
        if followsRules || !gradOutputs[2].isSymbolicZero { return super.pull(gradOutputs, needed, walk) }
        let given = gradOutputs[0...1].map { $0.isSymbolicZero ? nil : $0.array }
        let (c, gates) = lstmGradient(
            retainedInput(0).array, gates: retainedInput(1).array, next: retainedOutput(0).array, retainedOutput(2).array,
            gradNext: given[0], gradH: given[1])
        if needed.contains(0) { walk.accumulate(Variable(constant: c), at: edge0) }
        if needed.contains(1) { walk.accumulate(Variable(constant: gates), at: edge1) }
    }
}
