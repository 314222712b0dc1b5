import Foundation

/// Graphviz's program `dot`, where it is installed.
enum Graphviz {
    /// Where the program lies; nil where it is not on the path.
    static let executable: URL? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.lazy.map { URL(fileURLWithPath: "\($0)/dot") }.first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }()

    /// The SVG document that `dot` draws of a graph in its language; nil where there is no such program, or it fails, or takes longer than
    /// `limit` seconds.
    static func svg(of dot: String, limit: Double = .infinity) -> String? {
        guard let executable else { return nil }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("nabla-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        // Files and not pipes: a pipe that nobody empties would stop both.
        let (source, result) = (folder.appendingPathComponent("graph.dot"), folder.appendingPathComponent("graph.svg"))
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try dot.write(to: source, atomically: false, encoding: .utf8)
            let process = Process()
            process.executableURL = executable
            process.arguments = ["-Tsvg", "-o", result.path, source.path]
            process.standardError = FileHandle.nullDevice
            process.standardInput = FileHandle.nullDevice
            let ended = DispatchSemaphore(value: 0)
            process.terminationHandler = { _ in ended.signal() }
            try process.run()
            // The signal that asks a program to end may be blocked in it, as in the thread that started it.
            if ended.wait(timeout: limit.isFinite ? .now() + limit : .distantFuture) == .timedOut {
                kill(process.processIdentifier, SIGKILL)
            }
            process.waitUntilExit()
            guard process.terminationStatus == 0 else { return nil }
            return try String(contentsOf: result, encoding: .utf8)
        } catch {
            return nil
        }
    }
}
