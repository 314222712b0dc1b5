/// A function of elements, with broadcasting, whose derivative is zero wherever it has one: a comparison, a sign, a mask. Never recorded; it
/// stands for the function in traces.
final class PiecewiseConstant: ElementwiseFunction {
    let value: ([NDArray]) -> NDArray
    override init() { fail("PiecewiseConstant: expected a function, got none") }
    init(_ value: @escaping ([NDArray]) -> NDArray) { self.value = value }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [value(inputs)] }
    override func again(_ inputs: [Variable]) -> Variable {
        FunctionNode.constant(inputs, value(inputs.map(\.array))) { PiecewiseConstant(value) }
    }
}
