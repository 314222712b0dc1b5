import Foundation
import NablaTraining
import Testing

@Suite struct FileContentsTests {
    @Test(arguments: [0, 1, 4095, 4096, 4097, 3_000_000])
    func readsAllBytes(count: Int) throws {
        let folder = try TemporaryFolder()
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        #expect(try FileContents.bytes(of: folder.add("data", bytes)) == bytes)
    }

    @Test func readsWhatHasNoSize() throws {
        // Files under /proc say that they are empty.
        #expect(try FileContents.bytes(of: "/proc/self/status").starts(with: "Name:".utf8))
    }

    @Test func aFolderIsNoFile() throws {
        let folder = try TemporaryFolder()
        #expect(throws: FileError(path: folder.path, reason: "cannot read: Is a directory")) {
            try FileContents.bytes(of: folder.path)
        }
    }

    @Test func theLimitIsInclusive() throws {
        let folder = try TemporaryFolder()
        let path = try folder.add("data", [1, 2, 3])
        #expect(try FileContents.bytes(of: path, atMost: 3) == [1, 2, 3])
        #expect(throws: FileError(path: path, reason: "holds more than 2 bytes")) {
            try FileContents.bytes(of: path, atMost: 2)
        }
        #expect(throws: FileError(path: "/dev/zero", reason: "holds more than 5000 bytes")) {
            try FileContents.bytes(of: "/dev/zero", atMost: 5000)
        }
    }

    /// Whose other end nobody opens: waiting for it would never end.
    @Test(.timeLimit(.minutes(1))) func pipesAreRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("pipe")
        #expect(mkfifo(path, 0o600) == 0)
        let error = FileError(path: path, reason: "cannot read: expected a regular file, got a pipe")
        #expect(throws: error) { try FileContents.bytes(of: path) }
        #expect(throws: error) { try SafeTensors(contentsOf: path) }
        #expect(throws: error) { try PNG.read(path) }
        #expect(throws: error) { try JSONLines.records(of: path) }
    }

    /// A file of 4 TiB, as far as its size goes: of holes.
    @Test func sparseFilesTakeNoMemory() throws {
        let folder = try TemporaryFolder()
        let path = try folder.add("sparse", [])
        #expect(truncate(path, 1 << 42) == 0)
        #expect(throws: FileError(path: path, reason: "holds more than 4294967296 bytes")) { try FileContents.bytes(of: path) }
        #expect(throws: FileError.self) { try SafeTensors(contentsOf: path) }
        #expect(throws: FileError.self) { try PNG.read(path) }
    }
}
