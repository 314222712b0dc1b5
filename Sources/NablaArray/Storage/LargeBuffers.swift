import CNablaRuntime
import Runtime

// What the system may not have. A buffer of gigabytes that is refused stops with the function that the user called and the shape that it asked for.

/// From how many bytes on a buffer is worth a look at whether it is there.
let largeBytes = 1 << 32

/// A buffer of `bytes` bytes, at least `largeBytes`, for an array of this layout.
@inline(never)
func largeBuffer(_ bytes: Int, _ shape: Shape, _ dtype: DType) -> UnsafeMutableRawPointer {
    if let buffer = nr_buffer_try_allocate(bytes) { return buffer }
    fail(
        "\(calledFunction() ?? "NDArray"): expected memory for \(dtype)\(shape), got none from the system: it would have \(bytes >> 30) GiB"
    )
}

/// The function of this library that the user called, by the names on the stack; nil where a program has none.
private func calledFunction() -> String? {
    guard let backtrace = try? Backtrace.capture(limit: 96), let calls = backtrace.symbolicated(options: .showInlineFrames) else {
        return nil
    }
    var called: String?
    for frame in calls.frames {
        // Mangled names begin with the module, those of the standard library with a letter.
        guard let symbol = frame.symbol, symbol.rawName.hasPrefix("$s"), symbol.rawName.dropFirst(2).first?.isNumber == true else {
            continue
        }
        if ["$s10NablaArray", "$s5Nabla", "$s7NablaNN"].contains(where: symbol.rawName.hasPrefix) {
            called = baseName(symbol.name) ?? called
        } else if called != nil {
            break
        }
    }
    return called
}

/// The name of a function without type and arguments, as the + of `static NDArray.+ infix(_:_:)`.
private func baseName(_ description: String) -> String? {
    let words = description.prefix { $0 != "(" }.split(separator: " ").filter { $0 != "infix" && $0 != "prefix" }
    guard let name = words.last?.split(separator: ".").last else { return nil }
    return name.first!.isLetter ? String(name.prefix { $0 != "<" }) : String(name)
}
