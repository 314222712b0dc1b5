import Testing

@testable import NablaTraining

@Suite struct CurvePathTests {
    private let plot = Rectangle(x: 10, y: 20, width: 100, height: 50)

    private func axis(_ range: ClosedRange<Double>, _ scale: AxisScale = .linear) -> Axis {
        Axis(range: range, scale: scale, count: 5) { _ in true }
    }

    private func lines(_ y: [Double], _ range: ClosedRange<Double>, _ scale: AxisScale = .linear) -> [[Point]] {
        let x = y.indices.map(Double.init)
        return CurvePath.lines(x: x, y: y, xAxis: axis(0...10), yAxis: axis(range, scale), in: plot)
    }

    @Test func yPointsUp() {
        #expect(lines([0, 1], 0...1) == [[Point(x: 10, y: 70), Point(x: 20, y: 20)]])
    }

    @Test func whatIsNotFiniteLeavesGaps() {
        let parts = lines([0, 1, .nan, 0.5, .infinity, -.infinity, 0, 0, 1e301], 0...1)
        #expect(parts.map(\.count) == [2, 1, 2])
    }

    @Test func whatIsNotPositiveLeavesGapsOnALogarithmicAxis() {
        #expect(lines([1, 10, 0, 1, -1, 1, 1], 0.1...10, .logarithmic).map(\.count) == [2, 1, 2])
    }

    @Test func curvesEndAtTheAxes() {
        #expect(
            lines([0, 2, 0], 0...1) == [
                [Point(x: 10, y: 70), Point(x: 15, y: 20)], [Point(x: 25, y: 20), Point(x: 30, y: 70)],
            ])
        #expect(lines([2, 3], 0...1) == [])
        #expect(lines([3], 0...1) == [])
    }

    @Test func extremeValuesStayFinite() {
        let points = lines([1e300, 0, -1e300], 0...1e-3).flatMap { $0 }
        #expect(!points.isEmpty && points.allSatisfy { $0.x.isFinite && $0.y.isFinite })
    }

    @Test func thinningKeepsTheOutline() {
        var line = (0..<10_000).map { Point(x: Double($0) / 1000, y: Double($0 % 2)) }
        line[5432].y = -100
        line[5433].y = 100
        let thinned = CurvePath.thinned(line)
        #expect(thinned.count <= 4 * 20)
        #expect(thinned.first == line.first && thinned.last == line.last)
        #expect(thinned.contains(line[5432]) && thinned.contains(line[5433]))
        #expect(zip(thinned, thinned.dropFirst()).allSatisfy { $0.x < $1.x })
    }
}
