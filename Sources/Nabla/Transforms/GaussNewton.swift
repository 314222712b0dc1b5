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
@_disfavoredOverload
public func gaussNewtonVectorProduct<T: VariableTree, U: VariableTree>(
    of f: (T) -> U, loss: (U) -> Variable, at x: T, along v: T, enableDoubleBackprop: Bool? = nil
) -> T {
    let isResultRecorded = Transform.isResultRecorded(enableDoubleBackprop)
    return Transform.run {
        let places = Transform.places(x.variables, "gaussNewtonVectorProduct")
        let value = f(x.replacingVariables(places))
        // Places of their own, so that a result that was computed from another is none of its business.
        let ends = value.variables.map(\.withPlace)
        return x.replacingVariables(
            gaussNewtonVectorProduct(
                of: ends, loss: loss(value.replacingVariables(ends)), wrt: places, along: v.variables,
                enableDoubleBackprop: isResultRecorded))
    }
}

/// G v for a recorded number `loss` that was computed from recorded `outputs`, and these from `x`: three walks.
///
/// - Parameters:
///   - outputs: what the model made; the loss depends on `x` through them alone.
///   - enableDoubleBackprop: whether the product is recorded.
public func gaussNewtonVectorProduct(
    of outputs: [Variable], loss: Variable, wrt x: [Variable], along v: [Variable], enableDoubleBackprop: Bool = false
) -> [Variable] {
    Transform.check(v, like: x, "gaussNewtonVectorProduct", "directions")
    require(loss.count == 1, "gaussNewtonVectorProduct: expected a loss of a single number, got one of shape \(loss.shape)")
    let function: String = "gaussNewtonVectorProduct"
    requireKnown(loss, function)
    let moved = pushforward(function, of: outputs, wrt: x, along: v, recorded: enableDoubleBackprop)
    let one = Variable(constant: .ones(like: loss.array))
    let slopes = BackwardWalk.run(
        from: [loss], seeds: [one], to: outputs, recorded: true, retainGraph: true, stoppingAt: outputs,
        function: function)
    let bent = BackwardWalk.run(
        from: slopes, seeds: moved, to: outputs, recorded: enableDoubleBackprop, retainGraph: true, stoppingAt: outputs,
        function: function)
    return gradients(function, of: outputs, wrt: x, gradOutputs: bent, recorded: enableDoubleBackprop)
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
