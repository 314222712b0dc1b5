import NablaArray

/// The IHDR chunk of a PNG file, and what follows from it for the bytes of its rows.
struct PNGHeader {
    /// What the numbers of a pixel mean.
    enum ColourType: UInt8 {
        case grey = 0
        case rgb = 2
        case palette = 3
        case greyAlpha = 4
        case rgbAlpha = 6
    }

    let width: Int
    let height: Int
    let colourType: ColourType
    /// Bits a sample.
    let depth: Int
    /// Whether the rows come in the seven passes of Adam7.
    let isInterlaced: Bool

    /// What the picture has; transparent pixels are laid over a background.
    var channels: Picture.Channels { colourType == .grey || colourType == .greyAlpha ? .grey : .rgb }

    /// Numbers that a pixel has in the file.
    var samplesPerPixel: Int {
        switch colourType {
        case .grey, .palette: 1
        case .greyAlpha: 2
        case .rgb: 3
        case .rgbAlpha: 4
        }
    }

    /// Whether the last number of a pixel says how opaque it is.
    var hasAlpha: Bool { colourType == .greyAlpha || colourType == .rgbAlpha }

    var bitsPerPixel: Int { samplesPerPixel * depth }

    /// Reads the chunk's data.
    ///
    /// - Throws: `FileError` when it is damaged.
    init(_ data: ArraySlice<UInt8>, path: String) throws(FileError) {
        let bytes = Array(data)
        guard bytes.count == 13 else {
            throw FileError(path: path, reason: "expected an IHDR chunk of 13 bytes, got \(bytes.count)")
        }
        (width, height) = (Int(bytes.bigEndian(at: 0)), Int(bytes.bigEndian(at: 4)))
        // The format's own bound, which lets the number of pixels fit.
        let sides = 1...Int(Int32.max)
        guard sides.contains(width), sides.contains(height) else {
            throw FileError(path: path, reason: "expected a picture with sides from 1 to \(sides.upperBound), got \(width) × \(height)")
        }
        let type = ColourType(rawValue: bytes[9])
        let depths: [UInt8] =
            switch type {
            case .grey: [1, 2, 4, 8, 16]
            case .palette: [1, 2, 4, 8]
            case .rgb, .greyAlpha, .rgbAlpha: [8, 16]
            case nil: []
            }
        guard let type, depths.contains(bytes[8]), bytes[10] == 0, bytes[11] == 0, bytes[12] <= 1 else {
            let kind = "bit depth \(bytes[8]), colour type \(bytes[9]), compression \(bytes[10]), filters \(bytes[11])"
            throw FileError(path: path, reason: "expected one of the kinds of PNG, got \(kind), interlacing \(bytes[12])")
        }
        (colourType, depth, isInterlaced) = (type, Int(bytes[8]), bytes[12] == 1)
    }
}

// MARK: - Passes

extension PNGHeader {
    /// Pixels of the picture that come together, in rows: those at `x`, `x + dx`, … of the rows `y`, `y + dy`, ….
    struct Pass {
        let x: Int, y: Int, dx: Int, dy: Int
        let width: Int, height: Int
        /// Bytes in a row, the last of which may be used in part.
        let rowSize: Int
    }

    /// The passes that have pixels, in their order; one of all rows when the picture is not interlaced.
    var passes: [Pass] {
        let grids =
            isInterlaced
            ? [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)] : [(0, 0, 1, 1)]
        return grids.compactMap { x, y, dx, dy in
            guard x < width, y < height else { return nil }
            let columns = (width - x + dx - 1) / dx
            return Pass(
                x: x, y: y, dx: dx, dy: dy, width: columns, height: (height - y + dy - 1) / dy, rowSize: (columns * bitsPerPixel + 7) / 8)
        }
    }

    /// The bytes of all rows with their filters; a number too large for memory when there are too many.
    var dataSize: Int {
        passes.reduce(0) { sum, pass in
            let (product, isOver) = pass.height.multipliedReportingOverflow(by: 1 + pass.rowSize)
            let (total, isTotalOver) = sum.addingReportingOverflow(product)
            return isOver || isTotalOver ? .max : total
        }
    }

    /// The bytes of the picture's samples; nil when they are more than an `Int` can count.
    var sampleCount: Int? {
        let (count, isOver) = (width * height).multipliedReportingOverflow(by: channels.rawValue)
        return isOver ? nil : count
    }
}
