import Glibc

/// Stops the process because of a programming error, in every build configuration.
///
/// `precondition` loses its text under `-O`; `fatalError` keeps it, so all misuse ends here with one line of the form
/// *function: expected …, got …*, and the remedy where that is not obvious:
///
///     fail("Spline: expected knots in ascending order, got \(knots)")
///
/// After the message stands where the user's call is, as in `(in MLP/Linear, at Model.swift:12, called at main.swift:7)`, in programs with debug
/// information, as SwiftPM's builds have. Looking that up takes about a second, nothing before something is wrong; `NABLA_LINES=0` in the
/// environment leaves it out.
///
/// - Parameters:
///   - message: what is wrong, in one line.
///   - file, line: where the check stands; printed in front of the message.
@inline(never)
public func fail(_ message: String, file: StaticString = #fileID, line: UInt = #line) -> Never {
    fatalError(message + (callersPlace().map { " (\($0))" } ?? ""), file: file, line: line)
}

/// Says in one line on the error stream what works, but can hardly be meant.
package func warn(_ message: String) {
    let line = Array("Nabla: \(message)\n".utf8)
    _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress!, $0.count) }
}

private func callersPlace() -> String? {
    if let setting = getenv("NABLA_LINES"), String(cString: setting) == "0" { return nil }
    return CallSite(CallSite.Program()).description
}

/// Stops the process with `message` unless `condition` holds, in every build configuration: for functions of one's own, which then speak as
/// those of the library do.
///
///     require(x.rank == 2, "Spline: expected rows of (…, points), got a variable of shape \(x.shape)")
///
/// For what a caller did wrong. What comes from outside of the program, such as files and data, is better thrown as an error.
///
/// - Parameters:
///   - message: what is wrong, in one line; made only when it is needed.
///   - file, line: where the check stands; printed in front of the message.
@inlinable
@inline(__always)
public func require(
    _ condition: Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) {
    if !condition { fail(message(), file: file, line: line) }
}
