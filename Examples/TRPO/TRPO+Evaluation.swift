import NablaNN

/// The sums of rewards of some episodes.
public struct EpisodeReturns: Codable, Sendable, Equatable {
    public let values: [Double]

    public init(_ values: [Double]) { self.values = values }

    public var mean: Double { values.reduce(0, +) / Double(values.count) }
    /// With n in the divisor, as published tables have it.
    public var standardDeviation: Double {
        let mean = mean
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
    }
    public var smallest: Double { values.min() ?? .nan }
}

extension TRPO {
    /// How an agent acts outside training.
    public enum Acting: String, Codable, Sendable, CaseIterable {
        /// The most probable action.
        case deterministic
        /// Drawn from the policy.
        case stochastic
    }

    /// Whole episodes of the present policy in environments of their own; training does not notice.
    public func evaluation(episodes: Int = 100, _ acting: Acting) -> EpisodeReturns {
        var random = RandomGenerator(seed: settings.seed, stream: 1)
        // One episode of each environment, so that short ones are not seen more often than long ones.
        var all = Rollouts(episodes, of: makeEnvironment, using: &random)
        let returns = all.firstReturns(using: &random) { observations, generator in
            let distribution = noBackprop { policy(states(observations)) }
            return acting == .deterministic ? distribution.mode : distribution.sample(using: &generator)
        }
        return EpisodeReturns(returns)
    }
}
