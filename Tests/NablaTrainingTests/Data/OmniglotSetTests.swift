import ExampleOmniglot
import NablaTraining
import OmniglotFiles
import Testing

@Suite struct OmniglotSetTests {
    private let folder: OmniglotFolder
    private let drawn = DrawnCharacters.characters(alphabets: 2, characters: 2, drawings: 3, seed: 1)
    private let names = ["Alphabet_01/character01", "Alphabet_01/character02", "Alphabet_02/character01", "Alphabet_02/character02"]

    init() throws { folder = try OmniglotFolder() }

    private func expectFailure(_ path: String, _ reason: String, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(throws: FileError(path: path, reason: reason), sourceLocation: sourceLocation) { try OmniglotSet(folder: folder.path) }
    }

    @Test func foldersAreRead() throws {
        try folder.add(OmniglotFolder.files(drawn, in: "python/images_background"))
        let set = try OmniglotSet(folder: folder.path, side: 105)
        #expect(set.side == 105)
        #expect(set.characters.map(\.name) == names)
        // At full size every pixel is there.
        for (read, written) in zip(set.characters, drawn) { #expect(read.drawings == written.drawings.map { $0.map { 255 * $0 } }) }
    }

    @Test func zipFilesAreRead() throws {
        let background = OmniglotFolder.files(Array(drawn[..<2]), in: "images_background")
        let evaluation = OmniglotFolder.files(Array(drawn[2...]), in: "images_evaluation")
        // What some systems put beside files does not count.
        let beside: [(name: String, bytes: [UInt8])] = [("__MACOSX/images_background/Alphabet_01/character01/._0001_01.png", [1])]
        try folder.add([
            ("python/images_background.zip", StoredZip.archive(background + beside)),
            ("python/images_evaluation.zip", StoredZip.archive(evaluation)),
        ])
        let zipped = try OmniglotSet(folder: folder.path)
        #expect(zipped.characters.map(\.name) == names)
        #expect(zipped.characters.allSatisfy { $0.drawings.count == 3 })

        let unzipped = try OmniglotFolder()
        try unzipped.add(background + evaluation)
        #expect(try OmniglotSet(folder: unzipped.path).characters.map(\.drawings) == zipped.characters.map(\.drawings))
    }

    /// Names may occur in both parts.
    @Test func noCharacterIsLost() throws {
        try folder.add(OmniglotFolder.files(drawn, in: "images_background"))
        try folder.add(OmniglotFolder.files(Array(drawn[..<1]), in: "python/images_evaluation"))
        #expect(try OmniglotSet(folder: folder.path).characters.map(\.name) == names + [names[0]])
    }

    /// 105 / 28 = 3.75 pixels a side become one: the ink's mean stays what it was to within the rounding.
    @Test func drawingsAreMadeSmaller() throws {
        try folder.add(OmniglotFolder.files(drawn, in: "images_background"))
        let set = try OmniglotSet(folder: folder.path)
        for (read, written) in zip(set.characters, drawn) {
            for (small, large) in zip(read.drawings, written.drawings) {
                #expect(small.count == 28 * 28)
                let ink = Double(large.reduce(0) { $0 + Int($1) }) / (105 * 105)
                #expect(ink > 0.005)
                #expect(abs(Double(small.reduce(0) { $0 + Int($1) }) / (28 * 28 * 255) - ink) < 0.5 / 255)
            }
        }
    }

    /// The small sets share characters, and count only where the large ones are missing.
    @Test func smallSets() throws {
        try folder.add(OmniglotFolder.files(Array(drawn[..<3]), in: "images_background_small1"))
        try folder.add(OmniglotFolder.files(Array(drawn[1...]), in: "images_background_small2"))
        #expect(try OmniglotSet(folder: folder.path).characters.map(\.name) == names)
        try folder.add(OmniglotFolder.files(Array(drawn[..<1]), in: "images_evaluation"))
        #expect(try OmniglotSet(folder: folder.path).characters.map(\.name) == [names[0]])
    }

    @Test func whatIsMissingIsSaid() throws {
        expectFailure(
            folder.path, "expected images_background or images_evaluation, folders or zip files, here or below python, got neither")
        try folder.add([("images_background/readme.txt", [1]), ("images_background/Latin/0001_01.png", [1])])
        expectFailure(folder.file("images_background"), "expected pictures alphabet/character/drawing.png, got none")
        #expect(throws: FileError(path: folder.file("none"), reason: "cannot open: No such file or directory")) {
            try OmniglotSet(folder: folder.file("none"))
        }
    }

    @Test func damageIsSaid() throws {
        let name = "images_background/Alphabet_01/character01/0001_01.png"
        try folder.add([(name, Array(OneBitPNG.encoded(drawn[0].drawings[0], width: 105).dropLast(20)))])
        expectFailure(folder.file(name), "truncated PNG data")
        try folder.add([(name, OneBitPNG.encoded([UInt8](repeating: 1, count: 28 * 28), width: 28))])
        expectFailure(folder.file(name), "expected 105 × 105 pixels, got 28 × 28")
        try folder.add([("images_evaluation.zip", [0x50, 0x4B, 3, 4])])
        try folder.add([(name, OneBitPNG.encoded(drawn[0].drawings[0], width: 105))])
        expectFailure(folder.file("images_evaluation.zip"), "expected a zip archive, got something else or a truncated one")
        let bad = [(name: "images_evaluation/A/character01/1.png", bytes: [UInt8](arrayLiteral: 1, 2, 3))]
        try folder.add([("images_evaluation.zip", StoredZip.archive(bad))])
        expectFailure(folder.file("images_evaluation.zip/" + bad[0].name), "expected a PNG signature")
    }
}
