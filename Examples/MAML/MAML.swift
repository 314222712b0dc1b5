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
    public private(set) var iteration = 0
    private let optimizer: Adam
    private var generator: RandomGenerator

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

extension MAML {
    /// Everything that training goes on from.
    public struct State {
        public var iteration: Int
        /// The source of tasks.
        public var generator: RandomGenerator
        /// Parameters and what Adam remembers of them, by name.
        public var arrays: [String: NDArray]

        public init(iteration: Int, generator: RandomGenerator, arrays: [String: NDArray]) {
            (self.iteration, self.generator, self.arrays) = (iteration, generator, arrays)
        }
    }

    /// A stored state that does not belong to this learner.
    public struct StateError: Error, CustomStringConvertible {
        public let description: String
    }

    public var state: State {
        let parameters = network.namedParameters.map { ("parameters/\($0.name)", $0.parameter.array) }
        let moments = optimizer.state.map { ("adam/\($0.name)", $0.array) }
        return State(
            iteration: iteration, generator: generator, arrays: Dictionary(parameters + moments, uniquingKeysWith: { first, _ in first }))
    }

    /// Goes on from a stored state as if training had never stopped.
    ///
    /// - Throws: `StateError` when names, shapes or types do not fit; nothing is changed then.
    public func restore(_ state: State) throws(StateError) {
        let parameters = network.namedParameters
        for (name, parameter) in parameters {
            guard let array = state.arrays["parameters/\(name)"] else {
                throw StateError(description: "expected an array parameters/\(name), got none")
            }
            let value = parameter.array
            guard array.shape == value.shape, array.dtype == value.dtype else {
                throw StateError(
                    description: "expected \(value.dtype)\(value.shape) for parameters/\(name), got \(array.dtype)\(array.shape)")
            }
        }
        let moments = state.arrays.filter { $0.key.hasPrefix("adam/") }.map { (name: String($0.key.dropFirst(5)), array: $0.value) }
        do throws(OptimizerStateError) {
            try optimizer.restore(moments)
        } catch {
            throw StateError(description: error.description)
        }
        for (name, parameter) in parameters { parameter.array = state.arrays["parameters/\(name)"]! }
        (iteration, generator) = (state.iteration, state.generator)
    }
}
