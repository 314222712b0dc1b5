import NablaNN

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
