// The determinant of small matrices.

/// The determinant of the matrices in the last two axes, which must be square.
///
/// A polynomial of the elements, computed as one: Bird's algorithm (R. S. Bird, "A simple division-free algorithm for computing
/// determinants", Information Processing Letters 111, 2011) multiplies and adds only. Its derivatives are therefore right at every order,
/// also at singular matrices and at zero, where forms with an inverse have none.
///
/// The cost is n - 1 matrix products, O(n⁴), against O(n³) for a factorisation, and its sums cancel as n grows: for normal random matrices
/// the worst relative error of twenty is about 4e-15 at n = 5 and 1e-12 at n = 10 in float64; at n = 20 it is 3e-10 as a rule, and up to 1e-7.
/// Meant for n up to about 10.
public func det(_ x: Variable) -> Variable {
    require(
        x.rank >= 2 && x.shape[x.rank - 1] == x.shape[x.rank - 2], "det: expected square matrices in the last two axes, got \(x.shape)")
    let n = x.shape[x.rank - 1]
    let stack = Shape(Array(x.shape.dropLast(2)))
    if n == 0 { return Variable(flat: .ones(stack, dtype: x.dtype), of: [x]) }
    let diagonal = NDArray.eye(n, dtype: x.dtype)
    // 1 above the diagonal.
    let above = Variable(constant: (NDArray.arange(n).reshaped(to: [n, 1]) .< NDArray.arange(n)).cast(to: x.dtype))
    var power = x
    for _ in 1..<n {
        // F ← μ(F) x, where μ keeps what is above the diagonal, clears what is below, and puts minus the sum of the later diagonal elements
        // on it.
        let later = matmul(above, (power * diagonal).sum(axis: -1).expandingDimensions(at: -1))
        power = matmul(power * above - later * diagonal, x)
    }
    let corner = power[.ellipsis, 0, 0]
    return n % 2 == 0 ? -corner : corner
}
