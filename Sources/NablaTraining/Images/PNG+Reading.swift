import Foundation

extension PNG {
    /// Reads a picture from a file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - background: What lies behind transparent pixels, 0 for black to 255 for white.
    ///   - limit: The largest size accepted, in bytes, of the file and of the picture; 1 GiB unless given.
    /// - Throws: `FileError` when the file cannot be read, is damaged, or holds a larger picture.
    public static func read(_ path: String, background: UInt8 = 255, atMost limit: Int = 1 << 30) throws(FileError) -> Picture {
        try decoded(FileContents.bytes(of: path, atMost: limit), path: path, background: background, atMost: limit)
    }

    /// The picture in the bytes of a PNG file of any kind, interlaced or not. It is grey or RGB; a palette becomes RGB. Samples of fewer than 8
    /// bits are spread over 0 to 255, those of 16 are rounded to it.
    ///
    /// Pictures have no transparency: what is transparent, by a channel of its own or by a colour or a palette with opacities, is laid over
    /// the background, `opacity · sample + (1 - opacity) · background`, rounded once.
    ///
    /// - Parameters:
    ///   - file: The whole file.
    ///   - path: Where it came from, for errors.
    ///   - background: What lies behind transparent pixels, 0 for black to 255 for white.
    ///   - limit: The largest size accepted of the picture, in bytes; 1 GiB unless given. Decoding takes no memory beside it but two rows.
    /// - Throws: `FileError` when the data is damaged, or the picture larger.
    public static func decoded(
        _ file: [UInt8], path: String, background: UInt8 = 255, atMost limit: Int = 1 << 30
    ) throws(FileError) -> Picture {
        guard file.starts(with: signature) else { throw FileError(path: path, reason: "expected a PNG signature") }
        let first = try Chunk(in: file, at: signature.count, path: path)
        guard first.name == "IHDR" else { throw FileError(path: path, reason: "expected an IHDR chunk first, got \(first.name)") }
        let header = try PNGHeader(first.data, path: path)
        guard let count = header.sampleCount, count <= limit else {
            throw FileError(
                path: path, reason: "expected a picture of at most \(limit) bytes, got \(header.width) × \(header.height) pixels")
        }
        var (palette, transparency): ([UInt8]?, ArraySlice<UInt8>?)
        var pieces: [Range<Int>] = []
        var offset = first.end
        reading: while true {
            let chunk = try Chunk(in: file, at: offset, path: path)
            offset = chunk.end
            switch chunk.name {
            case "IDAT": pieces.append(chunk.data.indices)
            case "IEND": break reading
            case "PLTE" where palette == nil && pieces.isEmpty: palette = Array(chunk.data)  // for RGB a mere suggestion
            case "tRNS" where transparency == nil && pieces.isEmpty: transparency = chunk.data
            case "IHDR", "PLTE", "tRNS": throw FileError(path: path, reason: "damaged PNG data: chunk \(chunk.name) in the wrong place")
            default:
                // A chunk whose name begins with a capital letter may not be skipped.
                guard chunk.isOptional else { throw FileError(path: path, reason: "unsupported PNG chunk \(chunk.name)") }
            }
        }
        let pixels = try PNGPixels(header, palette: palette, transparency: transparency, background: background, path: path)
        var rows = try PNGRows(file, pieces, size: header.dataSize, path: path)
        var failure: FileError?
        let samples = [UInt8](unsafeUninitializedCapacity: count) { samples, initialized in
            do throws(FileError) {
                let outRow = header.width * header.channels.rawValue
                for pass in header.passes {
                    try rows.read(pass, bitsPerPixel: header.bitsPerPixel) { y, row throws(FileError) in
                        let start = (pass.y + y * pass.dy) * outRow
                        try pixels.write(row, of: pass, into: UnsafeMutableBufferPointer(rebasing: samples[start..<(start + outRow)]))
                    }
                }
                try rows.finish()
                initialized = count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return Picture(width: header.width, height: header.height, channels: header.channels, samples: samples)
    }
}

/// A length, a name, the data and a checksum of name and data.
private struct Chunk {
    let name: String
    let data: ArraySlice<UInt8>
    /// Whether who does not know it may skip it.
    let isOptional: Bool
    /// Where the next chunk begins.
    let end: Int

    init(in file: [UInt8], at start: Int, path: String) throws(FileError) {
        guard file.count - start >= 12 else { throw FileError(path: path, reason: "truncated PNG data") }
        let size = Int(file.bigEndian(at: start))
        guard file.count - start - 12 >= size else { throw FileError(path: path, reason: "truncated PNG data") }
        name = String(decoding: file[(start + 4)..<(start + 8)], as: UTF8.self)
        isOptional = file[start + 4] & 0x20 != 0
        data = file[(start + 8)..<(start + 8 + size)]
        end = start + 12 + size
        guard Gzip.crc32(file[(start + 4)..<(start + 8 + size)]) == file.bigEndian(at: start + 8 + size) else {
            throw FileError(path: path, reason: "damaged PNG data: wrong checksum of chunk \(name)")
        }
    }
}

extension [UInt8] {
    func bigEndian(at offset: Int) -> UInt32 {
        self[offset..<(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
