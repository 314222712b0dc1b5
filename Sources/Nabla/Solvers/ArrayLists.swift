// Lists of arrays as vectors.

/// x + t v
func moved(_ x: [NDArray], by t: Double, along v: [NDArray]) -> [NDArray] { zip(x, v).map { $0 + t * $1 } }

/// (Σ xᵢ²)^½ in float64, also where the squares leave its range.
func euclideanNorm(_ x: [NDArray]) -> Double {
    let square = innerProduct(x, x)
    // Below this the sum has lost digits, or all of them.
    if square.isFinite && square > 1e-280 { return square.squareRoot() }
    let largest = x.reduce(0) { $1.count == 0 ? $0 : Swift.max($0, abs($1).max().item()) }
    if !largest.isFinite || largest == 0 || square.isNaN { return square.isFinite ? largest : square }
    let scaled = x.map { $0.cast(to: .float64) / largest }
    return largest * innerProduct(scaled, scaled).squareRoot()
}

/// The relative precision that an iteration can aim at in the types of `x`: `double` when all are float64, otherwise `single`.
func precision(of x: [NDArray], double: Double, single: Double) -> Double {
    x.allSatisfy { $0.dtype == .float64 } ? double : single
}

/// What rounding may leave of a solution that is 0, where a relative precision means nothing: the numbers it is made of are taken to be of
/// size 1.
func roundingAtZero(of x: [NDArray]) -> Double { precision(of: x, double: 2e-14, single: 1e-5) }

/// The results of a closure of the user's at `x`, as numbers. It runs recorded, at places: it may hold a derivative with respect to them.
func numbers(of f: ([Variable]) -> [Variable], at x: [NDArray]) -> [NDArray] { Transform.run { f(x.map { Variable($0) }).map(\.array) } }

/// The elements of all arrays in one row.
func flattened(_ x: [NDArray]) -> [Double] { x.flatMap(\.doubles) }

/// `elements` in the shapes and types of `x`.
func arranged(_ elements: [Double], like x: [NDArray]) -> [NDArray] {
    var next = 0
    return x.map { part in
        defer { next += part.count }
        return NDArray(Array(elements[next..<next + part.count]), shape: part.shape, dtype: part.dtype)
    }
}
