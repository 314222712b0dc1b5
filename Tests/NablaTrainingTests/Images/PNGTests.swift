import Foundation
import NablaTraining
import Testing

@Suite struct PNGTests {
    /// Black, white / white, black, as an independent encoder writes it.
    static let chequers: [UInt8] = [
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00,
        0x00, 0x02, 0x08, 0x00, 0x00, 0x00, 0x00, 0x57, 0xDD, 0x52, 0xF8, 0x00, 0x00, 0x00, 0x0C, 0x49, 0x44, 0x41, 0x54, 0x78, 0xDA, 0x63,
        0x60, 0xF8, 0x0F, 0x84, 0x00, 0x06, 0x00, 0x01, 0xFF, 0xAD, 0x2C, 0x37, 0x25, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4E, 0x44, 0xAE,
        0x42, 0x60, 0x82,
    ]

    @Test func encodesAsTheFormatSays() {
        let picture = Picture(width: 2, height: 2, channels: .grey, samples: [0, 255, 255, 0])
        let file = PNG.encoded(picture)
        // All but the compressed data is fixed; what that holds is read back below.
        #expect(file.prefix(33) == Self.chequers.prefix(33))
        #expect(file.suffix(12) == Self.chequers.suffix(12))
    }

    @Test func encodesColour() {
        let file = PNG.encoded(Picture(width: 1, height: 1, channels: .rgb, samples: [1, 2, 3]))
        #expect(file[8..<26] == [0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8, 2])
    }

    @Test(arguments: [Picture.Channels.grey, .rgb])
    func whatIsWrittenIsRead(channels: Picture.Channels) throws {
        let folder = try TemporaryFolder()
        let samples = (0..<(37 * 11 * channels.rawValue)).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 7) }
        let picture = Picture(width: 37, height: 11, channels: channels, samples: samples)
        try PNG.write(picture, to: folder.file("a.png"))
        #expect(try PNG.read(folder.file("a.png")) == picture)
    }

    @Test func theFolderMustExist() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("no/a.png")
        #expect(throws: FileError(path: path, reason: "cannot write: No such file or directory")) {
            try PNG.write(Picture(width: 1, height: 1, channels: .grey, samples: [0]), to: path)
        }
    }

    @Test func sizesMustFit() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Picture(width: 2, height: 2, channels: .rgb, samples: [1, 2, 3, 4])
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("Picture: expected 12 samples for 2 × 2 rgb pixels, got 4"))
    }
}
