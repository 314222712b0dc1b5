import ExampleMAML
import NablaNN

/// Learns where to start from so that a gradient step on one drawing of each suffices to tell new characters apart: algorithm 1 of Finn,
/// Abbeel and Levine, *Model-agnostic meta-learning for fast adaptation of deep networks*, ICML 2017 (arXiv 1703.03400), on Omniglot.
public final class FewShotLearner {
    /// The settings of the algorithm.
    public struct Settings: Codable, Sendable, Equatable {
        public var order = Order.second
        /// N, characters in a task.
        public var ways = 5
        /// K, drawings of a character in the support.
        public var shots = 1
        /// Drawings of a character in the query.
        public var queries = 1
        /// α, the size of inner steps, in training and in tests.
        public var rate = 0.4
        /// Steps of adaptation in training.
        public var innerSteps = 1
        /// Tasks in an iteration.
        public var metaBatch = 32
        /// β, of Adam.
        public var alpha = 1e-3
        /// Units in the hidden layers.
        public var hidden = [256, 128, 64, 64]
        /// Everything random follows from it.
        public var seed: UInt64 = 0

        public init() {}
    }

    public let settings: Settings
    public let characters: Characters.Split
    public let network: CharacterNetwork
    /// Iterations so far.
    public private(set) var iteration = 0
    private let optimizer: Adam
    private var generator: RandomGenerator

    /// A network that has learned nothing yet, and the split of the characters for it.
    public init(_ settings: Settings, on all: Characters) {
        self.settings = settings
        // Learners of one seed begin with the same weights and meet the same tasks.
        var seed = RandomGenerator(seed: settings.seed)
        var (splitSeed, networkSeed) = (seed.split(), seed.split())
        generator = seed.split()
        characters = all.split(ways: settings.ways, using: &splitSeed)
        network = CharacterNetwork(pixels: all.side * all.side, hidden: settings.hidden, classes: settings.ways, using: &networkSeed)
        optimizer = Adam(network, alpha: settings.alpha)
    }

    /// Draws tasks, adapts to each, and moves the start along the gradient of the losses after adaptation.
    ///
    /// - Returns: The mean loss on the queries, after adaptation, and the share of right answers.
    public func iterate() -> (loss: Double, accuracy: Double) {
        let episodes = characters.training.episodes(
            settings.metaBatch, ways: settings.ways, shots: settings.shots, queries: settings.queries, using: &generator)
        let theta = network.parameters
        var accuracy = 0.0
        let loss = adaptation.loss(theta, tasks: episodes.count, steps: settings.innerSteps) {
            episodes.losses($0, on: episodes.support)
        } query: {
            let outputs = CharacterNetwork.outputs($0, at: episodes.query)
            accuracy = episodes.accuracies(of: outputs).reduce(0, +) / Double(episodes.count)
            return episodes.losses(of: outputs)
        }
        optimizer.update(with: grad(of: loss, wrt: theta, retainGraph: false))
        iteration += 1
        return (loss.item(), accuracy)
    }

    /// The steps with this learner's rate and order.
    public var adaptation: Adaptation { Adaptation(rate: settings.rate, order: settings.order) }
}

// MARK: - Loss

extension Episodes {
    /// Each task's softmax cross entropy on `drawings`, the support or the query, with parameters θ of its own: (tasks).
    public func losses(_ theta: [Variable], on drawings: Variable) -> Variable {
        losses(of: CharacterNetwork.outputs(theta, at: drawings))
    }

    /// Each task's softmax cross entropy for logits (tasks, drawings, classes).
    func losses(of outputs: Variable) -> Variable {
        softmaxCrossEntropy(outputs, labels(of: outputs), axis: 2, reduction: .none).mean(axis: 1)
    }

    /// Each task's share of right answers.
    func accuracies(of outputs: Variable) -> [Double] {
        (outputs.array.argMax(axis: 2) .== labels(of: outputs)).cast(to: .float64).mean(axis: 1).doubles
    }
}

// MARK: - States

extension FewShotLearner: Resumable {
    public var snapshot: Snapshot {
        var snapshot = Snapshot()
        snapshot.add(network, as: "parameters")
        snapshot.add(optimizer, as: "adam")
        snapshot.generators["tasks"] = generator
        snapshot.counters["iteration"] = iteration
        return snapshot
    }

    public func restore(_ snapshot: Snapshot) throws(SnapshotError) {
        try snapshot.restore(network, as: "parameters")
        try snapshot.restore(optimizer, as: "adam")
        (generator, iteration) = (try snapshot.generator("tasks"), try snapshot.counter("iteration"))
    }
}
