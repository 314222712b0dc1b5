import Foundation
import NablaNN
import Testing

@Suite struct TypeCheckingTests {
    /// Counted in the checker's own steps ("scopes", by default at most a million for an expression), which depend on no clock.
    @Test(arguments: ["", "import Foundation\n"])
    func formulasAreCheckedInATwentiethOfTheStepsAllowed(first: String) throws {
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Formulas.swift")
        let text = try first + String(contentsOf: source, encoding: .utf8)
        #expect(try typeCheck(text, steps: 50_000) == "")
        // The bound binds: less than the longest formula takes is refused.
        #expect(try typeCheck(text, steps: 500).contains("unable to type-check this expression in reasonable time"))
    }

    @Test func comparisonsOfVariablesAreRefusedWithAHint() throws {
        let said = try typeCheck(
            "import NablaNN\nfunc f(_ x: Variable, _ y: Variable) -> Bool { x > y }\nfunc g(_ x: Variable) -> Bool { x == x }",
            steps: 50_000)
        #expect(said.contains("'>' is unavailable: write a .> b for a variable of bools"))
        #expect(said.contains("'==' is unavailable: write a .== b for a variable of bools"))
    }

    /// The numbers of Swift, without Foundation's functions: those of the C library.
    @Test func functionsOfNumbersAreThoseOfTheCLibrary() {
        let double: (Double) -> Double = NablaArray.log, float: (Float) -> Float = NablaArray.log, integer: (Int) -> Double = NablaArray.log
        #expect(double(10) == Foundation.log(10.0) && float(10) == Foundation.log(Float(10)) && integer(10) == Foundation.log(10.0))
        let power: (Double, Double) -> Double = NablaArray.pow
        #expect(power(2, 0.5) == Foundation.pow(2, 0.5))
    }
}

/// What the compiler of this toolchain says to `text`, which may import the libraries; nothing when it is content.
private func typeCheck(_ text: String, steps: Int) throws -> String {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("nabla-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let source = folder.appendingPathComponent("Checked.swift"), said = folder.appendingPathComponent("said.txt")
    try text.write(to: source, atomically: true, encoding: .utf8)
    try Data().write(to: said)

    // The test bundle lies among the modules of its build.
    let build = URL(fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        .deletingLastPathComponent()
    let sources = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(separator: "/").dropFirst() + "/Sources"
    var arguments = [
        "swiftc", "-typecheck", "-swift-version", "6", "-I", build.appendingPathComponent("Modules").path,
        "-module-cache-path", folder.path, "-Xfrontend", "-solver-scope-threshold=\(steps)",
    ]
    for target in ["CNablaRuntime", "CNablaKernels", "COneDNN"] {
        let generated = build.appendingPathComponent("\(target).build/module.modulemap").path
        let map = FileManager.default.fileExists(atPath: generated) ? generated : "\(sources)/\(target)/include/module.modulemap"
        arguments += ["-Xcc", "-fmodule-map-file=\(map)", "-Xcc", "-I\(sources)/\(target)/include"]
    }
    for target in ["COpenBLAS", "CZlib"] { arguments += ["-Xcc", "-fmodule-map-file=\(sources)/\(target)/module.modulemap"] }

    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments + [source.path]
    process.standardError = try FileHandle(forWritingTo: said)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return try String(contentsOf: said, encoding: .utf8)
}
