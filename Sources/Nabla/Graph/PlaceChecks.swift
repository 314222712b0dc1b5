// What a derivative may be asked of. A zero that comes of a slip looks like a zero that is true, so each slip stops with its name.

extension [Variable] {
    /// Whether all have places; looked up in place, since a copy of a variable counts references.
    @inline(__always)
    var areRecorded: Bool {
        withUnsafeBufferPointer { variables in
            for index in variables.indices where !variables[index].isRecorded { return false }
            return true
        }
    }

    /// Whether all have places, the first one that of a function's result.
    @inline(__always)
    fileprivate var areResults: Bool {
        areRecorded
            && withUnsafeBufferPointer { $0.count > 0 && ($0[0].nodeReference?._withUnsafeGuaranteedRef { $0.inputCount32 > 0 } ?? false) }
    }
}

/// Stops unless every input is a place at which something can be differentiated.
@inline(__always)
func requirePlaces(_ inputs: [Variable], _ function: String) {
    if _slowPath(!inputs.areRecorded) { failPlace(inputs, function) }
}

/// Stops unless every variable is made of real numbers, so that a closure can be differentiated at it.
func requireReal(_ variables: [Variable], _ function: String) {
    for variable in variables where !variable.dtype.isFloating { failInteger(variable, function) }
}

/// Stops when one of `outputs` was computed from variables that take gradients, but not recorded.
@inline(__always)
func requireKnown(_ outputs: [Variable], _ function: String) {
    if _slowPath(!outputs.areRecorded) { for output in outputs { requireKnown(output, function) } }
}

/// Stops when `output` was computed from variables that take gradients, but not recorded.
@inline(__always)
func requireKnown(_ output: Variable, _ function: String) {
    if _slowPath(output.nodeReference == nil && output.output != 0) { checkMarks(output, function) }
}

/// Stops unless something was recorded behind `outputs`, or an output is itself one of `inputs`.
@inline(__always)
func requireRecorded(_ outputs: [Variable], _ function: String, _ inputs: [Variable]) {
    if _slowPath(!outputs.areResults) { checkRecorded(outputs, function, inputs) }
}

private let cutByArray =
    "numbers taken out by .array, and put into a variable again, are cut from what they were computed from, as results of noBackprop are"

@inline(never)
private func checkRecorded(_ outputs: [Variable], _ function: String, _ inputs: [Variable]) {
    for output in outputs {
        requireKnown(output, function)
        guard let node = output.nodeReference else {
            if output.isSymbolicZero || output.provenance.contains(.flat) { return }
            continue
        }
        let isFunction = node._withUnsafeGuaranteedRef {
            !($0 is LeafNode) || $0.flags.contains(.isDerivative) || $0.more?.standsFor != nil
        }
        if isFunction || inputs.contains(where: { $0.nodeReference?.toOpaque() == node.toOpaque() }) { return }
    }
    guard let output = outputs.first else { return }
    let (what, remedy) =
        output.isRecorded
        ? ("a leaf", cutByArray)
        : !output.dtype.isFloating
            ? ("a constant of \(output.dtype)", "write numbers with a point, or cast(to: .float32)")
            : output.provenance.contains(.frozen)
                ? ("a constant made of frozen parameters", "make some take gradients with isUpdateEnabled = true or enableUpdate()")
                : ("a constant", cutByArray)
    fail(
        "\(function): expected a result of recorded functions of variables that take gradients, got \(what) of shape \(output.shape); \(remedy)"
    )
}

@inline(never)
private func failPlace(_ inputs: [Variable], _ function: String) {
    guard let index = inputs.firstIndex(where: { !$0.isRecorded }) else { return }
    let input = inputs[index]
    if !input.dtype.isFloating { failInteger(input, function) }
    let marks = input.provenance
    let what =
        marks.contains(.unrecordedGradient)
        ? "made of a gradient that was not recorded; compute that gradient with enableDoubleBackprop: true"
        : marks.contains(.unrecorded)
            ? "computed while recording was off"
            : marks.contains(.frozen)
                ? "a frozen parameter; make it take gradients with isUpdateEnabled = true or enableUpdate(), or leave it out, as trainableParameters does"
                : "a constant; Variable(_:) makes a variable that takes gradients"
    fail("\(function): expected inputs that take gradients, got input \(index) of shape \(input.shape), \(what)")
}

@inline(never)
private func failInteger(_ variable: Variable, _ function: String) -> Never {
    fail(
        "\(function): expected float32 or float64, which have derivatives, got \(variable.dtype)\(variable.shape); "
            + "write numbers with a point, or cast(to: .float32)")
}

@inline(never)
private func checkMarks(_ output: Variable, _ function: String) {
    let marks = output.provenance
    if !marks.contains(.unrecorded) && !marks.contains(.unrecordedGradient) { return }
    let what =
        marks.contains(.unrecordedGradient)
        ? "made of a gradient that was not recorded; compute that gradient with enableDoubleBackprop: true"
        : "computed while recording was off, as in noBackprop"
    fail("\(function): expected outputs that were recorded, got one of shape \(output.shape), \(what)")
}
