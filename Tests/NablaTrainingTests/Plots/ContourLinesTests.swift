import Foundation
import Testing

@testable import NablaTraining

@Suite struct ContourLinesTests {
    private let axis = (0...40).map { -2 + Double($0) / 10 }

    private func contours(_ f: (Double, Double) -> Double) -> ContourLines {
        ContourLines(axis.map { y in axis.map { x in f(x, y) } }, x: axis, y: axis)
    }

    /// Of a linear function they are straight lines, each point exactly in its place.
    @Test func linearFunction() {
        let lines = contours { x, y in 2 * x - y + 0.3 }.lines(at: 0.5)
        #expect(lines.count == 1)
        #expect(lines[0].allSatisfy { abs(2 * $0.x - $0.y + 0.3 - 0.5) < 1e-12 })
        // From one edge of the square to the other: y = -2 at x = -0.9, y = 2 at x = 1.1.
        let ends = [lines[0].first!, lines[0].last!].sorted { $0.y < $1.y }
        #expect(abs(ends[0].x + 0.9) < 1e-12 && ends[0].y == -2 && abs(ends[1].x - 1.1) < 1e-12 && ends[1].y == 2)
    }

    /// Of a paraboloid they are closed circles, as near as the grid is fine: chords of r² stray by at most h² / 4.
    @Test func circles() {
        let contours = contours { x, y in x * x + y * y }
        for radius in [0.5, 1, 1.7] {
            let lines = contours.lines(at: radius * radius)
            #expect(lines.count == 1)
            #expect(lines[0].first == lines[0].last)
            #expect(lines[0].allSatisfy { abs($0.x * $0.x + $0.y * $0.y - radius * radius) <= 0.005 + 1e-12 })
            let length = zip(lines[0], lines[0].dropFirst()).reduce(0) { $0 + hypot($1.1.x - $1.0.x, $1.1.y - $1.0.y) }
            #expect(abs(length - 2 * .pi * radius) < 0.03 * radius)
        }
        #expect(contours.lines(at: -0.1).isEmpty && contours.lines(at: 8.1).isEmpty)
    }

    /// A saddle's two lines at one level never cross or branch.
    @Test func saddle() {
        for level in [-0.7, 0, 0.4] {
            let lines = contours { x, y in x * y }.lines(at: level)
            #expect(lines.count >= 2)
            #expect(lines.joined().allSatisfy { abs($0.x * $0.y - level) < 0.005 })
        }
    }

    /// Cells with a value that is no number have no line.
    @Test func holes() {
        let lines = contours { x, y in abs(x) < 0.25 && abs(y) < 0.25 ? .nan : x }.lines(at: 0.03)
        #expect(lines.count == 2)
        #expect(lines.joined().allSatisfy { abs($0.y) >= 0.3 - 1e-12 })
        #expect(abs(lines.joined().map(\.y).max()! - 2) < 1e-12)
    }

    @Test func levelsAreInside() {
        let contours = contours { x, _ in x }
        let levels = contours.evenLevels(3)
        #expect(levels.count == 3 && zip(levels, [-1.0, 0, 1]).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(self.contours { _, _ in 1 }.evenLevels(3).isEmpty)
        #expect(self.contours { _, _ in .nan }.evenLevels(3).isEmpty)
    }

    /// One series a level, with gaps between lines, coloured in order.
    @Test func seriesOfLevels() {
        let contours = contours { x, y in x * y }
        let series = contours.series(levels: [-1, 0.5, 1])
        #expect(series.count == 3)
        for (series, level) in zip(series, [-1, 0.5, 1]) {
            let lines = contours.lines(at: level)
            #expect(series.x.count { $0.isNaN } == lines.count)
            #expect(series.x.filter(\.isFinite) == lines.joined().map(\.x))
        }
        #expect(series[0].color == Color.graded(0) && series[1].color == Color.graded(0.75) && series[2].color == Color.graded(1))
    }

    @Test func gradedColours() {
        func lightness(_ value: Double) -> Double {
            let color = Color.graded(value)
            return 0.2126 * Double(color.red) + 0.7152 * Double(color.green) + 0.0722 * Double(color.blue)
        }
        let values = (0...20).map { Double($0) / 20 }
        #expect(zip(values, values.dropFirst()).allSatisfy { lightness($0) < lightness($1) })
        #expect(Color.graded(-3) == Color.graded(0) && Color.graded(7) == Color.graded(1) && Color.graded(.nan) == Color.graded(0))
    }
}
