import CNablaRuntime

/// The gradients of `outputs` with respect to `inputs`, as variables: Σᵢ (∂outputᵢ/∂input)ᵀ gradOutputᵢ for each input.
///
/// Only functions between the two are visited, and nothing is left behind in the variables.
///
/// - Parameters:
///   - outputs: results of recorded functions. One that occurs twice counts twice.
///   - inputs: variables that take gradients, leaves or not. One that does not influence the outputs gets zeros of its own shape (`isConnected`
///     asks). With respect to a constant, and so to a frozen parameter, and to what is no real number there is no gradient: that stops. So does
///     a parameter's value of before an update, of which nothing new is computed.
///   - gradOutputs: one for each output, of its shape; needed unless the output is a single number, for which 1 stands.
///   - enableDoubleBackprop: whether the gradients are recorded, so that they can be used in a model and differentiated again. Differentiating one
///     that is not recorded, or what contains it, stops, unless it is `detached()`.
///   - retainGraph: whether the graph stays whole for another walk. With `false`, each function gives back its retained arrays as the
///     walk passes.
public func grad(
    of outputs: [Variable], wrt inputs: [Variable], gradOutputs: [Variable]? = nil, enableDoubleBackprop: Bool = false,
    retainGraph: Bool = true
) -> [Variable] {
    if needsRecordedRule(outputs) { return inputs.map { .symbolicZero($0.shape, dtype: $0.dtype) } }
    requireRecorded(outputs, "grad", inputs)
    return gradients(
        "grad", of: outputs, wrt: inputs, gradOutputs: gradOutputs, recorded: enableDoubleBackprop, retainGraph: retainGraph)
}

/// The same for `function`, which the user called, where an output may be a constant: what a closure returns need not depend on its argument.
func gradients(
    _ function: String, of outputs: [Variable], wrt inputs: [Variable], gradOutputs: [Variable]? = nil, recorded: Bool,
    retainGraph: Bool = true
) -> [Variable] {
    requirePlaces(inputs, function)
    requireKnown(outputs, function)
    let seeds = completedSeeds(gradOutputs, for: outputs, function: function, argument: "gradOutputs")
    return BackwardWalk.run(
        from: outputs, seeds: seeds, to: inputs, recorded: recorded, retainGraph: retainGraph || recorded, function: function)
}

/// The gradients of one output with respect to several inputs.
public func grad(
    of output: Variable, wrt inputs: [Variable], gradOutput: Variable? = nil, enableDoubleBackprop: Bool = false,
    retainGraph: Bool = true
) -> [Variable] {
    grad(
        of: [output], wrt: inputs, gradOutputs: gradOutput.map { [$0] }, enableDoubleBackprop: enableDoubleBackprop,
        retainGraph: retainGraph)
}

/// The gradient of one output with respect to one input.
public func grad(
    of output: Variable, wrt input: Variable, gradOutput: Variable? = nil, enableDoubleBackprop: Bool = false,
    retainGraph: Bool = true
) -> Variable {
    grad(
        of: [output], wrt: [input], gradOutputs: gradOutput.map { [$0] }, enableDoubleBackprop: enableDoubleBackprop,
        retainGraph: retainGraph)[0]
}

/// Whether `output` was computed from `input`, so that its gradient could be other than zero.
public func isConnected(_ output: Variable, to input: Variable) -> Bool {
    guard let from = output.node, let to = input.node else { return false }
    if from === to { return output.output == input.output }
    let search = GraphSearch(from: [output], to: [input])
    defer { search.finish() }
    return search.number(from, output.output) != nil
}

extension Variable {
    /// Adds the gradient of this variable with respect to every leaf behind it to the leaf's `grad`.
    ///
    /// - Parameters:
    ///   - seed: the gradient of this variable itself; needed unless it is a single number, for which 1 stands.
    ///   - enableDoubleBackprop: whether the gradients are recorded, so that they can be differentiated again.
    ///   - retainGraph: whether the graph stays whole for another walk; otherwise each function gives back its retained arrays as the walk
    ///     passes, and memory falls meanwhile. By default the same as `enableDoubleBackprop`.
    public func backward(seed: Variable? = nil, enableDoubleBackprop: Bool = false, retainGraph: Bool? = nil) {
        require(
            nr_scope() == 0,
            "backward: expected grad(of:wrt:) inside a closure that runs more than once (checkpoint, root, fixedPoint, argmin), "
                + "got backward(), which adds to gradients")
        let outputs = [self]
        requireRecorded(outputs, "backward", [])
        let seeds = completedSeeds(seed.map { [$0] }, for: outputs, function: "backward", argument: "seed")
        _ = BackwardWalk.run(
            from: outputs, seeds: seeds, to: nil, recorded: enableDoubleBackprop,
            retainGraph: enableDoubleBackprop || retainGraph ?? false, function: "backward")
    }
}

/// The given seeds after a check of their shapes, or ones for outputs of a single number.
private func completedSeeds(_ given: [Variable]?, for outputs: [Variable], function: String, argument: String) -> [Variable] {
    guard let given else {
        return outputs.map { output in
            require(
                output.count == 1,
                "\(function): expected \(argument) for an output that is not a single number, got an output of shape \(output.shape) and none"
            )
            return Variable(constant: .ones(like: output.array))
        }
    }
    require(given.count == outputs.count, "\(function): expected \(outputs.count) \(argument), got \(given.count)")
    for (seed, output) in zip(given, outputs) {
        require(
            seed.shape == output.shape && seed.dtype == output.dtype,
            "\(function): expected \(argument) of \(output.dtype)\(output.shape) like the output, got \(seed.dtype)\(seed.shape)")
    }
    return given
}
