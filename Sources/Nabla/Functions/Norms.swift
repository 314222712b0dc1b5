// Lengths of vectors.

/// Σ x² over `axes` (nil: all of them): smooth everywhere, unlike the square of `norm`.
public func squaredNorm(_ x: Variable, axes: [Int]? = nil, keepsAxes: Bool = false) -> Variable {
    square(x).sum(over: x.shape.normalized(axes: axes, function: "squaredNorm"), keepsAxes)
}

/// √(Σ x² + eps) over `axes` (nil: all of them).
///
/// At a zero vector the length has no derivative; with `eps` = 0 its derivatives of every order are taken as 0 there (the subgradient
/// of least length), never NaN. A positive `eps` makes the function smooth. For ‖x‖² use `squaredNorm`: no chain rule can recover its second
/// derivative at 0 from the root's.
public func norm(_ x: Variable, axes: [Int]? = nil, keepsAxes: Bool = false, eps: Double = 0) -> Variable {
    let set = x.shape.normalized(axes: axes, function: "norm")
    let squared = square(x).sum(over: set, keepsAxes)
    // A trace is to run on other numbers too.
    if !ArrayTrace.isActive && !FunctionTrace.isActive && areOrdinary(squared.array, eps) { return root(squared, eps) }
    // √(Σ x² + eps) = m √(Σ (x / m)² + eps / m²), with m = 1 for vectors of ordinary lengths.
    let x = x.cast(to: x.dtype.floating)
    if set.axes.contains(where: { x.shape[$0] == 0 }) { return root(squared, eps) }
    let kept = x.shape.reduced(over: set, keepsAxes: true)
    let largest = abs(x.detached()).max(axes: set.axes, keepsAxes: true)
    let sums = squared.detached().reshaped(to: kept)
    let m = FunctionNode.constant([sums, largest], scale(sums.array, largest.array, eps)) {
        PiecewiseConstant { scale($0[0], $0[1], eps) }
    }
    let sum = squaredNorm(x / m, axes: axes, keepsAxes: true)
    let lengths = m * (eps > 0 ? sqrt(sum + eps / m / m) : root(sum, 0))
    return keepsAxes ? lengths : lengths.reshaped(to: squared.shape)
}

/// Where squares are far enough from the ends of the range for the root's third derivative to be there too.
private func ordinarySquares(_ dtype: DType) -> ClosedRange<Double> { dtype == .float64 ? 1e-100...1e100 : 1e-14...1e14 }

private func areOrdinary(_ squared: NDArray, _ eps: Double) -> Bool {
    let range = ordinarySquares(squared.dtype)
    if squared.count == 1 { return range.contains(squared.doubles[0] + eps) }
    return squared.count == 0 || (range.contains(squared.min().doubles[0] + eps) && range.contains(squared.max().doubles[0] + eps))
}

/// What a vector is divided by, from the sum of its squares and from its largest element: no less than √eps, and so far above the subnormal
/// numbers that its product with a gradient keeps its digits.
private func scale(_ squared: NDArray, _ largest: NDArray, _ eps: Double) -> NDArray {
    let range = ordinarySquares(squared.dtype)
    let isOrdinary = (squared + eps .>= range.lowerBound) .&& (squared + eps .<= range.upperBound)
    let hasScale = (largest .> 0) .&& isFinite(largest)
    let least = squared.dtype == .float64 ? Double.leastNormalMagnitude * 0x1p53 : Double(Float.leastNormalMagnitude) * 0x1p24
    return `where`(hasScale .&& .!isOrdinary, maximum(largest, max(least, eps.squareRoot())), NDArray.ones([], dtype: largest.dtype))
}

/// √(squared + eps), where the root of 0 has derivatives 0 when `eps` is 0
private func root(_ squared: Variable, _ eps: Double) -> Variable {
    if eps > 0 { return sqrt(squared + eps) }
    let isZero = squared .== 0
    // The root is taken of 1 where it will not be used, so that no infinite derivative arises.
    return `where`(isZero, 0, sqrt(`where`(isZero, 1, squared)))
}

public func norm(_ x: Variable, axis: Int, keepsAxes: Bool = false, eps: Double = 0) -> Variable {
    norm(x, axes: [axis], keepsAxes: keepsAxes, eps: eps)
}
