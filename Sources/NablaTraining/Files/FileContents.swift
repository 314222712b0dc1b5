import Foundation

/// Reading a file whole.
public enum FileContents {
    /// The bytes of a file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: The largest size accepted, in bytes; 4 GiB unless given. It turns a wrong path into an error instead of an exhausted
    ///     memory.
    /// - Throws: `FileError` when the file cannot be opened or read, or is larger than `limit`.
    public static func bytes(of path: String, atMost limit: Int = 4 << 30) throws(FileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(path: path, cannot: "open", errno: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(path: path, cannot: "read", errno: errno) }

        // The size is a hint only: a pipe has none, and a log may grow while it is read.
        var size = Int(status.st_size)
        var capacity = max(size + 1, 4096)
        var bytes: [UInt8] = []
        while size <= limit {
            var failure: Int32 = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                (count, failure) = FileDescriptor.read(from: descriptor, into: UnsafeMutableRawBufferPointer(buffer))
            }
            guard failure == 0 else { throw FileError(path: path, cannot: "read", errno: failure) }
            if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
            size = bytes.count
            if chunk.count < capacity && size <= limit { return bytes }
            capacity = 1 << 20
        }
        throw FileError(path: path, reason: "holds more than \(limit) bytes")
    }
}
