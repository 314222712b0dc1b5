import NablaNN

/// The sliced Wasserstein distance of two sets of as many points: the mean over random directions of the distance of what both cast on a
/// line (Rabin, Peyré, Delon and Bernot, *Wasserstein barycenter and its application to texture mixing*, 2011).
///
/// On a line the best plan moves the points in order, so
///
///     d = E_v [ 1/n Σ |sort(a v)ᵢ - sort(b v)ᵢ| ],   ‖v‖ = 1
///
/// The distance needs no critic, so it compares generators that were trained against different ones. Two draws of n points from one
/// distribution are apart by about 1/√n of its spread.
///
/// - Parameters:
///   - a: points (n, …); the axes after the first are the coordinates.
///   - b: points of the same shape.
///   - directions: how many of them are drawn.
public func slicedDistance(_ a: NDArray, _ b: NDArray, directions: Int = 256, using generator: inout RandomGenerator) -> Double {
    precondition(a.shape == b.shape && a.shape[0] > 0, "slicedDistance: expected points of one shape, got \(a.shape) and \(b.shape)")
    let (points, dimension) = (a.shape[0], a.count / a.shape[0])
    var lines = generator.normal([dimension, directions], dtype: a.dtype)
    lines /= sqrt(square(lines).sum(axis: 0, keepsAxes: true))
    func shadows(_ x: NDArray) -> NDArray { matmul(x.reshaped(to: [points, dimension] as Shape), lines).sorted(axis: 0) }
    return abs(shadows(a) - shadows(b)).mean().item()
}
