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
        let size = "width=\"\(number(width))\" height=\"\(number(height))\" viewBox=\"0 0 \(number(width)) \(number(height))\""
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
        body += "<rect x=\"\(number(rectangle.x))\" y=\"\(number(rectangle.y))\" "
        body += "width=\"\(number(rectangle.width))\" height=\"\(number(rectangle.height))\" fill=\"\(color.hex)\"/>\n"
    }

    mutating func draw(_ points: [Point], stroke: Stroke) {
        guard let first = points.first else { return }
        let opacity = stroke.opacity < 1 ? "opacity=\"\(number(stroke.opacity))\" " : ""
        if points.count == 1 {
            body += "<circle cx=\"\(number(first.x))\" cy=\"\(number(first.y))\" r=\"\(number(stroke.width / 2))\" "
            body += "\(opacity)fill=\"\(stroke.color.hex)\"/>\n"
            return
        }
        let path = points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
        let dashes = stroke.dashes.isEmpty ? "" : "stroke-dasharray=\"\(stroke.dashes.map(number).joined(separator: " "))\" "
        body += "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(stroke.color.hex)\" stroke-width=\"\(number(stroke.width))\" "
        body += "\(opacity)\(dashes)stroke-linejoin=\"round\" stroke-linecap=\"\(stroke.dashes.isEmpty ? "round" : "butt")\"/>\n"
    }

    mutating func draw(
        _ text: String, at point: Point, size: Double, color: Color, anchor: TextAnchor, isBold: Bool, isVertical: Bool
    ) {
        guard !text.isEmpty else { return }
        let (x, y) = (number(point.x), number(point.y))
        body += "<text x=\"\(x)\" y=\"\(y)\" font-size=\"\(number(size))\" fill=\"\(color.hex)\" text-anchor=\"\(anchor.rawValue)\""
        if isBold { body += " font-weight=\"bold\"" }
        if isVertical { body += " transform=\"rotate(-90 \(x) \(y))\"" }
        body += ">\(escaped(text))</text>\n"
    }

    /// A hundredth of a pixel is enough, and keeps documents small.
    private func number(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let (whole, rest) = abs(hundredths).quotientAndRemainder(dividingBy: 100)
        let sign = hundredths < 0 ? "-" : ""
        if rest == 0 { return "\(sign)\(whole)" }
        return rest % 10 == 0 ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }

    private func escaped(_ text: String) -> String {
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
