import FunctionTable

@testable import Nabla

/// A sample's function with its values and gradients, recorded.
struct SampleDerivatives {
    /// The floating inputs, as leaves.
    let places: [Variable]
    let outputs: [Variable]
    /// The gradients of order 1 to `order`: each of the sum, with weights, of those before.
    let gradients: [[Variable]]

    /// - Parameters:
    ///   - dtype: of the floating inputs and weights; nil leaves the inputs as they are.
    ///   - order: how often to differentiate.
    init(_ row: TableRow, _ sample: TableSample, dtype: DType? = nil, order: Int) {
        let inputs = sample.inputs.map { input in
            Variable(input.dtype.isFloating ? input.cast(to: dtype ?? input.dtype) : input)
        }
        let places = inputs.filter(\.requiresGrad)
        let outputs = sample.restricted(row.function)(inputs)
        var (level, gradients) = (outputs, [[Variable]]())
        for k in 0..<order {
            level = grad(
                of: level, wrt: places,
                gradOutputs: level.enumerated().map { SampleDerivatives.weights(like: $1, seed: UInt64(10 * k + $0)) },
                enableDoubleBackprop: true)
            gradients.append(level)
        }
        (self.places, self.outputs, self.gradients) = (places, outputs, gradients)
    }

    /// The same numbers in both floating types, up to rounding.
    static func weights(like x: Variable, seed: UInt64) -> Variable {
        var generator = RandomGenerator(seed: seed)
        return Variable(constant: generator.uniform(x.shape, in: 0.5..<1, dtype: .float64).cast(to: x.dtype))
    }
}

/// The function nodes, leaves not counted, from which the variables were computed.
func nodeCount(behind variables: [Variable]) -> Int {
    var found = Set<ObjectIdentifier>()
    var stack = variables.compactMap(\.node)
    var count = 0
    while let node = stack.popLast() {
        guard found.insert(ObjectIdentifier(node)).inserted else { continue }
        if !(node is LeafNode) { count += 1 }
        for i in 0..<node.inputCount { if let input = node.edge(i).node { stack.append(input) } }
    }
    return count
}
