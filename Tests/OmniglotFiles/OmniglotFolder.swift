import ExampleOmniglot
import Foundation

/// A temporary folder with characters drawn at random in the files of Omniglot, removed with the value.
public final class OmniglotFolder {
    public let path: String

    /// An empty folder.
    public init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("nabla-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file or folder in it.
    public func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The files of some characters, with their names in `part`.
    public static func files(_ characters: [DrawnCharacters.Character], in part: String) -> [(name: String, bytes: [UInt8])] {
        characters.enumerated().flatMap { number, character in
            character.drawings.enumerated().map { drawing, ink in
                let name = String(format: "%04d_%02d.png", number + 1, drawing + 1)
                return ("\(part)/\(character.name)/\(name)", OneBitPNG.encoded(ink, width: DrawnCharacters.side))
            }
        }
    }

    /// Writes files.
    public func add(_ files: [(name: String, bytes: [UInt8])]) throws {
        for (name, bytes) in files {
            let url = URL(fileURLWithPath: file(name))
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: url)
        }
    }
}
