import ExampleOmniglot
import Foundation
import NablaTraining

/// Where the characters of a run come from.
enum CharacterOrigin: Codable, Equatable {
    /// Omniglot's, in a folder.
    case folder(String)
    /// So many alphabets of 24 characters drawn at random; always the same ones, which seeds divide.
    case drawn(alphabets: Int)

    var isDrawn: Bool { if case .drawn = self { true } else { false } }

    /// What messages call it.
    var name: String {
        switch self {
        case .folder(let path): path
        case .drawn: "drawn characters"
        }
    }
}

/// The characters of a run.
struct CharacterSource {
    /// Pixels in a row and in a column, as in the paper.
    static let side = 28

    let characters: Characters
    /// Of all drawings.
    let checksum: UInt32

    /// Reads or draws the characters.
    ///
    /// - Throws: `FileError` when they cannot be read, or are too few for the tasks of `settings`.
    init(_ origin: CharacterOrigin, for settings: FewShotLearner.Settings) throws(FileError) {
        let named: [(name: String, drawings: [[UInt8]])] =
            switch origin {
            case .folder(let path): try OmniglotSet(folder: path, side: Self.side).characters.map { ($0.name, $0.drawings) }
            case .drawn(let alphabets): Self.drawn(alphabets).map { ($0.name, $0.drawings.map(Self.scaled)) }
            }
        let needed = settings.shots + settings.queries
        if let few = named.first(where: { $0.drawings.count < needed }) {
            throw FileError(
                path: origin.name,
                reason:
                    "expected at least \(needed) drawings of each character, shots and queries, got \(few.drawings.count) of \(few.name)")
        }
        guard Characters.splitSizes(of: named.count, ways: settings.ways) != nil else {
            let ways = "\(settings.ways) each in training, validation and test"
            throw FileError(path: origin.name, reason: "expected at least \(3 * settings.ways) characters, \(ways), got \(named.count)")
        }
        characters = Characters(named.map(\.drawings), side: Self.side)
        checksum = named.reduce(0) { sum, character in character.drawings.reduce(sum) { Gzip.crc32($1, continuing: $0) } }
    }

    private static func drawn(_ alphabets: Int) -> [DrawnCharacters.Character] {
        DrawnCharacters.characters(alphabets: alphabets, characters: 24, drawings: 20, seed: 1)
    }

    private static func scaled(_ ink: [UInt8]) -> [UInt8] {
        let side = DrawnCharacters.side
        let picture = Picture(width: side, height: side, channels: .grey, samples: ink.map { $0 * 255 })
        return picture.resized(width: Self.side, height: Self.side).samples
    }
}
