import NablaNN

/// Regression tasks: y = A sin(x - φ) with A uniform in [0.1, 5] and φ in [0, π], seen at points x uniform in [-5, 5]
/// (Finn et al. 2017, section 5.1).
public struct SineTasks {
    /// A, of shape (tasks, 1, 1).
    public let amplitudes: NDArray
    /// φ, of shape (tasks, 1, 1).
    public let phases: NDArray

    /// Tasks drawn at random.
    public init(count: Int, dtype: DType = .float32, using generator: inout RandomGenerator) {
        amplitudes = generator.uniform([count, 1, 1], in: 0.1..<5, dtype: dtype)
        phases = generator.uniform([count, 1, 1], in: 0..<Double.pi, dtype: dtype)
    }

    /// The tasks with the given amplitudes and phases.
    public init(amplitudes: NDArray, phases: NDArray) { (self.amplitudes, self.phases) = (amplitudes, phases) }

    /// The number of tasks.
    public var count: Int { amplitudes.shape[0] }

    /// Points x (tasks, points, 1) of each task, drawn at random, with their values.
    public func samples(_ points: Int, using generator: inout RandomGenerator) -> Samples {
        samples(at: generator.uniform([count, points, 1], in: -5..<5, dtype: amplitudes.dtype))
    }

    /// The values of each task at `x` (tasks, points, 1).
    public func samples(at x: NDArray) -> Samples {
        Samples(x: Variable(constant: x), y: Variable(constant: amplitudes * sin(x - phases)))
    }

    /// The same samples with A and φ beside each x, as the oracle sees them: inputs (tasks, points, 3).
    public func revealed(in samples: Samples) -> Samples {
        let known = [amplitudes, phases].map { Variable(constant: $0.broadcast(to: samples.x.shape)) }
        return Samples(x: concatenate([samples.x] + known, axis: 2), y: samples.y)
    }
}

/// Inputs (tasks, points, inputs) and what should come out, (tasks, points, 1).
public struct Samples {
    public let x: Variable
    public let y: Variable

    public init(x: Variable, y: Variable) { (self.x, self.y) = (x, y) }
}
