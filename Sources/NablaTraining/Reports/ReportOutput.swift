import Foundation
import Synchronization

/// Where progress is reported: a terminal, or a pipe or file that keeps every line.
public struct ReportOutput {
    /// Whether a line can be drawn again in its place.
    public var isTerminal: Bool
    /// The width of the terminal in characters, asked for at each line because windows change.
    public var columns: () -> Int
    /// Writes text at once.
    public var write: (String) -> Void

    public init(isTerminal: Bool, columns: @escaping () -> Int = { 80 }, write: @escaping (String) -> Void) {
        self.isTerminal = isTerminal
        self.columns = columns
        self.write = write
    }

    /// The error stream of the process, so that results on the standard output stay clean.
    public static var standardError: ReportOutput { ReportOutput(descriptor: STDERR_FILENO) }

    /// The output stream of the process.
    public static var standardOutput: ReportOutput { ReportOutput(descriptor: STDOUT_FILENO) }

    /// An open file descriptor. Failures to write are ignored: a report that nobody can read is no reason to stop a run. That holds for a pipe
    /// whose reader has gone too, as in `2>&1 | head -1`: no SIGPIPE comes of it.
    public init(descriptor: Int32) {
        self.init(
            // Editors and build tools call their output a terminal and set TERM to "dumb": lines cannot be redrawn there.
            isTerminal: isatty(descriptor) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb",
            columns: {
                var size = winsize()
                let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
                return isKnown ? Int(size.ws_col) : 80
            },
            write: { text in
                let failure = Array(text.utf8).withUnsafeBytes { FileDescriptor.writeReport($0, to: descriptor) }
                if descriptor == STDOUT_FILENO, failure != 0, failure != EPIPE { outputFailure.store(failure, ordering: .relaxed) }
            })
    }

    /// Stops a program that ends well though what it wrote on the standard output was lost: where the reader is a file, that was the result.
    ///
    /// - Throws: `FileError`, such as for want of space.
    package static func checkStandardOutput() throws(FileError) {
        let failure = outputFailure.load(ordering: .relaxed)
        if failure != 0 { throw FileError(path: "standard output", cannot: "write", errno: failure) }
    }
}

/// Why writing on the standard output failed; 0 when it did not, or nobody reads it any more.
private let outputFailure = Atomic<Int32>(0)
