import Nabla

/// The arrays that a workload begins with, by name: drawn once from one seed, and written to disk for other libraries' programs.
struct Inputs {
    private(set) var arrays: [(name: String, array: NDArray)] = []
    private var generator: RandomGenerator

    init(seed: UInt64) { generator = RandomGenerator(seed: seed) }

    /// Remembers an array.
    mutating func add(_ array: NDArray, as name: String) -> NDArray {
        arrays.append((name, array))
        return array
    }

    /// Numbers from a normal distribution around 0.
    mutating func normal(_ shape: Shape, _ deviation: Double = 1, as name: String) -> NDArray {
        add(generator.normal(shape, standardDeviation: deviation), as: name)
    }

    /// Numbers from 0 to 1.
    mutating func uniform(_ shape: Shape, as name: String) -> NDArray { add(generator.uniform(shape), as: name) }

    /// Whole numbers below a bound.
    mutating func labels(_ count: Int, below bound: Int, as name: String) -> NDArray {
        add(generator.integers([count], in: 0..<bound), as: name)
    }

    /// Weights (outputs, inputs) and biases of a network of linear layers.
    mutating func network(_ sizes: [Int], as name: String) -> [Variable] {
        zip(sizes, sizes.dropFirst()).enumerated().flatMap { index, layer in
            [
                Variable(normal([layer.1, layer.0], (1 / Double(layer.0)).squareRoot(), as: "\(name).weight\(index)")),
                Variable(normal([layer.1], 0.1, as: "\(name).bias\(index)")),
            ]
        }
    }
}

/// A network of linear layers with `activation` between them.
func network(_ x: Variable, _ parameters: [Variable], _ activation: (Variable) -> Variable) -> Variable {
    var h = x
    for index in stride(from: 0, to: parameters.count, by: 2) {
        h = linear(h, parameters[index], parameters[index + 1])
        if index + 2 < parameters.count { h = activation(h) }
    }
    return h
}

/// Σ over all gradients of their elements: what a workload shows of them.
func checksum(_ gradients: [Variable]) -> Double { gradients.reduce(0) { $0 + $1.array.sum().item() } }
