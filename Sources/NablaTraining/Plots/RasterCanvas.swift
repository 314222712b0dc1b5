import Foundation

/// Draws into pixels, with soft edges.
struct RasterCanvas: Canvas {
    private let width: Int
    private let height: Int
    /// Pixels per unit.
    private let scale: Double
    private var samples: [UInt8]
    private var mask: CoverageMask

    /// A white canvas of `width` × `height` units.
    init(width: Double, height: Double, scale: Double) {
        self.width = max(1, Int((width * scale).rounded()))
        self.height = max(1, Int((height * scale).rounded()))
        self.scale = scale
        samples = [UInt8](repeating: 255, count: self.width * self.height * 3)
        mask = CoverageMask(width: self.width, height: self.height)
    }

    /// What has been drawn.
    var picture: Picture {
        Picture(width: width, height: height, channels: .rgb, samples: samples)
    }

    func width(of text: String, size: Double, isBold: Bool) -> Double {
        StrokeFont.width(of: text, tracking: Self.tracking(isBold)) * size
    }

    private static func tracking(_ isBold: Bool) -> Double { isBold ? 0.7 : 0 }

    mutating func fill(_ rectangle: Rectangle, color: Color) {
        mask.addRectangle(
            minX: rectangle.x * scale, minY: rectangle.y * scale, maxX: rectangle.maxX * scale, maxY: rectangle.maxY * scale)
        composite(color, opacity: 1)
    }

    mutating func draw(_ points: [Point], stroke: Stroke) {
        let radius = stroke.width * scale / 2
        for line in stroke.dashes.isEmpty ? [points] : Self.dashed(points, by: stroke.dashes) {
            addLine(line.map { Point(x: $0.x * scale, y: $0.y * scale) }, radius: radius)
        }
        composite(stroke.color, opacity: stroke.opacity)
    }

    mutating func draw(
        _ text: String, at point: Point, size: Double, color: Color, anchor: TextAnchor, isBold: Bool, isVertical: Bool
    ) {
        guard !text.isEmpty else { return }
        let length = width(of: text, size: size, isBold: isBold)
        let start =
            switch anchor {
            case .start: 0.0
            case .middle: -length / 2
            case .end: -length
            }
        let radius = StrokeFont.thickness / StrokeFont.unitsPerEm * size * scale / 2 * (isBold ? 1.45 : 1)
        for line in StrokeFont.lines(of: text, tracking: Self.tracking(isBold)) {
            let placed = line.map { glyphPoint in
                let (along, up) = (start + glyphPoint.x * size, glyphPoint.y * size)
                return isVertical
                    ? Point(x: (point.x - up) * scale, y: (point.y - along) * scale)
                    : Point(x: (point.x + along) * scale, y: (point.y - up) * scale)
            }
            addLine(placed, radius: line.count == 1 ? radius * 1.35 : radius)
        }
        composite(color, opacity: 1)
    }

    /// Adds a line with round ends to the mask, in pixels.
    private mutating func addLine(_ points: [Point], radius: Double) {
        guard let first = points.first else { return }
        if points.count == 1 { mask.addSegment(from: first, to: first, radius: radius) }
        for (a, b) in zip(points, points.dropFirst()) { mask.addSegment(from: a, to: b, radius: radius) }
    }

    /// Lays the colour over the pixels that the mask covers, and clears the mask.
    private mutating func composite(_ color: Color, opacity: Double) {
        let channels = [Int(color.red), Int(color.green), Int(color.blue)]
        let width = width
        samples.withUnsafeMutableBufferPointer { samples in
            mask.drain { x, y, coverage in
                let alpha = Int((Double(coverage) * opacity).rounded())
                let start = (y * width + x) * 3
                for channel in 0..<3 {
                    let below = Int(samples[start + channel])
                    samples[start + channel] = UInt8(
                        below + ((channels[channel] - below) * alpha + (channels[channel] < below ? -127 : 127)) / 255)
                }
            }
        }
    }

    /// The pieces of a line that a dash pattern leaves.
    static func dashed(_ points: [Point], by lengths: [Double]) -> [[Point]] {
        guard var position = points.first, lengths.reduce(0, +) > 0 else { return [points] }
        var pieces: [[Point]] = []
        var piece = [position]
        var index = 0
        var left = lengths[0]
        for next in points.dropFirst() {
            var distance = hypot(next.x - position.x, next.y - position.y)
            while distance > left {
                let t = left / distance
                position = Point(x: position.x + (next.x - position.x) * t, y: position.y + (next.y - position.y) * t)
                distance -= left
                if index % 2 == 0 { pieces.append(piece + [position]) }
                piece = [position]
                index += 1
                left = lengths[index % lengths.count]
            }
            left -= distance
            position = next
            if index % 2 == 0 { piece.append(next) }
        }
        if index % 2 == 0, piece.count > 1 { pieces.append(piece) }
        return pieces
    }
}
