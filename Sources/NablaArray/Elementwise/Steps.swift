import CNablaKernels

// Steps of recurrent networks and of optimisers, in one pass each.

/// A step of a long short-term memory with cell `c` (…, hidden) and gates i, f, g, o one after another (…, 4 · hidden): the next cell, the
/// output, and sigmoid(i), sigmoid(f), tanh(g), sigmoid(o) and tanh(next) one after another along the first axis.
package func lstmStep(_ c: NDArray, _ gates: NDArray) -> (next: NDArray, h: NDArray, activations: NDArray) {
    let c = c.contiguous()
    let (next, h) = (NDArray(uninitializedLike: c), NDArray(uninitializedLike: c))
    let activations = NDArray(uninitialized: c.shape.replacing(0, with: 5 * c.shape[0]), c.dtype)
    perform(LSTMStep(), [c, gates.contiguous()], into: [next, h, activations])
    return (next, h, activations)
}

/// The gradients of cell and gates from those of the next cell and of the output; nil stands for zeros, but not for both.
package func lstmGradient(
    _ c: NDArray, gates: NDArray, next: NDArray, _ activations: NDArray, gradNext: NDArray?, gradH: NDArray?
) -> (c: NDArray, gates: NDArray) {
    let gradC = NDArray(uninitialized: c.shape, c.dtype)
    let gradGates = NDArray(uninitialized: c.shape.replacing(c.rank - 1, with: 4 * c.shape[c.rank - 1]), c.dtype)
    let gradients = [gradNext, gradH].compactMap { $0?.contiguous() }
    perform(
        LSTMGradient(hasNext: gradNext != nil, hasH: gradH != nil),
        [c.contiguous(), gates.contiguous(), next.contiguous(), activations.contiguous()] + gradients, into: [gradC, gradGates])
    return (gradC, gradGates)
}

extension NDArray {
    /// Changes this parameter along `gradient` by an optimiser's rule, in place when no other value shares its memory; so is `memory`, what
    /// the optimiser remembers. The kernels' header names each rule's numbers.
    package mutating func update(_ rule: UpdateRule, along gradient: NDArray, memory: inout [NDArray], _ numbers: [Double]) {
        for index in memory.indices { memory[index].makeUnique() }
        let out = ownsMemoryAlone && isContiguous ? self : NDArray(uninitializedLike: self)
        perform(UpdateStep(rule, numbers), [contiguous(), gradient.contiguous()], into: [out] + memory)
        self = out
    }
}
