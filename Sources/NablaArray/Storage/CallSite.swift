import CNablaRuntime
import Glibc
import Runtime

/// The calls that led to a place in the program, kept as addresses; their lines are looked up only when somebody asks.
///
/// They are found by the program's unwind tables, which takes no longer than following frame pointers: a program built without them has
/// anything in their place.
package struct CallSite: Sendable {
    private static let limit = 96

    /// The addresses of the calls, innermost first: equal for two sites in one place.
    package let addresses: [UInt]
    private let program: Program

    /// The loaded images of this process. Their list takes 150 µs to make, finding the calls a few: so it is made once.
    package struct Program: Sendable {
        fileprivate let images = ImageMap.capture()

        package init() {}
    }

    /// The calls that lead here.
    package init(_ program: Program) {
        self.program = program
        // Copied, so that no room is kept for calls that there are not.
        addresses = withUnsafeTemporaryAllocation(of: UInt.self, capacity: Self.limit) { buffer in
            Array(buffer.prefix(Int(nr_calls(buffer.baseAddress, Int32(Self.limit)))))
        }
    }

    /// The file and line of the innermost call that is not in the library itself; nil where the program has no debug information.
    package var userLine: String? { calls.first { $0.line != nil }?.line }

    /// Where the user's call stands, in words: `at main.swift:7`, and for a call inside a layer `in MLP/Linear, at Model.swift:12, called at
    /// main.swift:7`. Files below the present folder are named from there.
    package var description: String? {
        let calls = calls
        guard let innermost = calls.first(where: { $0.line != nil })?.line else { return nil }
        var layers: [String] = []
        for call in calls { if let layer = call.layer, layer != layers.last { layers.append(layer) } }
        let place = (layers.isEmpty ? "" : "in \(layers.reversed().joined(separator: "/")), ") + "at \(CallSite.short(innermost))"
        // Layers call each other: the first call from outside of all of them is the model's.
        guard
            let outermost = calls.last(where: { $0.layer != nil }).flatMap({ last in calls.drop { $0.order <= last.order } })?
                .first(where: { $0.line != nil })?.line, outermost != innermost
        else { return place }
        return "\(place), called at \(CallSite.short(outermost))"
    }

    /// A call, with its line where it is not in the library, and the type of the layer that it is a call of.
    private struct Call {
        let order: Int
        let line: String?
        let layer: String?
    }

    /// The calls, innermost first.
    private var calls: [Call] {
        guard let backtrace = Backtrace(returnAddresses: addresses),
            let symbolicated = backtrace.symbolicated(with: program.images, options: [.showInlineFrames, .showSourceLocations])
        else { return [] }
        return symbolicated.frames.enumerated().map { order, frame in
            var line: String?
            if let location = frame.symbol?.sourceLocation, location.line > 0, location.path.hasPrefix("/"),
                !CallSite.isInLibrary(location.path)
            {
                line = "\(location.path):\(location.line)"
            }
            return Call(order: order, line: line, layer: frame.symbol.flatMap { CallSite.layer($0.name) })
        }
    }

    /// `Linear` of the symbol `Linear.callAsFunction(_:)`, of a closure in it, and of a generic one; nil of all others.
    private static func layer(_ symbol: String) -> String? {
        let description = symbol.split(separator: " ").last { $0.contains(".callAsFunction") }
        guard let path = description?.split(separator: "."), let position = path.firstIndex(where: { $0.hasPrefix("callAsFunction") }),
            position > 0
        else { return nil }
        let name = path[position - 1].prefix { $0 != "<" }
        return name == "Layer" ? nil : String(name)
    }

    private static func short(_ line: String) -> String {
        guard let folder = getcwd(nil, 0) else { return line }
        defer { free(folder) }
        let prefix = String(cString: folder) + "/"
        return line.hasPrefix(prefix) ? String(line.dropFirst(prefix.count)) : line
    }

    /// The folder of this package's targets, wherever it was built.
    private static let sources = String(#filePath.dropLast("NablaArray/Storage/CallSite.swift".count))

    private static func isInLibrary(_ path: String) -> Bool {
        // Code that the compiler makes has no file; the standard library's lies elsewhere and is not the user's either.
        if path.contains("/swift/stdlib/") || path.contains("<compiler-generated>") { return true }
        guard path.hasPrefix(sources) else { return false }
        let target = path.dropFirst(sources.count).prefix { $0 != "/" }
        return ["Nabla", "NablaArray", "NablaNN", "NablaTraining", "CNablaRuntime", "CNablaKernels", "COneDNN"].contains(target)
    }
}
