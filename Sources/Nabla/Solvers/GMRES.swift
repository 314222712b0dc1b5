import Foundation

/// What `gmres` found.
public struct GMRESResult: Sendable {
    /// Why the iterations ended.
    public enum StopReason: Sendable, Hashable {
        /// The residual's norm is within the tolerance.
        case converged
        /// All iterations asked for were done.
        case iterationLimit
        /// A whole cycle, or a subspace that A maps into itself, made the residual no smaller: A is singular, or the tolerance is below what
        /// rounding allows.
        case stagnated
        /// A product or norm was infinite or not a number. The solution is the last before it.
        case notFinite
    }

    /// An approximation of A⁻¹ b, in the shapes and types of b.
    public let solution: [NDArray]
    /// ‖b - A x‖ before the first iteration and after each one; computed anew at the end of each cycle.
    public let residualNorms: [Double]
    public let stopReason: StopReason

    /// The number of iterations done.
    public var iterations: Int { residualNorms.count - 1 }
}

/// Solves A x = b for any invertible A that is known by its products with vectors only (Saad and Schultz, *GMRES: a generalized minimal residual
/// algorithm for solving nonsymmetric linear systems*, 1986).
///
/// Each iteration finds the vector with the smallest residual in span {b, A b, A² b, …}. Exact arithmetic needs as many iterations as A has
/// distinct eigenvalues, if they fit in one cycle; a cycle keeps as many vectors. A vector is a list of arrays, as for `conjugateGradients`,
/// which needs less memory and arithmetic where A is symmetric and positive definite.
///
/// - Parameters:
///   - multiply: v ↦ A v, in the shapes of `b`; called once an iteration, and once a cycle.
///   - b: the right-hand side, of floating types.
///   - restart: the length of a cycle, after which the iterations begin anew from the solution so far.
///   - iterations: at most so many.
///   - tolerance: stops when ‖residual‖ ≤ tolerance ‖b‖.
public func gmres(
    _ multiply: ([NDArray]) -> [NDArray], rightHandSide b: [NDArray], restart: Int = 50, iterations: Int = 500,
    tolerance: Double = 1e-10
) -> GMRESResult {
    require(restart >= 1, "gmres: expected a restart of at least 1, got \(restart)")
    require(iterations >= 0, "gmres: expected iterations of at least 0, got \(iterations)")
    require(tolerance >= 0, "gmres: expected a tolerance of at least 0, got \(tolerance)")
    for part in b { require(part.dtype.isFloating, "gmres: expected a right-hand side of floating types, got \(part.dtype)") }
    func product(_ v: [NDArray]) -> [NDArray] {
        let product = multiply(v)
        func layout(_ arrays: [NDArray]) -> String { arrays.map { "\($0.dtype)\($0.shape)" }.joined(separator: ", ") }
        require(
            product.map(\.shape) == v.map(\.shape) && product.map(\.dtype) == v.map(\.dtype),
            "gmres: expected a product of \(layout(v)), got \(layout(product))")
        return product
    }
    var (solution, residual) = (b.map { NDArray.zeros(like: $0) }, b)
    var norms = [euclideanNorm(b)]
    let goal = tolerance * norms[0]
    func result(_ reason: GMRESResult.StopReason) -> GMRESResult {
        GMRESResult(solution: solution, residualNorms: norms, stopReason: reason)
    }

    if !norms[0].isFinite { return result(.notFinite) }
    while norms[norms.count - 1] > goal {
        if norms.count > iterations { return result(.iterationLimit) }
        let start = norms[norms.count - 1]
        var cycle = ArnoldiCycle(residual, norm: start)
        while cycle.length < restart && norms.count <= iterations && !cycle.isClosed {
            guard cycle.extend(product) else { return result(.notFinite) }
            norms.append(cycle.residualNorm)
            if cycle.residualNorm <= goal { break }
        }
        guard let step = cycle.correction() else {
            norms[norms.count - 1] = start
            return result(.stagnated)
        }
        let next = moved(solution, by: 1, along: step)
        let nextResidual = moved(b, by: -1, along: product(next))
        let norm = euclideanNorm(nextResidual)
        // A nearly singular A may give a step that makes things worse: what there was before is the better solution.
        let isBetter = norm < start || norm <= goal
        if isBetter { (solution, residual) = (next, nextResidual) }
        norms[norms.count - 1] = isBetter ? norm : start
        if !norm.isFinite { return result(.notFinite) }
        if !isBetter { return result(.stagnated) }
    }
    return result(.converged)
}

/// A x = b in the Krylov space of one cycle: an orthonormal basis, and A in it as a triangle after rotations.
private struct ArnoldiCycle {
    private var basis: [[NDArray]]
    private var columns: [[Double]] = []
    private var rotations: [(cosine: Double, sine: Double)] = []
    private var rightHandSide: [Double]
    /// Whether A maps the space into itself, so that it holds a solution or none.
    private(set) var isClosed = false

    var length: Int { columns.count }
    var residualNorm: Double { rightHandSide[rightHandSide.count - 1].magnitude }

    init(_ residual: [NDArray], norm: Double) {
        basis = [residual.map { $0 / norm }]
        rightHandSide = [norm]
    }

    /// Adds A times the last vector to the space; false when that is not finite.
    mutating func extend(_ multiply: ([NDArray]) -> [NDArray]) -> Bool {
        var next = multiply(basis[length])
        let size = euclideanNorm(next)
        var column = [Double](repeating: 0, count: length + 1)
        // Twice is enough for orthogonality to rounding (Giraud and Langou, 2005).
        for _ in 0..<2 {
            for (i, vector) in basis.enumerated() {
                let overlap = innerProduct(next, vector)
                column[i] += overlap
                next = moved(next, by: -overlap, along: vector)
            }
        }
        let rest = euclideanNorm(next)
        if !size.isFinite || !rest.isFinite { return false }
        for (i, rotation) in rotations.enumerated() {
            (column[i], column[i + 1]) = (
                rotation.cosine * column[i] + rotation.sine * column[i + 1], rotation.cosine * column[i + 1] - rotation.sine * column[i]
            )
        }
        isClosed = rest <= 1e-15 * size
        let below = isClosed ? 0 : rest
        let last = column[length]
        // Not by squares: A may be as large or as small as numbers are.
        let radius = hypot(last, below)
        let rotation = radius == 0 ? (cosine: 1.0, sine: 0.0) : (cosine: last / radius, sine: below / radius)
        column[length] = radius
        rotations.append(rotation)
        let reduced = rightHandSide[length]
        rightHandSide[length] = rotation.cosine * reduced
        rightHandSide.append(-rotation.sine * reduced)
        columns.append(column)
        if !isClosed { basis.append(next.map { $0 / rest }) }
        return true
    }

    /// The vector of the space with the smallest residual; nil where A is singular in it.
    func correction() -> [NDArray]? {
        var weights = Array(rightHandSide.prefix(length))
        for i in stride(from: length - 1, through: 0, by: -1) {
            for j in (i + 1)..<Swift.max(i + 1, length) { weights[i] -= columns[j][i] * weights[j] }
            if columns[i][i] == 0 { return nil }
            weights[i] /= columns[i][i]
        }
        return zip(weights, basis).reduce(basis[0].map { NDArray.zeros(like: $0) }) { moved($0, by: $1.0, along: $1.1) }
    }
}
