import Foundation

/// How much of each pixel a shape covers, from 0 to 255.
///
/// The pieces of one shape are joined by the larger coverage, so that a line does not darken where its segments meet.
struct CoverageMask {
    private let width: Int
    private let height: Int
    private var values: [UInt8]
    /// For each row the pixels that may be covered.
    private var dirty: [Range<Int>]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        values = [UInt8](repeating: 0, count: width * height)
        dirty = [Range<Int>](repeating: 0..<0, count: height)
    }

    /// Adds all points closer than `radius` to a segment; coordinates in pixels, (0, 0) the upper left corner of the first pixel.
    mutating func addSegment(from a: Point, to b: Point, radius: Double) {
        // A line thinner than a pixel is drawn one pixel wide and fainter.
        let radius255 = min(radius * 2, 1) * 255
        let radius = max(radius, 0.5)
        let reach = radius + 0.5
        let (dx, dy) = (b.x - a.x, b.y - a.y)
        let squaredLength = dx * dx + dy * dy
        let rows = Self.pixels(from: min(a.y, b.y) - reach, to: max(a.y, b.y) + reach, limit: height)
        for y in rows {
            // Only the part of the segment that comes within reach of this row matters.
            let centre = Double(y) + 0.5
            var (t0, t1) = (0.0, 1.0)
            if abs(dy) > 1e-9 {
                let (u, v) = ((centre - reach - a.y) / dy, (centre + reach - a.y) / dy)
                (t0, t1) = (max(0, min(u, v)), min(1, max(u, v)))
            }
            let (x0, x1) = (a.x + t0 * dx, a.x + t1 * dx)
            let columns = Self.pixels(from: min(x0, x1) - reach, to: max(x0, x1) + reach, limit: width)
            guard !columns.isEmpty else { continue }
            mark(columns, in: y)
            values.withUnsafeMutableBufferPointer { values in
                for x in columns {
                    let (px, py) = (Double(x) + 0.5 - a.x, centre - a.y)
                    let t = squaredLength > 0 ? max(0, min(1, (px * dx + py * dy) / squaredLength)) : 0
                    let (ex, ey) = (px - t * dx, py - t * dy)
                    let distance = (ex * ex + ey * ey).squareRoot()
                    let coverage = UInt8(max(0, min(1, radius + 0.5 - distance)) * radius255)
                    if coverage > values[y * width + x] { values[y * width + x] = coverage }
                }
            }
        }
    }

    /// Adds a rectangle; its coordinates in pixels need not be whole.
    mutating func addRectangle(minX: Double, minY: Double, maxX: Double, maxY: Double) {
        let columns = Self.pixels(from: minX, to: maxX, limit: width)
        guard !columns.isEmpty else { return }
        for y in Self.pixels(from: minY, to: maxY, limit: height) {
            mark(columns, in: y)
            let vertical = min(maxY, Double(y + 1)) - max(minY, Double(y))
            for x in columns {
                let horizontal = min(maxX, Double(x + 1)) - max(minX, Double(x))
                values[y * width + x] = max(values[y * width + x], UInt8((vertical * horizontal * 255).rounded()))
            }
        }
    }

    /// Hands over every covered pixel and clears the mask.
    mutating func drain(_ body: (_ x: Int, _ y: Int, _ coverage: UInt8) -> Void) {
        values.withUnsafeMutableBufferPointer { values in
            for y in 0..<height where !dirty[y].isEmpty {
                for x in dirty[y] where values[y * width + x] > 0 {
                    body(x, y, values[y * width + x])
                    values[y * width + x] = 0
                }
                dirty[y] = 0..<0
            }
        }
    }

    private mutating func mark(_ columns: Range<Int>, in y: Int) {
        let old = dirty[y]
        dirty[y] = old.isEmpty ? columns : min(old.lowerBound, columns.lowerBound)..<max(old.upperBound, columns.upperBound)
    }

    /// The pixels that an interval touches.
    private static func pixels(from low: Double, to high: Double, limit: Int) -> Range<Int> {
        let first = max(0, min(Double(limit), low.rounded(.down)))
        let end = max(first, min(Double(limit), high.rounded(.up)))
        return Int(first)..<Int(end)
    }
}
