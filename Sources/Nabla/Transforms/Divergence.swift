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
        let place = Transform.places([x], "divergence")[0]
        return trace("divergence", f(place), place, axis, method, generator, isResultRecorded)
    }
}

/// Σᵢ ∂yᵢ/∂xᵢ for a recorded `y` of the shape of `x`, by walks from `y`.
public func divergence(
    of y: Variable, wrt x: Variable, axis: Int? = nil, method: TraceMethod = .exact, using generator: RandomGenerator? = nil,
    enableDoubleBackprop: Bool = false
) -> Variable {
    requireRecorded([y], "divergence", [x])
    return trace("divergence", y, x, axis, method, generator, enableDoubleBackprop)
}

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
        let place = Transform.places([x], "laplacian")[0]
        return laplacian(f(place), place, axis, method, generator, isResultRecorded)
    }
}

/// Σᵢ ∂²y/∂xᵢ² for a recorded `y`: a single number or, with `axis`, one for each point.
public func laplacian(
    of y: Variable, wrt x: Variable, axis: Int? = nil, method: TraceMethod = .exact, using generator: RandomGenerator? = nil,
    enableDoubleBackprop: Bool = false
) -> Variable {
    requireRecorded([y], "laplacian", [x])
    return laplacian(y, x, axis, method, generator, enableDoubleBackprop)
}

private func laplacian(
    _ y: Variable, _ x: Variable, _ axis: Int?, _ method: TraceMethod, _ generator: RandomGenerator?, _ isRecorded: Bool
) -> Variable {
    let points = axis.map { x.shape.removing(x.shape.normalized(axis: $0, function: "laplacian")) }
    require(
        points.map { y.shape == $0 } ?? (y.count == 1),
        "laplacian: expected \(points.map { "one number for each point, of shape \($0)" } ?? "a single number"), got shape \(y.shape)")
    let slope = elementwiseDerivative("laplacian", of: y, wrt: x, recorded: true)
    return trace("laplacian", slope, x, axis, method, generator, isRecorded)
}

/// The trace of the derivative of `y` at `place`, over the coordinates along `axis`: the sum of vᵀ J v over directions v.
private func trace(
    _ function: String, _ y: Variable, _ place: Variable, _ axis: Int?, _ method: TraceMethod, _ generator: RandomGenerator?,
    _ isRecorded: Bool
) -> Variable {
    require(y.shape == place.shape, "\(function): expected a function to the shape \(place.shape) of its argument, got \(y.shape)")
    require(
        place.rank < Shape.maximumRank,
        "\(function): expected an argument of at most \(Shape.maximumRank - 1) axes, one beside those of its directions, got \(place.shape)"
    )
    let position = axis.map { place.shape.normalized(axis: $0, function: function) }
    func term(_ v: Variable) -> Variable {
        let product = pushforward(function, of: [y], wrt: [place], along: [v], recorded: isRecorded)[0] * v
        return position.map { product.sum(axis: $0) } ?? product.sum()
    }
    var directions = TraceDirections(function, place, position, method, generator)
    let count = directions.count
    return withRecording(isRecorded) {
        var sum: Variable?
        func add(_ term: Variable) { sum = sum.map { $0 + term } ?? term }
        // Measured on networks of 8 layers: 30 µs for a direction, and 150 µs for the trace of a batched walk and the walk itself. Where
        // arrays are large, nothing is gained by taking several at once.
        if count >= 8 && largestResult(from: place, to: y) <= 8192 {
            for start in stride(from: 0, to: count, by: 256) {
                let batch = Variable(constant: directions.next(start..<Swift.min(count, start + 256)))
                let terms = mapped(
                    { [term($0[0])] }, over: [batch], inAxes: [0], outAxes: [0], chunkSize: { cachedExamples(of: $0, y.dtype) })
                add(terms[0].sum(axis: 0))
            }
        } else {
            for i in 0..<count { add(term(Variable(constant: directions.next(i..<i + 1).reshaped(to: place.shape)))) }
        }
        guard let sum else {
            return Variable(flat: .zeros(position.map { place.shape.removing($0) } ?? [], dtype: place.dtype), of: [place])
        }
        if case .hutchinson(let samples) = method { return sum / Double(samples) }
        return sum
    }
}

/// The directions over which `trace` sums, made one by one: all of them would be a matrix.
private struct TraceDirections {
    let count: Int
    private let shape: Shape
    private let dtype: DType
    private let position: Int?
    /// Where random signs come from; nil when the directions are the unit vectors.
    private var generator: RandomGenerator?

    init(_ function: String, _ place: Variable, _ position: Int?, _ method: TraceMethod, _ generator: RandomGenerator?) {
        (shape, dtype, self.position) = (place.shape, place.dtype, position)
        switch method {
        case .exact: count = position.map { place.shape[$0] } ?? place.count
        case .hutchinson(let samples):
            require(samples >= 1, "\(function): expected samples of at least 1, got \(samples)")
            count = samples
            self.generator = generator ?? RandomGenerator.withShared { $0.split() }
        }
    }

    /// The directions of numbers `range`, along a first axis; each is asked for once, in order.
    mutating func next(_ range: Range<Int>) -> NDArray {
        if generator != nil { return stack(range.map { _ in 2 * generator!.bernoulli(shape).cast(to: dtype) - 1 }) }
        let rows = NDArray.arange(range.lowerBound, range.upperBound).reshaped(to: [range.count, 1])
        let units = (rows .== NDArray.arange(count)).cast(to: dtype)
        guard let position else { return units.reshaped(to: shape.stacked(range.count)) }
        var extents = [range.count] + [Int](repeating: 1, count: shape.rank)
        extents[position + 1] = count
        return units.reshaped(to: Shape(extents)).broadcast(to: shape.stacked(range.count)).copied()
    }
}

/// The most elements that a function between two places gives.
private func largestResult(from place: Variable, to y: Variable) -> Int {
    let search = GraphSearch(from: [y], to: [place])
    defer { search.finish() }
    return (0..<search.nodeCount).reduce(place.count) { largest, position in
        let entry = search.entry(at: position)
        return entry.isNeeded ? Swift.max(largest, entry.node._withUnsafeGuaranteedRef { $0.outputShape.elementCount }) : largest
    }
}
