// Sums, means, extrema, products and moments over axes.

extension Variable {
    /// The sum over `axes` (nil: all of them).
    public func sum(axes: [Int]? = nil, keepsAxes: Bool = false) -> Variable {
        sum(over: shape.normalized(axes: axes, function: "sum"), keepsAxes)
    }

    func sum(over set: AxisSet, _ keepsAxes: Bool) -> Variable {
        if isSymbolicZero { return .symbolicZero(shape.reduced(over: set, keepsAxes: keepsAxes), dtype: dtype) }
        if set.isEmpty { return unchanged }
        return FunctionNode.recorded(self, array.sum(axes: set.axes, keepsAxes: keepsAxes)) { Sum(set, keepsAxes) }
    }
    public func sum(axis: Int, keepsAxes: Bool = false) -> Variable { sum(axes: [axis], keepsAxes: keepsAxes) }

    /// The transpose of `sum`: this variable, which lacks `axes` (or has them with extent 1), repeated along them to `shape`.
    fileprivate func spread(over axes: AxisSet, to target: Shape) -> Variable {
        if isSymbolicZero { return .symbolicZero(target, dtype: dtype) }
        return FunctionNode.recorded(self, Spread.value(array, axes, target)) { Spread(axes, target) }
    }

    /// The arithmetic mean over `axes` (nil: all of them).
    public func mean(axes: [Int]? = nil, keepsAxes: Bool = false) -> Variable {
        mean(over: shape.normalized(axes: axes, function: "mean"), keepsAxes)
    }

    private func mean(over set: AxisSet, _ keepsAxes: Bool) -> Variable {
        let total = sum(over: set, keepsAxes)
        return total / Double(total.count == 0 ? 0 : count / total.count)
    }
    public func mean(axis: Int, keepsAxes: Bool = false) -> Variable { mean(axes: [axis], keepsAxes: keepsAxes) }

    /// The mean squared distance from the mean over `axes`; `correction` is subtracted from the count in the denominator.
    public func variance(axes: [Int]? = nil, keepsAxes: Bool = false, correction: Int = 0) -> Variable {
        let set = shape.normalized(axes: axes, function: "variance")
        let total = square(self - mean(over: set, true)).sum(over: set, keepsAxes)
        return total / Double((total.count == 0 ? 0 : count / total.count) - correction)
    }

    /// The largest element over `axes` (nil: all of them). Elements that share the maximum share the gradient.
    public func max(axes: [Int]? = nil, keepsAxes: Bool = false) -> Variable {
        extremum(array.max(axes: axes, keepsAxes: keepsAxes), axes, keepsAxes, isLargest: true)
    }
    public func max(axis: Int, keepsAxes: Bool = false) -> Variable { max(axes: [axis], keepsAxes: keepsAxes) }

    /// The smallest element over `axes` (nil: all of them). Elements that share the minimum share the gradient.
    public func min(axes: [Int]? = nil, keepsAxes: Bool = false) -> Variable {
        extremum(array.min(axes: axes, keepsAxes: keepsAxes), axes, keepsAxes, isLargest: false)
    }
    public func min(axis: Int, keepsAxes: Bool = false) -> Variable { min(axes: [axis], keepsAxes: keepsAxes) }

    private func extremum(_ value: @autoclosure () -> NDArray, _ axes: [Int]?, _ keepsAxes: Bool, isLargest: Bool) -> Variable {
        let set = shape.normalized(axes: axes, function: isLargest ? "max" : "min")
        let result = FunctionNode.recorded(self, value(), keep: .inputs) {
            Extremum(set, isLargest, shape.reduced(over: set, keepsAxes: keepsAxes))
        }
        result.node?.keepOutput(0, result.array)
        return result
    }

    /// The product over one axis. A tree of pairwise products, so that its derivatives are right at every order when factors are zero.
    public func product(axis: Int, keepsAxes: Bool = false) -> Variable {
        let axis = shape.normalized(axis: axis, function: "product")
        if shape[axis] == 0 {
            return Variable(flat: .ones(shape.reduced(over: AxisSet(axis), keepsAxes: keepsAxes), dtype: dtype), of: [self])
        }
        var factors = unchanged
        while factors.shape[axis] > 1 {
            let half = factors.shape[axis] / 2
            let parts = factors.split([half, half, factors.shape[axis] - 2 * half], axis: axis)
            let paired = parts[0] * parts[1]
            factors = factors.shape[axis] % 2 == 0 ? paired : concatenate([paired, parts[2]], axis: axis)
        }
        return keepsAxes ? factors : factors.squeezed(axes: [axis])
    }

    /// The product of all elements.
    public func product() -> Variable { flattened().product(axis: 0) }
}

extension AxisSet {
    init(_ axis: Int) {
        self.init()
        insert(axis)
    }

    /// The same axes of examples when there is an axis of examples in front.
    var behindExamples: AxisSet {
        var set = AxisSet()
        set.bits = bits << 1
        return set
    }
}

private final class Sum: LinearFunction {
    let axes: AxisSet
    let keepsAxes: Bool
    init(_ axes: AxisSet, _ keepsAxes: Bool) {
        self.axes = axes
        self.keepsAxes = keepsAxes
    }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0].sum(axes: axes.axes, keepsAxes: keepsAxes)] }
    override func applied(to batch: Batch) -> [Variable]? { [batch[0].sum(axes: axes.behindExamples.axes, keepsAxes: keepsAxes)] }
    override func again(_ arguments: [Variable]) -> Variable { arguments[0].sum(axes: axes.axes, keepsAxes: keepsAxes) }
    override func transpose(_ g: Variable, _ index: Int) -> Variable { g.spread(over: axes, to: edge0.layout.0) }
}

private final class Spread: LinearFunction {
    let axes: AxisSet
    let target: Shape
    init(_ axes: AxisSet, _ target: Shape) {
        self.axes = axes
        self.target = target
    }
    static func value(_ x: NDArray, _ axes: AxisSet, _ target: Shape) -> NDArray {
        x.reshaped(to: target.reduced(over: axes, keepsAxes: true)).broadcast(to: target)
    }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [Spread.value(inputs[0], axes, target)] }
    override func applied(to batch: Batch) -> [Variable]? { [batch[0].spread(over: axes.behindExamples, to: target.stacked(batch.size))] }
    override func again(_ arguments: [Variable]) -> Variable { arguments[0].spread(over: axes, to: target) }
    override func transpose(_ g: Variable, _ index: Int) -> Variable {
        g.sum(axes: axes.axes, keepsAxes: edge0.layout.0.rank == target.rank)
    }
}

/// The derivative is the share of each element that attains the extremum: 1 / (their number). Shares change only where elements tie, and
/// are constants.
private final class Extremum: FunctionNode {
    let axes: AxisSet
    let isLargest: Bool
    let target: Shape
    init(_ axes: AxisSet, _ isLargest: Bool, _ target: Shape) { (self.axes, self.isLargest, self.target) = (axes, isLargest, target) }
    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        [(isLargest ? inputs[0].max(axes: axes.axes) : inputs[0].min(axes: axes.axes)).reshaped(to: target)]
    }
    override func applied(to batch: Batch) -> [Variable]? {
        let (x, axes) = (batch[0], axes.behindExamples.axes)
        return [(isLargest ? x.max(axes: axes) : x.min(axes: axes)).reshaped(to: target.stacked(batch.size))]
    }
    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        let (x, y) = (retainedInput(0).detached(), retainedOutput(0).detached())
        let kept = x.shape.reduced(over: axes, keepsAxes: true)
        let attained = (x .== y.reshaped(to: kept)).cast(to: x.dtype)
        return [gradOutputs[0].reshaped(to: kept) * (attained / attained.sum(axes: axes.axes, keepsAxes: true))]
    }
}

extension Collection where Element == Variable {
    /// The sum of variables of one shape.
    public func sum() -> Variable {
        require(!isEmpty, "sum: expected at least one variable, got none")
        return dropFirst().reduce(first!.unchanged, +)
    }

    /// The arithmetic mean of variables of one shape.
    public func mean() -> Variable {
        require(!isEmpty, "mean: expected at least one variable, got none")
        return sum() / Double(count)
    }
}
