import NablaNN

/// The losses met on the way of an optimisation, after 0, 1, 2 … steps.
public struct Trajectory: Sendable {
    /// (steps + 1, functions)
    public let losses: NDArray

    /// Follows `rule`, which makes each θ out of the one before and its gradient.
    init(of problem: some OptimizationProblem, steps: Int, rule: (_ theta: NDArray, _ gradient: Variable) -> NDArray) {
        var theta = problem.start
        var rows: [NDArray] = []
        for step in 0..<steps {
            let (losses, gradient) = problem.evaluate(Variable(theta), at: step, order: .first)
            rows.append(losses.array)
            theta = rule(theta, gradient)
        }
        rows.append(noBackprop { problem.losses(Variable(constant: theta), at: steps) }.array)
        losses = stack(rows).cast(to: .float64)
    }

    /// The losses averaged over functions, after each number of steps.
    public var means: [Double] { losses.mean(axes: [1]).doubles }

    /// The loss of each function after the last step.
    public var final: [Double] { losses[losses.shape[0] - 1].doubles }

    /// The loss averaged over functions and over the last points, by which optimisers are chosen; one that is no number any more is larger
    /// than any. Several points, because minibatches make single ones noisy.
    public func lateLoss(over points: Int) -> Double {
        let late = means.suffix(points)
        let mean = late.reduce(0, +) / Double(late.count)
        return mean.isNaN ? .infinity : mean
    }
}

extension LearnedOptimizer {
    /// The losses when this optimiser, as it is now, minimises `problem`.
    public func trajectory(of problem: some OptimizationProblem, steps: Int) -> Trajectory {
        var state = initialState(for: problem.start.shape)
        return Trajectory(of: problem, steps: steps) { theta, gradient in
            let (update, next) = noBackprop { self(gradient, state) }
            state = next
            return theta + update.array
        }
    }
}
