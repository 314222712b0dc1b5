// Steps of recurrent networks and of optimisers, in one pass each, of row-major arrays.

/// A step of a long short-term memory with a cell (…, hidden) and gates i, f, g, o one after another (…, 4 · hidden): the next cell, the
/// output, and sigmoid(i), sigmoid(f), tanh(g), sigmoid(o) and tanh(next) one after another along the first axis.
package struct LSTMStep: ArrayOperation {
    package init() {}
    package var name: String { "lstmStep" }
}

/// The gradients of cell and gates of a step of a long short-term memory from cell, gates, next cell and activations, and from the gradients
/// of next cell and output, those that there are.
package struct LSTMGradient: ArrayOperation {
    package let hasNext, hasH: Bool
    package init(hasNext: Bool, hasH: Bool) { (self.hasNext, self.hasH) = (hasNext, hasH) }
    package var name: String { "lstmGradient" }
}

/// A parameter's next value from value and gradient by an optimiser's rule; the outputs after the first, what the optimiser remembers, are
/// changed. The kernels' header names each rule's numbers.
package struct UpdateStep: ArrayOperation {
    package let rule: UpdateRule
    package let numbers: [Double]
    package init(_ rule: UpdateRule, _ numbers: [Double]) { (self.rule, self.numbers) = (rule, numbers) }
    package var name: String { "update" }
    package func changes(output index: Int) -> Bool { index > 0 }
}
