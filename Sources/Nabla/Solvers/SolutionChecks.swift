// What a solution must show before it is returned.

extension Transform {
    /// The arrays where a search starts; stops unless they hold real numbers.
    static func realStart(_ x: [Variable], _ function: String) -> [NDArray] {
        for part in x {
            require(
                part.dtype.isFloating,
                "\(function): expected a start of real numbers, got \(part.dtype)\(part.shape); cast(to: .float64) makes them")
        }
        return x.map(\.array)
    }
}

/// Newton's step for g(x) = 0: s with J s = -g as far as J allows.
struct NewtonStep {
    let step: [NDArray]
    /// g + J s
    let rest: [NDArray]
    /// ‖g + J s‖ / ‖g‖: 0 where the step would end at a root if g were linear, 1 where J changes g along no direction that helps.
    let reduction: Double
    /// Whether the equation J s = -g was not solved.
    var isSingular: Bool { reduction > 0.5 }

    /// The step at `places`, where g is `values`, to a relative residual of `tolerance`.
    init(_ function: String, _ values: [Variable], at places: [Variable], tolerance: Double) throws(NoSolution) {
        let residual = values.map(\.array)
        let (norm, sides) = (euclideanNorm(residual), residual.map { -$0 })
        func product(_ v: [NDArray]) -> [NDArray] {
            ForwardWalk.run(from: places, tangents: v.map(Variable.init(constant:)), to: values, recorded: false).map(\.array)
        }
        func pulled(_ u: [NDArray]) -> [NDArray] {
            BackwardWalk.run(from: values, seeds: u.map(Variable.init(constant:)), to: places, recorded: false, retainGraph: true)
                .map(\.array)
        }
        let result = gmres(product, rightHandSide: sides, tolerance: tolerance)
        if result.stopReason == .notFinite {
            throw NoSolution(
                message:
                    "\(function): expected finite derivatives on the way to the solution, got one that is not at a residual of norm \(norm)"
            )
        }
        let reached = result.residualNorms[result.residualNorms.count - 1] / norm
        if reached <= 0.5 {
            (step, rest, reduction) = (result.solution, [], reached)
            return
        }
        // Where J is singular, or GMRES would need longer cycles, the step with the least residual (Nocedal and Wright, chapter 10).
        // In units of J and g, so that squares stay in the range of numbers.
        let unitSides = sides.map { $0 / norm }
        let first = euclideanNorm(pulled(unitSides))
        let unit = first > 0 && first.isFinite ? first : 1
        func unitPulled(_ u: [NDArray]) -> [NDArray] { pulled(u).map { $0 / unit } }
        func unitProduct(_ v: [NDArray]) -> [NDArray] { product(v).map { $0 / unit } }
        let least = conjugateGradients(
            { unitPulled(unitProduct($0)) }, rightHandSide: unitPulled(unitSides), iterations: 500, tolerance: 1e-8
        ).solution.map { $0 * (norm / unit) }
        rest = moved(product(least), by: -1, along: sides)
        (step, reduction) = (least, euclideanNorm(rest) / norm)
    }
}

/// Stops unless `x`, which a solver of the user's found from `start`, solves g(x) = 0: unless Newton's step from it is short beside each unknown.
/// The result is whether the derivative may be singular there.
@discardableResult
func checkRoot(_ function: String, _ g: @escaping ([Variable]) -> [Variable], at x: [NDArray], from start: [NDArray]) -> Bool {
    let norm = euclideanNorm(numbers(of: g, at: x))
    require(
        norm.isFinite && euclideanNorm(x).isFinite,
        "\(function): expected a solution from the solver, got a point of norm \(euclideanNorm(x)) with a residual of norm \(norm)")
    let check = RootCheck(function, g, at: x, from: start)
    if check.isRounding {
        require(!check.isFlat, "\(function): expected \(RootCheck.flatness); let the solver start nearer to the solution")
        return true
    }
    let step = check.step()?.step
    if let step, isWithin(allowedDistances(x, from: start), step), check.reduces(step) { return true }
    let distance = step.map { euclideanNorm(arranged($0, like: x)) }
    fail(
        "\(function): expected a solution from the solver, got a point with a residual of norm \(norm) "
            + (distance.map { "from which Newton's step has length \($0)" } ?? "and a singular derivative")
            + "; let the solver iterate on, or leave it out")
}

/// How far from a solution each unknown may be that another solver found: half of the digits, of itself or of its way.
private func allowedDistances(_ x: [NDArray], from start: [NDArray]) -> [Double] {
    let digits = precision(of: x, double: 1e-5, single: 3e-3)
    let rounding = UnknownSizes(x, from: start).rounding
    return zip(zip(flattened(x), flattened(start)), rounding).map { pair, rounding in
        Swift.max(digits * Swift.max(pair.0.magnitude, Swift.min(1, (pair.0 - pair.1).magnitude)), rounding)
    }
}

private func isWithin(_ allowed: [Double], _ step: [Double]) -> Bool { zip(step, allowed).allSatisfy { $0.magnitude <= $1 } }

/// Stops unless `x`, which a solver of the user's found from `start`, is a minimum of f. The result is whether some curvature there is rounding.
func checkMinimum(
    _ function: String, _ f: @escaping ([Variable]) -> Variable, at x: [NDArray], from start: [NDArray]
) throws(NoSolution) -> Bool {
    if x.allSatisfy({ $0.count == 0 }) { return false }
    let point = StationaryPoint(function, f, at: x)
    let gradient = flattened(point.gradient)
    let norm = euclideanNorm(point.gradient)
    require(norm.isFinite, "\(function): expected a minimum from the solver, got a point with a gradient of norm \(norm)")
    let curvature = Curvature(point.product, like: x)
    require(
        curvature.isFinite, "\(function): expected a minimum from the solver, got a point with second derivatives that are not finite")
    let allowed = allowedDistances(x, from: start)
    // Many unknowns have more curvatures than those seen.
    let step: [Double]? =
        if curvature.isComplete {
            curvature.newtonStep(gradient)
        } else {
            newtonStep(point)
        }
    func stop(_ what: String) -> Never {
        fail(
            "\(function): expected a minimum from the solver, got a point with a gradient of norm \(norm) \(what)"
                + "; let the solver iterate on, or leave it out")
    }
    if let step, !isWithin(allowed, step) { stop("from which Newton's step has length \(euclideanNorm(arranged(step, like: x)))") }
    // Where f does not curve at all, the slope must be rounding.
    let rest = step.map { step in zip(gradient, flattened(point.product(arranged(step, like: x)))).map { $0 + $1 } } ?? gradient
    let drop = zip(rest, allowed).reduce(0) { $0 + ($1.0 * $1.1).magnitude }
    let isFlat = zip(rest, gradient).contains { $0.magnitude > 0.5 * $1.magnitude }
    if isFlat && drop > precision(of: x, double: 1e-12, single: 1e-5) * Swift.max(1, point.value.magnitude) {
        stop("where the function does not curve upward")
    }
    return try point.checkMinimum(curvature, UnknownSizes(x, from: start))
}

private func newtonStep(_ point: StationaryPoint) -> [Double]? {
    let result = conjugateGradients(point.product, rightHandSide: point.gradient.map { -$0 }, iterations: 500, tolerance: 0.1)
    return result.stopReason == .converged ? flattened(result.solution) : nil
}
