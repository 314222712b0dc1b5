import Foundation

/// A file that is open for reading, from its beginning on.
struct FileReader: ~Copyable {
    let path: String
    /// Bytes, as the file system says. A hint only: files under `/proc` have none, and a log may grow while it is read.
    let size: Int
    private let descriptor: Int32

    /// Opens a file.
    ///
    /// - Throws: `FileError` when it cannot be opened, or `path` names a pipe or a socket: reading these would wait for another process.
    init(_ path: String) throws(FileError) {
        let descriptor = try FileDescriptor.open(path, O_RDONLY | O_NONBLOCK, "open")
        var status = stat()
        var failure: FileError?
        if fstat(descriptor, &status) != 0 {
            failure = FileError(path: path, cannot: "read", errno: errno)
        } else if status.st_mode & S_IFMT == S_IFIFO || status.st_mode & S_IFMT == S_IFSOCK {
            failure = FileError(path: path, reason: "cannot read: expected a regular file, got \(AtomicFile.kind(of: status.st_mode))")
        }
        if let failure {
            close(descriptor)
            throw failure
        }
        (self.path, self.descriptor, size) = (path, descriptor, max(0, Int(status.st_size)))
    }

    deinit { close(descriptor) }

    /// Reads until the buffer is full or the file ends; the number of bytes read.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        let (count, failure) = FileDescriptor.read(from: descriptor, into: buffer)
        guard failure == 0 else { throw FileError(path: path, cannot: "read", errno: failure) }
        return count
    }
}
