/// ∇f(x): the gradients of a function to a single number, in the structure of `x`.
///
///     let g = gradient(of: { ($0 * $0).sum() }, at: x)                              // 2x
///     let slopes = gradient(of: { loss($0["weight"]!, $0["bias"]!) }, at: ["weight": w, "bias": b])
///
/// It is the derivative in the argument alone: what `f` captures is held fixed, also where it was computed from `x`. A result may be the same for
/// every argument, and its gradient is then zero: so is that of what `f` computes from numbers it takes out of the argument by `array` or `item()`.
///
/// - Parameters:
///   - f: is run once.
///   - x: a variable, or a tree of variables.
///   - enableDoubleBackprop: whether the gradients are recorded, so that they can be differentiated again. By default they are inside the
///     closure of another transform, so that transforms nest in any order, and not outside.
@_disfavoredOverload
public func gradient<T: VariableTree>(of f: (T) -> Variable, at x: T, enableDoubleBackprop: Bool? = nil) -> T {
    valueWithGradient(of: f, at: x, enableDoubleBackprop: enableDoubleBackprop).gradient
}

/// f(x) and ∇f(x), by one run of `f`.
@_disfavoredOverload
public func valueWithGradient<T: VariableTree>(
    of f: (T) -> Variable, at x: T, enableDoubleBackprop: Bool? = nil
) -> (value: Variable, gradient: T) {
    let isResultRecorded = Transform.isResultRecorded(enableDoubleBackprop)
    return Transform.run {
        let places = Transform.places(x.variables, "gradient")
        let value = f(x.replacingVariables(places))
        require(value.count == 1, "gradient: expected a function to a single number, got a result of shape \(value.shape)")
        let slopes = gradients("gradient", of: [value], wrt: places, recorded: isResultRecorded)
        return (isResultRecorded ? value : value.marked(.unrecordedGradient), x.replacingVariables(slopes))
    }
}

/// The gradient as a function, which can be differentiated again.
///
///     let slope = gradient(of: { sin($0) })
///     let curvature = gradient(of: slope)                                           // of numbers
@_disfavoredOverload
public func gradient<T: VariableTree>(of f: @escaping (T) -> Variable, enableDoubleBackprop: Bool? = nil) -> (T) -> T {
    { x in gradient(of: f, at: x, enableDoubleBackprop: enableDoubleBackprop) }
}
