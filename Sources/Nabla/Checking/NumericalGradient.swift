/// The derivative of ⟨u, f(x)⟩ along `v` at t = 0, by a five-point central difference of `f` at x + t v:
/// (φ(-2h) - 8 φ(-h) + 8 φ(h) - φ(2h)) / 12h, in error by O(h⁴).
///
/// - Parameters:
///   - f: any function of arrays; it need not be recorded.
///   - u: one weight array for each result.
///   - v: one direction for each input.
///   - step: h, in units of `v`.
public func numericalDirectionalDerivative(
    of f: ([NDArray]) -> [NDArray], at x: [NDArray], along v: [NDArray], weights u: [NDArray], step: Double = 1e-3
) -> Double {
    func phi(_ t: Double) -> Double {
        innerProduct(u, f(zip(x, v).map { $0 + $1 * t }))
    }
    return (phi(-2 * step) - 8 * phi(-step) + 8 * phi(step) - phi(2 * step)) / (12 * step)
}

/// The gradients of ⟨u, f(x)⟩ with respect to each element of each input, by five-point central differences: four evaluations an
/// element.
public func numericalGradients(
    of f: ([NDArray]) -> [NDArray], at x: [NDArray], weights u: [NDArray], step: Double = 1e-3
) -> [NDArray] {
    x.indices.map { i in
        let count = x[i].count
        let identity = NDArray.eye(count, dtype: x[i].dtype)
        let values = (0..<count).map { element -> Double in
            let direction = identity[element].reshaped(to: x[i].shape)
            return numericalDirectionalDerivative(
                of: { moved in f(x.enumerated().map { $0.offset == i ? moved[0] : $0.element }) }, at: [x[i]], along: [direction],
                weights: u, step: step)
        }
        return NDArray(values, shape: x[i].shape, dtype: x[i].dtype)
    }
}

/// Σᵢ ⟨aᵢ, bᵢ⟩ in float64
package func innerProduct(_ a: [NDArray], _ b: [NDArray]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0.cast(to: .float64) * $1.1.cast(to: .float64)).sum().item() }
}
