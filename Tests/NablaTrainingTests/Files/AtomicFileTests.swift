import Foundation
import NablaTraining
import Testing

@Suite struct AtomicFileTests {
    @Test func writesAndReplaces() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("model")
        try AtomicFile.write([1, 2, 3] as [UInt8], to: path)
        #expect(try folder.bytes(of: "model") == [1, 2, 3])
        try AtomicFile.write("∇", to: path)
        #expect(try folder.bytes(of: "model") == [0xE2, 0x88, 0x87])
        #expect(try folder.names() == ["model"])
    }

    @Test func theNameComesWithTheCommit() throws {
        let folder = try TemporaryFolder()
        try folder.add("model", [9])
        let file = try AtomicFile(replacing: folder.file("model"))
        try file.append([1, 2] as [UInt8])
        try file.append(Data([3]))
        #expect(try folder.bytes(of: "model") == [9])
        try file.commit()
        #expect(try folder.bytes(of: "model") == [1, 2, 3])
        #expect(try folder.names() == ["model"])
    }

    @Test func anAbandonedFileLeavesNothing() throws {
        struct Failure: Error {}
        let folder = try TemporaryFolder()
        try folder.add("model", [9])
        func fail() throws {
            let file = try AtomicFile(replacing: folder.file("model"))
            try file.append([1] as [UInt8])
            throw Failure()
        }
        #expect(throws: Failure.self) { try fail() }
        #expect(try folder.bytes(of: "model") == [9])
        #expect(try folder.names() == ["model"])
    }

    @Test func aLinkStaysALink() throws {
        let folder = try TemporaryFolder()
        try folder.add("real", [1])
        try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: "real")
        try AtomicFile.write([2] as [UInt8], to: folder.file("link"))
        #expect(try folder.bytes(of: "real") == [2])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link")) == "real")
    }

    @Test func permissionsStay() throws {
        let folder = try TemporaryFolder()
        let path = try folder.add("secret", [1])
        chmod(path, 0o640)
        try AtomicFile.write([2] as [UInt8], to: path)
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o640)
    }

    @Test func aMissingFolderIsNamed() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("no/model")
        #expect(throws: FileError(path: path, reason: "cannot write: No such file or directory")) {
            try AtomicFile.write("x", to: path)
        }
    }

    @Test func onlyRegularFilesAreReplaced() throws {
        let folder = try TemporaryFolder()
        #expect(throws: FileError(path: folder.path, reason: "cannot write: expected a regular file, got a folder")) {
            try AtomicFile.write("x", to: folder.path)
        }
        #expect(throws: FileError(path: "/dev/null", reason: "cannot write: expected a regular file, got a device")) {
            try AtomicFile.write("x", to: "/dev/null")
        }
    }

    /// Files of processes that live are left alone, those of killed ones are not, nor is anything else.
    @Test func leftoversOfKilledProcessesAreRemoved() throws {
        let folder = try TemporaryFolder()
        let others = [".config", ".model.12-ab.tmp", ".nabla-tmp", ".model.nabla-tmp", ".model.12-ab-c.nabla-tmp", "model.12-ab.nabla-tmp"]
        for name in others { try folder.add(name, [0]) }
        // That process, if there is one, does not hold the file open.
        for name in [".model.npz.1-ab.nabla-tmp", ".log.\(getpid())-zz.nabla-tmp"] { try folder.add(name, [0]) }
        let file = try AtomicFile(replacing: folder.file("log"))
        AtomicFile.removeLeftovers(in: folder.path)
        try file.commit()
        #expect(try folder.names() == (others + ["log"]).sorted())
        AtomicFile.removeLeftovers(in: folder.file("none"))
    }
}
