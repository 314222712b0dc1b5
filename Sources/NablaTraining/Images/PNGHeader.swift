/// The IHDR chunk of a PNG file, and how pixels are made of the bytes of its rows.
struct PNGHeader {
    /// What the numbers of a pixel mean.
    enum ColourType: UInt8 {
        case grey = 0
        case rgb = 2
        case palette = 3
    }

    let width: Int
    let height: Int
    let colourType: ColourType
    /// Bits a sample.
    let depth: Int

    var bitsPerPixel: Int { colourType == .rgb ? 3 * depth : depth }

    /// Bytes in a row, the last of which may be used in part.
    var rowSize: Int { (width * bitsPerPixel + 7) / 8 }

    /// Reads the chunk's data.
    ///
    /// - Throws: `FileError` when it is damaged or announces an interlaced picture or one with an alpha channel.
    init(_ data: ArraySlice<UInt8>, path: String) throws(FileError) {
        let bytes = Array(data)
        guard bytes.count == 13 else {
            throw FileError(path: path, reason: "expected an IHDR chunk of 13 bytes, got \(bytes.count)")
        }
        width = Int(bytes.bigEndian(at: 0))
        height = Int(bytes.bigEndian(at: 4))
        // Both factors are below 2³², so their product fits.
        guard width > 0, height > 0, width * height <= 1 << 28 else {
            throw FileError(path: path, reason: "expected a picture of 1 to 268435456 pixels, got \(width) × \(height)")
        }
        let type = ColourType(rawValue: bytes[9])
        let depths: [UInt8] =
            switch type {
            case .grey: [1, 2, 4, 8, 16]
            case .rgb: [8, 16]
            case .palette: [1, 2, 4, 8]
            case nil: []
            }
        guard let type, depths.contains(bytes[8]), bytes[12] == 0 else {
            let kind = "bit depth \(bytes[8]), colour type \(bytes[9]), interlacing \(bytes[12])"
            throw FileError(path: path, reason: "expected grey, RGB or a palette, without alpha and interlacing, got \(kind)")
        }
        (colourType, depth) = (type, Int(bytes[8]))
    }

    /// The picture of unfiltered rows.
    ///
    /// - Throws: `FileError` when a pixel has a colour that `palette`, of three bytes each, does not hold.
    func picture(of rows: [UInt8], palette: [UInt8], path: String) throws(FileError) -> Picture {
        let numbers = numbers(in: rows)
        switch colourType {
        case .grey, .rgb:
            return Picture(width: width, height: height, channels: colourType == .grey ? .grey : .rgb, samples: numbers)
        case .palette:
            let colours = palette.count / 3
            if let number = numbers.first(where: { Int($0) >= colours }) {
                throw FileError(
                    path: path, reason: "damaged PNG data: expected one of \(colours) colours of a palette, got number \(number)")
            }
            let samples = numbers.flatMap { palette[(3 * Int($0))..<(3 * Int($0) + 3)] }
            return Picture(width: width, height: height, channels: .rgb, samples: samples)
        }
    }

    /// The numbers in the rows, one byte each: samples from 0 to 255, or places in the palette.
    private func numbers(in rows: [UInt8]) -> [UInt8] {
        switch depth {
        case 8: return rows
        case 16:
            // 65535 = 257 · 255
            return stride(from: 0, to: rows.count, by: 2).map { UInt8((Int(rows[$0]) << 8 + Int(rows[$0 + 1]) + 128) / 257) }
        default:
            let largest = UInt8(1 << depth - 1)
            let factor = colourType == .grey ? 255 / largest : 1
            let perByte = 8 / depth
            var numbers: [UInt8] = []
            numbers.reserveCapacity(width * height)
            for start in stride(from: 0, to: rows.count, by: rowSize) {
                for x in 0..<width {
                    // The leftmost pixel is in the highest bits.
                    let shift = (perByte - 1 - x % perByte) * depth
                    numbers.append((rows[start + x / perByte] >> shift & largest) * factor)
                }
            }
            return numbers
        }
    }
}
