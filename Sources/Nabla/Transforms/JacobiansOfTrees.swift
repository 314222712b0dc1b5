// Jacobians and Hessians at trees: the variables of a tree are one vector for the walk, whose rows or columns are then cut into its parts.

/// All first derivatives of `f` at a tree of variables, in the structure of `x`: where that has an array, the result has one of shape
/// (shape of f(x), shape of the array).
///
///     let slopes = jacobian(of: { matmul($0["weight"]!, input) + $0["bias"]! }, at: ["weight": w, "bias": b])
///
/// - Parameters:
///   - f: any function of the tree to one variable.
///   - x: variables of one type.
///   - enableDoubleBackprop, chunkSize: see the Jacobian at a variable.
@_disfavoredOverload
public func jacobian<T: VariableTree>(
    of f: (T) -> Variable, at x: T, enableDoubleBackprop: Bool? = nil, chunkSize: Int? = nil
) -> T {
    let parts = Parts(of: x.variables, "jacobian")
    let all = jacobian(
        of: { f(x.replacingVariables(parts.cut($0))) }, at: parts.vector, enableDoubleBackprop: enableDoubleBackprop, chunkSize: chunkSize)
    return withRecording(Transform.isResultRecorded(enableDoubleBackprop)) { x.replacingVariables(parts.cut(all, axis: all.rank - 1)) }
}

/// All first derivatives of `f` at a list of variables: for each an array of shape (shape of f(x), shape of the variable).
public func jacobian(
    of f: ([Variable]) -> Variable, at x: [Variable], enableDoubleBackprop: Bool? = nil, chunkSize: Int? = nil
) -> [Variable] {
    let parts = Parts(of: x, "jacobian")
    let all = jacobian(of: { f(parts.cut($0)) }, at: parts.vector, enableDoubleBackprop: enableDoubleBackprop, chunkSize: chunkSize)
    return withRecording(Transform.isResultRecorded(enableDoubleBackprop)) { parts.cut(all, axis: all.rank - 1) }
}

/// All second derivatives of `f` at a tree of variables: element [i][j] belongs to the variables i and j of the tree, in the order of
/// `x.variables`, and has the shape of i and then that of j.
///
/// - Parameters:
///   - f: a function of the tree to a single number.
///   - x: variables of one type.
///   - enableDoubleBackprop, chunkSize: see the Hessian at a variable.
@_disfavoredOverload
public func hessian<T: VariableTree>(
    of f: (T) -> Variable, at x: T, enableDoubleBackprop: Bool? = nil, chunkSize: Int? = nil
) -> [[Variable]] {
    hessian(
        of: { (variables: [Variable]) in f(x.replacingVariables(variables)) }, at: x.variables, enableDoubleBackprop: enableDoubleBackprop,
        chunkSize: chunkSize)
}

/// All second derivatives of `f` at a list of variables: element [i][j] has the shape of variable i and then that of variable j.
public func hessian(
    of f: ([Variable]) -> Variable, at x: [Variable], enableDoubleBackprop: Bool? = nil, chunkSize: Int? = nil
) -> [[Variable]] {
    let parts = Parts(of: x, "hessian")
    let all = hessian(of: { f(parts.cut($0)) }, at: parts.vector, enableDoubleBackprop: enableDoubleBackprop, chunkSize: chunkSize)
    return withRecording(Transform.isResultRecorded(enableDoubleBackprop)) {
        parts.cut(all, axis: 0).map { parts.cut($0, axis: $0.rank - 1) }
    }
}

/// Variables as one vector, and what cuts such a vector into their shapes again.
private struct Parts {
    let shapes: [Shape]
    let vector: Variable

    init(of variables: [Variable], _ function: String) {
        require(!variables.isEmpty, "\(function): expected at least one variable to differentiate with respect to, got none")
        for variable in variables {
            require(
                variable.dtype == variables[0].dtype,
                "\(function): expected variables of one type, got \(variables[0].dtype) and \(variable.dtype)")
        }
        shapes = variables.map(\.shape)
        // Recorded, so that a derivative of the result with respect to what the variables were made of goes through it.
        vector = concatenate(variables.map { $0.flattened() })
    }

    /// The parts of `all` along an axis that has the vector's extent, each with its own shape in place of the axis.
    func cut(_ all: Variable, axis: Int = 0) -> [Variable] {
        zip(all.split(shapes.map(\.elementCount), axis: axis), shapes).map { part, shape in
            var target = Array(part.shape)
            target.replaceSubrange(axis...axis, with: Array(shape))
            return part.reshaped(to: Shape(target))
        }
    }
}
