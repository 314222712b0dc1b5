import NablaNN

/// Learns where to start from: algorithm 2 of Finn, Abbeel and Levine, *Model-agnostic meta-learning for fast adaptation of deep networks*,
/// ICML 2017 (arXiv 1703.03400), and what it is compared with.
public final class MAML {
    /// What is learned.
    public enum Method: String, Codable, Sendable {
        /// A start from which a step leads to small errors.
        case maml
        /// One network for all tasks.
        case pretrained
        /// One network that is told A and φ.
        case oracle
    }

    /// The settings of the algorithm.
    public struct Settings: Codable, Sendable, Equatable {
        public var method = Method.maml
        public var order = Order.second
        /// K, points in the support and in the query of a task.
        public var shots = 10
        /// α, the size of inner steps, in training and in tests.
        public var rate = 0.01
        /// Steps of adaptation in training.
        public var innerSteps = 1
        /// Tasks in an iteration.
        public var metaBatch = 25
        /// β, of Adam.
        public var alpha = 1e-3
        /// Units in each hidden layer.
        public var hidden = 40
        /// Everything random follows from it.
        public var seed: UInt64 = 0

        public init() {}
    }

    public let settings: Settings
    public let network: SineNetwork
    /// Iterations so far.
    public internal(set) var iteration = 0
    let optimizer: Adam
    var generator: RandomGenerator

    /// A network that has learned nothing yet.
    public init(_ settings: Settings) {
        self.settings = settings
        // Learners of one seed begin with the same weights and meet the same tasks.
        var seed = RandomGenerator(seed: settings.seed)
        var networkSeed = seed.split()
        generator = seed.split()
        network = SineNetwork(inputs: settings.method == .oracle ? 3 : 1, hidden: settings.hidden, using: &networkSeed)
        optimizer = Adam(network, alpha: settings.alpha)
    }

    /// Draws tasks, adapts to each, and moves the start along the gradient of the errors after adaptation.
    ///
    /// - Returns: The mean error on the queries, after adaptation.
    public func iterate() -> Double {
        let tasks = SineTasks(count: settings.metaBatch, using: &generator)
        let support = visible(tasks.samples(settings.shots, using: &generator), of: tasks)
        let query = visible(tasks.samples(settings.shots, using: &generator), of: tasks)
        let theta = network.parameters
        let steps = settings.method == .maml ? settings.innerSteps : 0
        let loss = adaptation.loss(theta, steps: steps, support: support, query: query)
        optimizer.update(with: grad(of: loss, wrt: theta, retainGraph: false))
        iteration += 1
        return loss.item()
    }

    /// The steps with this learner's rate and order.
    public var adaptation: Adaptation { Adaptation(rate: settings.rate, order: settings.order) }

    /// The samples as this learner sees them.
    func visible(_ samples: Samples, of tasks: SineTasks) -> Samples {
        settings.method == .oracle ? tasks.revealed(in: samples) : samples
    }
}
