import NablaNN

/// What learned optimisers are compared with, each with its usual parameters but for the rate, which is searched.
public enum HandDesignedOptimizer: String, Codable, Sendable, CaseIterable {
    case adam, rmsprop, nag, sgd

    /// The losses when this optimiser minimises `problem` with the given rate.
    public func trajectory(of problem: some OptimizationProblem, steps: Int, rate: Double) -> Trajectory {
        let point = Point(problem.start)
        let optimizer = optimizer(of: point, rate: rate)
        return Trajectory(of: problem, steps: steps) { _, gradient in
            optimizer.update(with: [gradient])
            return point.theta.array
        }
    }

    /// The rate with the smallest loss over the last fifth of `steps` steps.
    public func bestRate(on problem: some OptimizationProblem, steps: Int, among rates: [Double]) -> Double {
        let losses = rates.map { trajectory(of: problem, steps: steps, rate: $0).lateLoss(over: max(1, steps / 5)) }
        return rates[losses.indices.min { losses[$0] < losses[$1] }!]
    }

    private func optimizer(of target: Link, rate: Double) -> Optimizer {
        switch self {
        case .adam: Adam(target, alpha: rate)
        case .rmsprop: RMSprop(target, rate: rate)
        case .nag: NesterovAG(target, rate: rate)
        case .sgd: SGD(target, rate: rate)
        }
    }
}

/// The θ of all functions as the one parameter of a link, which is what optimisers change. All of them act on elements separately, so each
/// function's θ moves as if it were alone.
private final class Point: Link {
    let theta: Parameter

    init(_ start: NDArray) { theta = Parameter(start, name: "theta") }
}
