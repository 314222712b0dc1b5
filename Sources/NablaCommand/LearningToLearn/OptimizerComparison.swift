import ExampleLearningToLearn
import Foundation
import NablaArray

/// How learned optimisers and tuned ones do on fresh functions, the same for all.
struct OptimizerComparison {
    /// One optimiser's way down.
    struct Row {
        /// What its records are called by.
        let name: String
        let title: String
        /// The rate found best, of those that have one.
        let rate: Double?
        let trajectory: Trajectory

        /// The loss averaged over functions, and half the width of its 95 % interval.
        func loss(at step: Int) -> (mean: Double, halfWidth: Double) { interval(trajectory.losses[step].doubles) }
    }

    /// What the functions are.
    let title: String
    let steps: Int
    let rows: [Row]

    /// Rates to choose from, from 1e-4 to 7 or 5: six a decade, or three where trying one takes long.
    static func rates(_ problem: LearningToLearnPlan.Problem) -> [Double] {
        let digits = problem == .quadratic ? [1, 1.5, 2, 3, 5, 7] : [1.0, 2, 5]
        return (-4...0).flatMap { exponent in digits.map { $0 * Foundation.pow(10, Double(exponent)) } }
    }

    /// Compares on `fresh`; the rates of tuned optimisers are those that do best on `tuning`.
    init<Problem: OptimizationProblem>(
        _ title: String, _ learned: [(name: String, title: String, optimizer: LearnedOptimizer)], tuning: Problem, tuningSteps: Int,
        fresh: Problem, steps: Int,
        rates: [Double]
    ) {
        (self.title, self.steps) = (title, steps)
        rows =
            learned.map { Row(name: $0.name, title: $0.title, rate: nil, trajectory: $0.optimizer.trajectory(of: fresh, steps: steps)) }
            + HandDesignedOptimizer.allCases.map { optimizer in
                let rate = optimizer.bestRate(on: tuning, steps: tuningSteps, among: rates)
                return Row(
                    name: optimizer.rawValue, title: optimizer.title, rate: rate,
                    trajectory: optimizer.trajectory(of: fresh, steps: steps, rate: rate))
            }
    }

    /// Exact and dropped on the same functions.
    struct Pair {
        /// The loss of the dropped one less that of the exact one, with half the width of its 95 % interval.
        let difference: (mean: Double, halfWidth: Double)
        /// The share of functions on which the exact one ends lower.
        let exactWins: Double
    }

    /// The two learned optimisers after `step` steps, if there are two.
    func pair(at step: Int) -> Pair? {
        guard let exact = rows.first(where: { $0.name == "exact" }), let dropped = rows.first(where: { $0.name == "dropped" }) else {
            return nil
        }
        let differences = (dropped.trajectory.losses[step] - exact.trajectory.losses[step]).doubles
        return Pair(
            difference: interval(differences), exactWins: Double(differences.count { $0 > 0 }) / Double(differences.count))
    }
}

/// The mean, and 1.96 standard errors.
private func interval(_ values: [Double]) -> (mean: Double, halfWidth: Double) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    return (mean, 1.96 * (variance / count).squareRoot())
}

extension HandDesignedOptimizer {
    /// The optimiser in words.
    var title: String {
        switch self {
        case .adam: "Adam"
        case .rmsprop: "RMSprop"
        case .nag: "NAG"
        case .sgd: "SGD"
        }
    }
}
