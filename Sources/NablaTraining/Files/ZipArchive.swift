import CZlib
import Foundation

/// The files in a zip archive (PKWARE's APPNOTE 6.3), stored or deflated: the two ways that everyone uses.
///
/// The archive's own directory says what it holds. Encrypted archives, those in several parts and those of the extended kind (zip64, for
/// 65535 files or 4 GiB and more) are refused.
public struct ZipArchive {
    /// A file in the archive.
    public struct Entry: Sendable {
        /// The path in the archive, with slashes.
        public let name: String
        /// Bytes, once decompressed.
        public let size: Int

        fileprivate let method: UInt16
        fileprivate let checksum: UInt32
        fileprivate let compressedSize: Int
        fileprivate let offset: Int
    }

    /// Where the archive lies.
    public let path: String
    /// The files, in the order of the archive's directory, without the folders.
    public private(set) var entries: [Entry] = []
    private let bytes: [UInt8]

    private enum Mark {
        static let file: UInt32 = 0x0403_4B50, directory: UInt32 = 0x0201_4B50, end: UInt32 = 0x0605_4B50
    }

    /// Reads an archive and its directory.
    ///
    /// - Throws: `FileError` when the file cannot be read, or is no zip archive, a damaged one or one of a kind that is not read.
    public init(contentsOf path: String) throws(FileError) { try self.init(FileContents.bytes(of: path), path: path) }

    /// Reads the directory of an archive in memory; `path` is for errors.
    ///
    /// - Throws: `FileError` when the bytes are no zip archive, a damaged one or one of a kind that is not read.
    public init(_ bytes: [UInt8], path: String) throws(FileError) {
        (self.path, self.bytes) = (path, bytes)
        // The end record is the last thing but for a comment of at most 65535 bytes.
        let earliest = max(0, bytes.count - 22 - 65535)
        guard bytes.count >= 22,
            let end = (earliest...(bytes.count - 22)).last(where: {
                bytes[$0] == 0x50 && bytes.littleEndian32(at: $0) == Mark.end && $0 + 22 + bytes.littleEndian16(at: $0 + 20) == bytes.count
            })
        else { throw failure("expected a zip archive, got something else or a truncated one") }
        let count = bytes.littleEndian16(at: end + 10)
        guard bytes.littleEndian16(at: end + 4) == 0, bytes.littleEndian16(at: end + 8) == count else {
            throw failure("expected a zip archive in one part, got one of several")
        }
        var offset = Int(bytes.littleEndian32(at: end + 16))
        guard count < 0xFFFF, offset < 0xFFFF_FFFF else { throw failure("expected a zip archive, got a zip64 archive") }
        for _ in 0..<count {
            guard offset + 46 <= end, bytes.littleEndian32(at: offset) == Mark.directory else { throw damaged("its directory") }
            let nameSize = bytes.littleEndian16(at: offset + 28)
            let next = offset + 46 + nameSize + bytes.littleEndian16(at: offset + 30) + bytes.littleEndian16(at: offset + 32)
            guard next <= end else { throw damaged("its directory") }
            let name = String(decoding: bytes[(offset + 46)..<(offset + 46 + nameSize)], as: UTF8.self)
            guard bytes.littleEndian16(at: offset + 8) & 1 == 0 else { throw failure("\(name): expected a file that is not encrypted") }
            if !name.hasSuffix("/") {
                entries.append(
                    Entry(
                        name: name, size: Int(bytes.littleEndian32(at: offset + 24)), method: UInt16(bytes.littleEndian16(at: offset + 10)),
                        checksum: bytes.littleEndian32(at: offset + 16), compressedSize: Int(bytes.littleEndian32(at: offset + 20)),
                        offset: Int(bytes.littleEndian32(at: offset + 42))))
            }
            offset = next
        }
    }

    /// The contents of a file in the archive.
    ///
    /// - Throws: `FileError` when it is damaged or compressed in another way than deflate.
    public func contents(of entry: Entry) throws(FileError) -> [UInt8] {
        let header = entry.offset
        guard header + 30 <= bytes.count, bytes.littleEndian32(at: header) == Mark.file else { throw damaged(entry.name) }
        let start = header + 30 + bytes.littleEndian16(at: header + 26) + bytes.littleEndian16(at: header + 28)
        guard start + entry.compressedSize <= bytes.count else { throw damaged(entry.name) }
        let data = bytes[start..<(start + entry.compressedSize)]
        let contents: [UInt8]?
        switch entry.method {
        case 0: contents = Array(data)
        case 8: contents = Self.inflated(data, size: entry.size)
        default: throw failure("\(entry.name): expected a stored or deflated file, got compression method \(entry.method)")
        }
        guard let contents, contents.count == entry.size, Gzip.crc32(contents) == entry.checksum else { throw damaged(entry.name) }
        return contents
    }

    private func failure(_ reason: String) -> FileError { FileError(path: path, reason: reason) }
    private func damaged(_ part: String) -> FileError { failure("damaged zip archive: \(part)") }

    /// The contents of a deflate stream without header, or nil when it is damaged or has another size.
    private static func inflated(_ data: ArraySlice<UInt8>, size: Int) -> [UInt8]? {
        // Deflate makes at most 1032 bytes out of one: a damaged size must not exhaust the memory.
        guard size <= 1032 * data.count else { return nil }
        var status = Z_OK
        var stream = z_stream()
        var rest: UInt32 = 0
        let contents = withUnsafeMutablePointer(to: &stream) { stream in
            data.withUnsafeBufferPointer { input in
                // One byte more than promised, so that a stream that goes on is seen.
                [UInt8](unsafeUninitializedCapacity: size + 1) { output, count in
                    stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                    stream.pointee.avail_in = UInt32(input.count)
                    stream.pointee.next_out = output.baseAddress
                    stream.pointee.avail_out = UInt32(size + 1)
                    let headerless = -MAX_WBITS
                    status = inflateInit2_(stream, headerless, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
                    guard status == Z_OK else { return }
                    status = CZlib.inflate(stream, Z_FINISH)
                    (count, rest) = (size + 1 - Int(stream.pointee.avail_out), stream.pointee.avail_in)
                    inflateEnd(stream)
                }
            }
        }
        return status == Z_STREAM_END && rest == 0 ? contents : nil
    }
}

extension [UInt8] {
    fileprivate func littleEndian16(at offset: Int) -> Int { Int(self[offset]) | Int(self[offset + 1]) << 8 }

    fileprivate func littleEndian32(at offset: Int) -> UInt32 {
        UInt32(littleEndian16(at: offset)) | UInt32(littleEndian16(at: offset + 2)) << 16
    }
}
