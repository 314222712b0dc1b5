import ExampleOmniglot
import NablaNN
import Testing

@Suite struct CharacterTests {
    /// Characters of 2 × 2 pixels whose values say which they are: character, drawing, and pixel.
    private static func labelled(_ count: Int, drawings: Int) -> Characters {
        Characters(
            (0..<count).map { c in (0..<drawings).map { d in (0..<4).map { UInt8(16 * c + 4 * d + $0) } } }, side: 2)
    }

    @Test func omniglotIsDividedAsPublished() throws {
        let sizes = try #require(Characters.splitSizes(of: 1623, ways: 5))
        #expect(sizes == (1100, 100, 423))
        // The part for training alone: 964 / 1623 of each.
        let background = try #require(Characters.splitSizes(of: 964, ways: 5))
        #expect(background == (654, 59, 251))
    }

    @Test func everyPartHoldsATask() throws {
        #expect(try #require(Characters.splitSizes(of: 15, ways: 5)) == (5, 5, 5))
        #expect(Characters.splitSizes(of: 14, ways: 5) == nil)
        #expect(try #require(Characters.splitSizes(of: 40, ways: 2)) == (28, 2, 10))
        #expect(Characters.splitSizes(of: 1623, ways: 600) == nil)
    }

    @Test func noCharacterIsInTwoParts() {
        let all = Self.labelled(15, drawings: 2)
        var generator = RandomGenerator(seed: 1)
        let split = all.split(ways: 2, using: &generator)
        let parts = [split.training, split.validation, split.test]
        #expect(parts.map(\.count) == [9, 2, 4])
        let order = parts.flatMap { part in (0..<part.count).map { Int((part.drawings(of: $0)[0, 0].item() * 255).rounded()) / 16 } }
        #expect(order != Array(0..<15) && order.sorted() == Array(0..<15))
    }

    /// Every drawing is one of its character, whole, turned like the others of the character, and no drawing occurs twice.
    @Test func episodesAreAsDescribed() {
        let characters = Self.labelled(6, drawings: 4)
        var generator = RandomGenerator(seed: 2)
        let episodes = characters.episodes(50, ways: 3, shots: 1, queries: 2, using: &generator)
        #expect(episodes.count == 50)
        #expect(episodes.support.shape == [50, 3, 4] && episodes.query.shape == [50, 6, 4])
        #expect(episodes.labels(of: episodes.query) == NDArray([0, 1, 2, 0, 1, 2]).broadcast(to: [50, 6]))

        // Pixels 0 1 / 2 3, turned to the left by so many quarter turns.
        let turned = [[0, 1, 2, 3], [1, 3, 0, 2], [3, 2, 1, 0], [2, 0, 3, 1]]
        let (support, query) = (episodes.support.array.doubles, episodes.query.array.doubles)
        var turns: Set<Int> = []
        for task in 0..<50 {
            var met: Set<Int> = []
            for way in 0..<3 {
                let starts = [(support, (task * 3 + way) * 4), (query, (task * 6 + way) * 4), (query, (task * 6 + 3 + way) * 4)]
                let drawings = starts.map { values, start in values[start..<(start + 4)].map { Int(($0 * 255).rounded()) } }
                #expect(Set(drawings.map { $0[0] / 16 }).count == 1, "of one character")
                #expect(Set(drawings.map { $0[0] / 4 }).count == 3, "three drawings")
                let orders = drawings.map { $0.map { $0 % 4 } }
                #expect(Set(orders).count == 1, "turned alike")
                turns.insert(turned.firstIndex(of: orders[0])!)
                met.insert(drawings[0][0] / 16)
            }
            #expect(met.count == 3, "three characters")
        }
        #expect(turns == [0, 1, 2, 3])
    }

    @Test func episodesFollowFromTheSeed() {
        let characters = Self.labelled(6, drawings: 4)
        func values(_ seed: UInt64) -> NDArray {
            var generator = RandomGenerator(seed: seed)
            return characters.episodes(4, ways: 2, shots: 2, queries: 1, using: &generator).support.array
        }
        #expect(values(1) == values(1))
        #expect(values(1) != values(2))
    }

    @Test func drawnCharactersAreDrawings() {
        let drawn = DrawnCharacters.characters(alphabets: 2, characters: 11, drawings: 3, seed: 5)
        #expect(drawn.count == 22 && drawn[10].name == "Alphabet_01/character11" && drawn[11].name == "Alphabet_02/character01")
        for character in drawn {
            #expect(character.drawings.count == 3 && Set(character.drawings).count == 3)
            for drawing in character.drawings {
                #expect(drawing.count == 105 * 105 && drawing.allSatisfy { $0 <= 1 })
                #expect((60...2500).contains(drawing.count { $0 == 1 }))
            }
        }
        let again = DrawnCharacters.characters(alphabets: 2, characters: 11, drawings: 3, seed: 5)
        #expect(again.map(\.drawings) == drawn.map(\.drawings))
        #expect(DrawnCharacters.characters(alphabets: 1, characters: 1, drawings: 1, seed: 6)[0].drawings != [drawn[0].drawings[0]])
    }
}
