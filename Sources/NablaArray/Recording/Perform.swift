import CNablaRuntime

// The one way to run an operation: lays out the result, computes it, and tells the traces that watch this thread. Where none does, a look at
// one word of the thread is all it costs.

/// The result of `operation`; `function` is what the user called, for messages.
@inline(__always)
package func perform<O: UnaryOperation>(_ operation: O, _ x: NDArray, for function: StaticString) -> NDArray {
    let out =
        O.keepsLayout ? NDArray(uninitializedLike: x) : NDArray(uninitialized: operation.layout(x.layout, for: function), for: function)
    perform(operation, x, into: out)
    return out
}

/// The same into memory that there is: an operand's own, or a part of an array.
@inline(__always)
package func perform<O: UnaryOperation>(_ operation: O, _ x: NDArray, into out: NDArray) {
    operation.runOnHost(x, into: out)
    if _slowPath(nr_trace() != nil) { ArrayTrace.note(operation, reads: [x], writes: [out]) }
}

@inline(__always)
package func perform<O: BinaryOperation>(_ operation: O, _ a: NDArray, _ b: NDArray, for function: StaticString) -> NDArray {
    let out =
        O.keepsLayout && a.shape == b.shape
        ? NDArray(uninitializedLike: a) : NDArray(uninitialized: operation.layout(a.layout, b.layout, for: function), for: function)
    perform(operation, a, b, into: out)
    return out
}

@inline(__always)
package func perform<O: BinaryOperation>(_ operation: O, _ a: NDArray, _ b: NDArray, into out: NDArray) {
    operation.runOnHost(a, b, into: out)
    if _slowPath(nr_trace() != nil) { ArrayTrace.note(operation, reads: [a, b], writes: [out]) }
}

@inline(__always)
package func perform<O: TernaryOperation>(
    _ operation: O, _ a: NDArray, _ b: NDArray, _ c: NDArray, for function: StaticString
) -> NDArray {
    let out = NDArray(uninitialized: operation.layout(a.layout, b.layout, c.layout, for: function), for: function)
    perform(operation, a, b, c, into: out)
    return out
}

@inline(__always)
package func perform<O: TernaryOperation>(_ operation: O, _ a: NDArray, _ b: NDArray, _ c: NDArray, into out: NDArray) {
    operation.runOnHost(a, b, c, into: out)
    if _slowPath(nr_trace() != nil) { ArrayTrace.note(operation, reads: [a, b, c], writes: [out]) }
}

@inline(__always)
package func perform<O: Creation>(_ operation: O, for function: StaticString) -> NDArray {
    let out = NDArray(uninitialized: operation.layout, for: function)
    perform(operation, into: out)
    return out
}

@inline(__always)
package func perform<O: Creation>(_ operation: O, into out: NDArray) {
    operation.runOnHost(into: out)
    if _slowPath(nr_trace() != nil) { ArrayTrace.note(operation, reads: [], writes: [out]) }
}

/// The same for any numbers of operands and results.
package func perform(_ operation: some ArrayOperation, _ reads: [NDArray], into writes: [NDArray]) {
    operation.runOnHost(reads, into: writes)
    if _slowPath(nr_trace() != nil) { ArrayTrace.note(operation, reads: reads, writes: writes) }
}

/// The same for an operation that is made of others, which traces do not see.
package func performUnwatched(_ operation: some ArrayOperation, _ reads: [NDArray], into writes: [NDArray]) {
    ArrayTrace.unwatched { operation.runOnHost(reads, into: writes) }
    if _slowPath(nr_trace() != nil) { ArrayTrace.note(operation, reads: reads, writes: writes) }
}
