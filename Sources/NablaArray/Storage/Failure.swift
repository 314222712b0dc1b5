/// Stops the process because of a programming error, in every build configuration.
///
/// `precondition` loses its text under `-O`; `fatalError` keeps it, so all misuse ends here with one line of the form
/// *function: expected …, got …*.
@inline(never)
package func fail(_ message: String, file: StaticString = #fileID, line: UInt = #line) -> Never {
    fatalError(message, file: file, line: line)
}

/// Stops with `message` unless `condition` holds. The message is only built when it is needed.
@inline(__always)
package func require(
    _ condition: Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) {
    if !condition { fail(message(), file: file, line: line) }
}
