import NablaNN

/// Whether training differentiates through the gradient inside.
public enum Order: String, Codable, Sendable, CaseIterable {
    /// The inner gradient is a constant.
    case first
    /// The inner gradient is part of the model: the meta-gradient is exact.
    case second
}

/// Each task's mean squared error over its points, (tasks).
public func errors(_ theta: [Variable], on samples: Samples) -> Variable {
    square(SineNetwork.outputs(theta, at: samples.x) - samples.y).mean(axes: [1, 2])
}

/// The steps that make a task's own parameters out of those that all tasks begin with: θ′ = θ - rate · ∇L(θ), on all tasks at once.
public struct Adaptation {
    public let rate: Double
    public let order: Order

    public init(rate: Double, order: Order) { (self.rate, self.order) = (rate, order) }

    /// One copy of the parameters for each task.
    public static func start(_ theta: [Variable], tasks: Int) -> [Variable] {
        theta.map { $0.broadcast(to: Shape([tasks] + Array($0.shape))) }
    }

    /// Each task's parameters after one more step, where `losses` says what each task loses, (tasks).
    ///
    /// No task's loss depends on another's parameters, so the gradient of the sum holds each task's own gradient in its place.
    public func step(_ theta: [Variable], losses: ([Variable]) -> Variable) -> [Variable] {
        let gradients = grad(of: losses(theta).sum(), wrt: theta, enableDoubleBackprop: order == .second)
        // To first order the gradients are constants of the meta-gradient.
        return zip(theta, order == .second ? gradients : gradients.detached()).map { $0 - rate * $1 }
    }

    /// The loss on the `query`, averaged over tasks, after some steps from θ on the `support`: what meta-training minimises.
    public func loss(
        _ theta: [Variable], tasks: Int, steps: Int, support: ([Variable]) -> Variable, query: ([Variable]) -> Variable
    ) -> Variable {
        var adapted = Self.start(theta, tasks: tasks)
        for _ in 0..<steps { adapted = step(adapted, losses: support) }
        return query(adapted).mean()
    }

    /// Each task's parameters after 0, 1, 2 … `steps` steps from θ, for tests: nothing can be differentiated through these steps, whatever
    /// the order.
    public func path(_ theta: [Variable], tasks: Int, steps: Int, losses: ([Variable]) -> Variable) -> [[Variable]] {
        let unrecorded = Adaptation(rate: rate, order: .first)
        // Leaves again after each step.
        func leaves(_ theta: [Variable]) -> [Variable] { theta.map { Variable($0.array) } }
        var path = [leaves(noBackprop { Self.start(theta, tasks: tasks) })]
        for _ in 0..<steps { path.append(leaves(unrecorded.step(path[path.count - 1], losses: losses))) }
        return path
    }
}

// MARK: - Regression

extension Adaptation {
    /// Each task's parameters after one more step on its squared error.
    public func step(_ theta: [Variable], on support: Samples) -> [Variable] { step(theta) { errors($0, on: support) } }

    /// The error on `query`, averaged over tasks, after some steps from θ on `support`.
    public func loss(_ theta: [Variable], steps: Int, support: Samples, query: Samples) -> Variable {
        loss(theta, tasks: support.x.shape[0], steps: steps) {
            errors($0, on: support)
        } query: {
            errors($0, on: query)
        }
    }
}
