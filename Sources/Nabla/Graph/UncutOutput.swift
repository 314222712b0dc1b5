/// An output of a function, for the function's own rule, after `unchain()` cut that output: a leaf for everybody else, but to the rule of another
/// output what it was, a function of the inputs.
///
/// It stands beside the function, over the same inputs, and its rule is the function's for that one output.
final class UncutOutput: FunctionNode {
    let origin: FunctionNode
    private let index: Int
    private let array: NDArray

    private init(_ origin: FunctionNode, _ index: Int, _ array: NDArray) { (self.origin, self.index, self.array) = (origin, index, array) }

    /// Output `index` of `origin`, which is cut.
    @inline(never)
    static func of(_ origin: FunctionNode, _ index: Int, _ array: NDArray) -> Variable {
        let node = UncutOutput(origin, index, array)
        node.connect(
            (0..<origin.inputCount).map { input in
                let edge = origin.followedEdge(input)
                return edge.node.map { Variable(standingFor: $0, edge.output) }
                    ?? Variable(unrecorded: .zeros([], dtype: array.dtype), edge.output)
            })
        node.setOutputs([array])
        if origin.flags.contains(.holdsVariables) { node.flags.insert(.holdsVariables) }
        return Variable(array: array, node: node)
    }

    override var label: String { origin.label }
    override var author: AnyObject? { origin.author }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [array] }
    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        origin.backward(
            indexes,
            (0..<origin.outputCount).map { output in
                let (shape, dtype) = origin.outputLayout(output)
                return output == index ? gradOutputs[0] : .symbolicZero(shape, dtype: dtype)
            })
    }
}
