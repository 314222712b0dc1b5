import Foundation
import NablaTraining
import Testing

@Suite struct GzipTests {
    /// "hello" and " world" as gzip writes them.
    static let hello: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x86, 0xA6, 0x10, 0x36, 0x05,
        0x00, 0x00, 0x00,
    ]
    static let world: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x53, 0x28, 0xCF, 0x2F, 0xCA, 0x49, 0x01, 0x00, 0xCB, 0x42, 0x3B, 0x4A,
        0x06, 0x00, 0x00, 0x00,
    ]

    @Test func decompresses() throws {
        #expect(try Gzip.decompressed(Self.hello, path: "h") == Array("hello".utf8))
    }

    @Test func allMembersCount() throws {
        #expect(try Gzip.decompressed(Self.hello + Self.world, path: "h") == Array("hello world".utf8))
        #expect(try Gzip.decompressed(Self.hello + [0, 0, 0], path: "h") == Array("hello".utf8))
    }

    @Test func theFirstBytesDecideAndNotTheName() throws {
        let folder = try TemporaryFolder()
        #expect(try Gzip.contents(of: folder.add("zipped", Self.hello)) == Array("hello".utf8))
        #expect(try Gzip.contents(of: folder.add("plain.gz", [1, 2, 3])) == [1, 2, 3])
        #expect(try Gzip.contents(of: folder.add("empty.gz", [])) == [])
    }

    @Test(arguments: 2..<25)
    func everyTruncationIsSeen(count: Int) {
        #expect(throws: FileError(path: "h", reason: "truncated gzip data")) {
            try Gzip.decompressed(Array(Self.hello.prefix(count)), path: "h")
        }
        #expect(throws: FileError(path: "h", reason: "truncated gzip data")) {
            try Gzip.decompressed(Self.hello + Self.world.prefix(count), path: "h")
        }
    }

    @Test func damageIsSeen() {
        func expectFailure(at place: Int, _ reason: String) {
            var bytes = Self.hello
            bytes[place] ^= 0xFF
            #expect(throws: FileError(path: "h", reason: "damaged gzip data: " + reason)) { try Gzip.decompressed(bytes, path: "h") }
        }
        expectFailure(at: 2, "unknown compression method")
        expectFailure(at: 18, "incorrect data check")
        expectFailure(at: 21, "incorrect length check")
    }

    @Test func otherDataBehindIsSeen() {
        #expect(throws: FileError(path: "h", reason: "2 bytes that are not gzip data follow the gzip data")) {
            try Gzip.decompressed(Self.hello + [1, 2], path: "h")
        }
    }

    @Test func theLimitHoldsForTheContents() throws {
        #expect(try Gzip.decompressed(Self.hello, path: "h", atMost: 5).count == 5)
        #expect(throws: FileError(path: "h", reason: "holds more than 4 bytes when decompressed")) {
            try Gzip.decompressed(Self.hello, path: "h", atMost: 4)
        }
    }

    /// The size at the end of the data is that of the last member only, and may be wrong: what counts are the contents.
    @Test func theSizeAtTheEndIsNotTrusted() throws {
        #expect(try Gzip.decompressed(Self.world + Self.hello, path: "h", atMost: 11) == Array(" worldhello".utf8))
        #expect(throws: FileError(path: "h", reason: "holds more than 10 bytes when decompressed")) {
            try Gzip.decompressed(Self.world + Self.hello, path: "h", atMost: 10)
        }
        var bytes = Self.hello
        bytes.replaceSubrange(21..<25, with: [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(throws: FileError(path: "h", reason: "damaged gzip data: incorrect length check")) {
            try Gzip.decompressed(bytes, path: "h")
        }
    }

    @Test func manyMembers() throws {
        let members = [[UInt8]](repeating: Self.hello, count: 3000)
        #expect(try Gzip.decompressed(Array(members.joined()), path: "h").count == 15_000)
    }

    /// The check value of CRC-32/ISO-HDLC in the catalogue of checksums.
    @Test func checksum() {
        let digits = Array("123456789".utf8)
        #expect(Gzip.crc32(digits) == 0xCBF4_3926)
        #expect(Gzip.crc32(digits[4...], continuing: Gzip.crc32(digits[..<4])) == 0xCBF4_3926)
        #expect(Gzip.crc32([UInt8]()) == 0)
        #expect(Gzip.crc32(Data(), continuing: 7) == 7)
    }
}
