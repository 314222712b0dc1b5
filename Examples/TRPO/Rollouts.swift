import NablaNN

/// What happened in some steps of several environments side by side. Arrays begin with the axes (steps, environments).
public struct Experience {
    /// sₜ, as the environments gave it, in float64; a last axis holds its components.
    public let observations: NDArray
    /// sₜ₊₁, before a new episode replaced it.
    public let nextObservations: NDArray
    /// As the policy drew them.
    public let actions: NDArray
    /// float64
    public let rewards: NDArray
    /// Whether the episode ended in the world with this step.
    public let isTerminated: NDArray
    /// Whether this was the last step of an episode, terminated or cut short.
    public let isLast: NDArray
    /// The sums of rewards of the episodes that ended.
    public let episodeReturns: [Double]

    /// The number of steps of all environments together.
    public var count: Int { rewards.count }
}

/// Several environments of one kind, side by side so that one policy's small products become larger ones.
public struct Rollouts {
    private var environments: [any Environment]
    /// Steps and rewards of the present episodes.
    private var steps: [Int], returns: [Double]

    /// `count` environments, each at the start of an episode.
    public init(_ count: Int, of environment: () -> any Environment, using generator: inout RandomGenerator) {
        require(count >= 1, "Rollouts: expected at least one environment, got \(count)")
        environments = (0..<count).map { _ in environment() }
        (steps, returns) = (Array(repeating: 0, count: count), Array(repeating: 0, count: count))
        for i in environments.indices { environments[i].reset(using: &generator) }
    }

    /// Where each environment is in its episode, (environments, numbers): steps and rewards so far, and the state of the world.
    public var state: NDArray {
        get { stack(environments.indices.map { NDArray([Double(steps[$0]), returns[$0]] + environments[$0].state) }) }
        set {
            for i in environments.indices {
                let numbers = newValue[i].doubles
                (steps[i], returns[i]) = (Int(numbers[0]), numbers[1])
                environments[i].state = Array(numbers.dropFirst(2))
            }
        }
    }

    /// The present observations, (environments, size).
    public var observations: NDArray { stack(environments.map { NDArray($0.observation) }) }

    /// Steps all environments `count` times, going on with the episodes they are in; what has ended begins anew.
    ///
    /// - Parameter act: the actions for observations (environments, size).
    public mutating func collect(_ count: Int, using generator: inout RandomGenerator, act: (NDArray, inout RandomGenerator) -> NDArray)
        -> Experience
    {
        var (before, after, actions) = ([NDArray](), [NDArray](), [NDArray]())
        var (rewards, terminated, last, episodeReturns) = ([Double](), [Bool](), [Bool](), [Double]())
        for _ in 0..<count {
            before.append(observations)
            actions.append(act(before[before.count - 1], &generator))
            let rows = rows(of: actions[actions.count - 1])
            var reached: [Double] = []
            for i in environments.indices {
                let (reward, isTerminated, isLast) = step(i, rows[i])
                reached += environments[i].observation
                rewards.append(reward)
                terminated.append(isTerminated)
                last.append(isLast)
                if isLast {
                    episodeReturns.append(returns[i])
                    (steps[i], returns[i]) = (0, 0)
                    environments[i].reset(using: &generator)
                }
            }
            after.append(NDArray(reached, shape: before[0].shape))
        }
        let shape: Shape = [count, environments.count]
        return Experience(
            observations: stack(before), nextObservations: stack(after), actions: stack(actions), rewards: NDArray(rewards, shape: shape),
            isTerminated: NDArray(terminated, shape: shape), isLast: NDArray(last, shape: shape), episodeReturns: episodeReturns)
    }

    /// The sum of rewards of the first episode of every environment from now on.
    public mutating func firstReturns(using generator: inout RandomGenerator, act: (NDArray, inout RandomGenerator) -> NDArray) -> [Double]
    {
        var first = [Double?](repeating: nil, count: environments.count)
        while first.contains(nil) {
            let rows = rows(of: act(observations, &generator))
            for i in environments.indices where first[i] == nil {
                if step(i, rows[i]).isLast { first[i] = returns[i] }
            }
        }
        return first.compactMap { $0 }
    }

    private mutating func step(_ i: Int, _ action: [Double]) -> (reward: Double, isTerminated: Bool, isLast: Bool) {
        let (reward, isTerminated) = environments[i].step(action)
        steps[i] += 1
        returns[i] += reward
        return (reward, isTerminated, isTerminated || steps[i] >= environments[i].timeLimit)
    }

    /// The action of each environment, within the bounds of a continuous space.
    private func rows(of actions: NDArray) -> [[Double]] {
        let values = actions.doubles
        let width = values.count / environments.count
        return environments.indices.map { i in
            let row = Array(values[(i * width)..<((i + 1) * width)])
            guard case .continuous(_, let bound) = environments[i].actionSpace else { return row }
            return row.map { min(max($0, -bound), bound) }
        }
    }
}
