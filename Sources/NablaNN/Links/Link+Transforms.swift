// Transforms at the parameters of a model: the model is run at places of their own (`withParameters`), and derivatives come in the order of
// `parameters`.

/// The gradients of a function of `model` with respect to its parameters, in the order of `parameters`; nothing is left behind in them.
///
///     let slopes = gradient(of: { softmaxCrossEntropy($0(images), labels) }, at: model)
///
/// - Parameter enableDoubleBackprop: whether the gradients are recorded; by default inside the closure of another transform.
@_disfavoredOverload
public func gradient<M: Link>(of f: (M) -> Variable, at model: M, enableDoubleBackprop: Bool? = nil) -> [Variable] {
    valueWithGradient(of: f, at: model, enableDoubleBackprop: enableDoubleBackprop).gradient
}

/// The value of a function of `model`, and its gradients with respect to the parameters.
@_disfavoredOverload
public func valueWithGradient<M: Link>(
    of f: (M) -> Variable, at model: M, enableDoubleBackprop: Bool? = nil
) -> (value: Variable, gradient: [Variable]) {
    valueWithGradient(
        of: { values in model.withParameters(values) { f(model) } }, at: model.parameters, enableDoubleBackprop: enableDoubleBackprop)
}

/// The value of a function of `model`, and its derivative when the parameters move along `v`.
@_disfavoredOverload
public func jvp<M: Link, U: VariableTree>(of f: (M) -> U, at model: M, along v: [Variable]) -> (value: U, tangent: U) {
    jvp(of: { (values: [Variable]) -> U in model.withParameters(values) { f(model) } }, at: model.parameters, along: v)
}

/// The value of a function of `model`, and the gradients of ⟨u, f(model)⟩ with respect to the parameters.
@_disfavoredOverload
public func vjp<M: Link, U: VariableTree>(
    of f: (M) -> U, at model: M, gradOutput u: U, enableDoubleBackprop: Bool? = nil
) -> (value: U, gradient: [Variable]) {
    vjp(
        of: { (values: [Variable]) -> U in model.withParameters(values) { f(model) } }, at: model.parameters, gradOutput: u,
        enableDoubleBackprop: enableDoubleBackprop)
}

/// H v for a function of `model` to a single number, where H is the matrix of its second derivatives in the parameters.
@_disfavoredOverload
public func hessianVectorProduct<M: Link>(
    of f: (M) -> Variable, at model: M, along v: [Variable], mode: HessianVectorMode = .reverseOverReverse,
    enableDoubleBackprop: Bool? = nil
) -> [Variable] {
    hessianVectorProduct(
        of: { values in model.withParameters(values) { f(model) } }, at: model.parameters, along: v, mode: mode,
        enableDoubleBackprop: enableDoubleBackprop)
}

/// G v, where G is the Gauss-Newton matrix of `loss` ∘ `f` in the parameters of `model`.
@_disfavoredOverload
public func gaussNewtonVectorProduct<M: Link, U: VariableTree>(
    of f: (M) -> U, loss: (U) -> Variable, at model: M, along v: [Variable], enableDoubleBackprop: Bool? = nil
) -> [Variable] {
    gaussNewtonVectorProduct(
        of: { values in model.withParameters(values) { f(model) } }, loss: loss, at: model.parameters, along: v,
        enableDoubleBackprop: enableDoubleBackprop)
}

/// F v, where F is the Fisher matrix, in the parameters of `model`, of the distributions it gives.
public func fisherVectorProduct<M: Link, D: Distribution>(
    of p: (M) -> D, at model: M, along v: [Variable], enableDoubleBackprop: Bool? = nil
) -> [Variable] {
    fisherVectorProduct(
        of: { values in model.withParameters(values) { p(model) } }, at: model.parameters, along: v,
        enableDoubleBackprop: enableDoubleBackprop)
}

/// The first derivatives of a function of `model` in the parameters, in the order of `parameters`: each of shape (shape of f(model), shape of the
/// parameter).
@_disfavoredOverload
public func jacobian<M: Link>(
    of f: (M) -> Variable, at model: M, enableDoubleBackprop: Bool? = nil, chunkSize: Int? = nil
) -> [Variable] {
    jacobian(
        of: { (values: [Variable]) -> Variable in model.withParameters(values) { f(model) } }, at: model.parameters,
        enableDoubleBackprop: enableDoubleBackprop, chunkSize: chunkSize)
}

/// The second derivatives of a function of `model` to a single number: element [i][j] belongs to the parameters i and j, and has the shape of i and
/// then that of j. As one matrix: `hessian(of: { model.withParameters(flattened: $0) { f(model) } }, at: model.flattened)`.
@_disfavoredOverload
public func hessian<M: Link>(
    of f: (M) -> Variable, at model: M, enableDoubleBackprop: Bool? = nil, chunkSize: Int? = nil
) -> [[Variable]] {
    hessian(
        of: { (values: [Variable]) -> Variable in model.withParameters(values) { f(model) } }, at: model.parameters,
        enableDoubleBackprop: enableDoubleBackprop, chunkSize: chunkSize)
}
