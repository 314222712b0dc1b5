/// The mean of each value and the `window - 1` values before it; of fewer at the beginning.
///
/// Values that are not finite are left out of the means, and have none themselves: their place is NaN.
///
/// Each window is the end of one block of `window` values and the beginning of the next, and its sum the sum of two partial sums.
/// Nothing is ever subtracted, so a single huge value disappears without a trace, and the cost is O(1) a value.
package func runningMean(of values: [Double], window: Int) -> [Double] {
    guard window > 1 else { return values }
    var means = [Double](repeating: .nan, count: values.count)
    /// Sum and count of the finite values from each place to the end of the block before.
    var tails: [(sum: Double, count: Int)] = []
    for start in stride(from: 0, to: values.count, by: window) {
        let block = values[start..<min(start + window, values.count)]
        var head = (sum: 0.0, count: 0)
        for (offset, value) in block.enumerated() {
            if value.isFinite { head = (head.sum + value, head.count + 1) }
            guard value.isFinite else { continue }
            let tail = offset + 1 < tails.count ? tails[offset + 1] : (sum: 0, count: 0)
            means[start + offset] = (tail.sum + head.sum) / Double(tail.count + head.count)
        }
        var tail = (sum: 0.0, count: 0)
        tails = block.reversed().map { value in
            if value.isFinite { tail = (tail.sum + value, tail.count + 1) }
            return tail
        }.reversed()
    }
    return means
}
