import ExampleOmniglot
import Foundation
import NablaTraining

/// Where the characters of a run come from.
struct CharacterSource {
    /// Pixels in a row and in a column, as in the paper.
    static let side = 28

    let characters: Characters
    /// Of all drawings.
    let checksum: UInt32

    /// Omniglot's characters in `folder`, or without one as many drawn ones as there are in the part of Omniglot for training.
    ///
    /// - Throws: `FileError` when they cannot be read, or are too few for the tasks of `settings`.
    init(_ folder: String?, for settings: FewShotLearner.Settings) throws(FileError) {
        let named: [(name: String, drawings: [[UInt8]])] =
            if let folder {
                try OmniglotSet(folder: folder, side: Self.side).characters.map { ($0.name, $0.drawings) }
            } else {
                Self.drawn().map { ($0.name, $0.drawings.map(Self.scaled)) }
            }
        let source = folder ?? "drawn characters"
        let needed = settings.shots + settings.queries
        if let few = named.first(where: { $0.drawings.count < needed }) {
            throw FileError(
                path: source,
                reason: "expected at least \(needed) drawings of each character, shots and queries, got \(few.drawings.count) of \(few.name)")
        }
        guard Characters.splitSizes(of: named.count, ways: settings.ways) != nil else {
            let ways = "\(settings.ways) each in training, validation and test"
            throw FileError(path: source, reason: "expected at least \(3 * settings.ways) characters, \(ways), got \(named.count)")
        }
        characters = Characters(named.map(\.drawings), side: Self.side)
        checksum = named.reduce(0) { sum, character in character.drawings.reduce(sum) { Gzip.crc32($1, continuing: $0) } }
    }

    /// Always the same ones: seeds say how they are divided.
    private static func drawn() -> [DrawnCharacters.Character] {
        DrawnCharacters.characters(alphabets: 40, characters: 24, drawings: 20, seed: 1)
    }

    private static func scaled(_ ink: [UInt8]) -> [UInt8] {
        let side = DrawnCharacters.side
        let picture = Picture(width: side, height: side, channels: .grey, samples: ink.map { $0 * 255 })
        return picture.resized(width: Self.side, height: Self.side).samples
    }
}
