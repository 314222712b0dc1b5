// Lists of arrays as vectors.

/// x + t v
func moved(_ x: [NDArray], by t: Double, along v: [NDArray]) -> [NDArray] { zip(x, v).map { $0 + t * $1 } }

/// (Σ xᵢ²)^½ in float64
func euclideanNorm(_ x: [NDArray]) -> Double { innerProduct(x, x).squareRoot() }

/// The relative precision that an iteration can aim at in the types of `x`: `double` when all are float64, otherwise `single`.
func precision(of x: [NDArray], double: Double, single: Double) -> Double {
    x.allSatisfy { $0.dtype == .float64 } ? double : single
}
