extension Variable {
    /// The first example along `axis`, without the axis, for `trace` to follow.
    func firstExample(axis: Int, _ trace: FunctionTrace) -> Variable {
        FunctionNode.recorded(self, FirstExample.value(array, axis)) { FirstExample(axis, trace) }
    }
}

/// The part of an array at position 0 of an axis.
///
/// It stands for all parts while a trace follows it, so a derivative that passes it meanwhile, to the whole array that a function of one
/// example happens to know, belongs at another position for each example: no trace can tell.
private final class FirstExample: LinearFunction {
    let axis: Int
    weak var trace: FunctionTrace?
    init(_ axis: Int, _ trace: FunctionTrace?) { (self.axis, self.trace) = (axis, trace) }
    static func value(_ x: NDArray, _ axis: Int) -> NDArray {
        // Of memory of its own, so that nothing else is known by this array.
        x.strided(axis: axis, start: 0, step: 1, count: 1).copied().reshaped(to: x.shape.removing(axis))
    }
    private func refuse() {
        if let trace, trace.isWatching { trace.refuse("a derivative with respect to all examples") }
    }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [FirstExample.value(inputs[0], axis)] }
    override func applied(to batch: Batch) -> [Variable]? { [first(batch[0], axis + 1)] }
    override func again(_ arguments: [Variable]) -> Variable {
        refuse()
        return first(arguments[0], axis)
    }
    private func first(_ x: Variable, _ axis: Int) -> Variable {
        FunctionNode.recorded(x, FirstExample.value(x.array, axis)) { FirstExample(axis, nil) }
    }
    override func transpose(_ g: Variable, _ index: Int) -> Variable {
        refuse()
        return g.expandingDimensions(at: axis).placed(axis: axis, start: 0, step: 1, in: edge0.layout.0[axis])
    }
}
