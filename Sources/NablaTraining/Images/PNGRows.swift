/// The rows of a PNG file, decompressed and freed from their filters one after the other, so that memory holds two of them at a time.
struct PNGRows {
    private let file: [UInt8]
    private let path: String
    private let inflater = Inflater(.zlib)
    /// Where the data lies that is still to come.
    private var pieces: ArraySlice<Range<Int>>
    private var isFinished = false
    /// All bytes of rows that there should be, for the error.
    private let size: Int

    /// Rows of `size` bytes altogether, filters included, from the IDAT chunks at `pieces`.
    ///
    /// - Throws: `FileError` when the chunks cannot hold so many.
    init(_ file: [UInt8], _ pieces: [Range<Int>], size: Int, path: String) throws(FileError) {
        (self.file, self.pieces, self.size, self.path) = (file, pieces[...], size, path)
        guard size <= Inflater.largestSize(of: pieces.reduce(0) { $0 + $1.count }) else { throw damaged }
    }

    private var damaged: FileError {
        FileError(path: path, reason: "damaged PNG data: expected \(size) bytes of rows in the IDAT chunks")
    }

    /// Reads the rows of a pass: calls `body` with the number of each and its bytes, unfiltered.
    mutating func read(
        _ pass: PNGHeader.Pass, bitsPerPixel: Int, _ body: (Int, UnsafeBufferPointer<UInt8>) throws(FileError) -> Void
    ) throws(FileError) {
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 2 * pass.rowSize + 1)
        memory.initialize(repeating: 0)
        defer { memory.deallocate() }
        // A row, with its filter in front, and the one above it.
        let row = UnsafeMutableBufferPointer(rebasing: memory[1...pass.rowSize])
        let above = UnsafeMutableBufferPointer(rebasing: memory[(pass.rowSize + 1)...])
        for y in 0..<pass.height {
            try fill(UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(memory)[...pass.rowSize]))
            guard memory[0] <= 4 else {
                throw FileError(path: path, reason: "damaged PNG data: expected filter 0 to 4 in row \(y), got \(memory[0])")
            }
            // Pixels of less than a byte are predicted from the byte before theirs.
            unfilter(row, above: UnsafeBufferPointer(above), by: memory[0], step: max(1, bitsPerPixel / 8))
            try body(y, UnsafeBufferPointer(row))
            above.baseAddress?.update(from: row.baseAddress!, count: pass.rowSize)
        }
    }

    /// Checks that nothing follows the last row.
    ///
    /// - Throws: `FileError` when something does, or the data's own checksum is wrong or missing.
    mutating func finish() throws(FileError) {
        var byte: UInt8 = 0
        let (isWhole, more) = withUnsafeMutableBytes(of: &byte) { buffer in
            var room = buffer[...]
            let isWhole = advance(&room)
            return (isWhole && isFinished, room.isEmpty)
        }
        guard isWhole, !more else { throw damaged }
    }

    private mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(FileError) {
        var room = buffer[...]
        guard advance(&room), room.isEmpty else { throw damaged }
    }

    /// Fills `room` as far as the data goes; false when it is damaged.
    private mutating func advance(_ room: inout UnsafeMutableRawBufferPointer.SubSequence) -> Bool {
        while !room.isEmpty && !isFinished {
            let range = pieces.first ?? 0..<0
            let outcome = file.withUnsafeBytes { bytes in
                var input = bytes[range]
                let outcome = inflater.step(&input, into: &room)
                if !pieces.isEmpty { pieces[pieces.startIndex] = input.startIndex..<range.upperBound }
                return outcome
            }
            switch outcome {
            case .finished: isFinished = true
            case .failed: return false
            case .unfinished:
                if room.isEmpty { return true }
                // This piece is used up.
                if pieces.isEmpty { return false }
                pieces.removeFirst()
            }
        }
        return true
    }
}

/// Undoes the prediction of a row from its neighbours to the left (a), above (b) and above left (c).
private func unfilter(_ row: UnsafeMutableBufferPointer<UInt8>, above: UnsafeBufferPointer<UInt8>, by filter: UInt8, step: Int) {
    let size = row.count
    switch filter {
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
    default: break
    }
}

/// The neighbour nearest to a + b − c; ties go to a, then b.
private func paeth(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> UInt8 {
    let estimate = Int(a) + Int(b) - Int(c)
    let (toA, toB, toC) = (abs(estimate - Int(a)), abs(estimate - Int(b)), abs(estimate - Int(c)))
    return toA <= toB && toA <= toC ? a : toB <= toC ? b : c
}
