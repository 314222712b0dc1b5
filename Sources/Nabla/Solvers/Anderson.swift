/// x with f(x) = x by Anderson's acceleration of the iterations (Walker and Ni, *Anderson acceleration for fixed-point iterations*, 2011), in the
/// name of `function`: each step mixes the last iterates so that the residual f(x) - x would vanish if f were linear.
func andersonFixedPoint(
    _ function: String, of f: ([Variable]) -> [Variable], from start: [NDArray], memory: Int = 5, iterations: Int = 1000
) -> [NDArray] {
    let goal = precision(of: start, double: 1e-12, single: 1e-6)
    var x = start
    var (values, residuals): ([[NDArray]], [[NDArray]]) = ([], [])
    var norm = 0.0
    var last = start
    var (lastPlace, lastResidual): ([NDArray]?, [NDArray]) = (nil, [])
    for count in 0..<iterations {
        let value = numbers(of: f, at: x)
        let residual = moved(value, by: -1, along: x)
        norm = euclideanNorm(residual)
        if norm <= goal * euclideanNorm(value) {
            // A map with a slope near 1 moves little, however far its fixed point is: what the last iterates moved by tells.
            let distance = estimatedDistance(lastPlace, lastResidual, x, residual)
            if distance <= goal.squareRoot() * euclideanNorm(value) { return value }
            checkFixedPoint(function, f, at: x, residualNorm: norm, iterations: count)
            return value
        }
        last = value
        (lastPlace, lastResidual) = (x, residual)
        require(norm.isFinite, "\(function): expected finite values on the way to the solution, got a residual of norm \(norm)")
        // What no longer helps is forgotten at once: a residual ten times the best one means that f is far from linear there.
        if let best = residuals.map(euclideanNorm).min(), norm > 10 * best { (values, residuals) = ([], []) }
        values.append(value)
        residuals.append(residual)
        if values.count > memory + 1 {
            values.removeFirst()
            residuals.removeFirst()
        }
        x = zip(mixingWeights(residuals), values).reduce(value.map { NDArray.zeros(like: $0) }) { moved($0, by: $1.0, along: $1.1) }
    }
    if norm <= roundingAtZero(of: start) {
        checkFixedPoint(function, f, at: last, residualNorm: norm, iterations: iterations)
        return last
    }
    fail(
        "\(function): expected iterations that converge within \(iterations), got a residual of norm \(norm); start nearer to the "
            + "solution, use root, or pass a solver")
}

/// How far the fixed point is from `x`, if what f does along the last step is what it does on the way: ‖r‖ ‖Δx‖ / ‖Δr‖.
private func estimatedDistance(_ before: [NDArray]?, _ residualBefore: [NDArray], _ x: [NDArray], _ residual: [NDArray]) -> Double {
    let norm = euclideanNorm(residual)
    if norm == 0 { return 0 }
    guard let before else { return .infinity }
    return norm * (euclideanNorm(moved(x, by: -1, along: before)) / euclideanNorm(moved(residual, by: -1, along: residualBefore)))
}

/// Stops unless Newton's step for f(x) - x = 0 is short at `x`.
private func checkFixedPoint(
    _ function: String, _ f: ([Variable]) -> [Variable], at x: [NDArray], residualNorm: Double, iterations: Int
) {
    let places = x.map { Variable($0) }
    let values = Transform.run { zip(f(places), places).map { $0 - $1 } }
    if euclideanNorm(values.map(\.array)) == 0 { return }
    let newton = NewtonStep(function, values, at: places, tolerance: 0.1)
    let (distance, size) = (euclideanNorm(newton.step), euclideanNorm(x))
    let allowed = Swift.max(precision(of: x, double: 1e-6, single: 1e-3) * size, roundingAtZero(of: x))
    if !newton.isSingular && distance <= allowed { return }
    fail(
        "\(function): expected a map whose fixed point its residual tells, got one that moves by \(residualNorm) after \(iterations) iterations "
            + (newton.isSingular ? "where its derivative has the eigenvalue 1" : "and whose fixed point is still \(distance) away")
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
