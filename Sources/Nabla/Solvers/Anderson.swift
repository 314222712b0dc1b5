/// x with f(x) = x by Anderson's acceleration of the iterations (Walker and Ni, *Anderson acceleration for fixed-point iterations*, 2011), in the
/// name of `function`: each step mixes the last iterates so that the residual f(x) - x would vanish if f were linear.
func andersonFixedPoint(
    _ function: String, of f: @escaping ([Variable]) -> [Variable], from start: [NDArray], memory: Int = 5, iterations: Int = 1000
) -> [NDArray] {
    let goal = precision(of: start, double: 1e-12, single: 1e-6)
    var x = start
    var (values, residuals): ([[NDArray]], [[NDArray]]) = ([], [])
    var norm = 0.0
    var last = start
    var (lastPlace, lastResidual): ([NDArray]?, [NDArray]) = (nil, [])
    // Units in which residuals are weighed: those of size 1 until one turns out to be hidden by larger ones.
    var units: [NDArray]?
    let movement: ([Variable]) -> [Variable] = { x in zip(f(x), x).map { $0 - $1 } }
    for count in 0..<iterations {
        let value = numbers(of: f, at: x)
        let residual = moved(value, by: -1, along: x)
        norm = euclideanNorm(residual)
        if norm <= goal * euclideanNorm(value) {
            let (parts, sizes) = (flattened(residual), flattened(value))
            let isSmall = zip(parts, sizes).allSatisfy { $0.magnitude <= goal * $1.magnitude }
            if isSmall || norm == 0 || RootCheck(function, movement, at: x, from: start).isRounding {
                // A map with a slope near 1 moves little, however far its fixed point is: what the last iterates moved by tells.
                let distances = estimatedDistances(lastPlace, lastResidual, x, residual)
                if zip(distances, sizes).allSatisfy({ $0 <= goal.squareRoot() * $1.magnitude }) { return value }
                checkFixedPoint(function, movement, at: x, from: start, residualNorm: norm, iterations: count)
                return value
            }
            if units == nil {
                units = arranged(sizes.map { 1 / nearestPowerOfTwo($0) }, like: value)
                (values, residuals) = ([], [])
            }
        }
        last = value
        (lastPlace, lastResidual) = (x, residual)
        require(norm.isFinite, "\(function): expected finite values on the way to the solution, got a residual of norm \(norm)")
        // What no longer helps is forgotten at once: a residual ten times the best one means that f is far from linear there.
        let weighed = units.map { zip(residual, $0).map { $0 * $1 } } ?? residual
        if let best = residuals.map(euclideanNorm).min(), euclideanNorm(weighed) > 10 * best { (values, residuals) = ([], []) }
        values.append(value)
        residuals.append(weighed)
        if values.count > memory + 1 {
            values.removeFirst()
            residuals.removeFirst()
        }
        x = zip(mixingWeights(residuals), values).reduce(value.map { NDArray.zeros(like: $0) }) { moved($0, by: $1.0, along: $1.1) }
    }
    if norm <= roundingAtZero(of: start) {
        checkFixedPoint(function, movement, at: last, from: start, residualNorm: norm, iterations: iterations)
        return last
    }
    fail(
        "\(function): expected iterations that converge within \(iterations), got a residual of norm \(norm); start nearer to the "
            + "solution, use root, or pass a solver")
}

/// How far each unknown is from the fixed point, if what f does along the last step is what it does on the way: |r| ‖Δx‖ / ‖Δr‖, or with its own
/// differences, whichever is more.
private func estimatedDistances(_ before: [NDArray]?, _ residualBefore: [NDArray], _ x: [NDArray], _ residual: [NDArray]) -> [Double] {
    let parts = flattened(residual)
    guard let before else { return parts.map { $0 == 0 ? 0 : .infinity } }
    let (step, change) = (moved(x, by: -1, along: before), moved(residual, by: -1, along: residualBefore))
    let ratio = euclideanNorm(step) / euclideanNorm(change)
    return zip(parts, zip(flattened(step), flattened(change))).map { part, own in
        part == 0 ? 0 : part.magnitude * Swift.max(ratio, own.1 == 0 ? 0 : (own.0 / own.1).magnitude)
    }
}

/// Stops unless Newton's step for f(x) - x = 0 is short beside each unknown of `x`.
private func checkFixedPoint(
    _ function: String, _ movement: @escaping ([Variable]) -> [Variable], at x: [NDArray], from start: [NDArray], residualNorm: Double,
    iterations: Int
) {
    let check = RootCheck(function, movement, at: x, from: start)
    if check.residual.allSatisfy({ $0 == 0 }) { return }
    let step = check.step()?.step
    let goal = precision(of: x, double: 1e-6, single: 1e-3)
    let (elements, rounding) = (
        flattened(x), Swift.max(roundingAtZero(of: x), precision(of: x, double: 4e-15, single: 2e-6) * euclideanNorm(x))
    )
    if let step,
        step.indices.allSatisfy({ i in
            // What rounding of the largest unknowns does is no fault of the smallest.
            step[i].magnitude <= Swift.max(goal * elements[i].magnitude, check.isRounding ? rounding : check.sizes.rounding[i])
        })
    {
        return
    }
    let distance = step.map { euclideanNorm(arranged($0, like: x)) }
    fail(
        "\(function): expected a map whose fixed point its residual tells, got one that moves by \(residualNorm) after \(iterations) iterations "
            + (distance.map { "and whose fixed point is still \($0) away" } ?? "where its derivative has the eigenvalue 1")
            + ": its slope is too near to 1; use root, or pass a solver")
}

/// Numbers that add up to 1, with the least ‖Σ αᵢ rᵢ‖.
private func mixingWeights(_ residuals: [[NDArray]]) -> [Double] {
    let last = residuals[residuals.count - 1]
    let differences = residuals.dropLast().map { moved($0, by: -1, along: last) }
    let count = differences.count
    // Normal equations, lifted a little so that nearly equal differences do no harm; last + Σ γᵢ differenceᵢ is least.
    var matrix = differences.map { a in differences.map { innerProduct(a, $0) } }
    var sides = differences.map { -innerProduct($0, last) }
    let lift = 1e-14 * (matrix.indices.map { matrix[$0][$0] }.max() ?? 0)
    for i in 0..<count { matrix[i][i] += lift }
    for i in 0..<count {
        if matrix[i][i] == 0 { continue }
        for row in (i + 1)..<Swift.max(i + 1, count) {
            let factor = matrix[row][i] / matrix[i][i]
            for column in i..<count { matrix[row][column] -= factor * matrix[i][column] }
            sides[row] -= factor * sides[i]
        }
    }
    for i in stride(from: count - 1, through: 0, by: -1) {
        for column in (i + 1)..<Swift.max(i + 1, count) { sides[i] -= matrix[i][column] * sides[column] }
        sides[i] = matrix[i][i] == 0 ? 0 : sides[i] / matrix[i][i]
    }
    return sides + [1 - sides.reduce(0, +)]
}
