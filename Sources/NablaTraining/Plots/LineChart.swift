/// Curves over a common axis: losses over iterations, an estimate over a data set.
///
/// A chart is a value; `Figure` draws it.
///
///     var chart = LineChart(title: "Critic", xLabel: "iteration", yLabel: "loss")
///     chart.series.append(.init("training", x: iterations, y: losses, smoothing: 100))
///     chart.referenceLines.append(.init(y: 1, label: "y = 1"))
///     try Figure(chart).write(to: "runs/critic.png")
///
/// Values that are not finite, or not positive on a logarithmic axis, leave gaps. Texts are drawn in ASCII on PNG; SVG takes any.
public struct LineChart: Sendable {
    /// Above the chart; empty for none.
    public var title: String
    /// Below the x axis; empty for none.
    public var xLabel: String
    /// Along the y axis; empty for none.
    public var yLabel: String
    /// The curves, in the order of the legend, the last one on top.
    public var series: [Series]
    /// Horizontal lines to compare the curves with.
    public var referenceLines: [ReferenceLine]
    /// How the y axis is divided.
    public var yScale: AxisScale
    /// The ends of the x axis; nil for those of the data.
    public var xRange: ClosedRange<Double>?
    /// The ends of the y axis; nil for a little more than the data and the reference lines. Curves are cut off at the ends.
    public var yRange: ClosedRange<Double>?

    public init(
        title: String = "", xLabel: String = "", yLabel: String = "", series: [Series] = [], referenceLines: [ReferenceLine] = [],
        yScale: AxisScale = .linear, xRange: ClosedRange<Double>? = nil, yRange: ClosedRange<Double>? = nil
    ) {
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.series = series
        self.referenceLines = referenceLines
        self.yScale = yScale
        self.xRange = xRange
        self.yRange = yRange
    }
}

/// How an axis is divided.
public enum AxisScale: Sendable {
    /// Equal distances are equal differences.
    case linear
    /// Equal distances are equal ratios.
    case logarithmic
}

extension LineChart {
    /// One curve.
    public struct Series: Sendable {
        /// What the legend says; empty for no entry.
        public var name: String
        /// The abscissas, in the order the curve runs through them.
        public var x: [Double]
        /// The ordinates, one for each abscissa.
        public var y: [Double]
        /// The number of points in the running mean; 1 draws the points alone, more draws the mean and the points faintly behind it.
        public var smoothing: Int
        /// The colour; nil for the next one of `Color.series`.
        public var color: Color?
        /// Whether a line runs through the points, or dots or bars stand alone.
        public var marks: Marks
        /// The diameter of dots.
        public var dotSize: Double

        /// How a series is drawn.
        public enum Marks: Sendable {
            case line, dots
            /// From the axis, or from 0 where that is on it, to each ordinate; as wide as the least distance of two abscissas.
            case bars
        }

        /// A curve through the points (x, y). Stops the program when their numbers differ or `smoothing` is less than 1.
        public init(
            _ name: String, x: [Double], y: [Double], smoothing: Int = 1, color: Color? = nil, marks: Marks = .line, dotSize: Double = 7,
            file: StaticString = #fileID, line: UInt = #line
        ) {
            guard x.count == y.count else {
                fatalError("LineChart.Series: expected as many x as y, got \(x.count) and \(y.count)", file: file, line: line)
            }
            guard smoothing >= 1 else {
                fatalError("LineChart.Series: expected smoothing ≥ 1, got \(smoothing)", file: file, line: line)
            }
            self.name = name
            self.x = x
            self.y = y
            self.smoothing = smoothing
            self.color = color
            self.marks = marks
            self.dotSize = dotSize
        }

        /// A curve over 0, 1, 2 and so on.
        public init(_ name: String, y: [Double], smoothing: Int = 1, color: Color? = nil) {
            self.init(name, x: y.indices.map(Double.init), y: y, smoothing: smoothing, color: color)
        }
    }

    /// A dashed horizontal line.
    public struct ReferenceLine: Sendable {
        /// The ordinate.
        public var y: Double
        /// What stands at its right end; empty for nothing.
        public var label: String

        public init(y: Double, label: String = "") {
            self.y = y
            self.label = label
        }
    }
}
