import NablaNN

/// What an agent may do.
public enum ActionSpace: Hashable, Sendable {
    /// One of the actions 0 ..< count.
    case discrete(count: Int)
    /// Components within ±bound; what lies outside is taken for the bound.
    case continuous(count: Int, bound: Double)
}

/// A world in which an agent acts, one step after the other, until an episode ends.
///
/// The limit on an episode's steps is not part of the world: an episode that stops there is cut short (truncated), and what would have come
/// after has a value; one that ended in the world (terminated) has nothing after it (Pardo et al., *Time limits in reinforcement learning*,
/// ICML 2018).
public protocol Environment {
    var observationSize: Int { get }
    var actionSpace: ActionSpace { get }
    /// The number of steps after which episodes are cut short.
    var timeLimit: Int { get }

    /// What the agent sees now.
    var observation: [Double] { get }

    /// Everything that the future depends on; a copy of it taken now goes on as this world does.
    var state: [Double] { get set }

    /// Begins an episode.
    mutating func reset(using generator: inout RandomGenerator)

    /// Acts: with the number of the action in a discrete space, with its components in a continuous one.
    ///
    /// - Returns: the reward, and whether the episode ended in the world.
    mutating func step(_ action: [Double]) -> (reward: Double, isTerminated: Bool)
}
