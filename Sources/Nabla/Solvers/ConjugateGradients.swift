/// What `conjugateGradients` found.
public struct ConjugateGradientsResult: Sendable {
    /// Why the iterations ended.
    public enum StopReason: Sendable, Hashable {
        /// The residual's norm is within the tolerance.
        case converged
        /// All iterations asked for were done.
        case iterationLimit
        /// pᵀ(A + λI)p ≤ 0 for a direction p: the matrix is not positive definite. The solution is the last before that direction.
        case notPositiveDefinite
        /// A product or norm was infinite or not a number. The solution is the last before it.
        case notFinite
    }

    /// An approximation of (A + λI)⁻¹ b, in the shapes and types of b.
    public let solution: [NDArray]
    /// ‖b - (A + λI) x‖ before the first iteration, where it is ‖b‖, and after each one; as updated along the way, not computed anew.
    public let residualNorms: [Double]
    public let stopReason: StopReason

    /// The number of iterations done.
    public var iterations: Int { residualNorms.count - 1 }
}

/// Solves (A + λI) x = b for a symmetric positive definite A that is known by its products with vectors only (Hestenes and Stiefel, 1952).
///
/// A vector is a list of arrays, such as one for each parameter of a network. Exact arithmetic needs as many iterations as A + λI has
/// distinct eigenvalues; far fewer give a useful direction when the eigenvalues cluster. The error's norm in
/// the metric of A + λI falls in every iteration, the residual's norm need not. Vectors keep their types; inner products are summed in
/// float64.
///
///     // The natural gradient step of a policy: F x = g, with F v by differentiating the divergence twice.
///     let divergence = klDivergence(old, new).mean()
///     let slopes = grad(of: divergence, wrt: parameters, enableDoubleBackprop: true)
///     let step = conjugateGradients(
///         { v in grad(of: slopes, wrt: parameters, gradOutputs: v.map(Variable.init(constant:))).map(\.array) },
///         rightHandSide: gradients, iterations: 10, damping: 0.1
///     ).solution
///
/// - Parameters:
///   - multiply: v ↦ A v, in the shapes of `b`; called once an iteration.
///   - b: the right-hand side, of floating types.
///   - iterations: at most so many.
///   - tolerance: stops when ‖residual‖ ≤ tolerance ‖b‖.
///   - damping: λ ≥ 0.
public func conjugateGradients(
    _ multiply: ([NDArray]) -> [NDArray], rightHandSide b: [NDArray], iterations: Int = 10, tolerance: Double = 1e-10,
    damping: Double = 0
) -> ConjugateGradientsResult {
    require(iterations >= 0, "conjugateGradients: expected iterations of at least 0, got \(iterations)")
    require(tolerance >= 0, "conjugateGradients: expected a tolerance of at least 0, got \(tolerance)")
    require(damping >= 0, "conjugateGradients: expected a damping of at least 0, got \(damping)")
    for part in b { require(part.dtype.isFloating, "conjugateGradients: expected a right-hand side of floating types, got \(part.dtype)") }
    let size = euclideanNorm(b)
    if size > 0 && size.isFinite && !(1e-8...1e8).contains(size) {
        // Squares, and products with A, could leave the range of numbers: the same system for a right-hand side near 1, with the same bits.
        let unit = Double(sign: .plus, exponent: size.exponent, significand: 1)
        let scaled = conjugateGradients(
            multiply, rightHandSide: b.map { $0 / unit }, iterations: iterations, tolerance: tolerance, damping: damping)
        return ConjugateGradientsResult(
            solution: scaled.solution.map { $0 * unit }, residualNorms: scaled.residualNorms.map { $0 * unit },
            stopReason: scaled.stopReason)
    }
    var (solution, residual, direction) = (b.map { NDArray.zeros(like: $0) }, b, b)
    var squaredNorm = innerProduct(residual, residual)
    var norms = [squaredNorm.squareRoot()]
    let goal = tolerance * norms[0]
    func result(_ reason: ConjugateGradientsResult.StopReason) -> ConjugateGradientsResult {
        ConjugateGradientsResult(solution: solution, residualNorms: norms, stopReason: reason)
    }

    if !squaredNorm.isFinite { return result(.notFinite) }
    while norms[norms.count - 1] > goal {
        if norms.count > iterations { return result(.iterationLimit) }
        let product = damped(multiply(direction), damping, direction)
        let curvature = innerProduct(direction, product)
        if !curvature.isFinite { return result(.notFinite) }
        if curvature <= 0 { return result(.notPositiveDefinite) }
        let step = squaredNorm / curvature
        let next = zip(residual, product).map { $0 - step * $1 }
        let nextSquaredNorm = innerProduct(next, next)
        if !step.isFinite || !nextSquaredNorm.isFinite { return result(.notFinite) }
        for i in solution.indices {
            solution[i] += step * direction[i]
            direction[i] = next[i] + (nextSquaredNorm / squaredNorm) * direction[i]
        }
        (residual, squaredNorm) = (next, nextSquaredNorm)
        norms.append(squaredNorm.squareRoot())
    }
    return result(.converged)
}

/// A v + λ v, after a check that A v fits v.
private func damped(_ product: [NDArray], _ damping: Double, _ v: [NDArray]) -> [NDArray] {
    func layout(_ arrays: [NDArray]) -> String { arrays.map { "\($0.dtype)\($0.shape)" }.joined(separator: ", ") }
    require(
        product.map(\.shape) == v.map(\.shape) && product.map(\.dtype) == v.map(\.dtype),
        "conjugateGradients: expected a product of \(layout(v)), got \(layout(product))")
    return damping == 0 ? product : zip(product, v).map { $0 + damping * $1 }
}
