import Foundation

/// A font whose glyphs are lines: printable ASCII, upright, sans serif, with digits of equal width.
///
/// A glyph is a width and a path in units of a twentieth of the font size, y up from the baseline; capitals are 14 high and small
/// letters 10. The path's commands are `M x y` (move), `L x y …` (lines), `A cx cy rx ry from to` (an arc of an ellipse between two angles
/// in degrees, counter-clockwise when the second is larger, joined to the line before it), `D x y` (a dot) and `N` (the next arc begins a
/// line of its own).
enum StrokeFont {
    /// Units in the font size.
    static let unitsPerEm = 20.0
    /// The height of a capital, in units.
    static let capHeight = 14.0
    /// The thickness of a line, in units.
    static let thickness = 1.55
    /// Space between two glyphs, in units.
    private static let spacing = 3.2
    private static let spaceWidth = 3.2

    /// A glyph's lines, x to the right and y up; a line of one point is a dot.
    struct Glyph {
        var width: Double
        var lines: [[Point]]
    }

    /// The glyph of a character; an empty box for characters outside printable ASCII.
    static func glyph(for character: Character) -> Glyph {
        guard let code = character.asciiValue, code >= 32, code < 127 else { return box }
        return table[Int(code) - 32]
    }

    /// The width of a text in units of the font size.
    ///
    /// - Parameter tracking: Additional space between two glyphs, in units.
    static func width(of text: String, tracking: Double = 0) -> Double {
        guard !text.isEmpty else { return 0 }
        return text.reduce(-spacing - tracking) { $0 + glyph(for: $1).width + spacing + tracking } / unitsPerEm
    }

    /// The lines of a text that begins at x = 0 on the baseline y = 0, in units of the font size, y up.
    ///
    /// - Parameter tracking: Additional space between two glyphs, in units, for thicker lines.
    static func lines(of text: String, tracking: Double = 0) -> [[Point]] {
        var x = 0.0
        var lines: [[Point]] = []
        for character in text {
            let glyph = glyph(for: character)
            lines += glyph.lines.map { $0.map { Point(x: ($0.x + x) / unitsPerEm, y: $0.y / unitsPerEm) } }
            x += glyph.width + spacing + tracking
        }
        return lines
    }

    private static let box = parse(9, "M 0 0 L 0 14 9 14 9 0 0 0")
    private static let table: [Glyph] = [Glyph(width: spaceWidth, lines: [])] + StrokeFont.paths.map(parse)

    private static func parse(_ width: Double, _ path: String) -> Glyph {
        var lines: [[Point]] = []
        var command: Substring = ""
        var numbers: [Double] = []
        for token in path.split(separator: " ") {
            guard let number = Double(token) else {
                command = token
                if command == "N" { lines.append([]) }
                continue
            }
            numbers.append(number)
            guard numbers.count == (command == "A" ? 6 : 2) else { continue }
            switch command {
            case "M", "D": lines.append([Point(x: numbers[0], y: numbers[1])])
            case "L": lines[lines.count - 1].append(Point(x: numbers[0], y: numbers[1]))
            case "A": lines[lines.count - 1] += arc(numbers)
            default: fatalError("StrokeFont: unknown command \(command) in \(path)")
            }
            numbers = []
        }
        return Glyph(width: width, lines: lines)
    }

    private static func arc(_ numbers: [Double]) -> [Point] {
        let (from, to) = (numbers[4], numbers[5])
        let steps = max(2, Int((abs(to - from) / 10).rounded(.up)))
        return (0...steps).map { step in
            let angle = (from + (to - from) * Double(step) / Double(steps)) * .pi / 180
            return Point(x: numbers[0] + numbers[2] * cos(angle), y: numbers[1] + numbers[3] * sin(angle))
        }
    }
}
