/// Draws one chart into a rectangle of a canvas.
///
/// From the top: title, legend, plot, texts of the x axis. The legend and the labels of the reference lines have places of their own,
/// so nothing ever covers a curve.
struct ChartDrawing {
    private let chart: LineChart
    private let frame: Rectangle
    private let plot: Rectangle
    private let xAxis: Axis
    private let yAxis: Axis
    private let legend: Legend
    private let hasData: Bool

    /// The room beside a plot.
    struct Margins {
        var left: Double
        var right: Double

        /// Enough for both.
        func union(_ other: Margins) -> Margins {
            Margins(left: max(left, other.left), right: max(right, other.right))
        }
    }

    /// The room this chart takes beside its plot.
    let margins: Margins

    private enum Size {
        static let title = 15.0
        static let text = 12.0
        static let tick = 11.0
    }

    /// Finds the place of everything.
    ///
    /// - Parameter given: The room beside the plot when charts above each other shall line up; nil for what this chart needs.
    init(_ chart: LineChart, in frame: Rectangle, margins given: Margins? = nil, canvas: some Canvas) {
        self.chart = chart
        self.frame = frame
        let data = DataRange(chart)
        hasData = data.hasData

        let title = chart.title.isEmpty ? 4 : Size.title + 10
        let bottom = 8 + Size.tick + (chart.xLabel.isEmpty ? 4 : Size.text + 10)
        let referenceWidth = chart.referenceLines.map { canvas.width(of: $0.label, size: Size.tick) }.max() ?? 0
        var right = given?.right ?? (referenceWidth > 0 ? referenceWidth + 16 : 16)

        func yAxis(legendHeight: Double) -> Axis {
            let height = max(frame.height - title - legendHeight - bottom, 20)
            return Axis(range: data.y, scale: chart.yScale, count: max(2, min(10, Int(height / 38)))) { axis in
                axis.ticks.count < 2 || height / Double(axis.ticks.count - 1) > Size.tick * 1.6
            }
        }
        let provisional = yAxis(legendHeight: 20)
        let tickWidth = provisional.ticks.map { canvas.width(of: $0.label, size: Size.tick) }.max() ?? 0
        let left = given?.left ?? tickWidth + 12 + (chart.yLabel.isEmpty ? 6 : Size.text + 12)

        legend = Legend(
            chart, width: frame.width - left - right, room: (frame.height - title - bottom) * 0.4, size: Size.text, canvas: canvas)
        self.yAxis = yAxis(legendHeight: legend.height)

        func xAxis(width: Double) -> Axis {
            Axis(range: data.x, scale: .linear, wholeNumbers: data.xIsWhole, count: max(2, min(12, Int(width / 60)))) { axis in
                let widths = axis.ticks.map { canvas.width(of: $0.label, size: Size.tick) }
                guard axis.ticks.count > 1, let widest = widths.max() else { return true }
                let step = axis.position(of: axis.ticks[1].value) - axis.position(of: axis.ticks[0].value)
                return step * width > widest + 14
            }
        }
        // The text of the last tick may stand out to the right of the plot.
        if let last = xAxis(width: frame.width - left - right).ticks.last {
            right = given?.right ?? max(right, canvas.width(of: last.label, size: Size.tick) / 2 + 6)
        }
        margins = Margins(left: left, right: right)
        let width = max(frame.width - left - right, 20)
        self.xAxis = xAxis(width: width)
        let top = title + legend.height
        plot = Rectangle(
            x: (frame.x + left).rounded() + 0.5, y: (frame.y + top).rounded() + 0.5, width: width.rounded(),
            height: max(frame.height - top - bottom, 20).rounded())
    }

    func draw(on canvas: inout some Canvas) {
        drawGrid(on: &canvas)
        drawReferenceLines(on: &canvas)
        drawCurves(on: &canvas)
        drawTexts(on: &canvas)
        legend.draw(at: Point(x: plot.x, y: plot.y - legend.height), on: &canvas)
    }

    private func drawGrid(on canvas: inout some Canvas) {
        for tick in yAxis.ticks {
            let y = place(ofY: tick.value)
            canvas.draw([Point(x: plot.x, y: y), Point(x: plot.maxX, y: y)], stroke: Stroke(color: .grid, width: 1))
            canvas.draw(
                tick.label, at: Point(x: plot.x - 7, y: y + Size.tick * 0.36), size: Size.tick, color: .axis, anchor: .end)
        }
        for tick in xAxis.ticks {
            let x = (plot.x + plot.width * xAxis.position(of: tick.value) - 0.5).rounded() + 0.5
            canvas.draw([Point(x: x, y: plot.maxY), Point(x: x, y: plot.maxY + 4)], stroke: Stroke(color: .axis, width: 1))
            canvas.draw(
                tick.label, at: Point(x: x, y: plot.maxY + 8 + Size.tick * 0.8), size: Size.tick, color: .axis, anchor: .middle)
        }
        let corner = Point(x: plot.x, y: plot.maxY)
        canvas.draw(
            [Point(x: plot.x, y: plot.y), corner, Point(x: plot.maxX, y: plot.maxY)], stroke: Stroke(color: .axis, width: 1))
    }

    private func drawReferenceLines(on canvas: inout some Canvas) {
        let visible = chart.referenceLines.filter { line in
            Axis.canShow(line.y, scale: yAxis.scale) && yAxis.range.contains(line.y)
        }
        for line in visible {
            let y = place(ofY: line.y)
            canvas.draw(
                [Point(x: plot.x, y: y), Point(x: plot.maxX, y: y)],
                stroke: Stroke(color: .reference, width: 1.25, dashes: [6, 4]))
        }
        // Labels of neighbouring lines make room for each other: downwards first, then up from the end of the plot.
        let labelled = visible.filter { !$0.label.isEmpty }.sorted { $0.y > $1.y }
        var baselines = labelled.map { place(ofY: $0.y) + Size.tick * 0.36 }
        let spacing = Size.tick * 1.25
        for i in baselines.indices.dropFirst() { baselines[i] = max(baselines[i], baselines[i - 1] + spacing) }
        var limit = plot.maxY + Size.tick * 0.36
        for i in baselines.indices.reversed() {
            baselines[i] = min(baselines[i], limit)
            limit = baselines[i] - spacing
        }
        for (line, baseline) in zip(labelled, baselines) {
            canvas.draw(line.label, at: Point(x: plot.maxX + 7, y: baseline), size: Size.tick, color: .axis, anchor: .start)
        }
    }

    private func drawCurves(on canvas: inout some Canvas) {
        if !hasData {
            canvas.draw(
                "no data", at: Point(x: plot.x + plot.width / 2, y: plot.y + plot.height / 2), size: Size.text, color: .axis,
                anchor: .middle)
        }
        func draw(_ series: LineChart.Series, _ y: [Double], _ stroke: Stroke) {
            for line in CurvePath.lines(x: series.x, y: y, xAxis: xAxis, yAxis: yAxis, in: plot) {
                var stroke = stroke
                if line.count == 1 { stroke.width *= 2 }
                canvas.draw(line, stroke: stroke)
            }
        }
        // Bars hide what is behind them.
        for (index, series) in chart.series.enumerated() where series.marks == .bars {
            for bar in bars(of: series) { canvas.fill(bar, color: chart.color(of: index)) }
        }
        // All faint lines lie behind all means.
        for (index, series) in chart.series.enumerated() where series.smoothing > 1 {
            draw(series, series.y, Stroke(color: chart.color(of: index), width: 1, opacity: 0.28))
        }
        for (index, series) in chart.series.enumerated() where series.marks == .line {
            draw(series, series.shownValues, Stroke(color: chart.color(of: index), width: 1.75, dashes: chart.dashes(of: index)))
        }
        // Dots are few and small: nothing may cover them.
        for (index, series) in chart.series.enumerated() where series.marks == .dots {
            for (x, y) in zip(series.x, series.shownValues) {
                for dot in CurvePath.lines(x: [x], y: [y], xAxis: xAxis, yAxis: yAxis, in: plot) {
                    canvas.draw(dot, stroke: Stroke(color: chart.color(of: index), width: series.dotSize))
                }
            }
        }
    }

    /// The visible parts of a series of bars, with a narrow gap between neighbours that have room for one.
    private func bars(of series: LineChart.Series) -> [Rectangle] {
        func y(_ value: Double) -> Double { plot.maxY - plot.height * min(max(yAxis.position(of: value), 0), 1) }
        func x(_ value: Double) -> Double { plot.x + plot.width * min(max(xAxis.position(of: value), 0), 1) }
        let half = series.barWidth / 2
        let base = yAxis.scale == .linear && yAxis.range.contains(0) ? y(0) : plot.maxY
        return zip(series.x, series.shownValues).compactMap { place, value in
            guard Axis.canShow(place, scale: .linear), Axis.canShow(value, scale: yAxis.scale) else { return nil }
            let (left, right, top) = (x(place - half), x(place + half), y(value))
            let gap = right - left > 4 ? 1.0 : 0
            guard right - gap > left, top != base else { return nil }
            return Rectangle(x: left, y: min(top, base), width: right - left - gap, height: abs(top - base))
        }
    }

    private func drawTexts(on canvas: inout some Canvas) {
        let titleSize = Self.size(of: chart.title, atMost: Size.title, room: frame.maxX - plot.x, isBold: true, canvas: canvas)
        canvas.draw(chart.title, at: Point(x: plot.x, y: frame.y + Size.title), size: titleSize, anchor: .start, isBold: true)

        let xSize = Self.size(of: chart.xLabel, atMost: Size.text, room: plot.width, canvas: canvas)
        let xPlace = Point(x: plot.x + plot.width / 2, y: plot.maxY + 8 + Size.tick + 6 + Size.text * 0.8)
        canvas.draw(chart.xLabel, at: xPlace, size: xSize, anchor: .middle)

        let ySize = Self.size(of: chart.yLabel, atMost: Size.text, room: frame.height, canvas: canvas)
        let halfLength = canvas.width(of: chart.yLabel, size: ySize) / 2
        // Beside the middle of the plot, unless a long text would leave the chart there.
        let yPlace = Point(x: frame.x + Size.text, y: min(max(plot.y + plot.height / 2, frame.y + halfLength), frame.maxY - halfLength))
        canvas.draw(chart.yLabel, at: yPlace, size: ySize, color: .ink, anchor: .middle, isBold: false, isVertical: true)
    }

    /// The font size at which a text fits into `room`.
    private static func size(of text: String, atMost size: Double, room: Double, isBold: Bool = false, canvas: some Canvas) -> Double {
        let width = canvas.width(of: text, size: size, isBold: isBold)
        return width > room ? size * room / width : size
    }

    /// The middle of a pixel, so that a line one pixel wide is sharp.
    private func place(ofY value: Double) -> Double {
        (plot.maxY - plot.height * yAxis.position(of: value) - 0.5).rounded() + 0.5
    }
}

extension LineChart {
    /// The colour of a series, its own or the next of the palette.
    func color(of index: Int) -> Color {
        series[index].color ?? Color.series[index % Color.series.count]
    }

    /// The dashes of a series: none for the first ones and for colours of its own, others when the colours of the palette come again.
    func dashes(of index: Int) -> [Double] {
        series[index].color == nil ? [[], [8, 3], [2, 3]][index / Color.series.count % 3] : []
    }
}

extension LineChart.Series {
    /// The values of the prominent line.
    var shownValues: [Double] { runningMean(of: y, window: smoothing) }

    /// The width of bars in units of the x axis.
    var barWidth: Double {
        let sorted = x.filter(\.isFinite).sorted()
        return zip(sorted, sorted.dropFirst()).map { $1 - $0 }.filter { $0 > 0 }.min() ?? 1
    }
}
