import NablaNN

/// Characters of invented alphabets, made of random strokes: for the tests of what is trained on Omniglot, and to try it without.
///
/// How hard they are to tell apart follows from the numbers below, so figures reached with them say nothing about Omniglot.
public enum DrawnCharacters {
    /// Pixels in a row and in a column, as in Omniglot's files.
    public static let side = 105

    /// A character and its drawings: one byte a pixel, row after row, 1 for ink and 0 for paper.
    public struct Character: Sendable {
        /// The alphabet and the number, as in "Alphabet_01/character01".
        public let name: String
        public let drawings: [[UInt8]]
    }

    /// So many alphabets of so many characters, each drawn so many times.
    public static func characters(alphabets: Int, characters: Int, drawings: Int, seed: UInt64) -> [Character] {
        var generator = RandomGenerator(seed: seed)
        return (1...alphabets).flatMap { alphabet -> [Character] in
            // The characters of an alphabet have about as many strokes.
            let usualStrokes = 1 + Int(generator.next() % 3)
            return (1...characters).map { number in
                let strokes = strokes(usualStrokes + Int(generator.next() % 2), using: &generator)
                return Character(
                    name: "Alphabet_\(padded(alphabet))/character\(padded(number))",
                    drawings: (0..<drawings).map { _ in drawing(of: strokes, using: &generator) })
            }
        }
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// From -1 to 1, to the right and down.
    private typealias Point = SIMD2<Double>

    /// The ends and the bend of each stroke: on a coarse grid, so that characters differ by more than drawings of one do. A stroke begins
    /// at a point of the one before, or anywhere.
    private static func strokes(_ count: Int, using generator: inout RandomGenerator) -> [[Point]] {
        func anywhere() -> Point { Point(Double(generator.next() % 4), Double(generator.next() % 4)) / 1.5 - 1 }
        var strokes: [[Point]] = []
        for _ in 0..<count {
            var points: [Point] = []
            if let earlier = strokes.last, generator.next() % 2 == 0 {
                points.append(earlier[Int(generator.next() % UInt64(earlier.count))])
            }
            while points.count < 3 {
                let point = anywhere()
                if point != points.last { points.append(point) }
            }
            strokes.append(points)
        }
        return strokes
    }

    /// The strokes as one person draws them: somewhat slanted, stretched, moved and bent, with a pen of some width.
    private static func drawing(of strokes: [[Point]], using generator: inout RandomGenerator) -> [UInt8] {
        let noise = generator.normal([7], dtype: .float64).doubles
        let slant = (Point(1 + 0.15 * noise[0], 0.18 * noise[1]), Point(0.18 * noise[2], 1 + 0.15 * noise[3]))
        let shift = 0.13 * Point(noise[4], noise[5])
        let pen = 1.6 + 0.3 * max(-2, min(2, noise[6]))
        var ink = [UInt8](repeating: 0, count: side * side)
        for stroke in strokes {
            let moved = stroke.map { point -> Point in
                let jitter = generator.normal([2], standardDeviation: 0.11, dtype: .float64).doubles
                return (slant.0 * point.x + slant.1 * point.y + shift + Point(jitter[0], jitter[1])) * 35 + Double(side) / 2
            }
            // Through the first point and the last, and towards the one between (a Bézier curve of the second degree).
            for step in 0...80 {
                let t = Double(step) / 80
                let (a, b, c) = ((1 - t) * (1 - t), 2 * t * (1 - t), t * t)
                let x = a * moved[0].x + b * moved[1].x + c * moved[2].x
                let y = a * moved[0].y + b * moved[1].y + c * moved[2].y
                stamp(x, y, radius: pen, on: &ink)
            }
        }
        return ink
    }

    private static func stamp(_ centreX: Double, _ centreY: Double, radius: Double, on ink: inout [UInt8]) {
        func pixels(_ centre: Double) -> Range<Int> {
            let (low, high) = (max(0, Int((centre - radius).rounded(.up))), min(side - 1, Int((centre + radius).rounded(.down))))
            return low..<max(low, high + 1)
        }
        let columns = pixels(centreX)
        for y in pixels(centreY) {
            let dy = Double(y) - centreY
            for x in columns {
                let dx = Double(x) - centreX
                if dx * dx + dy * dy <= radius * radius { ink[y * side + x] = 1 }
            }
        }
    }
}
