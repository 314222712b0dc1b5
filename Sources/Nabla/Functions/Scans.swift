// Running sums and products along an axis.

extension Variable {
    /// Running sums along `axis`, from the last element when `reverse`. The transpose is the running sum from the other end.
    public func cumulativeSum(axis: Int, reverse: Bool = false) -> Variable {
        let axis = shape.normalized(axis: axis, function: "cumulativeSum")
        if isSymbolicZero { return self }
        return FunctionNode.recorded(self, array.cumulativeSum(axis: axis, reverse: reverse)) { CumulativeSum(axis, reverse) }
    }

    /// Running products along `axis`. Made of pairwise products, so that its derivatives are right at every order when factors are zero.
    public func cumulativeProduct(axis: Int) -> Variable {
        scanned(axis: axis, function: "cumulativeProduct", *)
    }

    /// Running values of log Σ exp along `axis`.
    public func logCumulativeSumExp(axis: Int) -> Variable {
        scanned(axis: axis, function: "logCumulativeSumExp", logAddExp)
    }

    /// All prefixes of an associative operation in ⌈log₂ n⌉ steps: after step k each element has absorbed the 2ᵏ before it.
    private func scanned(
        axis: Int, function: String, _ combine: (Variable, Variable) -> Variable
    ) -> Variable {
        let axis = shape.normalized(axis: axis, function: function)
        var (result, reach) = (unchanged, 1)
        while reach < shape[axis] {
            let tail = result.segment(axis: axis, start: reach, step: 1, count: shape[axis] - reach)
            let earlier = result.segment(axis: axis, start: 0, step: 1, count: shape[axis] - reach)
            let head = result.segment(axis: axis, start: 0, step: 1, count: reach)
            result = concatenate([head, combine(earlier, tail)], axis: axis)
            reach *= 2
        }
        return result
    }
}

private final class CumulativeSum: LinearFunction {
    let axis: Int
    let reverse: Bool
    init(_ axis: Int, _ reverse: Bool) {
        self.axis = axis
        self.reverse = reverse
    }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0].cumulativeSum(axis: axis, reverse: reverse)] }
    override func applied(to batch: Batch) -> [Variable]? { [batch[0].cumulativeSum(axis: axis + 1, reverse: reverse)] }
    override func again(_ arguments: [Variable]) -> Variable { arguments[0].cumulativeSum(axis: axis, reverse: reverse) }
    override func transpose(_ g: Variable, _ index: Int) -> Variable { g.cumulativeSum(axis: axis, reverse: !reverse) }
}
