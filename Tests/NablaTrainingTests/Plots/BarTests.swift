import Testing

@testable import NablaTraining

/// Remembers the rectangles that were filled.
private struct FillCanvas: Canvas {
    var fills: [(rectangle: Rectangle, color: Color)] = []
    var dots: [Double] = []

    func width(of text: String, size: Double, isBold: Bool) -> Double { Double(text.count) * size * 0.6 }
    mutating func fill(_ rectangle: Rectangle, color: Color) { fills.append((rectangle, color)) }
    mutating func draw(_ points: [Point], stroke: Stroke) { if points.count == 1 { dots.append(stroke.width) } }
    mutating func draw(
        _ text: String, at point: Point, size: Double, color: Color, anchor: TextAnchor, isBold: Bool, isVertical: Bool
    ) {}
}

@Suite struct BarTests {
    private func fills(_ chart: LineChart) -> [Rectangle] { drawn(chart).fills.map(\.rectangle) }

    private func drawn(_ chart: LineChart) -> FillCanvas {
        var canvas = FillCanvas()
        ChartDrawing(chart, in: Rectangle(x: 0, y: 0, width: 600, height: 400), canvas: canvas).draw(on: &canvas)
        return canvas
    }

    private func chart(_ x: [Double], _ y: [Double], name: String = "") -> LineChart {
        LineChart(series: [.init(name, x: x, y: y, marks: .bars)])
    }

    /// Bars of equal width stand on one line, in proportion to their values.
    @Test func heightsAreInProportion() {
        let bars = fills(chart([1, 2, 3], [1, 2, 4]))
        #expect(bars.count == 3)
        #expect(Set(bars.map { ($0.maxY * 1000).rounded() }).count == 1)
        #expect(abs(bars[1].height / bars[0].height - 2) < 1e-9 && abs(bars[2].height / bars[0].height - 4) < 1e-9)
        #expect(abs(bars[1].width - bars[0].width) < 1e-9)
        // Side by side, with a gap of a pixel.
        #expect(abs(bars[1].x - bars[0].maxX - 1) < 1e-9 && abs(bars[2].x - bars[1].maxX - 1) < 1e-9)
    }

    @Test func negativeBarsHang() {
        let bars = fills(chart([0, 1], [3, -3]))
        #expect(bars.count == 2)
        #expect(abs(bars[0].maxY - bars[1].y) < 1e-9)
        #expect(abs(bars[0].height - bars[1].height) < 1e-9)
    }

    /// On a logarithmic axis bars stand on its lower end; zeros have no bar.
    @Test func logarithmicBars() {
        var logarithmic = chart([0, 1, 2], [0.1, 0, 10])
        (logarithmic.yScale, logarithmic.yRange) = (.logarithmic, 0.01...10)
        let bars = fills(logarithmic)
        #expect(bars.count == 2)
        #expect(abs(bars[1].height / bars[0].height - 3) < 1e-9)
    }

    @Test func valuesWithoutAPlaceAreLeftOut() { #expect(fills(chart([0, .nan, 2, 3], [1, 1, .infinity, 2])).count == 2) }

    /// All of every bar is inside, and the legend's patch has its colour.
    @Test func everythingIsShown() {
        let canvas = drawn(chart([0.5, 1.5], [5, 7], name: "share"))
        #expect(canvas.fills.count == 3 && Set(canvas.fills.map(\.color)).count == 1)
        let range = DataRange(chart([0.5, 1.5], [5, 7]))
        #expect(range.x.lowerBound <= 0 && range.x.upperBound >= 2 && range.y.lowerBound == 0 && range.y.upperBound >= 7)
    }

    @Test func dotsHaveTheirSize() {
        let dots = drawn(LineChart(series: [.init("", x: [0, 1], y: [0, 1], marks: .dots, dotSize: 2.5)])).dots
        #expect(dots == [2.5, 2.5])
        #expect(drawn(LineChart(series: [.init("", x: [0, 1], y: [0, 1], marks: .dots)])).dots == [7, 7])
    }
}
