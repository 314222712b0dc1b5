import NablaNN

/// Learns to act by steps within a trust region: Schulman, Levine, Moritz, Jordan and Abbeel, *Trust region policy optimization*, ICML 2015
/// (arXiv 1502.05477), with advantages after Schulman et al., ICLR 2016, and a value function trained by Adam, as implementations since have.
public final class TRPO {
    /// The settings of the algorithm.
    public struct Settings: Codable, Sendable, Equatable {
        /// Environments side by side, and the steps that each does in an iteration.
        public var environments = 2, steps = 1024
        /// γ and λ
        public var advantages = AdvantageEstimation()
        public var trustRegion = TrustRegion()
        /// Units in each hidden layer of policy and value function.
        public var hidden = 64
        /// Adam's steps for the value function, its passes over the data of an iteration, and the rows of a batch.
        public var alpha = 1e-3, epochs = 20, batch = 128
        /// Whether observations are centred and scaled by what was seen so far.
        public var normalizesObservations = false
        /// Whether rewards are divided by the standard deviation of the discounted returns seen so far.
        public var normalizesRewards = false
        /// Everything random follows from it.
        public var seed: UInt64 = 0

        public init() {}
    }

    /// How an iteration went.
    public struct Report: Sendable {
        /// The mean sum of rewards of the episodes that ended, and how many did; nil when none did.
        public let meanReturn: Double?
        public let episodes: Int
        public let step: TrustRegion.Report
        /// 1 - Var(R - V) / Var(R), before the value function learnt from these returns.
        public let explainedVariance: Double
    }

    public let settings: Settings
    public let policy: Policy
    public let valueFunction: ValueFunction
    /// Iterations so far.
    public internal(set) var iteration = 0
    let makeEnvironment: () -> any Environment
    let optimizer: Adam
    var generator: RandomGenerator
    var rollouts: Rollouts
    var observationStatistics: RunningStatistics
    var returnStatistics = RunningStatistics()
    /// The discounted sum of rewards so far in the episode of each environment.
    var discountedReturns: [Double]

    /// An agent that has learnt nothing yet.
    public init(_ settings: Settings, environment: @escaping () -> any Environment) {
        self.settings = settings
        makeEnvironment = environment
        var seed = RandomGenerator(seed: settings.seed)
        var (policySeed, valueSeed) = (seed.split(), seed.split())
        generator = seed.split()
        rollouts = Rollouts(settings.environments, of: environment, using: &generator)
        let sample = environment()
        policy = Policy(
            observationSize: sample.observationSize, actionSpace: sample.actionSpace, hidden: settings.hidden, using: &policySeed)
        valueFunction = ValueFunction(observationSize: sample.observationSize, hidden: settings.hidden, using: &valueSeed)
        optimizer = Adam(valueFunction, alpha: settings.alpha)
        observationStatistics = RunningStatistics(shape: [sample.observationSize])
        discountedReturns = Array(repeating: 0, count: settings.environments)
    }

    /// Steps of all environments so far.
    public var steps: Int { iteration * stepsPerIteration }

    /// Steps of all environments in an iteration.
    public var stepsPerIteration: Int { settings.environments * settings.steps }

    /// Acts for a while, improves the policy by what turned out better than expected, and then the expectations.
    @discardableResult
    public func iterate() -> Report {
        let experience = rollouts.collect(settings.steps, using: &generator) { observations, generator in
            noBackprop { policy(states(observations)).sample(using: &generator) }
        }
        let (now, next) = (states(experience.observations), states(experience.nextObservations))
        let values = noBackprop { (valueFunction(now).array, valueFunction(next).array) }
        let shape = experience.rewards.shape
        let advantages = settings.advantages.advantages(
            rewards: scaledRewards(of: experience).cast(to: .float32), values: values.0.reshaped(to: shape),
            nextValues: values.1.reshaped(to: shape), isTerminated: experience.isTerminated, isLast: experience.isLast
        ).flattened()
        let returns = advantages + values.0
        let spread = returns.variance().item()
        let explained = spread > 0 ? 1 - advantages.variance().item() / spread : 0

        let centred = (advantages - advantages.mean()) / (advantages.standardDeviation() + 1e-8)
        let actions = experience.actions.reshaped(to: Shape([experience.count] + experience.actions.shape.dropFirst(2)))
        let step = settings.trustRegion.update(
            policy, on: PolicySamples(states: now, actions: actions, advantages: Variable(constant: centred)))
        fitValues(now.array, returns)

        if settings.normalizesObservations { observationStatistics.update(batch: experience.observations.reshaped(to: now.shape)) }
        iteration += 1
        let ended = experience.episodeReturns
        return Report(
            meanReturn: ended.isEmpty ? nil : ended.reduce(0, +) / Double(ended.count), episodes: ended.count, step: step,
            explainedVariance: explained)
    }

    /// Observations as the networks see them: (count, size).
    func states(_ observations: NDArray) -> Variable {
        let rows = observations.reshaped(to: [-1, observations.shape[observations.rank - 1]])
        let seen = settings.normalizesObservations ? observationStatistics.normalized(rows, clippedTo: 10) : rows
        return Variable(constant: seen.cast(to: .float32))
    }

    /// Rewards over the standard deviation of discounted returns, within ±10.
    private func scaledRewards(of experience: Experience) -> NDArray {
        if !settings.normalizesRewards { return experience.rewards }
        let (rewards, isLast) = (experience.rewards.doubles, experience.isLast.bools)
        var returns: [Double] = []
        for (index, reward) in rewards.enumerated() {
            let i = index % settings.environments
            discountedReturns[i] = settings.advantages.discount * discountedReturns[i] + reward
            returns.append(discountedReturns[i])
            if isLast[index] { discountedReturns[i] = 0 }
        }
        returnStatistics.update(batch: NDArray(returns))
        return returnStatistics.normalized(experience.rewards, clippedTo: 10, centered: false)
    }

    /// Passes of Adam over the states and what followed them.
    private func fitValues(_ states: NDArray, _ returns: NDArray) {
        for _ in 0..<settings.epochs {
            let order = generator.permutation(returns.count)
            for start in stride(from: 0, to: returns.count, by: settings.batch) {
                let rows = order[start..<min(start + settings.batch, returns.count)]
                let loss = valueFunction.loss(Variable(constant: states[rows]), Variable(constant: returns[rows]))
                optimizer.update(with: grad(of: loss, wrt: valueFunction.parameters, retainGraph: false))
            }
        }
    }
}
