/// Where the directory of a zip archive lies, from the records at the archive's end.
struct ZipDirectory {
    /// The number of files and folders.
    let count: Int
    /// Its first byte, and the one after the last.
    let start: Int, end: Int
    /// What has to be added to the offsets in it: the bytes in front of the archive.
    let shift: Int

    private enum Mark {
        static let end = 0x0605_4B50, end64 = 0x0606_4B50, locator64 = 0x0706_4B50
    }

    /// Finds the directory.
    ///
    /// - Throws: `FileError` when the bytes are no zip archive, or one in several parts, or the records contradict each other.
    init(of bytes: [UInt8], path: String) throws(FileError) {
        // The end record is the last thing but for a comment of at most 65535 bytes.
        let earliest = max(0, bytes.count - 22 - 65535)
        guard bytes.count >= 22,
            let record = (earliest...(bytes.count - 22)).last(where: {
                bytes[$0] == 0x50 && bytes.littleEndian(at: $0, 4) == Mark.end
                    && $0 + 22 + bytes.littleEndian(at: $0 + 20, 2) == bytes.count
            })
        else { throw FileError(path: path, reason: "expected a zip archive, got something else or a truncated one") }
        var parts = [4, 6].map { bytes.littleEndian(at: record + $0, 2) }
        var counts = [8, 10].map { bytes.littleEndian(at: record + $0, 2) }
        var (size, offset): (Int?, Int?) = (bytes.littleEndian(at: record + 12, 4), bytes.littleEndian(at: record + 16, 4))
        var end = record

        // Numbers too large for the record are in another one, which a third one before it tells the place of.
        if let place = Self.extendedRecord(before: record, in: bytes) {
            parts = [16, 20].map { bytes.littleEndian(at: place + $0, 4) }
            let large = [24, 32, 40, 48].map { bytes.littleEndian64(at: place + $0) }
            counts = large[..<2].map { $0 ?? .max }
            (size, offset) = (large[2], large[3])
            end = place
        }
        guard parts == [0, 0], counts[0] == counts[1] else {
            throw FileError(path: path, reason: "expected a zip archive in one part, got one of several")
        }
        // An entry takes 46 bytes, and the directory ends where the records begin.
        guard let size, let offset, size <= end, offset <= end - size, counts[0] <= size / 46 else {
            throw FileError(path: path, reason: "damaged zip archive: its directory")
        }
        (count, start, self.end, shift) = (counts[0], end - size, end, end - size - offset)
    }

    /// The place of the extended end record that a locator before `record` names; nil when there is none.
    private static func extendedRecord(before record: Int, in bytes: [UInt8]) -> Int? {
        let locator = record - 20
        guard locator >= 56, bytes.littleEndian(at: locator, 4) == Mark.locator64 else { return nil }
        // With bytes in front of the archive the place it names is too small; the record lies before the locator then, with nothing between.
        let places = [bytes.littleEndian64(at: locator + 8) ?? .max, locator - 56]
        return places.first { $0 <= locator - 56 && bytes.littleEndian(at: $0, 4) == Mark.end64 }
    }

    /// The sizes of the file whose entry begins at `entry`, and where it lies without what is in front of the archive; nil when they are in a
    /// missing or damaged extra field, or beyond what an `Int` holds.
    func sizes(of entry: Int, extra: Range<Int>, in bytes: [UInt8]) -> (size: Int, compressed: Int, offset: Int)? {
        var numbers = [24, 20, 42].map { bytes.littleEndian(at: entry + $0, 4) }
        guard numbers.contains(0xFFFF_FFFF) else { return (numbers[0], numbers[1], numbers[2]) }
        var field = extra.lowerBound
        while extra.upperBound - field >= 4 {
            let (id, size) = (bytes.littleEndian(at: field, 2), bytes.littleEndian(at: field + 2, 2))
            guard size <= extra.upperBound - field - 4 else { return nil }
            if id == 1 {
                // The field holds those that are too large for the entry, in this order.
                var place = field + 4
                for index in numbers.indices where numbers[index] == 0xFFFF_FFFF {
                    guard field + 4 + size - place >= 8, let number = bytes.littleEndian64(at: place) else { return nil }
                    numbers[index] = number
                    place += 8
                }
                return (numbers[0], numbers[1], numbers[2])
            }
            field += 4 + size
        }
        // Without the field they are what they say.
        return (numbers[0], numbers[1], numbers[2])
    }
}

extension [UInt8] {
    /// The number in up to 4 bytes, the least significant first.
    func littleEndian(at offset: Int, _ size: Int) -> Int {
        var number = 0
        for i in 0..<size { number |= Int(self[offset + i]) << (8 * i) }
        return number
    }

    /// The number in 8 bytes; nil when it is too large for an `Int`.
    func littleEndian64(at offset: Int) -> Int? {
        let (low, high) = (littleEndian(at: offset, 4), littleEndian(at: offset + 4, 4))
        return high < 1 << 31 ? low | high << 32 : nil
    }
}
