import Testing

@testable import NablaTraining

/// Remembers what was drawn, to look at the places of texts and lines.
private struct RecordingCanvas: Canvas {
    struct Text {
        var text: String
        var box: Rectangle
    }

    var texts: [Text] = []
    var lines: [(points: [Point], stroke: Stroke)] = []

    func width(of text: String, size: Double, isBold: Bool) -> Double {
        StrokeFont.width(of: text, tracking: isBold ? 0.7 : 0) * size
    }

    mutating func fill(_ rectangle: Rectangle, color: Color) {}

    mutating func draw(_ points: [Point], stroke: Stroke) { lines.append((points, stroke)) }

    mutating func draw(
        _ text: String, at point: Point, size: Double, color: Color, anchor: TextAnchor, isBold: Bool, isVertical: Bool
    ) {
        guard !text.isEmpty else { return }
        let length = width(of: text, size: size, isBold: isBold)
        let shift = anchor == .start ? 0 : anchor == .middle ? -length / 2 : -length
        let height = size * 0.72
        let box =
            isVertical
            ? Rectangle(x: point.x - height, y: point.y - shift - length, width: height, height: length)
            : Rectangle(x: point.x + shift, y: point.y - height, width: length, height: height)
        texts.append(Text(text: text, box: box))
    }
}

@Suite struct ChartDrawingTests {
    private let frame = Rectangle(x: 12, y: 12, width: 700, height: 340)

    private func drawn(_ chart: LineChart, in frame: Rectangle) -> RecordingCanvas {
        var canvas = RecordingCanvas()
        ChartDrawing(chart, in: frame, canvas: canvas).draw(on: &canvas)
        return canvas
    }

    private func overlap(_ a: Rectangle, _ b: Rectangle) -> Bool {
        a.x < b.maxX && b.x < a.maxX && a.y < b.maxY && b.y < a.maxY
    }

    /// Charts of many magnitudes, scales and numbers of series.
    private var charts: [LineChart] {
        let magnitudes: [(low: Double, high: Double)] = [
            (0, 1), (-3e-7, 2e-7), (1e6, 1.0001e6), (-1e12, 5), (0.1, 0.1), (1e-12, 1e9), (99_999, 100_001), (-1e299, 1e299), (0, 0),
        ]
        var charts: [LineChart] = []
        for (low, high) in magnitudes {
            for scale in [AxisScale.linear, .logarithmic] {
                for count in [1, 4, 9] {
                    var chart = LineChart(
                        title: "A title that is too long for the smallest of the pictures", xLabel: "iteration",
                        yLabel: "a longer label of the axis", yScale: scale)
                    for i in 0..<count {
                        let x: [Double] = [low, high, high * 1.3 - low * 0.3]
                        let y: [Double] = [low, high, Double(i)]
                        chart.series.append(.init("a series of number \(i)", x: x, y: y, smoothing: 1 + i % 2))
                    }
                    chart.referenceLines = [.init(y: low, label: "lower"), .init(y: low * 1.0001 + high * 0.01, label: "upper bound")]
                    charts.append(chart)
                }
            }
        }
        return charts
    }

    @Test(arguments: [(700.0, 340.0), (300.0, 200.0), (1400.0, 500.0)])
    func textsNeitherTouchNorLeaveTheFrame(width: Double, height: Double) {
        let frame = Rectangle(x: 12, y: 12, width: width, height: height)
        for (number, chart) in charts.enumerated() {
            let texts = drawn(chart, in: frame).texts
            #expect(texts.count > 4)
            for (i, a) in texts.enumerated() {
                // Half a unit more than the frame, for rounding.
                let isInside = a.box.x >= 11.5 && a.box.y >= 11.5 && a.box.maxX <= frame.maxX + 0.5 && a.box.maxY <= frame.maxY + 0.5
                #expect(isInside, "\(number): \(a)")
                for b in texts[(i + 1)...] { #expect(!overlap(a.box, b.box), "\(number): \(a) \(b)") }
            }
        }
    }

    @Test func theCurveRunsBetweenTheAxes() throws {
        let chart = LineChart(series: [.init("", x: [0, 10], y: [2, 4])], xRange: 0...10, yRange: 2...4)
        let canvas = drawn(chart, in: frame)
        let curve = try #require(canvas.lines.first { $0.stroke.color == Color.series[0] })
        let axes = try #require(canvas.lines.first { $0.points.count == 3 })
        #expect(curve.points == [axes.points[1], Point(x: axes.points[2].x, y: axes.points[0].y)])
    }

    @Test func smoothingPutsThePointsBehindTheMean() {
        let chart = LineChart(series: [.init("a", y: [0, 1, 0, 1], smoothing: 2), .init("b", y: [1, 1, 1, 1])])
        let strokes = drawn(chart, in: frame).lines.map(\.stroke).filter { Color.series.prefix(2).contains($0.color) }
        #expect(strokes.map(\.opacity) == [0.28, 1, 1, 1, 1])
        #expect(strokes.map(\.color) == [0, 0, 1, 0, 1].map { Color.series[$0] })
    }

    @Test func coloursThatComeAgainAreDashed() {
        let chart = LineChart(series: (0..<8).map { .init("\($0)", y: [0, Double($0)]) })
        let first = drawn(chart, in: frame).lines.map(\.stroke).filter { $0.color == Color.series[0] }
        // Two curves and their samples in the legend.
        #expect(first.map(\.dashes) == [[], [8, 3], [], [8, 3]])
        // A colour of its own is not one of the palette's that has come again.
        let own = LineChart(series: (0..<9).map { .init("", y: [0, Double($0)], color: Color(red: UInt8($0), green: 1, blue: 2)) })
        #expect(drawn(own, in: frame).lines.filter { $0.stroke.color.green == 1 }.map(\.stroke.dashes) == Array(repeating: [], count: 9))
    }

    @Test func namesWithoutRoomAreCounted() {
        let chart = LineChart(series: (0..<30).map { .init("series \($0)", y: [0, 1]) })
        let names = drawn(chart, in: Rectangle(x: 0, y: 0, width: 300, height: 200)).texts.map(\.text)
        let shown = names.filter { $0.hasPrefix("series ") }.count
        #expect(shown >= 5 && names.contains("and \(30 - shown) more"))
    }

    @Test func referenceLinesAreDashedAndLabelled() throws {
        let chart = LineChart(series: [.init("", y: [0, 2])], referenceLines: [.init(y: 1, label: "y = 1")], yRange: 0...2)
        let canvas = drawn(chart, in: frame)
        let axes = try #require(canvas.lines.first { $0.points.count == 3 }).points
        let line = try #require(canvas.lines.first { !$0.stroke.dashes.isEmpty })
        #expect(line.points.map(\.x) == [axes[1].x, axes[2].x])
        #expect(abs(line.points[0].y - (axes[0].y + axes[1].y) / 2) <= 0.5 && line.points[0].y == line.points[1].y)
        let label = try #require(canvas.texts.first { $0.text == "y = 1" })
        #expect(label.box.x > axes[2].x)
        #expect(abs(label.box.y + label.box.height / 2 - line.points[0].y) < 1)
    }

    @Test func referenceLinesOutsideAreLeftOut() {
        let chart = LineChart(series: [.init("", y: [0, 2])], referenceLines: [.init(y: 5, label: "five")], yRange: 0...2)
        #expect(!drawn(chart, in: frame).texts.contains { $0.text == "five" })
    }

    @Test func aChartWithoutPointsSaysSo() {
        for series in [[], [LineChart.Series("a", y: [.nan])]] {
            #expect(drawn(LineChart(series: series), in: frame).texts.contains { $0.text == "no data" })
        }
    }

    @Test func lossesDoNotBecomeNegative() {
        let ticks = drawn(LineChart(series: [.init("", y: [0.01, 3])]), in: frame).texts.map(\.text)
        #expect(!ticks.contains { $0.hasPrefix("-") } && ticks.contains("0"))
    }

    @Test func theEndOfTheIterationsIsMarked() {
        let iterations = (1...4999).map(Double.init)
        let texts = drawn(LineChart(series: [.init("", x: iterations, y: iterations)]), in: frame).texts.map(\.text)
        #expect(texts.filter { $0 == "0" || $0 == "5000" }.count == 4)
    }

    /// Dots lie over all lines, one for each point that can be shown, and one in the legend.
    @Test func dotsStandAlone() {
        let chart = LineChart(series: [
            .init("points", x: [0, 1, 2, 3], y: [1, 3, .nan, 2], marks: .dots), .init("curve", x: [0, 3], y: [1, 2]),
        ])
        let dots = drawn(chart, in: frame).lines.filter { $0.stroke.color == Color.series[0] }
        #expect(dots.count == 4)
        #expect(dots.allSatisfy { $0.points.count == 1 && $0.stroke.width == 7 })
    }
}
