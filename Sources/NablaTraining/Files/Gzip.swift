import CZlib
import Foundation

/// Reading gzip data (RFC 1952), and its checksum, through zlib.
public enum Gzip {
    /// The bytes of a file, decompressed when it is a gzip file.
    ///
    /// The first two bytes decide, not the name: a file that does not begin with gzip's magic number comes back as it is.
    ///
    /// - Parameters:
    ///   - path: The file, plain or gzip.
    ///   - limit: The largest size accepted, in bytes, before and after decompression; 4 GiB unless given.
    /// - Throws: `FileError` when the file cannot be read, its gzip data is truncated or damaged, or the size exceeds `limit`.
    public static func contents(of path: String, atMost limit: Int = 4 << 30) throws(FileError) -> [UInt8] {
        let bytes = try FileContents.bytes(of: path, atMost: limit)
        return isCompressed(bytes) ? try decompressed(bytes, path: path, atMost: limit) : bytes
    }

    /// Whether the bytes begin with gzip's magic number.
    public static func isCompressed(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.starts(with: [0x1F, 0x8B])
    }

    /// The contents of gzip data: of all its members, one after the other, as `gunzip` does.
    ///
    /// Zero bytes after the last member are padding and are skipped.
    ///
    /// - Parameters:
    ///   - bytes: The compressed data.
    ///   - path: Where it came from, for the error.
    ///   - limit: The largest size accepted, in bytes; 4 GiB unless given.
    /// - Throws: `FileError` when the data is truncated, damaged, followed by something else, or larger than `limit`.
    public static func decompressed(_ bytes: [UInt8], path: String, atMost limit: Int = 4 << 30) throws(FileError) -> [UInt8] {
        var output: [UInt8] = []
        let failure = bytes.withUnsafeBufferPointer { inflate($0, into: &output, atMost: limit) }
        if let failure { throw FileError(path: path, reason: failure) }
        return output
    }

    /// The CRC-32 checksum that gzip, zip and PNG use (polynomial 0xEDB88320, bits reversed).
    ///
    /// - Parameters:
    ///   - bytes: The data.
    ///   - previous: The checksum of the data before these bytes, to compute a checksum piece by piece.
    public static func crc32(_ bytes: some ContiguousBytes, continuing previous: UInt32 = 0) -> UInt32 {
        bytes.withUnsafeBytes { buffer in
            // A null pointer would ask zlib for the initial value.
            guard let base = buffer.baseAddress else { return previous }
            return UInt32(truncatingIfNeeded: crc32_z(UInt(previous), base.assumingMemoryBound(to: UInt8.self), buffer.count))
        }
    }
}

extension Gzip {
    /// Decompresses all members; the reason of the failure, or nil.
    private static func inflate(_ input: UnsafeBufferPointer<UInt8>, into output: inout [UInt8], atMost limit: Int) -> String? {
        // zlib remembers the stream's address and refuses a stream that moved.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let chunk = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 18)
        defer {
            inflateEnd(stream)
            stream.deallocate()
            chunk.deallocate()
        }
        let gzipOnly: Int32 = 16
        let status = inflateInit2_(stream, MAX_WBITS + gzipOnly, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK, let base = input.baseAddress else { return "truncated gzip data" }

        var offset = 0
        while true {
            let given = min(input.count - offset, 1 << 30)
            stream.pointee.next_in = UnsafeMutablePointer(mutating: base + offset)
            stream.pointee.avail_in = UInt32(given)
            stream.pointee.next_out = chunk.baseAddress
            stream.pointee.avail_out = UInt32(chunk.count)
            let status = CZlib.inflate(stream, Z_NO_FLUSH)
            offset += given - Int(stream.pointee.avail_in)
            output.append(contentsOf: chunk[..<(chunk.count - Int(stream.pointee.avail_out))])
            guard output.count <= limit else { return "holds more than \(limit) bytes when decompressed" }

            switch status {
            case Z_OK:
                continue
            case Z_STREAM_END:
                let rest = input[offset...]
                if rest.allSatisfy({ $0 == 0 }) { return nil }
                guard isCompressed(rest) else { return "\(rest.count) bytes that are not gzip data follow the gzip data" }
                inflateReset(stream)
            case Z_BUF_ERROR:
                return "truncated gzip data"
            case Z_MEM_ERROR:
                return "not enough memory to decompress the gzip data"
            default:
                let message = stream.pointee.msg.map { String(cString: $0) } ?? "code \(status)"
                return "damaged gzip data: \(message)"
            }
        }
    }
}
