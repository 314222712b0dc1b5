import NablaTraining
import Testing

/// Files that claim more than they hold, or than may be held.
@Suite struct PNGBoundsTests {
    private static func number(_ value: UInt32) -> [UInt8] { (0..<4).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

    private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let checked = Array(name.utf8) + data
        return number(UInt32(data.count)) + checked + number(Gzip.crc32(checked))
    }

    /// A file of the given chunks behind a header for grey bytes.
    private static func file(_ width: UInt32, _ height: UInt32, colourType: UInt8 = 0, _ chunks: [(String, [UInt8])]) -> [UInt8] {
        let header = number(width) + number(height) + [8, colourType, 0, 0, 0]
        let start: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        return start + chunk("IHDR", header) + chunks.flatMap { chunk($0.0, $0.1) } + chunk("IEND", [])
    }

    /// One row of one pixel, 7, in zlib's format: a stored block.
    private static let pixel: [UInt8] = [0x78, 0x01, 1, 2, 0, 0xFD, 0xFF, 0, 7, 0, 9, 0, 8]

    private func expectFailure(
        _ bytes: [UInt8], _ reason: String, atMost limit: Int = 1 << 30, _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: FileError(path: "f", reason: reason), sourceLocation: location) { try PNG.decoded(bytes, path: "f", atMost: limit) }
    }

    @Test func theSmallestFile() throws {
        let file = Self.file(1, 1, [("IDAT", Self.pixel)])
        #expect(try PNG.decoded(file, path: "f") == Picture(width: 1, height: 1, channels: .grey, samples: [7]))
        // In pieces of one byte, of which some are empty.
        let pieces = [("IDAT", [])] + Self.pixel.map { ("IDAT", [$0]) } + [("IDAT", [])]
        #expect(try PNG.decoded(Self.file(1, 1, pieces), path: "f").samples == [7])
    }

    @Test func sidesBeyondTheFormats() {
        let sides = "expected a picture with sides from 1 to 2147483647, got"
        expectFailure(Self.file(.max, .max, []), "\(sides) 4294967295 × 4294967295")
        expectFailure(Self.file(0, 1, []), "\(sides) 0 × 1")
        expectFailure(Self.file(1, 1 << 31, []), "\(sides) 1 × 2147483648")
    }

    @Test func picturesBeyondTheBound() throws {
        let largest = UInt32(Int32.max)
        expectFailure(
            Self.file(largest, largest, colourType: 2, []),
            "expected a picture of at most 1073741824 bytes, got 2147483647 × 2147483647 pixels")
        // Also with a bound beyond any memory: the data cannot hold the rows.
        expectFailure(
            Self.file(largest, 1 << 24, [("IDAT", Self.pixel)]),
            "damaged PNG data: expected 36028797018963968 bytes of rows in the IDAT chunks", atMost: .max)
        expectFailure(Self.file(3, 2, []), "expected a picture of at most 5 bytes, got 3 × 2 pixels", atMost: 5)
        #expect(try PNG.decoded(PNGTests.chequers, path: "f", atMost: 4).samples.count == 4)
    }

    @Test func dataThatDoesNotFit() {
        func rows(_ count: Int) -> String { "damaged PNG data: expected \(count) bytes of rows in the IDAT chunks" }
        expectFailure(Self.file(2, 1, [("IDAT", Self.pixel)]), rows(3))
        expectFailure(Self.file(1, 2, [("IDAT", Self.pixel)]), rows(4))
        expectFailure(Self.file(1, 1, []), rows(2))
        // One row too many, a wrong checksum, a missing one.
        let two: [UInt8] = [0x78, 0x01, 1, 4, 0, 0xFB, 0xFF, 0, 7, 0, 7, 0, 30, 0, 15]
        expectFailure(Self.file(1, 1, [("IDAT", two)]), rows(2))
        expectFailure(Self.file(1, 1, [("IDAT", Self.pixel.dropLast() + [9])]), rows(2))
        expectFailure(Self.file(1, 1, [("IDAT", Array(Self.pixel.dropLast()))]), rows(2))
    }

    @Test func chunksInTheWrongPlace() {
        func wrong(_ name: String) -> String { "damaged PNG data: chunk \(name) in the wrong place" }
        expectFailure(Self.file(1, 1, [("IDAT", Self.pixel), ("PLTE", [1, 2, 3])]), wrong("PLTE"))
        expectFailure(Self.file(1, 1, [("IDAT", Self.pixel), ("tRNS", [0, 7])]), wrong("tRNS"))
        expectFailure(Self.file(1, 1, [("IHDR", []), ("IDAT", Self.pixel)]), wrong("IHDR"))
        let start = PNGTests.chequers.prefix(8)
        expectFailure(start + Self.chunk("IEND", []), "expected an IHDR chunk first, got IEND")
        expectFailure(Self.file(1, 1, [("ABCD", [])]), "unsupported PNG chunk ABCD")
        expectFailure(Self.file(1, 1, colourType: 3, [("IDAT", Self.pixel)]), "damaged PNG data: expected a palette of 1 to 256 colours")
        expectFailure(
            Self.file(1, 1, colourType: 3, [("PLTE", [1, 2, 3]), ("tRNS", [1, 2]), ("IDAT", Self.pixel)]),
            "damaged PNG data: expected opacities of 1 colours, got 2")
        expectFailure(
            Self.file(1, 1, [("tRNS", [7]), ("IDAT", Self.pixel)]), "damaged PNG data: a tRNS chunk of 1 bytes does not belong here")
    }
}
