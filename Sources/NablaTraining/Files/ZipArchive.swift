import Foundation

/// The files in a zip archive (PKWARE's APPNOTE 6.3), stored or deflated: the two ways that everyone uses.
///
/// The archive's own directory says what it holds. Archives of the extended kind (zip64) are read, and those with other bytes in front,
/// such as programs that unpack themselves. Encrypted archives and those in several parts are refused.
public struct ZipArchive {
    /// A file in the archive.
    public struct Entry: Sendable {
        /// The path in the archive, with slashes.
        public let name: String
        /// Bytes, once decompressed.
        public let size: Int

        fileprivate let method: Int
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
        static let file = 0x0403_4B50, directory = 0x0201_4B50
    }

    /// Reads an archive and its directory.
    ///
    /// - Parameters:
    ///   - path: The archive.
    ///   - limit: The largest size accepted, in bytes, of the archive itself; 4 GiB unless given.
    /// - Throws: `FileError` when the file cannot be read, or is no zip archive, a damaged one or one of a kind that is not read.
    public init(contentsOf path: String, atMost limit: Int = 4 << 30) throws(FileError) {
        try self.init(FileContents.bytes(of: path, atMost: limit), path: path)
    }

    /// Reads the directory of an archive in memory; `path` is for errors.
    ///
    /// - Throws: `FileError` when the bytes are no zip archive, a damaged one or one of a kind that is not read.
    public init(_ bytes: [UInt8], path: String) throws(FileError) {
        (self.path, self.bytes) = (path, bytes)
        let directory = try ZipDirectory(of: bytes, path: path)
        var offset = directory.start
        for _ in 0..<directory.count {
            guard directory.end - offset >= 46, bytes.littleEndian(at: offset, 4) == Mark.directory else { throw damaged("its directory") }
            let nameStart = offset + 46
            let extraStart = nameStart + bytes.littleEndian(at: offset + 28, 2)
            let extraEnd = extraStart + bytes.littleEndian(at: offset + 30, 2)
            let next = extraEnd + bytes.littleEndian(at: offset + 32, 2)
            guard next <= directory.end else { throw damaged("its directory") }
            let flags = bytes.littleEndian(at: offset + 8, 2)
            let name = Self.name(bytes[nameStart..<extraStart])
            guard flags & 1 == 0 else { throw failure("\(name.excerpt): expected a file that is not encrypted") }
            if !name.hasSuffix("/") {
                guard
                    let sizes = directory.sizes(of: offset, extra: extraStart..<extraEnd, in: bytes),
                    case let (start, isOver) = sizes.offset.addingReportingOverflow(directory.shift), !isOver
                else { throw damaged(name) }
                entries.append(
                    Entry(
                        name: name, size: sizes.size, method: bytes.littleEndian(at: offset + 10, 2),
                        checksum: UInt32(bytes.littleEndian(at: offset + 16, 4)), compressedSize: sizes.compressed, offset: start))
            }
            offset = next
        }
    }

    /// The contents of a file in the archive.
    ///
    /// - Parameters:
    ///   - entry: The file.
    ///   - limit: The largest size accepted, in bytes; 1 GiB unless given. No memory is taken for a larger one.
    /// - Throws: `FileError` when it is damaged, larger, or compressed in another way than deflate.
    public func contents(of entry: Entry, atMost limit: Int = 1 << 30) throws(FileError) -> [UInt8] {
        let header = entry.offset
        guard header >= 0, header <= bytes.count - 30, bytes.littleEndian(at: header, 4) == Mark.file else { throw damaged(entry.name) }
        let start = header + 30 + bytes.littleEndian(at: header + 26, 2) + bytes.littleEndian(at: header + 28, 2)
        guard start <= bytes.count, entry.compressedSize <= bytes.count - start else { throw damaged(entry.name) }
        let data = start..<(start + entry.compressedSize)
        // A damaged size must not exhaust the memory: it has to be one that the data can have.
        let largest = entry.method == 0 ? data.count : Inflater.largestSize(of: data.count)
        guard entry.method == 0 || entry.method == 8 else {
            throw failure("\(entry.name.excerpt): expected a stored or deflated file, got compression method \(entry.method)")
        }
        guard entry.size <= largest else { throw damaged(entry.name) }
        guard entry.size <= limit else { throw failure("\(entry.name.excerpt): holds more than \(limit) bytes when decompressed") }
        let contents = entry.method == 0 ? Array(bytes[data]) : inflated(data, size: entry.size)
        guard let contents, contents.count == entry.size, Gzip.crc32(contents) == entry.checksum else { throw damaged(entry.name) }
        return contents
    }

    private func failure(_ reason: String) -> FileError { FileError(path: path, reason: reason) }
    private func damaged(_ part: String) -> FileError { failure("damaged zip archive: \(part.excerpt)") }

    /// The contents of a deflate stream, or nil when it is damaged or has another size.
    private func inflated(_ data: Range<Int>, size: Int) -> [UInt8]? {
        var isWhole = false
        // One byte more than promised, so that a stream that goes on is seen.
        let contents = [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, count in
            bytes.withUnsafeBytes { bytes in
                var (input, output) = (bytes[data], UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: size + 1)[...])
                if case .finished = Inflater(.raw).step(&input, into: &output) { isWhole = input.isEmpty }
                count = size + 1 - output.count
            }
        }
        return isWhole ? contents : nil
    }

    /// A name as the archive has it: in UTF-8, or where it is none in code page 437, which older programs use.
    private static func name(_ bytes: ArraySlice<UInt8>) -> String {
        if let name = String(validating: bytes, as: UTF8.self) { return name }
        return String(String.UnicodeScalarView(bytes.map { $0 < 0x80 ? UnicodeScalar($0) : codePage437[Int($0) - 0x80] }))
    }

    private static let codePage437 = Array(
        """
        ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
        αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}
        """.unicodeScalars)
}
