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
    let parts = gates.split(into: 4, axis: -1)
    let next = sigmoid(parts[1]) * c + sigmoid(parts[0]) * tanh(parts[2])
    return (next, sigmoid(parts[3]) * tanh(next))
}
