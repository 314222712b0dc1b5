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
    init(_ function: String, _ values: [Variable], at places: [Variable], tolerance: Double) {
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
        require(
            result.stopReason != .notFinite,
            "\(function): expected finite derivatives on the way to the solution, got one that is not at a residual of norm \(norm)")
        let reached = result.residualNorms[result.residualNorms.count - 1] / norm
        if reached <= 0.5 {
            (step, rest, reduction) = (result.solution, [], reached)
            return
        }
        // Where J is singular, or GMRES would need longer cycles, the step with the least residual (Nocedal and Wright, chapter 10).
        let least = conjugateGradients({ pulled(product($0)) }, rightHandSide: pulled(sides), iterations: 500, tolerance: 1e-8).solution
        rest = moved(product(least), by: -1, along: sides)
        (step, reduction) = (least, euclideanNorm(rest) / norm)
    }
}

/// Whether g has a root where its derivative is singular, as x² has at 0: whether moving within the precision that such a root can have changes g
/// by as much as its `residual`, in the direction of `rest`, which the derivative does not reach.
func isSingularRoot(_ g: ([NDArray]) -> [NDArray], at x: [NDArray], _ residual: [NDArray], _ rest: [NDArray]) -> Bool {
    let (size, norm) = (euclideanNorm(rest), euclideanNorm(residual))
    let radius = Swift.max(precision(of: x, double: 1e-5, single: 3e-3) * euclideanNorm(x), roundingAtZero(of: x))
    let direction = rest.map { $0 / size }
    return [1, -1].contains { sign in
        let change = moved(g(moved(x, by: sign * radius, along: probe(like: x))), by: -1, along: residual)
        return innerProduct(change, direction).magnitude >= norm
    }
}

/// Stops unless `x`, which a solver of the user's found from `start`, solves g(x) = 0: unless Newton's step from it is short.
func checkRoot(_ function: String, _ g: ([Variable]) -> [Variable], at x: [NDArray], from start: [NDArray]) {
    let places = x.map { Variable($0) }
    let values = Transform.run { g(places) }
    let residual = values.map(\.array)
    let norm = euclideanNorm(residual)
    if norm == 0 { return }
    require(norm.isFinite, "\(function): expected a solution from the solver, got a point with a residual of norm \(norm)")
    let newton = NewtonStep(function, values, at: places, tolerance: 0.1)
    let distance = euclideanNorm(newton.step)
    if !newton.isSingular && distance <= allowedDistance(x, from: start) { return }
    if newton.isSingular {
        let values: ([NDArray]) -> [NDArray] = { x in numbers(of: g, at: x) }
        if isSingularRoot(values, at: x, residual, newton.rest) { return }
    }
    fail(
        "\(function): expected a solution from the solver, got a point with a residual of norm \(norm) "
            + (newton.isSingular ? "and a singular derivative" : "from which Newton's step has length \(distance)")
            + "; let the solver iterate on, or leave it out")
}

/// How far from a solution a point may be that another solver found: half of the digits.
private func allowedDistance(_ x: [NDArray], from start: [NDArray]) -> Double {
    precision(of: x, double: 1e-5, single: 3e-3)
        * Swift.max(euclideanNorm(x), Swift.min(1, euclideanNorm(moved(x, by: -1, along: start))))
}

/// Stops unless `x`, which a solver of the user's found from `start`, is a minimum of f.
func checkMinimum(_ function: String, _ f: @escaping ([Variable]) -> Variable, at x: [NDArray], from start: [NDArray]) {
    let point = StationaryPoint(function, f, at: x)
    let norm = euclideanNorm(point.gradient)
    require(norm.isFinite, "\(function): expected a minimum from the solver, got a point with a gradient of norm \(norm)")
    point.checkCurvature()
    if norm == 0 { return }
    let newton = conjugateGradients(point.product, rightHandSide: point.gradient, iterations: 500, tolerance: 0.1)
    let distance = euclideanNorm(newton.solution)
    if newton.stopReason == .converged && distance <= allowedDistance(x, from: start) { return }
    // Where f does not curve at all, the slope must be rounding.
    let drop = norm * allowedDistance(x, from: start)
    if newton.stopReason != .converged && drop <= precision(of: x, double: 1e-12, single: 1e-5) * Swift.max(1, point.value.magnitude) {
        return
    }
    fail(
        "\(function): expected a minimum from the solver, got a point with a gradient of norm \(norm) "
            + (newton.stopReason == .converged
                ? "from which Newton's step has length \(distance)" : "where the function does not curve upward")
            + "; let the solver iterate on, or leave it out")
}

/// A unit vector in no direction in particular, the same each time.
func probe(like x: [NDArray]) -> [NDArray] {
    // Not a part of what is compiled or listed.
    let numbers = ArrayTrace.unwatched {
        var generator = RandomGenerator(seed: 1)
        return x.map { generator.normal($0.shape, dtype: $0.dtype) }
    }
    let size = euclideanNorm(numbers)
    return size == 0 ? numbers : numbers.map { $0 / size }
}
