// Steps of optimisers as functions of variables, for training that is itself differentiated: learning to learn, or the derivative of a
// result with respect to the learning rate. Unlike `Optimizer`, they change nothing: what a step remembers goes in and comes out.
//
//     var weights = model.parameters
//     for _ in 0..<3 {
//         let slopes = grad(of: loss(weights), wrt: weights, enableDoubleBackprop: true)
//         weights = sgdStep(weights, gradients: slopes, rate: rate)
//     }
//     let slope = grad(of: loss(weights), wrt: rate)
//
// Hyper-parameters are single numbers, or arrays that broadcast to every parameter. Results have the parameters' types.

/// A step of gradient descent: θ - rate · g for each parameter θ with gradient g.
public func sgdStep(_ parameters: [Variable], gradients: [Variable], rate: some HyperParameter) -> [Variable] {
    check(parameters, gradients, "gradient", "sgdStep")
    let rate = rate.hyperParameter
    checkBroadcast("rate", rate, parameters, "sgdStep")
    return zip(parameters, gradients).map { value, gradient in
        value - rate.cast(to: value.dtype) * gradient
    }
}

/// A step of gradient descent with momentum, as `MomentumSGD` takes it: v′ = momentum · v - rate · g and θ + v′ for each parameter θ with
/// gradient g and velocity v.
///
/// - Parameter velocities: what the step before returned; nil: zeros.
public func momentumStep(
    _ parameters: [Variable], gradients: [Variable], velocities: [Variable]? = nil, rate: some HyperParameter,
    momentum: some HyperParameter = 0.9
) -> (parameters: [Variable], velocities: [Variable]) {
    check(parameters, gradients, "gradient", "momentumStep")
    let before = velocities ?? parameters.map { .symbolicZero($0.shape, dtype: $0.dtype) }
    check(parameters, before, "velocity", "momentumStep")
    let (rate, momentum) = (rate.hyperParameter, momentum.hyperParameter)
    checkBroadcast("rate", rate, parameters, "momentumStep")
    checkBroadcast("momentum", momentum, parameters, "momentumStep")
    let descents = parameters.indices.map { index in
        let dtype = parameters[index].dtype
        return rate.cast(to: dtype) * gradients[index] - momentum.cast(to: dtype) * before[index]
    }
    return (zip(parameters, descents).map { $0 - $1 }, descents.map { -$0 })
}

/// What `adamStep` remembers.
public struct AdamState {
    /// The number of steps so far.
    public var steps: Int
    /// The running averages of gradients, one for each parameter.
    public var m: [Variable]
    /// The running averages of their squares.
    public var v: [Variable]

    /// The state before the first step: zeros.
    public init(for parameters: [Variable]) {
        steps = 0
        m = parameters.map { .symbolicZero($0.shape, dtype: $0.dtype) }
        v = m
    }
}

/// A step of Adam, with the formulas of `Adam`.
///
/// Where all gradients of an element were 0 so far, the root √v̂ has no derivative, and 0 is taken for it. The first step
/// θ - alpha · g / (|g| + eps) has its own derivative there then, -alpha / eps, and no derivative is ever NaN.
public func adamStep(
    _ parameters: [Variable], gradients: [Variable], state: AdamState, alpha: some HyperParameter = 1e-3,
    beta1: some HyperParameter = 0.9, beta2: some HyperParameter = 0.999, eps: some HyperParameter = 1e-8
) -> (parameters: [Variable], state: AdamState) {
    check(parameters, gradients, "gradient", "adamStep")
    check(parameters, state.m, "average", "adamStep")
    check(parameters, state.v, "average of squares", "adamStep")
    let (alpha, beta1, beta2, eps) = (alpha.hyperParameter, beta1.hyperParameter, beta2.hyperParameter, eps.hyperParameter)
    checkBroadcast("alpha", alpha, parameters, "adamStep")
    checkBroadcast("beta1", beta1, parameters, "adamStep")
    checkBroadcast("beta2", beta2, parameters, "adamStep")
    checkBroadcast("eps", eps, parameters, "adamStep")
    var (next, results) = (state, [Variable]())
    next.steps += 1
    for (index, value) in parameters.enumerated() {
        // Differences from 1 are taken before the conversion: in float32, 1 - 0.999 has lost half of its digits.
        func converted(_ x: Variable) -> Variable { x.cast(to: value.dtype) }
        let gradient = gradients[index]
        next.m[index] = converted(beta1) * state.m[index] + converted(1 - beta1) * gradient
        next.v[index] = converted(beta2) * state.v[index] + converted(1 - beta2) * square(gradient)
        let mean = next.m[index] / converted(1 - pow(beta1, next.steps))
        let size = rootOrZero(next.v[index] / converted(1 - pow(beta2, next.steps)))
        results.append(value - converted(alpha) * mean / (size + converted(eps)))
    }
    return (results, next)
}

/// √x, with derivatives 0 at x = 0. The root is taken of 1 where it will not be used, so that no infinite derivative arises.
private func rootOrZero(_ x: Variable) -> Variable {
    let isPositive = x .> 0
    return `where`(isPositive, sqrt(`where`(isPositive, x, 1)), 0)
}

private func checkBroadcast(_ name: String, _ number: Variable, _ parameters: [Variable], _ function: String) {
    if number.rank == 0 { return }
    for value in parameters {
        require(
            Shape.broadcast(value.shape, number.shape) == value.shape,
            "\(function): expected a \(name) that broadcasts to a parameter of shape \(value.shape), got shape \(number.shape)")
    }
}

private func check(_ parameters: [Variable], _ others: [Variable], _ what: String, _ function: String) {
    require(
        others.count == parameters.count,
        "\(function): expected one \(what) for each of \(parameters.count) parameters, got \(others.count)")
    for (value, other) in zip(parameters, others) {
        require(
            other.shape == value.shape && other.dtype == value.dtype,
            "\(function): expected one \(what) of \(value.dtype)\(value.shape) for each parameter, got \(other.dtype)\(other.shape)")
    }
}
