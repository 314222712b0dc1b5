import Foundation
import NablaTraining
import Testing

@Suite struct FileErrorTests {
    @Test func oneLineOfPathAndReason() {
        let error = FileError(path: "data/a.gz", reason: "expected 3 bytes, got 2")
        #expect("\(error)" == "data/a.gz: expected 3 bytes, got 2")
    }

    @Test func theSystemsReasonIsInWords() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("absent")
        #expect(throws: FileError(path: path, reason: "cannot open: No such file or directory")) {
            try FileContents.bytes(of: path)
        }
    }

    @Test func namesFromOutsideStayOnTheLine() {
        let error = FileError(path: "a\nb\u{1B}[31m", reason: "array \u{202E}x\u{2028}\t\r: größer\u{0}\u{9B}")
        #expect("\(error)" == #"a\nb\u{1B}[31m: array \u{202E}x\u{2028}\t\r: größer\u{0}\u{9B}"#)
        // As they are for who takes them apart.
        #expect(error.path == "a\nb\u{1B}[31m")
    }

    /// For the system a path ends at a zero byte: it would be that of another file.
    @Test func pathsWithAZeroByteAreRefused() throws {
        let folder = try TemporaryFolder()
        try folder.add("a", [1])
        let path = folder.file("a\u{0}b")
        func error(_ action: String) -> FileError { FileError(path: path, reason: "cannot \(action): expected a path without a zero byte") }
        #expect(throws: error("open")) { try FileContents.bytes(of: path) }
        #expect(throws: error("open")) { try JSONLinesWriter(appendingTo: path) }
        #expect(throws: error("write")) { try AtomicFile.write([2], to: path) }
        #expect(throws: error("create the folder")) { try OutputFolder.create(at: path) }
        #expect(try folder.names() == ["a"] && folder.bytes(of: "a") == [1])
    }

    /// A name that is not UTF-8 has no string; the link to it is not followed to the file that a repaired one would name.
    @Test func linksToOtherNamesAreNotFollowed() throws {
        let folder = try TemporaryFolder()
        let target = Array("\(folder.path)/a".utf8CString.dropLast()) + [CChar(bitPattern: 0xFF), 0]
        let descriptor = open(target, O_WRONLY | O_CREAT, 0o600)
        #expect(descriptor >= 0)
        close(descriptor)
        #expect(symlink(target, folder.file("link")) == 0)
        let error = #expect(throws: FileError.self) { try AtomicFile.write([1], to: folder.file("link")) }
        #expect(error?.reason.hasPrefix("cannot write: expected a link to a name in UTF-8, got one to ") == true)
        #expect(try FileContents.bytes(of: folder.file("link")) == [])
    }
}
