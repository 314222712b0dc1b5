/// How the numbers of a PNG file become samples of 8 bits without transparency.
struct PNGPixels {
    private let header: PNGHeader
    private let channels: Int
    private let background: Int
    /// What each number of a pixel that is one number stands for, `channels` bytes each; nil where pixels are made of several.
    private let table: [UInt8]?
    /// The one colour that is transparent.
    private let transparent: [Int]?
    private let path: String

    /// - Parameters:
    ///   - palette: Three bytes for each colour.
    ///   - transparency: The tRNS chunk: how opaque each colour of a palette is, or else the one transparent colour.
    ///   - background: What lies behind transparent pixels.
    /// - Throws: `FileError` when a chunk does not fit the header.
    init(
        _ header: PNGHeader, palette: [UInt8]?, transparency: ArraySlice<UInt8>?, background: UInt8, path: String
    ) throws(FileError) {
        (self.header, channels, self.background, self.path) = (header, header.channels.rawValue, Int(background), path)
        var transparent: [Int]?
        switch (header.colourType, transparency.map { Array($0) }) {
        case (_, nil), (.palette, _): break
        case (.grey, let key?) where key.count == 2, (.rgb, let key?) where key.count == 6:
            transparent = stride(from: 0, to: key.count, by: 2).map { Int(key[$0]) << 8 | Int(key[$0 + 1]) }
        case (_, let key?): throw FileError(path: path, reason: "damaged PNG data: a tRNS chunk of \(key.count) bytes does not belong here")
        }
        self.transparent = transparent

        if header.colourType == .palette {
            guard let palette, palette.count > 0, palette.count % 3 == 0, palette.count <= 768 else {
                throw FileError(path: path, reason: "damaged PNG data: expected a palette of 1 to 256 colours")
            }
            let opacity = Array(transparency ?? [])
            guard opacity.count <= palette.count / 3 else {
                throw FileError(
                    path: path, reason: "damaged PNG data: expected opacities of \(palette.count / 3) colours, got \(opacity.count)")
            }
            table = palette.indices.map { i in
                Self.blend(Int(palette[i]), i / 3 < opacity.count ? Int(opacity[i / 3]) : 255, over: Int(background), largest: 255)
            }
        } else if header.colourType == .grey && header.depth <= 8 {
            let largest = 1 << header.depth - 1
            table = (0...largest).map { [$0] == transparent ? background : UInt8($0 * 255 / largest) }
        } else {
            table = nil
        }
    }

    /// A sample of `largest` at most, laid over the background in proportion to its opacity of as much, and rounded once.
    private static func blend(_ sample: Int, _ opacity: Int, over background: Int, largest: Int) -> UInt8 {
        let unit = largest / 255, whole = largest * unit
        return UInt8((sample * opacity + background * unit * (largest - opacity) + whole / 2) / whole)
    }

    /// Puts a row of a pass into the picture, whose row it belongs to is `out`.
    func write(
        _ row: UnsafeBufferPointer<UInt8>, of pass: PNGHeader.Pass, into out: UnsafeMutableBufferPointer<UInt8>
    ) throws(FileError) {
        if let table {
            if header.depth == 8 && header.colourType == .grey && transparent == nil && pass.dx == 1 { return copy(row, to: out) }
            return try look(up: row, in: table, pass, out)
        }
        if header.colourType == .rgb && header.depth == 8 && transparent == nil && pass.dx == 1 { return copy(row, to: out) }
        let size = header.depth / 8, perPixel = header.samplesPerPixel, largest = 1 << header.depth - 1
        func sample(_ x: Int, _ c: Int) -> Int {
            let place = (x * perPixel + c) * size
            return size == 1 ? Int(row[place]) : Int(row[place]) << 8 | Int(row[place + 1])
        }
        for x in 0..<pass.width {
            var opacity = header.hasAlpha ? sample(x, channels) : largest
            if let transparent, transparent.indices.allSatisfy({ sample(x, $0) == transparent[$0] }) { opacity = 0 }
            let place = (pass.x + x * pass.dx) * channels
            for c in 0..<channels { out[place + c] = Self.blend(sample(x, c), opacity, over: background, largest: largest) }
        }
    }

    private func copy(_ row: UnsafeBufferPointer<UInt8>, to out: UnsafeMutableBufferPointer<UInt8>) {
        out.baseAddress!.update(from: row.baseAddress!, count: out.count)
    }

    /// The samples of pixels that are one number each.
    private func look(
        up row: UnsafeBufferPointer<UInt8>, in table: [UInt8], _ pass: PNGHeader.Pass, _ out: UnsafeMutableBufferPointer<UInt8>
    ) throws(FileError) {
        let depth = header.depth, perByte = 8 / depth, mask = UInt8(truncatingIfNeeded: 1 << depth - 1)
        let known = table.count / channels
        for x in 0..<pass.width {
            // The leftmost pixel is in the highest bits.
            let shift = (perByte - 1 - x % perByte) * depth
            let number = Int(row[x / perByte] >> shift & mask)
            guard number < known else {
                throw FileError(
                    path: path, reason: "damaged PNG data: expected one of \(known) colours of a palette, got number \(number)")
            }
            let place = (pass.x + x * pass.dx) * channels
            if channels == 1 {
                out[place] = table[number]
            } else {
                for c in 0..<3 { out[place + c] = table[3 * number + c] }
            }
        }
    }
}
