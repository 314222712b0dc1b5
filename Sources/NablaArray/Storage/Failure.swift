/// Stops the process because of a programming error, in every build configuration.
///
/// `precondition` loses its text under `-O`; `fatalError` keeps it, so all misuse ends here with one line of the form
/// *function: expected …, got …*, and the remedy where that is not obvious:
///
///     fail("Spline: expected knots in ascending order, got \(knots)")
///
/// - Parameters:
///   - message: what is wrong, in one line.
///   - file, line: where the check stands; printed in front of the message.
@inline(never)
public func fail(_ message: String, file: StaticString = #fileID, line: UInt = #line) -> Never {
    fatalError(message, file: file, line: line)
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
