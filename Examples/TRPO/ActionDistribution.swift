import NablaNN

/// The distributions π(· | s) of a policy's actions, one for each state of a batch.
public enum ActionDistribution {
    /// Of discrete actions.
    case categorical(Categorical)
    /// Of continuous actions: one vector of independent components for each state.
    case normal(Normal)

    /// One action for each state: (batch) numbers of actions, or (batch, components).
    public func sample(using generator: inout RandomGenerator) -> NDArray {
        switch self {
        case .categorical(let distribution): distribution.sample(using: &generator)
        case .normal(let distribution): distribution.sample(using: &generator)
        }
    }

    /// The most probable action for each state.
    public var mode: NDArray {
        switch self {
        case .categorical(let distribution): distribution.mode
        case .normal(let distribution): distribution.mode
        }
    }

    /// log π(a | s), (batch)
    public func logProbability(of actions: NDArray) -> Variable {
        switch self {
        case .categorical(let distribution): distribution.logProbability(of: actions)
        case .normal(let distribution): distribution.logProbability(of: actions)
        }
    }

    /// The entropy of each π(· | s), (batch)
    public func entropy() -> Variable {
        switch self {
        case .categorical(let distribution): distribution.entropy()
        case .normal(let distribution): distribution.entropy()
        }
    }

    /// The same distributions as constants.
    public func detached() -> ActionDistribution {
        switch self {
        case .categorical(let distribution): .categorical(distribution.detached())
        case .normal(let distribution): .normal(distribution.detached())
        }
    }

    /// KL(self‖other) in each state, (batch). Both are of one kind.
    public func klDivergence(to other: ActionDistribution) -> Variable {
        switch (self, other) {
        case (.categorical(let p), .categorical(let q)): p.klDivergence(to: q)
        case (.normal(let p), .normal(let q)): p.klDivergence(to: q)
        default: fail("ActionDistribution.klDivergence: expected distributions of one kind, got \(self) and \(other)")
        }
    }
}
