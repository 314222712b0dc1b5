import NablaTraining
import Testing

@Suite struct IDXFileTests {
    private func expectFailure(_ bytes: [UInt8], _ reason: String, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(throws: FileError(path: "f", reason: reason), sourceLocation: sourceLocation) { try IDXFile(bytes, path: "f") }
    }

    @Test func bytesAndShape() throws {
        let file = try IDXFile([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255], path: "f")
        #expect(file.elementType == .uint8)
        #expect(file.shape == [2, 3])
        #expect(file.count == 6)
        #expect(try file.values() == [1, 2, 3, 4, 5, 255] as [UInt8])
    }

    @Test func everyTypeIsRead() throws {
        func values<Element: IDXElement>(_ code: UInt8, _ data: [UInt8]) throws -> [Element] {
            try IDXFile([0, 0, code, 1, 0, 0, 0, 1] + data, path: "f").values()
        }
        #expect(try values(0x08, [0xFE]) == [254 as UInt8])
        #expect(try values(0x09, [0xFE]) == [-2 as Int8])
        #expect(try values(0x0B, [0x01, 0x02]) == [258 as Int16])
        #expect(try values(0x0C, [0xFF, 0xFF, 0xFF, 0xFE]) == [-2 as Int32])
        #expect(try values(0x0D, [0x3F, 0xC0, 0, 0]) == [1.5 as Float])
        #expect(try values(0x0E, [0xC0, 0x04, 0, 0, 0, 0, 0, 0]) == [-2.5 as Double])
    }

    @Test func extentsAreUnsignedAndBigEndian() throws {
        let file = try IDXFile([0, 0, 8, 1, 0, 0, 1, 2] + [UInt8](repeating: 7, count: 258), path: "f")
        #expect(file.shape == [258])
    }

    @Test func emptyArraysAndScalars() throws {
        #expect(try IDXFile([0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 28], path: "f").shape == [0, 28])
        #expect(try IDXFile([0, 0, 9, 0, 5], path: "f").values() == [5 as Int8])
    }

    @Test func nothingIsConverted() throws {
        let file = try IDXFile([0, 0, 8, 1, 0, 0, 0, 1, 1], path: "f")
        #expect(throws: FileError(path: "f", reason: "expected elements of type float32 (0x0D), got uint8 (0x08)")) {
            try file.values(as: Float.self)
        }
    }

    @Test func malformedHeaders() {
        expectFailure([], "expected an IDX header of at least 4 bytes, got 0")
        expectFailure([0, 0, 8], "expected an IDX header of at least 4 bytes, got 3")
        expectFailure([0, 1, 8, 1, 0, 0, 0, 0], "expected an IDX magic number (0000, type, axes), got 0x00010801")
        expectFailure([0x1F, 0x8B, 8, 0], "expected an IDX magic number (0000, type, axes), got 0x1F8B0800")
        expectFailure([0, 0, 0x0A, 1, 0, 0, 0, 0], "expected an IDX magic number (0000, type, axes), got 0x00000A01")
        expectFailure([0, 0, 8, 3, 0, 0, 0, 1], "expected an IDX header of 16 bytes for 3 axes, got 8")
    }

    @Test func theDataFitsTheExtentsExactly() {
        expectFailure([0, 0, 8, 1, 0, 0, 0, 3, 1, 2], "expected 3 bytes of data for uint8 (0x08) elements of shape [3], got 2")
        expectFailure([0, 0, 8, 1, 0, 0, 0, 1, 1, 2], "expected 1 bytes of data for uint8 (0x08) elements of shape [1], got 2")
        expectFailure([0, 0, 0x0B, 1, 0, 0, 0, 1, 1], "expected 2 bytes of data for int16 (0x0B) elements of shape [1], got 1")
        expectFailure([0, 0, 8, 1, 0, 0, 0, 0, 1], "expected 0 bytes of data for uint8 (0x08) elements of shape [0], got 1")
    }

    @Test func absurdExtentsAreRefused() {
        let huge: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
        func message(_ extents: String) -> String { "expected extents of at most 2147483647, got [\(extents)]" }
        expectFailure([0, 0, 8, 3] + huge + huge + huge, message("4294967295, 4294967295, 4294967295"))
        expectFailure([0, 0, 0x0E, 1] + huge, message("4294967295"))
        // Of no bytes, and yet of no array's extents.
        expectFailure([0, 0, 8, 3, 0, 0, 0, 100, 0, 0, 0, 0] + huge, message("100, 0, 4294967295"))
        let large: [UInt8] = [0x7F, 0xFF, 0xFF, 0xFF]
        expectFailure(
            [0, 0, 0x0E, 1] + large, "expected 17179869176 bytes of data for float64 (0x0E) elements of shape [2147483647], got 0")
        expectFailure(
            [0, 0, 8, 4, 0, 0, 0, 0] + large + large + large, "the extents [0, 2147483647, 2147483647, 2147483647] are too large")
    }

    @Test func gzipFilesAreRead() throws {
        let folder = try TemporaryFolder()
        // "hello" is no IDX file: what is reported are its bytes, not those of the gzip file around them.
        let path = try folder.add("a.gz", GzipTests.hello)
        #expect(throws: FileError(path: path, reason: "expected an IDX magic number (0000, type, axes), got 0x68656C6C")) {
            try IDXFile(contentsOf: path)
        }
    }
}
