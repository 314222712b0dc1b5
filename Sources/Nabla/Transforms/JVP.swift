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
    require(tangents.count == inputs.count, "jvp: expected \(inputs.count) tangents, got \(tangents.count)")
    for (input, tangent) in zip(inputs, tangents) {
        require(
            input.shape == tangent.shape && input.dtype == tangent.dtype,
            "jvp: expected a tangent of \(input.dtype)\(input.shape) like the input, got \(tangent.dtype)\(tangent.shape)")
    }
    return ForwardWalk.run(from: inputs, tangents: tangents, to: outputs, recorded: enableDoubleBackprop)
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
    return withRecording(true) {
        let places = x.map(\.withPlace)
        let values = f(places)
        return (values, jvp(of: values, wrt: places, along: v, enableDoubleBackprop: isResultRecorded))
    }
}

/// The value of `f` at `x` and its derivative along `v`.
public func jvp(of f: (Variable) -> Variable, at x: Variable, along v: Variable) -> (value: Variable, tangent: Variable) {
    let (values, tangents) = jvp(of: { [f($0[0])] }, at: [x], along: [v])
    return (values[0], tangents[0])
}

/// The values of `f` at `x` and the gradients of ⟨u, f(x)⟩: (f(x), Jᵀ u).
public func vjp(
    of f: ([Variable]) -> [Variable], at x: [Variable], gradOutputs u: [Variable], enableDoubleBackprop: Bool = false
) -> (values: [Variable], gradients: [Variable]) {
    withRecording(true) {
        let places = x.map(\.withPlace)
        let values = f(places)
        return (values, grad(of: values, wrt: places, gradOutputs: u, enableDoubleBackprop: enableDoubleBackprop))
    }
}

/// The value of `f` at `x` and the gradient of ⟨u, f(x)⟩.
public func vjp(
    of f: (Variable) -> Variable, at x: Variable, gradOutput u: Variable, enableDoubleBackprop: Bool = false
) -> (value: Variable, gradient: Variable) {
    let (values, gradients) = vjp(
        of: { [f($0[0])] }, at: [x], gradOutputs: [u], enableDoubleBackprop: enableDoubleBackprop)
    return (values[0], gradients[0])
}

extension Variable {
    /// This variable if it has a place in a graph, otherwise a leaf of the same numbers.
    var withPlace: Variable { isRecorded ? self : Variable(array) }
}
