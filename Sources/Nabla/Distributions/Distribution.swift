/// A batch of probability distributions whose parameters are variables.
///
/// Log-probabilities, entropies and divergences are made of functions of variables, so they can be differentiated in the parameters to any
/// order and in both modes.
public protocol Distribution {
    /// One extent for each distribution of the batch: the shape of entropies and divergences.
    var batchShape: Shape { get }

    /// Values drawn independently from every distribution, as many as `sampleShape` has elements. They carry no gradient.
    ///
    /// - Returns: shape (`sampleShape`…, shape of one value of the batch).
    func sample(_ sampleShape: Shape, using generator: inout RandomGenerator) -> NDArray

    /// log p(x), of shape (leading axes of `x`…, `batchShape`…).
    func logProbability(of x: NDArray) -> Variable

    /// -E log p(x), of shape `batchShape`.
    func entropy() -> Variable

    /// The most probable value of every distribution.
    var mode: NDArray { get }

    /// The same distributions as constants. `noBackprop` is not enough where a parameter of the distribution is itself a leaf, such as a
    /// learnt standard deviation: no function makes it, so it stays what it is.
    func detached() -> Self

    /// KL(self‖other) = E[log p(x) - log q(x)] for x from this distribution p, where `other` is q; of shape `batchShape`.
    func klDivergence(to other: Self) -> Variable
}

extension Distribution {
    /// One value from every distribution.
    public func sample(using generator: inout RandomGenerator) -> NDArray { sample([], using: &generator) }
}

/// KL(p‖q) = E[log p(x) - log q(x)] for x from p: at least 0, and 0 with a zero gradient where p = q.
///
/// Its Hessian in the parameters of q is there the Fisher matrix E[∇log p ∇log pᵀ], which is how natural gradients and trust regions get
/// Fisher-vector products by differentiating twice (Schulman et al., *Trust region policy optimization*, ICML 2015, appendix C):
/// `klDivergence(policy.detached(), policy)`, for in a divergence from itself as a variable nothing depends on the parameters.
///
/// - Returns: one number for each pair, of shape `batchShape`.
public func klDivergence<D: Distribution>(_ p: D, _ q: D) -> Variable { p.klDivergence(to: q) }
