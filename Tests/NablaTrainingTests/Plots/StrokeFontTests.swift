import Testing

@testable import NablaTraining

@Suite struct StrokeFontTests {
    @Test func everyPrintableCharacterHasAGlyphOfItsOwn() {
        var seen: [[[Point]]] = [StrokeFont.glyph(for: "é").lines]
        for code in UInt8(33)...126 {
            let character = Character(UnicodeScalar(code))
            let lines = StrokeFont.glyph(for: character).lines
            #expect(!lines.isEmpty && lines.allSatisfy { !$0.isEmpty }, "\(character)")
            #expect(!seen.contains(lines), "\(character)")
            seen.append(lines)
        }
        #expect(StrokeFont.glyph(for: " ").lines.isEmpty)
    }

    @Test func glyphsStayInTheirBoxes() {
        for code in UInt8(33)...126 {
            let character = Character(UnicodeScalar(code))
            let glyph = StrokeFont.glyph(for: character)
            let points = glyph.lines.joined()
            // Each fills its width, so that the space between any two is even.
            #expect(points.allSatisfy { $0.x > -0.25 && $0.x < glyph.width + 0.25 && $0.y > -5 && $0.y < 16.5 }, "\(character)")
            if character.isLetter && character.isUppercase && character != "Q" {
                #expect(abs((points.map(\.y).max() ?? 0) - StrokeFont.capHeight) < 0.1, "\(character)")
                #expect(abs(points.map(\.y).min() ?? 9) < 0.1, "\(character)")
            }
        }
    }

    @Test func digitsHaveOneWidth() {
        #expect(Set("0123456789".map { StrokeFont.glyph(for: $0).width }) == [9])
    }

    @Test func aTextIsAsWideAsItsGlyphsAndTheSpacesBetween() {
        #expect(StrokeFont.width(of: "") == 0)
        #expect(abs(StrokeFont.width(of: "00") - (2 * 9 + 3.2) / 20) < 1e-12)
    }
}
