import Foundation

/// The ends of a chart's axes.
struct DataRange {
    let x: ClosedRange<Double>
    let y: ClosedRange<Double>
    /// Whether all abscissas are whole numbers.
    let xIsWhole: Bool
    /// Whether there is a point to show.
    let hasData: Bool

    init(_ chart: LineChart) {
        var (xs, ys) = (Bounds(), Bounds())
        var isWhole = true
        for series in chart.series {
            let halfBar = series.marks == .bars ? series.barWidth / 2 : 0
            for (x, y) in zip(series.x, series.y)
            where Axis.canShow(x, scale: .linear) && Axis.canShow(y, scale: chart.yScale) && chart.xRange?.contains(x) ?? true {
                if series.marks == .bars {
                    // All of the bar, and where it begins.
                    xs.include(x - halfBar)
                    xs.include(x + halfBar)
                    if chart.yScale == .linear { ys.include(0) }
                }
                xs.include(x)
                ys.include(y)
                isWhole = isWhole && x == x.rounded()
            }
        }
        hasData = xs.range != nil
        xIsWhole = isWhole && hasData
        for line in chart.referenceLines where Axis.canShow(line.y, scale: chart.yScale) { ys.include(line.y) }

        let wantedX = chart.xRange.flatMap { Self.isUsable($0, scale: .linear) ? $0 : nil }
        let wantedY = chart.yRange.flatMap { Self.isUsable($0, scale: chart.yScale) ? $0 : nil }
        x = wantedX ?? Self.rounded(Self.widened(xs.range ?? 0...1))
        switch chart.yScale {
        case .linear: y = wantedY ?? Self.padded(Self.widened(ys.range ?? 0...1))
        case .logarithmic: y = wantedY ?? Self.paddedLogarithmically(ys.range ?? 0.1...10)
        }
    }

    private struct Bounds {
        var range: ClosedRange<Double>?

        mutating func include(_ value: Double) {
            range = range.map { min($0.lowerBound, value)...max($0.upperBound, value) } ?? value...value
        }
    }

    private static func isUsable(_ range: ClosedRange<Double>, scale: AxisScale) -> Bool {
        range.lowerBound < range.upperBound && Axis.canShow(range.lowerBound, scale: scale) && Axis.canShow(range.upperBound, scale: scale)
    }

    /// A range with some width around a constant, wide enough for differences to be exact.
    private static func widened(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
        let magnitude = max(abs(range.lowerBound), abs(range.upperBound))
        let isTiny = magnitude < 1e-290
        guard isTiny || range.upperBound - range.lowerBound <= magnitude * 1e-12 else { return range }
        let half = isTiny ? 0.5 : magnitude * 0.05
        return (range.lowerBound - half)...(range.upperBound + half)
    }

    /// The ends moved outwards to a round number close by, so that 0 and 5000 can stand at the ends of iterations 1 to 4999.
    private static func rounded(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
        let width = range.upperBound - range.lowerBound
        let step = Axis.niceStep(atLeast: width / 12)
        let low = (range.lowerBound / step).rounded(.down) * step
        let high = (range.upperBound / step).rounded(.up) * step
        let isNear = { (a: Double, b: Double) in abs(a - b) <= width * 0.02 }
        return (isNear(low, range.lowerBound) ? low : range.lowerBound)...(isNear(high, range.upperBound) ? high : range.upperBound)
    }

    /// Five hundredths more on both sides, but never across zero: losses do not become negative.
    private static func padded(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
        let padding = (range.upperBound - range.lowerBound) * 0.05
        let low = range.lowerBound - padding
        let high = range.upperBound + padding
        return (range.lowerBound >= 0 ? max(low, 0) : low)...(range.upperBound <= 0 ? min(high, 0) : high)
    }

    private static func paddedLogarithmically(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
        let ratio = range.upperBound / range.lowerBound
        let factor = ratio < 1.001 ? 2 : min(pow(ratio, 0.05), 1e3)
        return (range.lowerBound / factor)...(range.upperBound * factor)
    }
}
