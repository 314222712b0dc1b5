/// How the linear systems behind derivatives of implicit functions are solved, by products with vectors only.
///
/// A derivative is as exact as the system is solved: the tolerance is the relative residual, by default 1e-12 in float64 and 1e-5 in float32. A
/// system that is not solved to it stops with a message.
public struct LinearSolver: Sendable {
    private enum Method: Sendable {
        case gmres(restart: Int)
        case conjugateGradients
    }

    private let method: Method
    private let iterations: Int
    private let tolerance: Double?

    /// For any invertible matrix.
    public static func gmres(restart: Int = 50, iterations: Int = 500, tolerance: Double? = nil) -> LinearSolver {
        LinearSolver(method: .gmres(restart: restart), iterations: iterations, tolerance: tolerance)
    }

    /// For symmetric positive definite matrices, such as the second derivatives at a minimum.
    public static func conjugateGradients(iterations: Int = 500, tolerance: Double? = nil) -> LinearSolver {
        LinearSolver(method: .conjugateGradients, iterations: iterations, tolerance: tolerance)
    }

    /// A⁻¹ b; stops in the name of `function` when it is not found.
    func solution(_ function: String, _ multiply: ([NDArray]) -> [NDArray], _ b: [NDArray]) -> [NDArray] {
        let goal = tolerance ?? precision(of: b, double: 1e-12, single: 1e-5)
        let (solution, norms, reason, name): ([NDArray], [Double], String?, String)
        switch method {
        case .gmres(let restart):
            let result = Nabla.gmres(multiply, rightHandSide: b, restart: restart, iterations: iterations, tolerance: goal)
            let failure: String? =
                switch result.stopReason {
                case .converged: nil
                case .iterationLimit: "that is the limit"
                case .stagnated: "it falls no further: the derivative is singular, or the tolerance below what rounding allows"
                case .notFinite: "a product is not finite"
                }
            (solution, norms, reason, name) = (result.solution, result.residualNorms, failure, "GMRES")
        case .conjugateGradients:
            let result = Nabla.conjugateGradients(multiply, rightHandSide: b, iterations: iterations, tolerance: goal)
            let failure: String? =
                switch result.stopReason {
                case .converged: nil
                case .iterationLimit: "that is the limit"
                case .notPositiveDefinite: "the matrix is not positive definite"
                case .notFinite: "a product is not finite"
                }
            (solution, norms, reason, name) = (result.solution, result.residualNorms, failure, "conjugate gradients")
        }
        if let reason {
            fail(
                "\(function): expected a linear system that \(name) solves to a relative residual of \(goal), "
                    + "got \(norms[norms.count - 1] / norms[0]) after \(norms.count - 1) iterations (\(reason))")
        }
        return solution
    }
}
