import Foundation
import NablaArray

/// What went wrong with a file or folder: the path, and the reason in one line.
///
/// Everything that reads or writes files here throws this type, so that a program can print the error as it stands:
///
///     runs/mlp/log.jsonl: cannot open: Permission denied
public struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file or folder as the caller named it.
    public let path: String
    /// What was expected and what was found, without the path.
    public let reason: String

    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    /// The path and the reason, on one line: control characters in either are written as Swift writes them, `\n` or `\u{1B}`.
    public var description: String { "\(path): \(reason)".oneLine }
}

extension FileError {
    /// A call of the operating system that failed.
    ///
    /// - Parameters:
    ///   - path: The file or folder.
    ///   - action: What was tried, in the infinitive: `"open"` gives "cannot open: No such file or directory".
    ///   - code: The value of `errno`.
    init(path: String, cannot action: String, errno code: Int32) {
        self.init(path: path, reason: "cannot \(action): \(String(cString: strerror(code)))")
    }
}
