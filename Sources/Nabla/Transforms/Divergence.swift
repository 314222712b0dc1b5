/// How the trace of a Jacobian is found.
public enum TraceMethod: Sendable {
    /// Exactly, by one derivative for each coordinate.
    case exact
    /// The mean of vᵀ J v over so many vectors v of random signs (Hutchinson, *A stochastic estimator of the trace of the influence matrix*, 1990):
    /// right on average, with a variance of 2 Σ_{i≠j} ((Jᵢⱼ + Jⱼᵢ) / 2)² / samples.
    case hutchinson(samples: Int)
}

/// Σᵢ ∂fᵢ/∂xᵢ, the divergence of a vector field at `x`.
///
/// - Parameters:
///   - f: a function to the shape of its argument.
///   - x: one point; or, with `axis`, many.
///   - axis: the axis of the coordinates: every position along the others is a point of its own, which `f` must not mix, and gets
///     a divergence of its own. nil: all of `x` is one point.
///   - method: exact, or an estimate for high dimensions.
///   - generator: where the estimate's random signs come from; nil: the process-wide one.
///   - enableDoubleBackprop: whether the result is recorded; by default inside the closure of another transform.
/// - Returns: a single number, or one for each point: the shape of `x` without `axis`.
public func divergence(
    of f: (Variable) -> Variable, at x: Variable, axis: Int? = nil, method: TraceMethod = .exact,
    using generator: RandomGenerator? = nil, enableDoubleBackprop: Bool? = nil
) -> Variable {
    let isResultRecorded = Transform.isResultRecorded(enableDoubleBackprop)
    return Transform.run {
        let place = x.withPlace
        return trace("divergence", f(place), place, axis, method, generator, isResultRecorded)
    }
}

/// Σᵢ ∂yᵢ/∂xᵢ for a recorded `y` of the shape of `x`, by walks from `y`.
public func divergence(
    of y: Variable, wrt x: Variable, axis: Int? = nil, method: TraceMethod = .exact, using generator: RandomGenerator? = nil,
    enableDoubleBackprop: Bool = false
) -> Variable { trace("divergence", y, x, axis, method, generator, enableDoubleBackprop) }

/// Σᵢ ∂²f/∂xᵢ², the Laplacian of a scalar function at `x`.
///
///     let residual = laplacian(of: potential, at: points, axis: 1) + density(points)        // Poisson's equation, at each row of `points`
///
/// - Parameters:
///   - f: a function to a single number; with `axis`, to one number for each point.
///   - axis, method, generator, enableDoubleBackprop: as for `divergence`.
public func laplacian(
    of f: (Variable) -> Variable, at x: Variable, axis: Int? = nil, method: TraceMethod = .exact,
    using generator: RandomGenerator? = nil, enableDoubleBackprop: Bool? = nil
) -> Variable {
    let isResultRecorded = Transform.isResultRecorded(enableDoubleBackprop)
    return Transform.run {
        let place = x.withPlace
        return laplacian(
            of: f(place), wrt: place, axis: axis, method: method, using: generator, enableDoubleBackprop: isResultRecorded)
    }
}

/// Σᵢ ∂²y/∂xᵢ² for a recorded `y`: a single number or, with `axis`, one for each point.
public func laplacian(
    of y: Variable, wrt x: Variable, axis: Int? = nil, method: TraceMethod = .exact, using generator: RandomGenerator? = nil,
    enableDoubleBackprop: Bool = false
) -> Variable {
    let points = axis.map { x.shape.removing(x.shape.normalized(axis: $0, function: "laplacian")) }
    require(
        points.map { y.shape == $0 } ?? (y.count == 1),
        "laplacian: expected \(points.map { "one number for each point, of shape \($0)" } ?? "a single number"), got shape \(y.shape)")
    let slope = derivative(of: y, wrt: x, enableDoubleBackprop: true)
    return trace("laplacian", slope, x, axis, method, generator, enableDoubleBackprop)
}

/// The trace of the derivative of `y` at `place`, over the coordinates along `axis`.
private func trace(
    _ function: String, _ y: Variable, _ place: Variable, _ axis: Int?, _ method: TraceMethod, _ generator: RandomGenerator?,
    _ isRecorded: Bool
) -> Variable {
    require(y.shape == place.shape, "\(function): expected a function to the shape \(place.shape) of its argument, got \(y.shape)")
    let (shape, dtype) = (place.shape, place.dtype)
    let position = axis.map { shape.normalized(axis: $0, function: function) }
    func moved(along v: NDArray) -> Variable {
        jvp(of: [y], wrt: [place], along: [Variable(constant: v)], enableDoubleBackprop: isRecorded)[0]
    }
    return withRecording(isRecorded) {
        var sum: Variable?
        func add(_ v: NDArray, _ weight: Double = 1) {
            let product = moved(along: v) * Variable(constant: v)
            let term = (position.map { product.sum(axis: $0) } ?? product.sum()) * weight
            sum = sum.map { $0 + term } ?? term
        }
        switch method {
        case .exact:
            let count = position.map { shape[$0] } ?? place.count
            let identity = NDArray.eye(count, dtype: dtype)
            for i in 0..<count {
                guard let position else {
                    add(identity[i].reshaped(to: shape))
                    continue
                }
                var extents = [Int](repeating: 1, count: shape.rank)
                extents[position] = count
                add(identity[i].reshaped(to: Shape(extents)).broadcast(to: shape).copied())
            }
        case .hutchinson(let samples):
            require(samples >= 1, "\(function): expected samples of at least 1, got \(samples)")
            var source = generator ?? RandomGenerator.withShared { $0.split() }
            for _ in 0..<samples { add(2 * source.bernoulli(shape).cast(to: dtype) - 1, 1 / Double(samples)) }
        }
        return sum ?? Variable(constant: .zeros(position.map { shape.removing($0) } ?? [], dtype: dtype))
    }
}
