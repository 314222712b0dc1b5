import Runtime

/// The calls that led to a function of the graph, kept as addresses; their lines are looked up only when somebody asks.
struct CreationSite: Sendable {
    private let backtrace: Backtrace

    /// The loaded images of this process. Their list takes 150 µs to make, following frame pointers 3: so it is made once.
    struct Program: Sendable {
        fileprivate let images = ImageMap.capture()
    }

    /// The calls that lead here.
    init?(_ program: Program) {
        guard let backtrace = try? Backtrace.capture(algorithm: .fast, limit: 96, top: 0, images: program.images) else { return nil }
        self.backtrace = backtrace
    }

    /// The addresses of the calls: equal for two sites in one place.
    var addresses: [String] { backtrace.frames.map { "\($0.originalProgramCounter)" } }

    /// The file and line of the innermost call that is not in the library itself; nil where the program has no debug information.
    var userLine: String? {
        guard let symbolicated = backtrace.symbolicated(options: [.showInlineFrames, .showSourceLocations]) else { return nil }
        for frame in symbolicated.frames {
            guard let location = frame.symbol?.sourceLocation, location.line > 0, location.path.hasPrefix("/") else { continue }
            if !CreationSite.isInLibrary(location.path) { return "\(location.path):\(location.line)" }
        }
        return nil
    }

    /// The folder of this package's targets, wherever it was built.
    private static let sources = String(#filePath.dropLast("Nabla/Checking/CreationSite.swift".count))

    private static func isInLibrary(_ path: String) -> Bool {
        // Code that the compiler makes has no file; the standard library's lies elsewhere and is not the user's either.
        if path.contains("/swift/stdlib/") || path.contains("<compiler-generated>") { return true }
        guard path.hasPrefix(sources) else { return false }
        let target = path.dropFirst(sources.count).prefix { $0 != "/" }
        return ["Nabla", "NablaArray", "NablaNN", "NablaTraining", "CNablaRuntime", "CNablaKernels", "COneDNN"].contains(target)
    }
}
