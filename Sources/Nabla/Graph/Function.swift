/// A function of the old style, whose `backward` works on arrays.
///
/// Enough to train with; its gradient cannot be differentiated again, and asking for that stops with the function's name. Forward mode works
/// at first order, but what works on arrays cannot be transposed: `backward` runs once for each element of the outputs. Prefer `FunctionNode`.
///
///     final class Cube: Function {
///         override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0] * inputs[0] * inputs[0]] }
///         override func backward(_ inputs: [NDArray], _ gradOutputs: [NDArray]) -> [NDArray] {
///             [3 * inputs[0] * inputs[0] * gradOutputs[0]]
///         }
///     }
///     let y = Cube().apply([x])[0]
open class Function {
    public init() {}

    /// The results for `inputs`.
    open func forward(_ inputs: [NDArray]) -> [NDArray] {
        fail("\(label): expected an override of forward, got none")
    }

    /// The gradients of all inputs, from the inputs and the gradients of all outputs (zeros where absent).
    open func backward(_ inputs: [NDArray], _ gradOutputs: [NDArray]) -> [NDArray] {
        fail("\(label): expected an override of backward, got none")
    }

    /// The name in messages.
    open var label: String { typeLabel(of: type(of: self)) }

    /// Runs the function and records it.
    public final func apply(_ inputs: [Variable]) -> [Variable] { FunctionAdapter(self).apply(inputs) }
}

/// Makes a node of an old-style function.
private final class FunctionAdapter: FunctionNode {
    let function: Function

    init(_ function: Function) { self.function = function }

    override var label: String { function.label }
    override var author: AnyObject? { function }

    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        retainInputs(Array(inputs.indices))
        return function.forward(inputs)
    }

    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        let all = FunctionGradient(function, inputCount).apply((0..<inputCount).map(retainedInput) + gradOutputs)
        return indexes.map { all[$0] }
    }

    override func push(_ tangents: [Variable], _ given: InputSet) -> [Variable] {
        let moving = given.indexes
        let node = FunctionTangent(function, inputCount, moving, (0..<outputCount).map(outputLayout))
        return node.apply((0..<inputCount).map(retainedInput) + moving.map { tangents[$0] })
    }
}

extension Function {
    /// The gradients of all inputs, after a check of their number.
    fileprivate final func gradients(_ inputs: [NDArray], _ gradOutputs: [NDArray]) -> [NDArray] {
        let gradients = backward(inputs, gradOutputs)
        require(
            gradients.count == inputs.count,
            "\(label): expected backward to return \(inputs.count) gradients, got \(gradients.count)")
        return gradients
    }

    fileprivate final func failSecondDerivative() -> Never {
        fail(
            "\(label): expected a function whose backward is written on variables (FunctionNode) for a second derivative, "
                + "got an old-style Function, whose backward works on arrays")
    }
}

/// The gradient of an old-style function: a node that knows its inputs, so that differentiating it is noticed.
private final class FunctionGradient: FunctionNode {
    let function: Function
    let count: Int

    init(_ function: Function, _ count: Int) {
        self.function = function
        self.count = count
    }

    override var label: String { "\(function.label)Gradient" }
    override var author: AnyObject? { function }

    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        function.gradients(Array(inputs.prefix(count)), Array(inputs.dropFirst(count)))
    }

    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] { function.failSecondDerivative() }
}

/// The tangents of an old-style function's outputs: the gradient of one element, for each element, is a row of the Jacobian.
private final class FunctionTangent: FunctionNode {
    let function: Function
    let count: Int
    /// The inputs that move; their tangents follow the inputs.
    let moving: [Int]
    let outputs: [(shape: Shape, dtype: DType)]

    init(_ function: Function, _ count: Int, _ moving: [Int], _ outputs: [(Shape, DType)]) {
        (self.function, self.count, self.moving) = (function, count, moving)
        self.outputs = outputs.map { (shape: $0.0, dtype: $0.1) }
    }

    override var label: String { "\(function.label)Tangent" }

    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        let (point, tangents) = (Array(inputs.prefix(count)), Array(inputs.dropFirst(count)))
        var cotangents = outputs.map { NDArray.zeros($0.shape, dtype: $0.dtype) }
        return outputs.enumerated().map { output, layout in
            guard layout.dtype.isFloating else { return cotangents[output] }
            let zeros = cotangents[output]
            var unit = [Double](repeating: 0, count: zeros.count)
            let elements = unit.indices.map { element -> Double in
                unit[element] = 1
                cotangents[output] = NDArray(unit, shape: layout.shape, dtype: layout.dtype)
                unit[element] = 0
                return innerProduct(row(point, cotangents), tangents)
            }
            cotangents[output] = zeros
            return NDArray(elements, shape: layout.shape, dtype: layout.dtype)
        }
    }

    /// The gradients of the inputs that move.
    private func row(_ point: [NDArray], _ cotangents: [NDArray]) -> [NDArray] {
        let gradients = function.gradients(point, cotangents)
        for index in moving {
            require(
                gradients[index].shape == point[index].shape,
                "\(function.label): expected a gradient of shape \(point[index].shape) for input \(index), got \(gradients[index].shape)")
        }
        return moving.map { gradients[$0] }
    }

    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] { function.failSecondDerivative() }
}
