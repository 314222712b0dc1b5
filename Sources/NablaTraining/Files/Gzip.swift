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
    ///   - limit: The largest size accepted, in bytes, before and after decompression; 1 GiB unless given.
    /// - Throws: `FileError` when the file cannot be read, its gzip data is truncated or damaged, or the size exceeds `limit`.
    public static func contents(of path: String, atMost limit: Int = 1 << 30) throws(FileError) -> [UInt8] {
        let bytes = try FileContents.bytes(of: path, atMost: limit)
        return isCompressed(bytes) ? try decompressed(bytes, path: path, atMost: limit) : bytes
    }

    /// Whether the bytes begin with gzip's magic number.
    public static func isCompressed(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.starts(with: [0x1F, 0x8B])
    }

    /// The contents of gzip data: of all its members, one after the other, as `gunzip` does.
    ///
    /// Zero bytes after the last member are padding and are skipped. Takes no more memory than the contents need, and none where they are
    /// larger than `limit`.
    ///
    /// - Parameters:
    ///   - bytes: The compressed data.
    ///   - path: Where it came from, for the error.
    ///   - limit: The largest size accepted, in bytes; 1 GiB unless given.
    /// - Throws: `FileError` when the data is truncated, damaged, followed by something else, or larger than `limit`.
    public static func decompressed(_ bytes: [UInt8], path: String, atMost limit: Int = 1 << 30) throws(FileError) -> [UInt8] {
        let tooLarge = FileError(path: path, reason: "holds more than \(limit) bytes when decompressed")
        func ending(_ output: UnsafeMutableRawBufferPointer?) throws(FileError) -> Int {
            switch bytes.withUnsafeBytes({ inflate($0, into: output, atMost: limit) }) {
            case .size(let size): return size
            case .failure(let reason): throw FileError(path: path, reason: reason)
            }
        }
        /// The contents when they are `size` bytes, otherwise nil.
        func contents(_ size: Int) throws(FileError) -> [UInt8]? {
            var (found, failure) = (0, FileError?.none)
            let output = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                do throws(FileError) {
                    found = try ending(UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: size))
                } catch {
                    failure = error
                }
                count = min(found, size)
            }
            if let failure { throw failure }
            return found == size ? output : nil
        }
        // The last four bytes say what the last member holds, nearly always the only one; where they are wrong the bytes are counted first.
        let promised = bytes.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        if promised <= limit, promised <= Inflater.largestSize(of: bytes.count), let output = try contents(promised) { return output }
        let size = try ending(nil)
        guard size <= limit, let output = try contents(size) else { throw tooLarge }
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
    /// How a stream of members ends: the bytes they hold, or what is wrong.
    private enum Ending {
        case size(Int)
        case failure(String)
    }

    /// Decompresses all members into `output`, or, without one, only counts what they hold; in both cases not far beyond what there may be.
    private static func inflate(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer?, atMost limit: Int) -> Ending {
        let inflater = Inflater(.gzip)
        let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: output == nil ? 1 << 16 : 1, alignment: 16)
        defer { scratch.deallocate() }
        var (rest, count) = (input[...], 0)
        while true {
            // The one byte behind a full output shows whether more comes.
            let isOver = output.map { count >= $0.count } ?? true
            var room = isOver ? scratch[...] : output![count...]
            let before = room.count
            let outcome = inflater.step(&rest, into: &room)
            count += before - room.count
            guard count <= output?.count ?? limit else { return .size(count) }
            switch outcome {
            case .unfinished:
                if rest.isEmpty && !room.isEmpty { return .failure("truncated gzip data") }
            case .finished:
                if rest.allSatisfy({ $0 == 0 }) { return .size(count) }
                guard isCompressed(rest) else { return .failure("\(rest.count) bytes that are not gzip data follow the gzip data") }
                inflater.reset()
            case .failed(let reason):
                return .failure("damaged gzip data: \(reason)")
            }
        }
    }
}
