import CZlib
import Foundation

extension PNG {
    /// Reads a picture from a file.
    ///
    /// - Throws: `FileError` when the file cannot be read, is damaged, or is interlaced or has an alpha channel.
    public static func read(_ path: String) throws(FileError) -> Picture {
        try decoded(FileContents.bytes(of: path, atMost: 1 << 30), path: path)
    }

    /// The picture in the bytes of a PNG file: grey of 1 to 16 bits, RGB, or with a palette, which becomes RGB. Samples of fewer than 8 bits
    /// are spread over 0 to 255, those of 16 are rounded to it.
    ///
    /// - Parameters:
    ///   - file: The whole file.
    ///   - path: Where it came from, for errors.
    /// - Throws: `FileError` when the data is damaged, or is interlaced or has an alpha channel.
    public static func decoded(_ file: [UInt8], path: String) throws(FileError) -> Picture {
        guard file.starts(with: signature) else { throw FileError(path: path, reason: "expected a PNG signature") }
        var header: PNGHeader?
        var palette: [UInt8] = []
        var compressed: [UInt8] = []
        var offset = signature.count
        while true {
            let chunk = try Chunk(in: file, at: offset, path: path)
            offset = chunk.end
            switch chunk.name {
            case "IHDR": header = try PNGHeader(chunk.data, path: path)
            case "IDAT": compressed += chunk.data
            case "PLTE": palette = Array(chunk.data)  // for RGB a mere suggestion
            case "IEND":
                guard let header else { throw FileError(path: path, reason: "expected an IHDR chunk before IEND") }
                let rows = try inflated(compressed, size: header.height * (1 + header.rowSize), path: path)
                return try header.picture(of: unfiltered(rows, header: header, path: path), palette: palette, path: path)
            default:
                // A chunk whose name begins with a capital letter may not be skipped.
                guard let first = chunk.name.first, first.isLowercase else {
                    throw FileError(path: path, reason: "unsupported PNG chunk \(chunk.name)")
                }
            }
        }
    }
}

/// A length, a name, the data and a checksum of name and data.
private struct Chunk {
    let name: String
    let data: ArraySlice<UInt8>
    /// Where the next chunk begins.
    let end: Int

    init(in file: [UInt8], at start: Int, path: String) throws(FileError) {
        guard file.count - start >= 12 else { throw FileError(path: path, reason: "truncated PNG data") }
        let size = Int(file.bigEndian(at: start))
        guard file.count - start - 12 >= size else { throw FileError(path: path, reason: "truncated PNG data") }
        name = String(decoding: file[(start + 4)..<(start + 8)], as: UTF8.self)
        data = file[(start + 8)..<(start + 8 + size)]
        end = start + 12 + size
        guard Gzip.crc32(file[(start + 4)..<(start + 8 + size)]) == file.bigEndian(at: start + 8 + size) else {
            throw FileError(path: path, reason: "damaged PNG data: wrong checksum of chunk \(name)")
        }
    }
}

private func inflated(_ compressed: [UInt8], size: Int, path: String) throws(FileError) -> [UInt8] {
    var status = Z_OK
    var written = UInt(size)
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        status = uncompress(buffer.baseAddress, &written, compressed, UInt(compressed.count))
        count = Int(written)
    }
    guard status == Z_OK, bytes.count == size else {
        throw FileError(path: path, reason: "damaged PNG data: expected \(size) bytes of rows in the IDAT chunks")
    }
    return bytes
}

/// Undoes the prediction of each row from its neighbours to the left (a), above (b) and above left (c).
private func unfiltered(_ rows: [UInt8], header: PNGHeader, path: String) throws(FileError) -> [UInt8] {
    let size = header.rowSize
    // Pixels of less than a byte are predicted from the byte before theirs.
    let step = max(1, header.bitsPerPixel / 8)
    var above = [UInt8](repeating: 0, count: size)
    var samples: [UInt8] = []
    samples.reserveCapacity(header.height * size)
    for y in 0..<header.height {
        let start = y * (size + 1)
        let filter = rows[start]
        var row = Array(rows[(start + 1)...(start + size)])
        switch filter {
        case 0: break
        case 1: for i in step..<max(size, step) { row[i] &+= row[i - step] }
        case 2: for i in 0..<size { row[i] &+= above[i] }
        case 3:
            for i in 0..<size {
                let a = i < step ? 0 : Int(row[i - step])
                row[i] &+= UInt8((a + Int(above[i])) / 2)
            }
        case 4:
            for i in 0..<size {
                let a = i < step ? 0 : row[i - step]
                let c = i < step ? 0 : above[i - step]
                row[i] &+= paeth(a, above[i], c)
            }
        default:
            throw FileError(path: path, reason: "damaged PNG data: expected filter 0 to 4 in row \(y), got \(filter)")
        }
        samples += row
        above = row
    }
    return samples
}

/// The neighbour nearest to a + b − c; ties go to a, then b.
private func paeth(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> UInt8 {
    let estimate = Int(a) + Int(b) - Int(c)
    let (toA, toB, toC) = (abs(estimate - Int(a)), abs(estimate - Int(b)), abs(estimate - Int(c)))
    return toA <= toB && toA <= toC ? a : toB <= toC ? b : c
}

extension [UInt8] {
    func bigEndian(at offset: Int) -> UInt32 {
        self[offset..<(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
