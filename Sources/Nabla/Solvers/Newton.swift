// Newton's method by products with vectors only (Knoll and Keyes, *Jacobian-free Newton-Krylov methods*, 2004; Nocedal and Wright, *Numerical
// optimization*, 2006, chapters 6 and 11).

/// x with g(x) = 0, in the name of `function`.
func newtonRoot(
    _ function: String, of g: ([Variable]) -> [Variable], from start: [NDArray], steps: Int = 100
) -> [NDArray] {
    let goal = precision(of: start, double: 1e-10, single: 1e-5)
    func residual(at x: [NDArray]) -> [NDArray] { numbers(of: g, at: x) }
    var (x, lastNorm, lastSize) = (start, 0.0, Double.infinity)
    // A multiple root at zero is approached by halves: no relative precision is reached before the numbers underflow.
    for count in 0..<12 * steps where count < steps || lastSize <= roundingAtZero(of: start) {
        let places = x.map { Variable($0) }
        let values = Transform.run { g(places) }
        let norm = euclideanNorm(values.map(\.array))
        if norm == 0 { return x }
        require(norm.isFinite, "\(function): expected finite values on the way to the solution, got a residual of norm \(norm)")
        // Full accuracy from the start costs a few products more than the steps it saves.
        let newton = NewtonStep(function, values, at: places, tolerance: goal)
        let (step, size) = (newton.step, euclideanNorm(newton.step))
        if newton.reduction > 1 - 1e-6 {
            if isSingularRoot(residual, at: x, values.map(\.array), newton.rest) { return x }
            fail(
                "\(function): expected a way to a solution, got a residual of norm \(norm) after \(count) Newton steps, where the derivative is "
                    + "singular and no step reduces it; start elsewhere, or pass a solver")
        }
        if !newton.isSingular && size <= goal * euclideanNorm(x) && isShortEverywhere(step, at: x, goal) {
            let last = moved(x, by: 1, along: step)
            let next = euclideanNorm(residual(at: last))
            if next == 0 { return last }
            // As long as the residual falls, unknowns that are small beside others may be on their way. Near a pole it falls by half, at most.
            if next <= 0.4 * norm {
                (x, lastNorm, lastSize) = (last, norm, size)
                continue
            }
            if norm <= 0.1 * lastNorm { return next < norm ? last : x }
            // Rounding hides what the step gains.
            if next > 0.75 * norm { return x }
        }
        guard
            let length = backtracking({ t in
                euclideanNorm(residual(at: moved(x, by: t, along: step))) <= (1 - 1e-4 * t * (1 - newton.reduction)) * norm
            })
        else {
            // Rounding hides what the last steps gain.
            let isRounding = size <= goal.squareRoot() * euclideanNorm(x) && isShortEverywhere(step, at: x, goal)
            if !newton.isSingular && (isRounding || size <= roundingAtZero(of: start)) { return x }
            fail(
                "\(function): expected a start from which Newton's steps reduce the residual, got one where they end at a norm of \(norm) "
                    + "after \(count) steps; start nearer to the solution, or pass a solver")
        }
        (x, lastNorm, lastSize) = (moved(x, by: length, along: step), length == 1 ? norm : 0, size)
    }
    let norm = euclideanNorm(residual(at: x))
    fail(
        "\(function): expected a solution within \(steps) Newton steps, got a residual of norm \(norm); start nearer to it, or pass a solver"
    )
}

/// Whether `step` is short beside each unknown, not only beside the largest: what is left is rounding, of an unknown or of the largest.
private func isShortEverywhere(_ step: [NDArray], at x: [NDArray], _ goal: Double) -> Bool {
    let rounding = Swift.max(roundingAtZero(of: x), precision(of: x, double: 4e-15, single: 2e-6) * euclideanNorm(x))
    return zip(step, x).allSatisfy { step, x in
        (abs(step) .<= maximum(goal.squareRoot() * abs(x), rounding)).cast(to: .float64).doubles.allSatisfy { $0 != 0 }
    }
}

/// A local minimum of f, in the name of `function`.
func newtonMinimum(
    _ function: String, of f: @escaping ([Variable]) -> Variable, from start: [NDArray], steps: Int = 200
) -> [NDArray] {
    let goal = precision(of: start, double: 1e-10, single: 1e-5)
    var (x, lastSize, lastNorm) = (start, Double.infinity, Double.infinity)
    // A flat minimum at zero is approached by thirds: no relative precision is reached before the numbers underflow.
    for count in 0..<12 * steps where count < steps || lastSize <= roundingAtZero(of: start) {
        var point = StationaryPoint(function, f, at: x)
        point.steps = count
        let (value, gradient) = (point.value, point.gradient)
        let norm = euclideanNorm(gradient)
        require(
            value.isFinite && norm.isFinite,
            "\(function): expected finite values on the way to the minimum, got \(value) with a gradient of norm \(norm)")
        if norm == 0 {
            point.checkCurvature()
            return x
        }
        let result = conjugateGradients(point.product, rightHandSide: gradient.map { -$0 }, iterations: 500, tolerance: goal)
        // Where f curves downward at once, down the slope.
        let isDown = result.iterations > 0
        let step = isDown ? result.solution : gradient.map { -$0 }
        let size = euclideanNorm(step)
        // Steps and slopes shrink until rounding is all they are.
        let isRounding = size <= roundingAtZero(of: start) && size >= lastSize / 2 && norm >= lastNorm / 2
        let isSolved = result.stopReason != .notPositiveDefinite && result.residualNorms[result.iterations] <= 0.1 * norm
        if isSolved && (size <= goal * euclideanNorm(x) || isRounding) {
            point.checkCurvature()
            return moved(x, by: 1, along: step)
        }
        (lastSize, lastNorm) = (size, norm)
        let slope = innerProduct(gradient, step)
        // What the step gains is less than rounding of f: values cannot judge it, the gradient still does (Hager and Zhang, 2005).
        if isDown && slope.magnitude <= precision(of: start, double: 1e-15, single: 5e-7) * value.magnitude {
            x = moved(x, by: 1, along: step)
            continue
        }
        guard
            let length = backtracking({ t in
                let next = numbers(of: { [f($0)] }, at: moved(x, by: t, along: step))[0].item()
                return next <= value + 1e-4 * t * slope
            })
        else {
            // Rounding hides what the last steps gain.
            if size <= goal.squareRoot() * euclideanNorm(x) || size <= roundingAtZero(of: start) {
                point.checkCurvature()
                return moved(x, by: 1, along: step)
            }
            fail(
                "\(function): expected a function that falls along Newton's steps, got one that does not at a gradient of norm \(norm) "
                    + "after \(count) steps; start nearer to the minimum, or pass a solver")
        }
        x = moved(x, by: length, along: step)
    }
    let norm = euclideanNorm(StationaryPoint(function, f, at: x).gradient)
    fail(
        "\(function): expected a minimum within \(steps) Newton steps, got a gradient of norm \(norm); start nearer to it, or pass a solver"
    )
}

/// The first of 1, ½, ¼, … that is `accepted`.
private func backtracking(_ accepted: (Double) -> Bool) -> Double? {
    (0..<40).lazy.map { k in 1 / Double(1 << k) }.first(where: accepted)
}
