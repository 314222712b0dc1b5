import Foundation
import NablaTraining

/// One run of the built command.
struct CommandRun {
    let status: Int32
    let output: String
    let errors: String

    /// The lines on the error stream.
    var errorLines: [String] { errors.split(separator: "\n").map(String.init) }

    /// Runs `nabla` with the given arguments to its end.
    init(_ arguments: String...) throws { try self.init(arguments) }

    /// Runs `nabla`, with more in the environment than this process has; `meanwhile` sees the process when it has started.
    ///
    /// - Parameter script: A line for the shell that runs the command, which is `"$0" "$@"` there; nil to run it without a shell.
    init(
        _ arguments: [String], environment: [String: String] = [:], by script: String? = nil,
        meanwhile: (Process) throws -> Void = { _ in }
    ) throws {
        let process = Process()
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.executableURL = script == nil ? try Self.executable() : URL(fileURLWithPath: "/bin/sh")
        process.arguments = script == nil ? arguments : try ["-c", script!, Self.executable().path] + arguments
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("nabla-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func file(_ name: String) throws -> (URL, FileHandle) {
            let url = folder.appendingPathComponent(name)
            try Data().write(to: url)
            return (url, try FileHandle(forWritingTo: url))
        }
        let (outputURL, outputHandle) = try file("output")
        let (errorURL, errorHandle) = try file("errors")
        process.standardOutput = outputHandle
        process.standardError = errorHandle
        try process.run()
        try meanwhile(process)
        process.waitUntilExit()
        status = process.terminationStatus
        output = String(decoding: try Data(contentsOf: outputURL), as: UTF8.self)
        errors = String(decoding: try Data(contentsOf: errorURL), as: UTF8.self)
    }

    /// The command lies beside the tests that are running.
    static func executable() throws -> URL {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("nabla")
    }
}

extension Process {
    /// Sends `signal` when the log of the run in `folder` has so many records, unless the process ends before.
    func send(_ signal: Int32 = SIGKILL, after records: Int, in folder: String) {
        let log = "\(folder)/log.partial.jsonl"
        while isRunning && ((try? JSONLines.records(of: log)) ?? []).count < records { usleep(2_000) }
        if isRunning { kill(processIdentifier, signal) }
    }
}
