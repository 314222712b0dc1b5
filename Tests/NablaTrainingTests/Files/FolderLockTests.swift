import Foundation
import NablaTraining
import Testing

@Suite struct FolderLockTests {
    @Test func theSecondIsRefusedUntilTheFirstHasGone() throws {
        let folder = try TemporaryFolder()
        do {
            let lock = try FolderLock(folder.path)
            #expect(lock.isHeld)
            #expect(throws: FileError(path: folder.path, reason: "in use by another run, process \(getpid())")) {
                _ = try FolderLock(folder.path)
            }
            withExtendedLifetime(lock) {}
        }
        #expect(try folder.names() == [])
        _ = try FolderLock(folder.path)
    }

    /// What a killed process leaves behind names a process that has gone, or one that has its number by now.
    @Test(arguments: ["", "1\n", "no number", "99999999999999999999999999999"]) func aStaleFileIsInNobodysWay(_ contents: String) throws {
        let folder = try TemporaryFolder()
        try folder.add("run.lock", Array(contents.utf8))
        let lock = try FolderLock(folder.path)
        #expect(try folder.bytes(of: "run.lock") == Array("\(getpid())\n".utf8))
        withExtendedLifetime(lock) {}
    }

    @Test func aMissingFolderIsNamed() throws {
        let folder = try TemporaryFolder()
        #expect(throws: FileError(path: folder.file("none"), reason: "cannot lock the folder: No such file or directory")) {
            _ = try FolderLock(folder.file("none"))
        }
    }
}
