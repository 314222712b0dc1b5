import Foundation

/// Handwritten characters in the files of Omniglot (Lake, Salakhutdinov and Tenenbaum, *Human-level concept learning through probabilistic
/// program induction*, Science 2015; github.com/brendenlake/omniglot): `alphabet/character01/0001_01.png` and so on, 105 × 105 pixels,
/// black on white, 20 drawings of each character.
///
///     let set = try OmniglotSet(folder: "omniglot")       // a clone: its zip files are read as they are
///     set.characters[0].drawings[0]                       // 28 · 28 bytes: 0 is paper, 255 is ink
public struct OmniglotSet: Sendable {
    /// A character as several people have drawn it.
    public struct Character: Sendable {
        /// The alphabet and the number, as in "Latin/character01".
        public let name: String
        /// The ink of each drawing, 0 to 255, row after row.
        public fileprivate(set) var drawings: [[UInt8]]
    }

    /// Pixels in a row and in a column of the files.
    public static let fileSide = 105

    /// Pixels in a row and in a column of the drawings.
    public let side: Int
    /// The characters, those for training first, by name.
    public let characters: [Character]

    /// Reads all characters.
    ///
    /// - Parameters:
    ///   - folder: Holds, at its top or below `python`, `images_background` and `images_evaluation`, or one of them, or without either
    ///     `images_background_small1` and `…2`: each a folder, or a zip file as in the repository.
    ///   - side: The drawings are made smaller, to so many pixels a side, by the mean over areas.
    /// - Throws: `FileError` when nothing is there, or a picture is damaged or has another size.
    public init(folder: String, side: Int = 28) throws(FileError) {
        self.side = side
        guard access(folder, F_OK) == 0 else { throw FileError(path: folder, cannot: "open", errno: errno) }
        var characters: [Character] = []
        for source in try Self.sources(in: folder) {
            // The small sets share characters with each other.
            let known = source.isSmall ? Set(characters.map(\.name)) : []
            characters += try source.characters(side: side).filter { !known.contains($0.name) }
        }
        self.characters = characters
    }

    /// Where the parts of the set are.
    private static func sources(in folder: String) throws(FileError) -> [Source] {
        /// The first of the places where a part may be.
        func source(_ name: String, isSmall: Bool) -> Source? {
            let places: [String] = [folder + "/" + name, folder + "/python/" + name]
            for place in places {
                for path in [place, place + ".zip"] {
                    let source = Source(path: path, isSmall: isSmall)
                    if source.exists { return source }
                }
            }
            return nil
        }
        let large = ["images_background", "images_evaluation"].compactMap { source($0, isSmall: false) }
        if !large.isEmpty { return large }
        let small = ["images_background_small1", "images_background_small2"].compactMap { source($0, isSmall: true) }
        if !small.isEmpty { return small }
        throw FileError(
            path: folder,
            reason: "expected images_background or images_evaluation, folders or zip files, here or below python, got neither")
    }
}

/// A folder or a zip file with a folder for each alphabet.
private struct Source {
    let path: String
    let isSmall: Bool

    /// Bytes that a picture may take, packed or not: far more than those of the set do.
    private static let largestPicture = 1 << 24

    private var isZip: Bool { path.hasSuffix(".zip") }

    /// Whether there is such a folder, or such a file that is none.
    var exists: Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue != isZip
    }

    /// The characters of all pictures, in the order of the pictures' names.
    func characters(side: Int) throws(FileError) -> [OmniglotSet.Character] {
        var characters: [OmniglotSet.Character] = []
        func add(_ bytes: [UInt8], _ name: String) throws(FileError) {
            let path = "\(path)/\(name)"
            let picture = try PNG.decoded(bytes, path: path, atMost: Self.largestPicture).inGrey()
            let fileSide = OmniglotSet.fileSide
            guard picture.width == fileSide, picture.height == fileSide else {
                throw FileError(
                    path: path, reason: "expected \(fileSide) × \(fileSide) pixels, got \(picture.width) × \(picture.height)")
            }
            let character = name.split(separator: "/").suffix(3).dropLast().joined(separator: "/")
            if characters.last?.name != character { characters.append(.init(name: character, drawings: [])) }
            let small = picture.resized(width: side, height: side)
            characters[characters.count - 1].drawings.append(small.samples.map { 255 - $0 })
        }
        if isZip {
            let archive = try ZipArchive(contentsOf: path)
            for entry in archive.entries.filter({ Self.isDrawing($0.name) }).sorted(by: { $0.name < $1.name }) {
                try add(archive.contents(of: entry, atMost: Self.largestPicture), entry.name)
            }
        } else {
            let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
            for name in names.filter(Self.isDrawing).sorted() {
                try add(FileContents.bytes(of: "\(path)/\(name)", atMost: Self.largestPicture), name)
            }
        }
        guard !characters.isEmpty else {
            throw FileError(path: path, reason: "expected pictures alphabet/character/drawing.png, got none")
        }
        return characters
    }

    /// Whether it is a picture in the folder of a character in that of an alphabet, and not what some systems put beside files.
    private static func isDrawing(_ name: String) -> Bool {
        let parts = name.split(separator: "/")
        return parts.count >= 3 && parts.last!.lowercased().hasSuffix(".png") && !parts.last!.hasPrefix(".") && parts[0] != "__MACOSX"
    }
}
