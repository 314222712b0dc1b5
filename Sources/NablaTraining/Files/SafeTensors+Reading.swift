import Foundation
import NablaArray

extension SafeTensors {
    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: The largest size accepted of the arrays in memory, with the header, in bytes; 4 GiB unless given. No more is taken.
    /// - Throws: `FileError` when the file cannot be read, breaks off, is damaged, holds a number or a type that arrays do not, or more
    ///   than `limit`.
    public init(contentsOf path: String, atMost limit: Int = 4 << 30) throws(FileError) {
        let file = try FileReader(path)
        self = try Self.read(size: file.size, path: path, atMost: limit) { buffer throws(FileError) in
            guard try file.read(into: buffer) == buffer.count else { throw FileError(path: path, reason: "breaks off while it is read") }
        }
    }

    /// Reads a file from memory; `path` is for errors.
    ///
    /// - Throws: `FileError` as for a file on disk.
    public init(_ bytes: [UInt8], path: String, atMost limit: Int = 4 << 30) throws(FileError) {
        var offset = 0
        self = try Self.read(size: bytes.count, path: path, atMost: limit) { buffer in
            bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<(offset + buffer.count)])) }
            offset += buffer.count
        }
    }

    /// Headers beyond this are no headers, as in the format's own library.
    private static let largestHeader = 100_000_000
    /// What an array takes beside its elements, at most.
    private static let arrayOverhead = 512

    /// Reads a file of `size` bytes from its beginning to its end.
    ///
    /// - Parameter read: Fills a buffer with the next bytes.
    private static func read(
        size: Int, path: String, atMost limit: Int, _ read: (UnsafeMutableRawBufferPointer) throws(FileError) -> Void
    ) throws(FileError) -> SafeTensors {
        func failure(_ reason: String) -> FileError { FileError(path: path, reason: reason) }
        func bytes(_ count: Int) throws(FileError) -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: count)
            var failure: FileError?
            bytes.withUnsafeMutableBytes { buffer in
                do throws(FileError) { try read(buffer) } catch { failure = error }
            }
            if let failure { throw failure }
            return bytes
        }

        guard size >= 8 else { throw failure("not a safetensors file: expected 8 bytes of header length, got \(size)") }
        let lengthBytes = try bytes(8)
        guard let length = lengthBytes.littleEndian64(at: 0), length <= min(size - 8, largestHeader) else {
            throw failure("not a safetensors file, or a truncated one: its first 8 bytes are no length of a header")
        }
        guard length <= limit else { throw failure("holds more than \(limit) bytes") }
        var json = try bytes(length)
        guard json.first == UInt8(ascii: "{") else {
            throw failure("not a safetensors file: expected a header in JSON, got something else")
        }
        let header: SafeTensorsHeader
        do throws(JSONScanner.SyntaxError) {
            header = try SafeTensorsHeader(json)
        } catch {
            throw failure("header: \(error.reason)")
        }
        let layout = try SafeTensorsLayout(header, size: size - 8 - length, path: path)
        // Elements of other types grow when they are read.
        let needed = layout.arrays.reduce(length) { $0.addingReportingOverflow($1.memory + arrayOverhead).partialValue }
        guard needed <= limit else { throw failure("holds more than \(limit) bytes") }

        var result = SafeTensors(metadata: header.metadata ?? [:])
        let stored = result.metadata.removeValue(forKey: SafeTensorsHeader.checksumKey)
        var checksum: UInt32 = 0
        if let stored {
            guard let place = header.checksumPlace, stored.utf8.count == 8, json[place..<(place + 8)].elementsEqual(stored.utf8) else {
                throw failure("damaged file: expected a checksum of 8 hexadecimal digits, got \(stored.excerpt)")
            }
            json.replaceSubrange(place..<(place + 8), with: SafeTensorsHeader.noChecksum.utf8)
            checksum = Gzip.crc32(json, continuing: Gzip.crc32(lengthBytes))
        }
        for array in layout.arrays {
            let decoded = try NDArray.decoded(array.type, array.shape) { buffer throws(FileError) in
                try read(buffer)
                if stored != nil { checksum = Gzip.crc32(UnsafeRawBufferPointer(buffer), continuing: checksum) }
            }
            guard let decoded else {
                let expected = array.type == .bool ? "0 and 1 as truth values, got other bytes" : "numbers below 2⁶³, got a larger one"
                throw failure("array \(array.name.excerpt): expected \(expected)")
            }
            result.arrays[array.name] = decoded
        }
        if let stored, stored != digits(of: checksum) {
            throw failure(
                "damaged file: expected the checksum \(stored.excerpt), got \(digits(of: checksum)) "
                    + "(programs that write it anew must leave out \(SafeTensorsHeader.checksumKey))")
        }
        return result
    }
}
