extension Picture {
    /// The picture without colour: 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601).
    public func inGrey() -> Picture {
        guard channels == .rgb else { return self }
        let grey = stride(from: 0, to: samples.count, by: 3).map { i -> UInt8 in
            let (red, green, blue) = (Int(samples[i]), Int(samples[i + 1]), Int(samples[i + 2]))
            let thousandths: Int = 299 * red + 587 * green + 114 * blue
            return UInt8((thousandths + 500) / 1000)
        }
        return Picture(width: width, height: height, channels: .grey, samples: grey)
    }

    /// The picture with so many pixels, each the mean over the area that it covers in this one.
    ///
    /// Right for making pictures smaller; a larger one shows this one's pixels as squares.
    public func resized(width newWidth: Int, height newHeight: Int, file: StaticString = #fileID, line: UInt = #line) -> Picture {
        guard newWidth > 0, newHeight > 0 else {
            fatalError("Picture.resized: expected at least one pixel, got \(newWidth) × \(newHeight)", file: file, line: line)
        }
        let (columns, rows) = (Coverage(from: width, to: newWidth), Coverage(from: height, to: newHeight))
        let count = channels.rawValue
        // Row by row first, then down the columns: the area of a pixel is the product of two intervals.
        var narrow = [Float](repeating: 0, count: height * newWidth * count)
        for y in 0..<height {
            for x in 0..<newWidth {
                for (source, share) in columns[x] {
                    for c in 0..<count {
                        narrow[(y * newWidth + x) * count + c] += share * Float(samples[(y * width + source) * count + c])
                    }
                }
            }
        }
        let rowSize = newWidth * count
        var result: [UInt8] = []
        result.reserveCapacity(newHeight * rowSize)
        var row = [Float](repeating: 0, count: rowSize)
        for y in 0..<newHeight {
            for i in row.indices { row[i] = 0 }
            for (source, share) in rows[y] {
                for i in 0..<rowSize { row[i] += share * narrow[source * rowSize + i] }
            }
            result += row.map { UInt8(min(255, max(0, $0.rounded()))) }
        }
        return Picture(width: newWidth, height: newHeight, channels: channels, samples: result)
    }
}

/// Which old pixels of a line each new one covers, and what share of the new one each of them fills.
private struct Coverage {
    private var shares: [[(source: Int, share: Float)]] = []

    /// Divides a line of `old` pixels into `new` ones.
    init(from old: Int, to new: Int) {
        // In units of 1/new of an old pixel all ends are whole numbers: old pixel i is [i · new, (i + 1) · new], new pixel j is
        // [j · old, (j + 1) · old].
        for j in 0..<new {
            let (start, end) = (j * old, (j + 1) * old)
            shares.append(
                (start / new...(end - 1) / new).map { i in
                    (i, Float(min(end, (i + 1) * new) - max(start, i * new)) / Float(old))
                })
        }
    }

    subscript(_ index: Int) -> [(source: Int, share: Float)] { shares[index] }
}
