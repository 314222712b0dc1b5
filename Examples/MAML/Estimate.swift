/// A mean over tasks, and how well they determine it.
public struct Estimate: Sendable, Equatable {
    public let mean: Double
    /// Half the width of the mean's 95 % interval: 1.96 standard deviations over √tasks.
    public let halfWidth: Double

    /// The mean of one value for each task.
    public init(_ values: [Double]) {
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        (self.mean, halfWidth) = (mean, 1.96 * (variance / count).squareRoot())
    }
}
