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
}
