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
    let squared = square(x).sum(over: x.shape.normalized(axes: axes, function: "norm"), keepsAxes)
    if eps > 0 { return sqrt(squared + eps) }
    let isPositive = squared .> 0
    // The root is taken of 1 where it will not be used, so that no infinite derivative arises.
    return `where`(isPositive, sqrt(`where`(isPositive, squared, 1)), 0)
}
public func norm(_ x: Variable, axis: Int, keepsAxes: Bool = false, eps: Double = 0) -> Variable {
    norm(x, axes: [axis], keepsAxes: keepsAxes, eps: eps)
}
