import Foundation
import NablaArray
import NablaTraining
import Testing

/// The format as its specification has it (https://github.com/huggingface/safetensors#format), with bytes made by hand.
@Suite struct SafeTensorsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Header length, header and elements.
    private static func file(_ header: String, _ elements: [UInt8] = []) -> [UInt8] {
        let count = UInt64(header.utf8.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + Array(header.utf8) + elements
    }

    private func read(_ bytes: [UInt8]) throws -> SafeTensors { try SafeTensors(contentsOf: folder.add("a.safetensors", bytes)) }

    private func expectFailure(_ bytes: [UInt8], _ reason: String, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(
            throws: FileError(path: folder.file("a.safetensors"), reason: reason), sourceLocation: sourceLocation
        ) { try read(bytes) }
    }

    /// 1.5, -2 and 0.25 in float32, -2 and 258 in int32, two truth values, 1 in float64 and -1 in int64.
    private static let everyType = file(
        """
        {"__metadata__":{"format":"nabla","step":"7"},"f":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},\
        "i":{"dtype":"I32","shape":[1,2],"data_offsets":[12,20]},"b":{"dtype":"BOOL","shape":[2],"data_offsets":[20,22]},\
        "d":{"dtype":"F64","shape":[],"data_offsets":[22,30]},"l":{"dtype":"I64","shape":[1],"data_offsets":[30,38]},\
        "e":{"dtype":"F32","shape":[0,4],"data_offsets":[38,38]}}
        """,
        [0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0, 0, 0, 0x80, 0x3E, 0xFE, 0xFF, 0xFF, 0xFF, 2, 1, 0, 0, 1, 0]
            + [0, 0, 0, 0, 0, 0, 0xF0, 0x3F] + Array(repeating: 0xFF, count: 8))

    @Test func readsEveryType() throws {
        let file = try read(Self.everyType)
        #expect(file.metadata == ["format": "nabla", "step": "7"])
        #expect(file.arrays.count == 6)
        #expect(file.arrays["f"] == NDArray([1.5, -2, 0.25] as [Float]))
        #expect(file.arrays["i"] == NDArray([[-2, 258]] as [[Int32]]))
        #expect(file.arrays["b"] == NDArray([true, false]))
        #expect(file.arrays["d"] == NDArray(1.0))
        #expect(file.arrays["l"] == NDArray([-1]))
        #expect(file.arrays["e"]?.shape == [0, 4])
    }

    @Test func spacesBehindTheHeaderAreAllowed() throws {
        #expect(try read(Self.file("{}   ")).arrays.isEmpty)
    }

    /// The bytes that the format's own library would write: the wider type first, the header filled up to a multiple of 8. The checksum is from
    /// Python's zlib.
    @Test func writesTheSpecifiedBytes() throws {
        let path = folder.file("b.safetensors")
        try SafeTensors(arrays: ["a": NDArray([1.5] as [Float]), "z": NDArray([-1])], metadata: ["k": "v/\"w\""]).write(to: path)
        let header = """
            {"__metadata__":{"k":"v/\\"w\\"","nabla.crc32":"c6bb8b17"},"a":{"data_offsets":[8,12],"dtype":"F32","shape":[1]},\
            "z":{"data_offsets":[0,8],"dtype":"I64","shape":[1]}}
            """
        let padding = String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
        #expect(
            try folder.bytes(of: "b.safetensors") == Self.file(header + padding, Array(repeating: 0xFF, count: 8) + [0, 0, 0xC0, 0x3F]))
        #expect(try folder.names() == ["b.safetensors"])
    }

    @Test func whatIsWrittenIsReadAgain() throws {
        let path = folder.file("c.safetensors")
        let matrix = NDArray([[1, 2, 3], [4, 5, 6]], dtype: .float64)
        let arrays = [
            "view": matrix.transposed(), "single": NDArray(2.5 as Float), "none": .zeros([0], dtype: .int32),
            "signs": NDArray([true, false, true]), "größe/0": NDArray([Int.max, Int.min]),
        ]
        try SafeTensors(arrays: arrays, metadata: ["settings": "{\"a\": 1}\n"]).write(to: path)
        let file = try SafeTensors(contentsOf: path)
        #expect(file.arrays == arrays)
        #expect(file.metadata == ["settings": "{\"a\": 1}\n"])
    }

    @Test func everyTruncationIsSeen() throws {
        for count in 0..<Self.everyType.count {
            #expect(throws: FileError.self, "\(count) bytes") { try read(Array(Self.everyType.prefix(count))) }
        }
        expectFailure([1, 2], "not a safetensors file: expected 8 bytes of header length, got 2")
        let noLength = "not a safetensors file, or a truncated one: its first 8 bytes are no length of a header"
        expectFailure([9, 0, 0, 0, 0, 0, 0, 0] + "{}".utf8, noLength)
        expectFailure(Array(repeating: 0xFF, count: 10), noLength)
        expectFailure(PNGTests.chequers, noLength)
        expectFailure(Self.everyType + [0], "expected 38 bytes of elements, got 39")
    }

    @Test(arguments: [
        ("{\"a\":1}", "expected \"{\" at column 6"),
        ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", "expected dtype, shape and data_offsets of an array at column 33"),
        ("{\"__metadata__\":{\"k\":1}}", "expected a string at column 22"), ("{\"a\"", "expected \":\" at column 5"),
        ("{\"a\":{\"dtype\":\"F32\",\"shape\":[0.5],\"data_offsets\":[0,0]}}", "expected an integer at column 30"),
        ("{\"__metadata__\":{}, \"__metadata__\":{}}", "expected each name once, got __metadata__ again at column 21"),
        ("{} {}", "expected the end of the header at column 4"),
    ]) func badHeaders(header: String, reason: String) {
        expectFailure(Self.file(header), "header: \(reason)")
    }

    @Test(arguments: ["", "[]", " {}"]) func otherFiles(header: String) {
        expectFailure(Self.file(header), "not a safetensors file: expected a header in JSON, got something else")
    }

    @Test(arguments: [1, 511, 512, 513, 100_000]) func nestedHeaders(depth: Int) {
        let brackets = String(repeating: "[", count: depth)
        #expect(throws: FileError.self) { try read(Self.file("{\"a\":{\"x\":" + brackets)) }
        #expect(throws: FileError.self) {
            try read(Self.file("{\"a\":{\"x\":" + brackets + String(repeating: "]", count: depth) + "}}"))
        }
    }

    private static func one(_ dtype: String, _ shape: String, _ offsets: String, _ elements: [UInt8]) -> [UInt8] {
        file("{\"a\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}}", elements)
    }

    @Test func badArrays() {
        let four: [UInt8] = [0, 0, 0, 0]
        expectFailure(
            Self.one("F8_E4M3", "[4]", "[0,4]", four),
            "array a: expected one of the types F32, F64, I32, I64, BOOL, F16, BF16, U8, I8, U16, I16, U32, U64, got F8_E4M3")
        expectFailure(Self.one("F32", "[2]", "[0,4]", four), "array a: expected 8 bytes for F32[2], got 4")
        expectFailure(Self.one("F32", "[1]", "[0,8]", four), "array a: expected two offsets within 4 bytes of elements, got [0, 8]")
        expectFailure(Self.one("F32", "[1]", "[4,0]", four), "array a: expected two offsets within 4 bytes of elements, got [4, 0]")
        expectFailure(Self.one("F32", "[1]", "[-4,0]", four), "array a: expected two offsets within 4 bytes of elements, got [-4, 0]")
        expectFailure(Self.one("F32", "[1]", "[0]", four), "array a: expected two offsets within 4 bytes of elements, got [0]")
        expectFailure(
            Self.one("F32", "[-1]", "[0,4]", four), "array a: expected at most 8 extents from 0 to 2147483647, got [-1]")
        expectFailure(
            Self.one("F32", "[4294967296]", "[0,4]", four), "array a: expected at most 8 extents from 0 to 2147483647, got [4294967296]")
        expectFailure(
            Self.one("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]", four),
            "array a: expected at most 8 extents from 0 to 2147483647, got [1, 1, 1, 1, 1, 1, 1, 1, 1]")
        expectFailure(
            Self.one("F32", "[2147483647,2147483647,2147483647]", "[0,4]", four),
            "array a: the shape [2147483647, 2147483647, 2147483647] has too many elements")
        // Empty, but no array has such extents.
        expectFailure(
            Self.one("F32", "[0,2147483647,2147483647,2147483647]", "[0,0]", []),
            "array a: the shape [0, 2147483647, 2147483647, 2147483647] has too many elements")
        expectFailure(
            Self.one("BOOL", "[4]", "[0,4]", [0, 1, 2, 0]), "array a: expected 0 and 1 as truth values, got other bytes")
    }

    @Test func arraysFillTheFileOnce() {
        func two(_ first: String, _ second: String) -> [UInt8] {
            Self.file(
                "{\"a\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":\(first)},"
                    + "\"b\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":\(second)}}", Array(repeating: 0, count: 12))
        }
        expectFailure(two("[0,4]", "[2,6]"), "array b: expected elements from byte 4 on, got some that overlap others")
        expectFailure(two("[0,4]", "[0,4]"), "array b: expected elements from byte 4 on, got some that overlap others")
        expectFailure(two("[0,4]", "[8,12]"), "array b: expected elements from byte 4 on, got some after a hole of 4 bytes")
        expectFailure(two("[4,8]", "[0,4]"), "expected 8 bytes of elements, got 12")
    }

    @Test func aNameMayNotHideTheMetadata() throws {
        let path = folder.file("d.safetensors")
        #expect(throws: FileError(path: path, reason: "cannot write: __metadata__ cannot be the name of an array")) {
            try SafeTensors(arrays: ["__metadata__": NDArray(1.0)]).write(to: path)
        }
        #expect(throws: FileError(path: path, reason: "cannot write: nabla.crc32 is the name of the file's checksum")) {
            try SafeTensors(metadata: ["nabla.crc32": "0"]).write(to: path)
        }
    }

    @Test func missingFilesAndFolders() {
        let path = folder.file("none/a.safetensors")
        #expect(throws: FileError(path: path, reason: "cannot open: No such file or directory")) { try SafeTensors(contentsOf: path) }
        #expect(throws: FileError(path: path, reason: "cannot write: No such file or directory")) { try SafeTensors().write(to: path) }
    }
}
