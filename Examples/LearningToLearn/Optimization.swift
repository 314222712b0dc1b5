import NablaNN

/// An optimisation by a learned optimiser, under way.
public struct Optimization {
    /// θ after `step` steps.
    public var theta: Variable
    public var state: LearnedOptimizer.State
    public var step = 0

    /// At its start.
    public init(of problem: some OptimizationProblem, by optimizer: LearnedOptimizer) {
        theta = Variable(problem.start)
        state = optimizer.initialState(for: problem.start.shape)
    }

    /// The same point, with no memory of how it was reached: truncated backpropagation through time ends here.
    public func detached() -> Optimization {
        var copy = self
        copy.theta = Variable(theta.array)
        copy.state = state.map { (h: $0.h.detached(), c: $0.c.detached()) }
        return copy
    }

    /// Takes some steps θ ← θ + m(∇f(θ)), and returns the sum of the losses, averaged over functions, at the point of departure and at all
    /// points reached: the paper's equation 3, with all weights 1.
    ///
    /// - Parameter order: whether the gradients that the optimiser reads are differentiated through.
    public mutating func unroll(
        _ steps: Int, of problem: some OptimizationProblem, by optimizer: LearnedOptimizer, order: Order
    ) -> Variable {
        var losses: [Variable] = []
        for _ in 0..<steps {
            let (values, gradient) = problem.evaluate(theta, at: step, order: order)
            let (update, next) = optimizer(gradient, state)
            (theta, state) = (theta + update, next)
            step += 1
            losses.append(values.mean())
        }
        return losses.reduce(problem.losses(theta, at: step).mean(), +)
    }
}
