import Foundation

/// A headless browser, where one is installed.
enum Chromium {
    /// Debian's package is called chromium, and so is its program.
    static let executable: URL? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let programs = folders.flatMap { folder in ["chromium", "chromium-browser"].map { URL(fileURLWithPath: "\(folder)/\($0)") } }
        return programs.first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }()

    /// A browser that ended without a document, and what it said.
    struct LaunchError: Error { let status: Int32, said: String }

    /// The document of a page after its scripts have run, without a network. A browser that does not come up (its start needs services
    /// of the machine that are not ours to test) is started again.
    static func document(of page: String, in folder: String) throws -> String {
        for attempt in 1...3 {
            do { return try launch(page: page, folder: folder, profile: "\(folder)/profile\(attempt)") } catch let error as LaunchError
                where attempt < 3
            {
                print("Chromium ended with \(error.status) and no document, once more: \(error.said.suffix(500))")
            }
        }
        fatalError("The last attempt returns or throws.")
    }

    private static func launch(page: String, folder: String, profile: String) throws -> String {
        let result = URL(fileURLWithPath: "\(folder)/document.html"), said = URL(fileURLWithPath: "\(folder)/said.txt")
        for file in [result, said] { try Data().write(to: file) }
        let process = Process()
        process.executableURL = executable
        process.arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions", "--no-first-run",
            "--host-resolver-rules=MAP * ~NOTFOUND", "--user-data-dir=\(profile)", "--window-size=1200,800",
            "--virtual-time-budget=2000", "--dump-dom", "file://\(page)",
        ]
        process.standardOutput = try FileHandle(forWritingTo: result)
        process.standardError = try FileHandle(forWritingTo: said)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        let document = try String(contentsOf: result, encoding: .utf8)
        guard document.contains("</html>") else {
            throw LaunchError(status: process.terminationStatus, said: try String(contentsOf: said, encoding: .utf8))
        }
        return document
    }
}
