import NablaNN

/// Functions to be minimised, several side by side: an optimiser works on all of them at once.
public protocol OptimizationProblem {
    /// θ₀, where optimisation starts, of shape (functions, coordinates).
    var start: NDArray { get }

    /// The functions' values at θ (functions, coordinates), of shape (functions). No value depends on another function's θ.
    ///
    /// - Parameter step: the number of steps taken so far, which tells minibatches apart.
    func losses(_ theta: Variable, at step: Int) -> Variable
}

extension OptimizationProblem {
    /// The values at θ and their gradients, of shape (functions, coordinates).
    ///
    /// The gradient of the sum holds each function's own gradient in its place.
    ///
    /// - Parameter order: with `.second` the gradients are recorded, as functions of θ and of all that θ was computed from.
    public func evaluate(_ theta: Variable, at step: Int, order: Order) -> (losses: Variable, gradient: Variable) {
        let losses = losses(theta, at: step)
        let gradient = grad(of: losses.sum(), wrt: theta, enableDoubleBackprop: order == .second)
        // To first order what the optimiser sees is a constant, as in the paper.
        return (losses, order == .second ? gradient : gradient.detached())
    }
}

/// Where problems come from: optimisers are trained on some, and tested on others that they have not met.
public protocol ProblemSource {
    associatedtype Problem: OptimizationProblem

    /// New functions, for optimisations of so many steps.
    func draw(functions: Int, steps: Int, using generator: inout RandomGenerator) -> Problem
}

/// Whether training differentiates through the gradients that the optimiser is shown.
public enum Order: String, Codable, Sendable, CaseIterable {
    /// They are constants, as in the paper: "the gradients of the optimizee do not depend on the optimizer parameters".
    case first
    /// They are functions of θ, and so of the optimiser's parameters: the meta-gradient is exact.
    case second
}
