import Foundation

/// Reading a file whole.
public enum FileContents {
    /// The bytes of a file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: The largest size accepted, in bytes; 4 GiB unless given. It turns a wrong path into an error instead of an exhausted
    ///     memory.
    /// - Throws: `FileError` when the file cannot be opened or read, is larger than `limit`, or is a pipe: nothing here waits for another
    ///   process.
    public static func bytes(of path: String, atMost limit: Int = 4 << 30) throws(FileError) -> [UInt8] {
        let tooLarge = FileError(path: path, reason: "holds more than \(limit) bytes")
        let file = try FileReader(path)
        guard file.size <= limit, limit >= 0 else { throw tooLarge }
        // One byte more than it should hold shows whether it ends there.
        var capacity = min(max(file.size, 4095), limit, .max - 1) + 1
        var bytes: [UInt8] = []
        while true {
            var failure: FileError?
            let chunk = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                do throws(FileError) {
                    count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
            guard bytes.count <= limit else { throw tooLarge }
            if chunk.count < capacity { return bytes }
            capacity = min(1 << 20, limit - bytes.count) + 1
        }
    }
}
