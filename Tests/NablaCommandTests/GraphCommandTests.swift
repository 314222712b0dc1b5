import Foundation
import Testing

@Suite struct GraphCommandTests {
    private static let names = ["graph-forward", "graph-gradient", "graph-double-gradient", "graph-loss"]

    /// The README's pictures are those that the program draws.
    @Test func thePicturesOfTheReadmeAreUpToDate() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("nabla-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let run = try CommandRun("graph", "--plain", "--output", folder.path)
        #expect(run.status == 0 && run.errors.isEmpty)
        #expect(run.output.contains("y: float64[] = Add("))
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        for name in Self.names {
            let drawn = try String(contentsOf: folder.appending(path: "\(name).svg"), encoding: .utf8)
            let shown = try String(contentsOf: root.appending(path: "docs/images/\(name).svg"), encoding: .utf8)
            #expect(drawn == shown, "\(name).svg: make it again with nabla graph --plain")
            #expect(readme.contains("docs/images/\(name).svg"))
            for ending in ["html", "dot"] { #expect(FileManager.default.fileExists(atPath: "\(folder.path)/\(name).\(ending)")) }
        }
    }

    @Test func aFolderThatCannotBeMadeIsNamed() throws {
        let run = try CommandRun("graph", "--output", "/dev/null/graphs")
        #expect(run.status != 0 && run.errorLines.count == 1)
        #expect(run.errors.hasPrefix("nabla: /dev/null/graphs: cannot create the folder"))
    }
}
