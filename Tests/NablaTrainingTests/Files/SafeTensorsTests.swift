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

    /// The bytes that the format's own library would write: the wider type first, the header filled up to a multiple of 8.
    @Test func writesTheSpecifiedBytes() throws {
        let path = folder.file("b.safetensors")
        try SafeTensors(arrays: ["a": NDArray([1.5] as [Float]), "z": NDArray([-1])], metadata: ["k": "v/\"w\""]).write(to: path)
        let header = """
            {"__metadata__":{"k":"v/\\"w\\""},"a":{"data_offsets":[8,12],"dtype":"F32","shape":[1]},\
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
        expectFailure([1, 2], "expected 8 bytes of header length, got 2")
        expectFailure([9, 0, 0, 0, 0, 0, 0, 0] + "{}".utf8, "expected a header of 9 bytes, got 2")
        expectFailure(Array(repeating: 0xFF, count: 10), "expected a header of 18446744073709551615 bytes, got 2")
        expectFailure(Self.everyType + [0], "expected 38 bytes of elements, got 39")
    }

    @Test(arguments: [
        "", "[]", " {}", "{\"a\":1}", "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", "{\"__metadata__\":{\"k\":1}}", "{\"a\"",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[0.5],\"data_offsets\":[0,0]}}",
    ]) func badHeaders(header: String) {
        expectFailure(Self.file(header), "expected a JSON header that gives dtype, shape and data_offsets of each array")
    }

    private static func one(_ dtype: String, _ shape: String, _ offsets: String, _ elements: [UInt8]) -> [UInt8] {
        file("{\"a\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}}", elements)
    }

    @Test func badArrays() {
        let four: [UInt8] = [0, 0, 0, 0]
        expectFailure(
            Self.one("BF16", "[2]", "[0,4]", four), "array a: expected one of the types F32, F64, I32, I64, BOOL, got BF16")
        expectFailure(Self.one("F32", "[2]", "[0,4]", four), "array a: expected 8 bytes for float32[2], got 4")
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

    @Test func aNameMayNotHideTheMetadata() {
        let path = folder.file("d.safetensors")
        #expect(throws: FileError(path: path, reason: "cannot write: __metadata__ cannot be the name of an array")) {
            try SafeTensors(arrays: ["__metadata__": NDArray(1.0)]).write(to: path)
        }
    }

    @Test func missingFilesAndFolders() {
        let path = folder.file("none/a.safetensors")
        #expect(throws: FileError(path: path, reason: "cannot open: No such file or directory")) { try SafeTensors(contentsOf: path) }
        #expect(throws: FileError(path: path, reason: "cannot write: No such file or directory")) { try SafeTensors().write(to: path) }
    }
}
