/// How a Hessian-vector product is computed.
public enum HessianVectorMode: Sendable {
    /// The gradient of ⟨∇f, v⟩.
    case reverseOverReverse
    /// The tangent of ∇f along v.
    case forwardOverReverse
}

/// H v, where H is the matrix of second derivatives of a recorded number `y` with respect to `x`, without making H: two walks from `y`.
///
/// - Parameters:
///   - y: a single number.
///   - x: variables with a place in the graph.
///   - v: a direction, one part for each variable.
///   - mode: see the one for closures.
///   - enableDoubleBackprop: whether the product is recorded.
public func hessianVectorProduct(
    of y: Variable, wrt x: [Variable], along v: [Variable], mode: HessianVectorMode = .reverseOverReverse,
    enableDoubleBackprop: Bool = false
) -> [Variable] {
    requireRecorded([y], "hessianVectorProduct", x)
    return hessianTimes(v, of: y, wrt: x, mode: mode, recorded: enableDoubleBackprop)
}

private func hessianTimes(
    _ v: [Variable], of y: Variable, wrt x: [Variable], mode: HessianVectorMode, recorded: Bool
) -> [Variable] {
    let function: String = "hessianVectorProduct"
    Transform.check(v, like: x, "hessianVectorProduct", "directions")
    require(y.count == 1, "\(function): expected a single number to differentiate, got a result of shape \(y.shape)")
    let slopes = gradients(function, of: [y], wrt: x, recorded: true)
    return switch mode {
    case .reverseOverReverse: gradients(function, of: slopes, wrt: x, gradOutputs: v, recorded: recorded)
    case .forwardOverReverse: pushforward(function, of: slopes, wrt: x, along: v, recorded: recorded)
    }
}

/// H v, where H is the matrix of second derivatives of the scalar function `f` at `x`, without making H.
///
/// - Parameters:
///   - f: a function to a single number of a variable, or of a tree of variables.
///   - v: a direction, in the structure of `x`.
///   - mode: reverse over reverse unless told otherwise, whatever `f` is: both multiply as many matrices, but it makes fewer small functions.
///     On a perceptron of 670 000 parameters it takes 2.5 times as long as the gradient. A gradient made of slices, as Rosenbrock's, takes
///     forward over reverse 1.4 to 1.8 times as long as reverse over reverse.
///   - enableDoubleBackprop: whether the product is recorded; by default inside the closure of another transform.
@_disfavoredOverload
public func hessianVectorProduct<T: VariableTree>(
    of f: (T) -> Variable, at x: T, along v: T, mode: HessianVectorMode = .reverseOverReverse, enableDoubleBackprop: Bool? = nil
) -> T {
    let isResultRecorded = Transform.isResultRecorded(enableDoubleBackprop)
    return Transform.run {
        let places = Transform.places(x.variables, "hessianVectorProduct")
        let product = hessianTimes(
            v.variables, of: f(x.replacingVariables(places)), wrt: places, mode: mode, recorded: isResultRecorded)
        return x.replacingVariables(product)
    }
}

/// The derivative of order `order` of a recorded `y` with respect to `x`, element by element: `y` was computed from `x` by functions that do not mix
/// elements, and has its shape.
public func derivative(of y: Variable, wrt x: Variable, order: Int = 1, enableDoubleBackprop: Bool = false) -> Variable {
    requireRecorded([y], "derivative", [x])
    requireElementwise(y, x)
    return elementwiseDerivative("derivative", of: y, wrt: x, order: order, recorded: enableDoubleBackprop)
}

/// A function that mixes elements is not seen by its numbers; one that changes the shape mixes them.
private func requireElementwise(_ y: Variable, _ x: Variable) {
    require(
        y.shape == x.shape,
        "derivative: expected a function of each element, with a result of the shape \(x.shape) of its argument, got \(y.shape); "
            + "gradient and jacobian differentiate others")
}

/// The same for `function`, which the user called.
func elementwiseDerivative(
    _ function: String, of y: Variable, wrt x: Variable, order: Int = 1, recorded: Bool
) -> Variable {
    require(order >= 0, "\(function): expected an order of at least 0, got \(order)")
    return (0..<order).reduce(y) { y, k in
        let ones = Variable(constant: NDArray.ones([], dtype: y.dtype).broadcast(to: y.shape))
        return gradients(function, of: [y], wrt: [x], gradOutputs: [ones], recorded: recorded || k + 1 < order)[0]
    }
}

/// The derivative of order `order` of an elementwise function: a function again.
///
///     let d2 = derivative(of: { tanh($0) * sin($0) }, order: 2)
///     d2(x)                                                    // of the shape of x
///
/// Element i of the result is dⁿf/dxⁿ at element i; `f` must not mix elements.
public func derivative(
    of f: @escaping (Variable) -> Variable, order: Int = 1, enableDoubleBackprop: Bool? = nil
) -> (Variable) -> Variable {
    require(order >= 0, "derivative: expected an order of at least 0, got \(order)")
    return { x in
        let isResultRecorded = Transform.isResultRecorded(enableDoubleBackprop)
        return Transform.run {
            let place = Transform.places([x], "derivative")[0]
            let y = f(place)
            requireElementwise(y, place)
            return elementwiseDerivative("derivative", of: y, wrt: place, order: order, recorded: isResultRecorded)
        }
    }
}
