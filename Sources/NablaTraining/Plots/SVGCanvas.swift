import Foundation

/// Draws into the text of an SVG document.
struct SVGCanvas: Canvas {
    private let width: Double
    private let height: Double
    private var body = ""

    init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    /// The whole document.
    var text: String {
        let size =
            "width=\"\(Self.number(width))\" height=\"\(Self.number(height))\" viewBox=\"0 0 \(Self.number(width)) \(Self.number(height))\""
        return """
            <svg xmlns="http://www.w3.org/2000/svg" \(size) font-family="Helvetica, Arial, sans-serif">
            \(body)</svg>

            """
    }

    /// The reader's font is not known: this is the width in DejaVu Sans, the widest of the usual ones.
    func width(of text: String, size: Double, isBold: Bool) -> Double {
        text.reduce(0) { $0 + Self.emWidth(of: $1) } * size * (isBold ? 1.12 : 1)
    }

    private static func emWidth(of character: Character) -> Double {
        switch character {
        case "i", "j", "l", "'": 0.28
        case " ", ",", ".", "I", "|": 0.33
        case "f", "r", "t", "-", "(", ")", "[", "]", ":", ";", "!", "/", "\\": 0.4
        case "m", "M", "W", "@", "%": 0.98
        case "w", "+", "<", "=", ">", "~", "#": 0.84
        default: character.isUppercase ? 0.73 : 0.64
        }
    }

    mutating func fill(_ rectangle: Rectangle, color: Color) {
        body += "<rect x=\"\(Self.number(rectangle.x))\" y=\"\(Self.number(rectangle.y))\" "
        body += "width=\"\(Self.number(rectangle.width))\" height=\"\(Self.number(rectangle.height))\" fill=\"\(color.hex)\"/>\n"
    }

    mutating func draw(_ points: [Point], stroke: Stroke) {
        guard let first = points.first else { return }
        let opacity = stroke.opacity < 1 ? "opacity=\"\(Self.number(stroke.opacity))\" " : ""
        if points.count == 1 {
            body += "<circle cx=\"\(Self.number(first.x))\" cy=\"\(Self.number(first.y))\" r=\"\(Self.number(stroke.width / 2))\" "
            body += "\(opacity)fill=\"\(stroke.color.hex)\"/>\n"
            return
        }
        let path = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }.joined(separator: " ")
        let dashes = stroke.dashes.isEmpty ? "" : "stroke-dasharray=\"\(stroke.dashes.map(Self.number).joined(separator: " "))\" "
        body += "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(stroke.color.hex)\" stroke-width=\"\(Self.number(stroke.width))\" "
        body += "\(opacity)\(dashes)stroke-linejoin=\"round\" stroke-linecap=\"\(stroke.dashes.isEmpty ? "round" : "butt")\"/>\n"
    }

    mutating func draw(
        _ text: String, at point: Point, size: Double, color: Color, anchor: TextAnchor, isBold: Bool, isVertical: Bool
    ) {
        guard !text.isEmpty else { return }
        let (x, y) = (Self.number(point.x), Self.number(point.y))
        body += "<text x=\"\(x)\" y=\"\(y)\" font-size=\"\(Self.number(size))\" fill=\"\(color.hex)\" text-anchor=\"\(anchor.rawValue)\""
        if isBold { body += " font-weight=\"bold\"" }
        if isVertical { body += " transform=\"rotate(-90 \(x) \(y))\"" }
        body += ">\(Self.escaped(text))</text>\n"
    }

    /// A hundredth of a pixel is enough, and keeps documents small.
    static func number(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let (whole, rest) = abs(hundredths).quotientAndRemainder(dividingBy: 100)
        let sign = hundredths < 0 ? "-" : ""
        if rest == 0 { return "\(sign)\(whole)" }
        return rest % 10 == 0 ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\u{0}"..<" ": result += " "  // XML 1.0 has no notation for most control characters
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
