import CNablaRuntime
import Runtime

/// The calls that led to a function of the graph, kept as addresses; their lines are looked up only when somebody asks.
///
/// They are found by the program's unwind tables, which takes no longer than following frame pointers: a program built without them has
/// anything in their place.
struct CreationSite: Sendable {
    private static let limit = 96

    /// The addresses of the calls, innermost first: equal for two sites in one place.
    let addresses: [UInt]
    private let program: Program

    /// The loaded images of this process. Their list takes 150 µs to make, finding the calls a few: so it is made once.
    struct Program: Sendable {
        fileprivate let images = ImageMap.capture()
    }

    /// The calls that lead here.
    init(_ program: Program) {
        self.program = program
        // Copied, so that no room is kept for calls that there are not.
        addresses = withUnsafeTemporaryAllocation(of: UInt.self, capacity: Self.limit) { buffer in
            Array(buffer.prefix(Int(nr_calls(buffer.baseAddress, Int32(Self.limit)))))
        }
    }

    /// The file and line of the innermost call that is not in the library itself; nil where the program has no debug information.
    var userLine: String? {
        guard let backtrace = Backtrace(returnAddresses: addresses),
            let symbolicated = backtrace.symbolicated(with: program.images, options: [.showInlineFrames, .showSourceLocations])
        else { return nil }
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
