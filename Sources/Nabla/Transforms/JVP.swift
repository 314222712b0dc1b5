/// The tangents of recorded `outputs` when `inputs` move along `tangents`: Σⱼ (∂outputᵢ/∂inputⱼ) tangentⱼ for each output. Forward mode.
///
/// Like the gradients of `grad`, tangents can be recorded and differentiated again, in either mode.
///
/// - Parameters:
///   - outputs: results of recorded functions of the inputs.
///   - inputs: variables with a place in the graph.
///   - tangents: one for each input, of its shape.
///   - enableDoubleBackprop: whether the tangents are recorded.
/// - Returns: one tangent for each output, of its shape; zeros where it does not depend on the inputs.
public func jvp(
    of outputs: [Variable], wrt inputs: [Variable], along tangents: [Variable], enableDoubleBackprop: Bool = false
) -> [Variable] {
    if needsRecordedRule(outputs) { return outputs.map { .symbolicZero($0.shape, dtype: $0.dtype) } }
    requireRecorded(outputs, "jvp", inputs)
    return pushforward("jvp", of: outputs, wrt: inputs, along: tangents, recorded: enableDoubleBackprop)
}

/// The same for `function`, which the user called, where an output may be a constant: what a closure returns need not depend on its argument.
func pushforward(
    _ function: String, of outputs: [Variable], wrt inputs: [Variable], along tangents: [Variable], recorded: Bool
) -> [Variable] {
    require(tangents.count == inputs.count, "\(function): expected \(inputs.count) tangents, got \(tangents.count)")
    requirePlaces(inputs, function)
    requireKnown(outputs, function)
    for (input, tangent) in zip(inputs, tangents) {
        require(
            input.shape == tangent.shape && input.dtype == tangent.dtype,
            "\(function): expected a tangent of \(input.dtype)\(input.shape) like the input, got \(tangent.dtype)\(tangent.shape)")
    }
    return ForwardWalk.run(from: inputs, tangents: tangents, to: outputs, recorded: recorded, function: function)
}

/// The values of `f` at `x` and their derivatives along `v`: (f(x), J v).
///
/// Recorded like any other function, so that it can be nested: a gradient of a `jvp`, a `jvp` of a gradient, a `jvp` of a `jvp`.
///
///     let (y, dy) = jvp(of: { tanh($0) }, at: x, along: v)
public func jvp(
    of f: ([Variable]) -> [Variable], at x: [Variable], along v: [Variable]
) -> (values: [Variable], tangents: [Variable]) {
    let isResultRecorded = isRecording
    return Transform.run {
        let places = Transform.places(x, "jvp")
        let values = f(places)
        return (values, pushforward("jvp", of: values, wrt: places, along: v, recorded: isResultRecorded))
    }
}

/// The value of `f` at `x` and its derivative along `v`, for a function from one structure of variables to another: `v` has the structure
/// of `x`, and the tangent that of the value.
@_disfavoredOverload
public func jvp<T: VariableTree, U: VariableTree>(of f: (T) -> U, at x: T, along v: T) -> (value: U, tangent: U) {
    var result: U?
    let (values, tangents) = jvp(
        of: { places in
            let value = f(x.replacingVariables(places))
            result = value
            return value.variables
        }, at: x.variables, along: v.variables)
    return (result!.replacingVariables(values), result!.replacingVariables(tangents))
}

/// The values of `f` at `x` and the gradients of ⟨u, f(x)⟩: (f(x), Jᵀ u).
///
/// - Parameter enableDoubleBackprop: whether the gradients are recorded; by default inside the closure of another transform.
public func vjp(
    of f: ([Variable]) -> [Variable], at x: [Variable], gradOutputs u: [Variable], enableDoubleBackprop: Bool? = nil
) -> (values: [Variable], gradients: [Variable]) {
    let isResultRecorded = Transform.isResultRecorded(enableDoubleBackprop)
    return Transform.run {
        let places = Transform.places(x, "vjp")
        let values = f(places)
        return (values, gradients("vjp", of: values, wrt: places, gradOutputs: u, recorded: isResultRecorded))
    }
}

/// The value of `f` at `x` and the gradient of ⟨u, f(x)⟩, for a function from one structure of variables to another: `u` has the structure
/// of the value, and the gradient that of `x`.
@_disfavoredOverload
public func vjp<T: VariableTree, U: VariableTree>(
    of f: (T) -> U, at x: T, gradOutput u: U, enableDoubleBackprop: Bool? = nil
) -> (value: U, gradient: T) {
    var result: U?
    let (values, gradients) = vjp(
        of: { places in
            let value = f(x.replacingVariables(places))
            result = value
            return value.variables
        }, at: x.variables, gradOutputs: u.variables, enableDoubleBackprop: enableDoubleBackprop)
    return (result!.replacingVariables(values), x.replacingVariables(gradients))
}
