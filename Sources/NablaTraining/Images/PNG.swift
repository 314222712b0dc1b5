import CZlib
import Foundation

/// Portable Network Graphics (ISO/IEC 15948): writes 8 bits a sample, grey or RGB; reads every kind.
public enum PNG {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// Writes a picture; the file takes its name when it is whole on disk.
    ///
    /// - Throws: `FileError` when it cannot be written.
    public static func write(_ picture: Picture, to path: String) throws(FileError) {
        try AtomicFile.write(encoded(picture), to: path)
    }

    /// The bytes of a PNG file.
    ///
    /// Rows are not filtered: charts are flat colour and grids of images are enlarged pixels, and both deflate best as they are.
    public static func encoded(_ picture: Picture) -> [UInt8] {
        var header: [UInt8] = []
        header.append(bigEndian: UInt32(picture.width))
        header.append(bigEndian: UInt32(picture.height))
        let colourType: UInt8 = picture.channels == .grey ? 0 : 2
        header += [8, colourType, 0, 0, 0]  // bits a sample, colours, deflate, adaptive filters, no interlace

        let rowSize = picture.width * picture.channels.rawValue
        var rows: [UInt8] = []
        rows.reserveCapacity(picture.height * (rowSize + 1))
        for start in stride(from: 0, to: picture.samples.count, by: rowSize) {
            rows.append(0)
            rows += picture.samples[start..<(start + rowSize)]
        }

        var file = signature
        appendChunk("IHDR", header, to: &file)
        appendChunk("IDAT", deflated(rows), to: &file)
        appendChunk("IEND", [], to: &file)
        return file
    }

    private static func appendChunk(_ name: String, _ data: [UInt8], to file: inout [UInt8]) {
        file.append(bigEndian: UInt32(data.count))
        let checked = Array(name.utf8) + data
        file += checked
        file.append(bigEndian: Gzip.crc32(checked))
    }

    private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
        var size = compressBound(UInt(bytes.count))
        return [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
            // With a bound from zlib itself only an exhausted memory can fail here.
            guard compress2(buffer.baseAddress, &size, bytes, UInt(bytes.count), 9) == Z_OK else {
                fatalError("PNG.encoded: zlib has no memory for \(bytes.count) bytes")
            }
            count = Int(size)
        }
    }
}

extension [UInt8] {
    /// Adds the four bytes of a number, the most significant first.
    fileprivate mutating func append(bigEndian value: UInt32) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}
