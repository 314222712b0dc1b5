/// The Wasserstein distance W₁ between two samples of equal size: the least mean length of ways that take one to the other.
///
/// Exact, by `minimumCostAssignment` of Euclidean distances: between equal weights some optimal transport moves whole points (Birkhoff).
/// It estimates the distance of the distributions with an upward bias that only shrinks as points become many, in the plane about as
/// 1 / √count.
///
/// - Parameters:
///   - a: Points (count, dimensions).
///   - b: As many points of as many dimensions.
public func wassersteinDistance(_ a: NDArray, _ b: NDArray) -> Double {
    require(
        a.rank == 2 && a.shape == b.shape && a.shape[0] >= 1,
        "wassersteinDistance: expected two samples of one shape (count, dimensions), got \(a.shape) and \(b.shape)")
    let (rows, columns) = (a.cast(to: .float64).expandingDimensions(at: 1), b.cast(to: .float64).expandingDimensions(at: 0))
    let distances = sqrt(square(rows - columns).sum(axis: 2))
    return minimumCostAssignment(distances).cost / Double(a.shape[0])
}
