import Foundation

/// A log of records, one JSON object a line (https://jsonlines.org), that grows at its end.
///
/// Every record is handed to the operating system at once, so a run that is killed loses at most the line it was writing.
///
///     let log = try JSONLinesWriter(appendingTo: "runs/mlp/log.jsonl")
///     try log.write(["iteration": 100, "main/loss": .number(loss)])
public final class JSONLinesWriter: Sendable {
    /// The file as the caller named it.
    public let path: String
    private let descriptor: Int32

    /// Opens a log, creating it when it is missing.
    ///
    /// A last line that breaks off, because the run writing it was killed, is removed.
    ///
    /// - Throws: `FileError` when the file cannot be opened, or ends in something that is no record and no beginning of one.
    public init(appendingTo path: String) throws(FileError) {
        let descriptor = try FileDescriptor.open(path, O_RDWR | O_CREAT | O_APPEND, "open")
        do throws(FileError) {
            try Self.finishLastLine(of: descriptor, path: path)
        } catch {
            close(descriptor)
            throw error
        }
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Adds a record.
    ///
    /// - Throws: `FileError` when it cannot be written, for example because the disk is full.
    public func write(_ record: JSONRecord) throws(FileError) {
        let failure = Array((record.line + "\n").utf8).withUnsafeBytes { FileDescriptor.write($0, to: descriptor) }
        guard failure == 0 else { throw FileError(path: path, cannot: "write", errno: failure) }
    }

    private static func finishLastLine(of descriptor: Int32, path: String) throws(FileError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(path: path, cannot: "read", errno: errno) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else { return }
        let bytes = try FileContents.bytes(of: path)
        let start = (bytes.lastIndex(of: 0x0A) ?? -1) + 1
        let last = bytes[start...]
        guard !last.isEmpty else { return }
        if (try? JSONRecordParser.record(last)) != nil {
            let failure = [UInt8(0x0A)].withUnsafeBytes { FileDescriptor.write($0, to: descriptor) }
            guard failure == 0 else { throw FileError(path: path, cannot: "write", errno: failure) }
        } else if last.starts(with: "{\"".utf8) || last.elementsEqual("{".utf8) {
            guard ftruncate(descriptor, off_t(start)) == 0 else { throw FileError(path: path, cannot: "write", errno: errno) }
        } else {
            throw FileError(path: path, reason: "expected a log of JSON lines, got something else in the last line")
        }
    }
}

/// Logs of records, whole.
public enum JSONLines {
    /// The records of a log, oldest first.
    ///
    /// Empty lines are skipped, and so is a last line that breaks off before its end.
    ///
    /// - Parameter limit: The largest size accepted, in bytes; 1 GiB unless given.
    /// - Throws: `FileError` that names the line, when one is not an object of numbers, strings, booleans and nulls, or the size.
    public static func records(of path: String, atMost limit: Int = 1 << 30) throws(FileError) -> [JSONRecord] {
        let bytes = try FileContents.bytes(of: path, atMost: limit)
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        var records: [JSONRecord] = []
        for (index, line) in lines.enumerated() where !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) {
            do throws(JSONRecordParser.SyntaxError) {
                records.append(try JSONRecordParser.record(line))
            } catch {
                // The piece after the last line's end is where a killed run stopped.
                if index == lines.count - 1, line.first == UInt8(ascii: "{") { break }
                throw FileError(path: path, reason: "line \(index + 1): \(error.reason)")
            }
        }
        return records
    }

    /// Replaces a log by the given records; the file takes its name when it is whole on disk.
    ///
    /// A run that resumes from a snapshot drops the records written after it in this way.
    ///
    /// - Throws: `FileError`; the former log is then as it was.
    public static func write(_ records: [JSONRecord], to path: String) throws(FileError) {
        try AtomicFile.write(records.map { $0.line + "\n" }.joined(), to: path)
    }
}
