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
    Transform.check(v, like: x, "hessianVectorProduct", "directions")
    let slopes = grad(of: y, wrt: x, enableDoubleBackprop: true)
    return switch mode {
    case .reverseOverReverse: grad(of: slopes, wrt: x, gradOutputs: v, enableDoubleBackprop: enableDoubleBackprop)
    case .forwardOverReverse: jvp(of: slopes, wrt: x, along: v, enableDoubleBackprop: enableDoubleBackprop)
    }
}

/// H v, where H is the matrix of second derivatives of the scalar function `f` at `x`, without making H.
///
/// - Parameters:
///   - f: a function to a single number of a variable, or of a tree of variables.
///   - v: a direction, in the structure of `x`.
///   - mode: by default the cheaper one, reverse over reverse: both multiply as many matrices, but it makes fewer small functions. On
///     a perceptron of 670 000 parameters both take 12.2 ms on one thread, twice the gradient; on two threads 6.6 ms, and forward over
///     reverse 8.3. A gradient made of slices, as Rosenbrock's, takes forward mode four times as long.
///   - enableDoubleBackprop: whether the product is recorded; by default inside the closure of another transform.
public func hessianVectorProduct<T: VariableTree>(
    of f: (T) -> Variable, at x: T, along v: T, mode: HessianVectorMode = .reverseOverReverse, enableDoubleBackprop: Bool? = nil
) -> T {
    let isResultRecorded = Transform.isResultRecorded(enableDoubleBackprop)
    return Transform.run {
        let places = x.variables.map(\.withPlace)
        let product = hessianVectorProduct(
            of: f(x.replacingVariables(places)), wrt: places, along: v.variables, mode: mode, enableDoubleBackprop: isResultRecorded)
        return x.replacingVariables(product)
    }
}

/// The derivative of order `order` of a recorded `y` with respect to `x`, element by element: `y` was computed from `x` by functions that do not mix
/// elements, and has its shape.
public func derivative(of y: Variable, wrt x: Variable, order: Int = 1, enableDoubleBackprop: Bool = false) -> Variable {
    require(order >= 0, "derivative: expected an order of at least 0, got \(order)")
    return (0..<order).reduce(y) { y, k in
        let ones = Variable(constant: NDArray.ones([], dtype: y.dtype).broadcast(to: y.shape))
        return grad(of: y, wrt: x, gradOutput: ones, enableDoubleBackprop: enableDoubleBackprop || k + 1 < order)
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
            let place = x.withPlace
            return derivative(of: f(place), wrt: place, order: order, enableDoubleBackprop: isResultRecorded)
        }
    }
}
