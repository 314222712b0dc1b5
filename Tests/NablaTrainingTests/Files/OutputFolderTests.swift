import Foundation
import NablaTraining
import Testing

@Suite struct OutputFolderTests {
    @Test(arguments: ["a", "a/b/c", "a//b/", "./a/../b"])
    func createsWhatIsMissing(name: String) throws {
        let folder = try TemporaryFolder()
        try OutputFolder.create(at: folder.file(name))
        try OutputFolder.create(at: folder.file(name))
        var isFolder: ObjCBool = false
        #expect(FileManager.default.fileExists(atPath: folder.file(name), isDirectory: &isFolder) && isFolder.boolValue)
    }

    @Test func aFileInTheWayIsNamed() throws {
        let folder = try TemporaryFolder()
        let file = try folder.add("file", [])
        #expect(throws: FileError(path: file, reason: "cannot create the folder: it exists and is not a folder")) {
            try OutputFolder.create(at: file)
        }
        #expect(throws: FileError(path: file + "/run", reason: "cannot create the folder: \(file) exists and is not a folder")) {
            try OutputFolder.create(at: file + "/run")
        }
    }

    @Test func theSystemsReasonIsNamed() {
        #expect(throws: FileError(path: "/proc/x/y", reason: "cannot create the folder /proc/x: No such file or directory")) {
            try OutputFolder.create(at: "/proc/x/y")
        }
    }

    @Test func theEmptyNameIsRefused() {
        #expect(throws: FileError(path: "\"\"", reason: "cannot create a folder with an empty name")) {
            try OutputFolder.create(at: "")
        }
    }
}
