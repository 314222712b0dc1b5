/// G v, where G = Jᵀ H J is the Gauss-Newton matrix of `loss` ∘ `f` at `x`: J the first derivatives of `f` at `x`, H the second derivatives of
/// `loss` at f(x) (Schraudolph, *Fast curvature matrix-vector products for second-order gradient descent*, 2002).
///
/// The part of the Hessian that is positive semi-definite for a convex loss; all of it where `f` is linear. Costs one run of `f` and one
/// walk of each mode over it.
///
///     let step = gaussNewtonVectorProduct(of: { network($0, images) }, loss: { meanSquaredError($0, labels) }, at: weights, along: v)
///
/// - Parameters:
///   - f: the model, from a tree of variables to one of results.
///   - loss: a function of the results to a single number.
///   - v: a direction, in the structure of `x`.
///   - enableDoubleBackprop: whether the product is recorded; by default inside the closure of another transform.
public func gaussNewtonVectorProduct<T: VariableTree, U: VariableTree>(
    of f: (T) -> U, loss: (U) -> Variable, at x: T, along v: T, enableDoubleBackprop: Bool? = nil
) -> T {
    let isResultRecorded = Transform.isResultRecorded(enableDoubleBackprop)
    return Transform.run {
        let (places, directions) = (x.variables.map(\.withPlace), v.variables)
        Transform.check(directions, like: places, "gaussNewtonVectorProduct", "directions")
        let value = f(x.replacingVariables(places))
        let outputs = value.variables
        let moved = jvp(of: outputs, wrt: places, along: directions, enableDoubleBackprop: isResultRecorded)
        // The numbers alone do for H unless the product is to be differentiated.
        let ends = value.replacingVariables(isResultRecorded ? outputs : outputs.map { $0.detached() })
        let bent = hessianVectorProduct(
            of: loss, at: ends, along: value.replacingVariables(moved), enableDoubleBackprop: isResultRecorded)
        return x.replacingVariables(
            grad(of: outputs, wrt: places, gradOutputs: bent.variables, enableDoubleBackprop: isResultRecorded))
    }
}

/// F v, where F = E[∇log p ∇log pᵀ] is the Fisher matrix of the distributions `p` of a model at `x`, averaged over the batch: the metric of
/// the natural gradient (Amari, *Natural gradient works efficiently in learning*, 1998).
///
/// As the second derivative of KL(p(x)‖p(x′)) in x′ at x′ = x (Schulman et al., *Trust region policy optimization*, 2015, appendix C); exact for
/// every distribution, without samples.
///
///     let product = fisherVectorProduct(of: { Categorical(logits: policy($0, states)) }, at: weights, along: v)
///
/// - Parameter enableDoubleBackprop: whether the product is recorded, as it changes with `x`; by default inside the closure of another transform.
public func fisherVectorProduct<T: VariableTree, D: Distribution>(
    of p: (T) -> D, at x: T, along v: T, enableDoubleBackprop: Bool? = nil
) -> T {
    let isResultRecorded = Transform.isResultRecorded(enableDoubleBackprop)
    // Where x is recorded, `fixed` follows it, so that a derivative of F sees both; the inner derivatives hold it fixed.
    let fixed = isResultRecorded ? forceBackprop { p(x) } : noBackprop { p(x) }.detached()
    return hessianVectorProduct(
        of: { klDivergence(fixed, p($0)).mean() }, at: x, along: v, enableDoubleBackprop: isResultRecorded)
}
