/// A function of the old style, whose `backward` works on arrays.
///
/// Enough to train with; its gradient cannot be differentiated again, and asking for that stops with the function's name. Prefer
/// `FunctionNode`.
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
    open var label: String { String(describing: type(of: self)) }

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
        let gradients = function.backward(Array(inputs.prefix(count)), Array(inputs.dropFirst(count)))
        require(
            gradients.count == count, "\(function.label): expected backward to return \(count) gradients, got \(gradients.count)")
        return gradients
    }

    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        fail(
            "\(function.label): expected a function whose backward is written on variables (FunctionNode) for a second derivative, "
                + "got an old-style Function, whose backward works on arrays")
    }
}
