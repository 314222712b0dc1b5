import Foundation
import NablaArray
import NablaTraining
import Testing

@Suite struct SafeTensorsChecksumTests {
    private let folder: TemporaryFolder
    private let path: String
    private let file = SafeTensors(
        arrays: ["weight": NDArray([1.5, -2, 3] as [Float]), "steps": NDArray([7])], metadata: ["counter/iteration": "70"])

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("a.safetensors")
        try file.write(to: path)
    }

    /// Every bit of the file, one at a time.
    @Test func everyFlippedBitIsSeen() throws {
        let bytes = try folder.bytes(of: "a.safetensors")
        // But for those of the checksum's own name: under another name the file has none.
        let name = Array("nabla.crc32".utf8)
        let start = try #require((0..<(bytes.count - name.count)).first { Array(bytes[$0..<($0 + name.count)]) == name })
        let places = bytes.indices.filter { !(start..<(start + name.count)).contains($0) }
        for place in places {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[place] ^= 1 << bit
                #expect(throws: FileError.self, "byte \(place), bit \(bit)") { try SafeTensors(damaged, path: "f") }
            }
        }
    }

    @Test func theChecksumDoesNotShow() throws {
        #expect(try SafeTensors(contentsOf: path).metadata == ["counter/iteration": "70"])
    }

    @Test func aWrongChecksumIsNamed() throws {
        var bytes = try folder.bytes(of: "a.safetensors")
        bytes[bytes.count - 1] ^= 0x80
        let error = #expect(throws: FileError.self) { try SafeTensors(bytes, path: "f") }
        let reason = error?.reason ?? ""
        #expect(reason.hasPrefix("damaged file: expected the checksum "))
        #expect(reason.hasSuffix("(programs that write it anew must leave out nabla.crc32)"))
    }

    /// As other programs and earlier versions write them.
    @Test func filesWithoutOneAreRead() throws {
        let header = "{\"__metadata__\":{\"k\":\"v\"},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"
        let bytes = [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [0, 0, 0xC0, 0x3F]
        let file = try SafeTensors(bytes, path: "f")
        #expect(file.metadata == ["k": "v"] && file.arrays["a"] == NDArray([1.5] as [Float]))
    }

    @Test(arguments: ["", "0000000", "00000000a", "\\u0030abcdefg"]) func otherChecksums(text: String) {
        let header = "{\"__metadata__\":{\"nabla.crc32\":\"\(text)\"}}"
        let bytes = [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8)
        #expect(throws: FileError.self) { try SafeTensors(bytes, path: "f") }
    }

    @Test func theLimitHoldsForWhatIsMadeOfTheFile() throws {
        #expect(throws: FileError(path: path, reason: "holds more than 1000 bytes")) { try SafeTensors(contentsOf: path, atMost: 1000) }
        #expect(try SafeTensors(contentsOf: path, atMost: 2000).arrays == file.arrays)
        // Elements of a byte become four.
        let header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[1000],\"data_offsets\":[0,1000]}}"
        let bytes = [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [UInt8](repeating: 3, count: 1000)
        #expect(throws: FileError(path: "f", reason: "holds more than 4000 bytes")) { try SafeTensors(bytes, path: "f", atMost: 4000) }
        #expect(try SafeTensors(bytes, path: "f", atMost: 5000).arrays["a"]?.dtype == .int32)
    }
}
