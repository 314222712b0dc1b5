import Foundation

/// A headless browser, where one is installed.
enum Chromium {
    /// Debian's package is called chromium, and so is its program.
    static let executable: URL? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let programs = folders.flatMap { folder in ["chromium", "chromium-browser"].map { URL(fileURLWithPath: "\(folder)/\($0)") } }
        return programs.first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }()

    /// The document of a page after its scripts have run, without a network.
    static func document(of page: String, in folder: String) throws -> String {
        let result = URL(fileURLWithPath: "\(folder)/document.html")
        try Data().write(to: result)
        let process = Process()
        process.executableURL = executable
        process.arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions", "--no-first-run",
            "--host-resolver-rules=MAP * ~NOTFOUND", "--user-data-dir=\(folder)/profile", "--window-size=1200,800",
            "--virtual-time-budget=2000", "--dump-dom", "file://\(page)",
        ]
        process.standardOutput = try FileHandle(forWritingTo: result)
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return try String(contentsOf: result, encoding: .utf8)
    }
}
