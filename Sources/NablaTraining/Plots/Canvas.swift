/// A place in a picture: x to the right, y down, in units of one pixel at scale 1.
struct Point: Equatable {
    var x: Double
    var y: Double
}

/// A rectangle in a picture.
struct Rectangle: Equatable {
    var x: Double
    var y: Double
    var width: Double
    var height: Double

    var maxX: Double { x + width }
    var maxY: Double { y + height }
}

/// How a line looks.
struct Stroke: Equatable {
    var color: Color
    var width: Double
    var opacity = 1.0
    /// Lengths drawn and left out in turn; empty for a solid line.
    var dashes: [Double] = []
}

/// Which part of a text is at the given place.
enum TextAnchor: String {
    case start, middle, end
}

/// What a chart is drawn on. A chart knows nothing of files: it draws the same way into SVG text and into pixels.
protocol Canvas {
    /// The width of a text of the given font size, or a little more where the reader's font is not known.
    func width(of text: String, size: Double, isBold: Bool) -> Double

    mutating func fill(_ rectangle: Rectangle, color: Color)
    /// Draws one line through all points; a single point gives a dot.
    mutating func draw(_ points: [Point], stroke: Stroke)
    /// Draws text with its baseline at `point`; upwards, turned by 90° to the left, when `isVertical`.
    mutating func draw(_ text: String, at point: Point, size: Double, color: Color, anchor: TextAnchor, isBold: Bool, isVertical: Bool)
}

extension Canvas {
    func width(of text: String, size: Double) -> Double { width(of: text, size: size, isBold: false) }

    mutating func draw(
        _ text: String, at point: Point, size: Double, color: Color = .ink, anchor: TextAnchor, isBold: Bool = false
    ) {
        draw(text, at: point, size: size, color: color, anchor: anchor, isBold: isBold, isVertical: false)
    }
}
