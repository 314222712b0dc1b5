import NablaNN

/// States, the actions taken there, and how much better than expected these turned out: what a policy learns from.
public struct PolicySamples {
    /// (batch, observation size)
    public let states: Variable
    /// (batch) numbers of actions, or (batch, components).
    public let actions: NDArray
    /// (batch)
    public let advantages: Variable

    public init(states: Variable, actions: NDArray, advantages: Variable) {
        (self.states, self.actions, self.advantages) = (states, actions, advantages)
    }
}

/// The update of appendix C of Schulman, Levine, Moritz, Jordan and Abbeel, *Trust region policy optimization*, ICML 2015 (arXiv 1502.05477):
///
///     maximise  L(θ) = E[π_θ(a | s) / π_old(a | s) · A]   subject to  E[KL(π_old(· | s) ‖ π_θ(· | s))] ≤ δ
///
/// along the natural gradient F⁻¹ ∇L, where F is the second derivative of the divergence at θ = old.
public struct TrustRegion: Codable, Sendable, Equatable {
    /// δ
    public var radius = 0.01
    /// Conjugate gradient iterations.
    public var iterations = 15
    /// What is added to the diagonal of F.
    public var damping = 0.1
    /// Every so many-th state has a part in F.
    public var subsampling = 1
    /// The ratio of successive steps that the line search tries, and their number.
    public var backtracking = 0.8, backtrackingSteps = 10

    public init() {}

    /// How an update went.
    public struct Report: Sendable {
        /// E[KL(π_old‖π)] after the step.
        public let divergence: Double
        /// How much L grew.
        public let improvement: Double
        /// Steps that the line search tried; all were refused when `isAccepted` is false, and the policy is what it was.
        public let lineSearchSteps: Int
        public let isAccepted: Bool
        /// The conjugate gradients' last residual in proportion to the first.
        public let residual: Double
        /// E[entropy of π_old]
        public let entropy: Double
    }

    /// L(θ) for the present policy.
    public static func surrogate(_ policy: Policy, _ samples: PolicySamples, oldLogProbabilities: Variable) -> Variable {
        (exp(policy(samples.states).logProbability(of: samples.actions) - oldLogProbabilities) * samples.advantages).mean()
    }

    /// v ↦ F v, by differentiating the divergence of `policy` from itself twice: its gradient is recorded once, and every product is one
    /// more walk through that record.
    public static func fisherVectorProduct(of policy: Policy, at states: Variable) -> ([NDArray]) -> [NDArray] {
        let new = policy(states)
        let parameters = policy.parameters
        let slopes = grad(of: new.detached().klDivergence(to: new).mean(), wrt: parameters, enableDoubleBackprop: true)
        return { v in grad(of: slopes, wrt: parameters, gradOutputs: v.map { Variable(constant: $0) }).map(\.array) }
    }

    /// Moves `policy` by one step.
    public func update(_ policy: Policy, on samples: PolicySamples) -> Report {
        let old = noBackprop { policy(samples.states) }.detached()
        let oldLogProbabilities = old.logProbability(of: samples.actions)
        let parameters = policy.parameters
        let start = parameters.map(\.array)

        let before = Self.surrogate(policy, samples, oldLogProbabilities: oldLogProbabilities)
        let gradient = grad(of: before, wrt: parameters, retainGraph: false).map(\.array)
        let states = subsampling > 1 ? samples.states[.stride(by: subsampling)] : samples.states
        let product = Self.fisherVectorProduct(of: policy, at: states)
        let solution = conjugateGradients(product, rightHandSide: gradient, iterations: iterations, damping: damping)

        // The longest step s with ½ sᵀ F s ≤ δ, where F is the damped one, as in the authors' code.
        let curvature = zip(solution.solution, product(solution.solution)).reduce(0) { $0 + ($1.0 * ($1.1 + damping * $1.0)).sum().item() }
        let length = curvature > 0 ? (2 * radius / curvature).squareRoot() : 0

        var (divergence, improvement, tried, isAccepted) = (0.0, 0.0, 0, false)
        // The length of this try as a share of the longest.
        var factor = 1.0
        let slots = policy.namedParameters.map(\.parameter)
        while !isAccepted && tried < backtrackingSteps && length > 0 && length.isFinite {
            let scale = length * factor
            for (slot, (value, direction)) in zip(slots, zip(start, solution.solution)) { slot.array = value + scale * direction }
            (divergence, improvement) = noBackprop {
                (
                    old.klDivergence(to: policy(samples.states)).mean().item(),
                    Self.surrogate(policy, samples, oldLogProbabilities: oldLogProbabilities).item() - before.item()
                )
            }
            tried += 1
            factor *= backtracking
            // Written so that what is no number is refused.
            isAccepted = divergence <= radius && improvement > 0
        }
        if !isAccepted {
            for (slot, value) in zip(slots, start) { slot.array = value }
            (divergence, improvement) = (0, 0)
        }
        let norms = solution.residualNorms
        return Report(
            divergence: divergence, improvement: improvement, lineSearchSteps: tried, isAccepted: isAccepted,
            residual: norms[0] > 0 ? norms[norms.count - 1] / norms[0] : 0, entropy: old.entropy().mean().item())
    }
}
