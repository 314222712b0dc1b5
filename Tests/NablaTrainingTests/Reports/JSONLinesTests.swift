import Foundation
import NablaTraining
import Testing

@Suite struct JSONLinesTests {
    private func text(_ folder: TemporaryFolder, _ name: String) throws -> String {
        String(decoding: try folder.bytes(of: name), as: UTF8.self)
    }

    @Test func linesAreOnDiskAtOnce() throws {
        let folder = try TemporaryFolder()
        let log = try JSONLinesWriter(appendingTo: folder.file("log"))
        #expect(try text(folder, "log") == "")
        try log.write(["i": 1])
        #expect(try text(folder, "log") == "{\"i\": 1}\n")
        try log.write(["i": 2])
        #expect(try text(folder, "log") == "{\"i\": 1}\n{\"i\": 2}\n")
    }

    @Test func aLogGoesOn() throws {
        let folder = try TemporaryFolder()
        for i in 1...3 { try JSONLinesWriter(appendingTo: folder.file("log")).write(["i": .int(i)]) }
        #expect(try JSONLines.records(of: folder.file("log")) == [["i": 1], ["i": 2], ["i": 3]])
    }

    @Test func aBrokenOffLineIsRemovedBeforeTheLogGoesOn() throws {
        let folder = try TemporaryFolder()
        for rest in ["{", "{\"i", "{\"i\": 2, \"loss\": 0."] {
            let path = try folder.add("log", Array("{\"i\": 1}\n\(rest)".utf8))
            #expect(try JSONLines.records(of: path) == [["i": 1]])
            try JSONLinesWriter(appendingTo: path).write(["i": 3])
            #expect(try text(folder, "log") == "{\"i\": 1}\n{\"i\": 3}\n")
        }
    }

    @Test func aWholeLineWithoutItsEndStays() throws {
        let folder = try TemporaryFolder()
        let path = try folder.add("log", Array("{\"i\": 1}".utf8))
        try JSONLinesWriter(appendingTo: path).write(["i": 2])
        #expect(try text(folder, "log") == "{\"i\": 1}\n{\"i\": 2}\n")
    }

    @Test func anotherKindOfFileIsLeftAlone() throws {
        let folder = try TemporaryFolder()
        let path = try folder.add("notes", Array("shopping list".utf8))
        #expect(throws: FileError(path: path, reason: "expected a log of JSON lines, got something else in the last line")) {
            try JSONLinesWriter(appendingTo: path)
        }
        #expect(try text(folder, "notes") == "shopping list")
        #expect(throws: FileError(path: path, reason: "line 1: expected \"{\" at column 1")) { try JSONLines.records(of: path) }
    }

    @Test func malformedLinesAreNamed() throws {
        let folder = try TemporaryFolder()
        let path = try folder.add("log", Array("{\"i\": 1}\r\n\n{\"i\": }\n{\"i\": 3}\n".utf8))
        let reason = "line 3: expected a number, a string, true, false or null at column 7"
        #expect(throws: FileError(path: path, reason: reason)) { try JSONLines.records(of: path) }
    }

    @Test func aLogIsReplacedWhole() throws {
        let folder = try TemporaryFolder()
        let path = try folder.add("log", Array("{\"i\": 1}\n{\"i\": 2}\n{\"i\": 3}\n".utf8))
        try JSONLines.write(JSONLines.records(of: path).filter { ($0["i"]?.doubleValue ?? 9) <= 2 }, to: path)
        #expect(try text(folder, "log") == "{\"i\": 1}\n{\"i\": 2}\n")
    }

    @Test func failuresCarryThePath() throws {
        let folder = try TemporaryFolder()
        #expect(throws: FileError(path: folder.path, reason: "cannot open: Is a directory")) {
            try JSONLinesWriter(appendingTo: folder.path)
        }
        // A device that is always full.
        let log = try JSONLinesWriter(appendingTo: "/dev/full")
        #expect(throws: FileError(path: "/dev/full", reason: "cannot write: No space left on device")) { try log.write(["i": 1]) }
    }
}
