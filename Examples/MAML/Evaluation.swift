import NablaNN

/// Errors on tasks never trained on, after 0, 1, 2 … steps of adaptation.
public struct Evaluation: Sendable {
    /// The mean over tasks of the squared error on the query.
    public let means: [Double]
    /// Half the width of the 95 % intervals of the means: 1.96 standard deviations over √tasks.
    public let halfWidths: [Double]
    /// The median over tasks, which a few tasks that the steps drive away do not spoil.
    public let medians: [Double]
    /// The number of tasks with an error above 100, where A² is at most 25: as a rule, those that steps too large have driven away.
    public let divergedCounts: [Int]

    init(_ errors: [[Double]]) {
        let estimates = errors.map(Estimate.init)
        // What is no number any more is larger than any.
        medians = errors.map { values in values.map { $0.isNaN ? .infinity : $0 }.sorted()[values.count / 2] }
        divergedCounts = errors.map { values in values.count { !($0 <= 100) } }
        means = estimates.map(\.mean)
        halfWidths = estimates.map(\.halfWidth)
    }
}

extension MAML {
    /// The mean squared error of a network that always says 0: E[A²]/2 · (1 - E cos(2x - 2φ)).
    ///
    /// E[A²] = (5³ - 0.1³) / (3 · 4.9), and the cosine averages to 0 over φ in [0, π].
    public static let zeroPredictorError = (125 - 0.001) / (3 * 4.9) / 2

    /// The mean squared error of the best network that knows nothing of the task: it says E[y | x] = -2 E[A] / π · cos x, which takes away
    /// (2 E[A] / π)² E[cos² x].
    public static let bestUnadaptedError: Double = {
        let height = 2 * 2.55 / Double.pi
        return zeroPredictorError - height * height * (0.5 + sin(NDArray(10.0)).item() / 20)
    }()

    /// Adapts to `tasks` that are the same for every learner of one seed, in `steps` steps. The oracle, told all, does not adapt.
    public func evaluation(tasks count: Int = 600, steps: Int = 10) -> Evaluation {
        var stream = RandomGenerator(seed: settings.seed, stream: 1)
        let tasks = SineTasks(count: count, using: &stream)
        let support = visible(tasks.samples(settings.shots, using: &stream), of: tasks)
        let query = visible(tasks.samples(settings.shots, using: &stream), of: tasks)
        return Evaluation(adapted(to: support, steps: steps).map { theta in noBackprop { errors(theta, on: query).array.doubles } })
    }

    /// The task of the picture, its support and what the network says at `x` after each number of `steps`.
    public func curves(at x: [Double], steps: [Int]) -> (truth: [Double], support: (x: [Double], y: [Double]), curves: [[Double]]) {
        var stream = RandomGenerator(seed: settings.seed, stream: 2)
        let task = SineTasks(amplitudes: .full([1, 1, 1], 4), phases: .full([1, 1, 1], 1))
        let support = task.samples(settings.shots, using: &stream)
        let points = task.samples(at: NDArray(x, shape: [1, x.count, 1], dtype: .float32))
        let all = adapted(to: visible(support, of: task), steps: steps.max() ?? 0)
        let inputs = visible(points, of: task).x
        return (
            points.y.array.doubles, (support.x.array.doubles, support.y.array.doubles),
            steps.map { step in noBackprop { SineNetwork.outputs(all[step], at: inputs).array.doubles } }
        )
    }

    /// The parameters for each task after 0, 1, 2 … `steps` steps.
    private func adapted(to support: Samples, steps: Int) -> [[Variable]] {
        let taken = settings.method == .oracle ? 0 : steps
        let path = adaptation.path(network.parameters, tasks: support.x.shape[0], steps: taken) { errors($0, on: support) }
        return path + Array(repeating: path[0], count: steps - taken)
    }
}
