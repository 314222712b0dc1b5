@testable import NablaTraining

/// Small PNG files of every kind, with rows in stored blocks, so that damage reaches the rows.
enum PNGSamples {
    static let files: [[UInt8]] = {
        let kinds: [(type: UInt8, depth: UInt8)] = [
            (0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8), (4, 8), (4, 16), (6, 8), (6, 16),
        ]
        return kinds.flatMap { kind in [0, 1].map { file(kind.type, kind.depth, interlacing: $0) } }
    }()

    private static func file(_ type: UInt8, _ depth: UInt8, interlacing: UInt8) -> [UInt8] {
        let (width, height) = (9, 5)
        let start: [UInt8] = [0, 0, 0, UInt8(width), 0, 0, 0, UInt8(height), depth, type, 0, 0, interlacing]
        let header = try! PNGHeader(start[...], path: "")
        var rows: [UInt8] = []
        for pass in header.passes {
            for y in 0..<pass.height { rows += [UInt8(y % 5)] + (0..<pass.rowSize).map { UInt8(truncatingIfNeeded: $0 &* 37) } }
        }
        var file = PNG.signature + chunk("IHDR", start)
        if type == 3 {
            file += chunk("PLTE", (0..<(3 << min(Int(depth), 6))).map { UInt8(truncatingIfNeeded: $0) }) + chunk("tRNS", [0, 128])
        }
        if type == 0 { file += chunk("tRNS", [0, 1]) }
        if type == 2 { file += chunk("tRNS", [0, 0, 0, 37, 0, 74]) }
        return file + chunk("IDAT", Deflater.stored(rows)) + chunk("IEND", [])
    }

    private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let checked = Array(name.utf8) + data
        return number(UInt32(data.count)) + checked + number(Gzip.crc32(checked))
    }

    private static func number(_ value: UInt32) -> [UInt8] { (0..<4).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
}

/// Data in deflate's format (RFC 1951) made by hand.
enum Deflater {
    /// In zlib's format, in one stored block of at most 65535 bytes.
    static func stored(_ bytes: [UInt8]) -> [UInt8] {
        let size = UInt16(bytes.count)
        var (a, b): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            a = (a + UInt32(byte)) % 65521
            b = (b + a) % 65521
        }
        let lengths = [size, ~size].flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        let checksum = b << 16 | a
        return [0x78, 0x01, 1] + lengths + bytes + (0..<4).reversed().map { UInt8(truncatingIfNeeded: checksum >> (8 * $0)) }
    }

    /// `count` zeros as gzip has them, 1032 to the byte: fixed codes, in which a run of 258 is the bits 11000101 and 00000.
    static func zeros(runs: Int) -> (gzip: [UInt8], count: Int) {
        var (bytes, bits, held): ([UInt8], UInt32, Int) = ([], 0, 0)
        func put(_ code: UInt32, _ length: Int) {
            for i in (0..<length).reversed() {
                bits |= (code >> UInt32(i) & 1) << UInt32(held)
                held += 1
                if held == 8 {
                    bytes.append(UInt8(bits))
                    (bits, held) = (0, 0)
                }
            }
        }
        // The last block, fixed codes, whose two bits come lowest first; the literal 0.
        put(1, 1)
        put(0b10, 2)
        put(0b0011_0000, 8)
        for _ in 0..<runs {
            put(0b1100_0101, 8)
            put(0, 5)
        }
        put(0, 7)
        if held > 0 { bytes.append(UInt8(bits)) }
        let count = 1 + 258 * runs
        var checksum: UInt32 = 0
        let piece = [UInt8](repeating: 0, count: 1 << 16)
        var left = count
        while left > 0 {
            checksum = Gzip.crc32(piece.prefix(left), continuing: checksum)
            left -= min(left, piece.count)
        }
        let trailer = [checksum, UInt32(truncatingIfNeeded: count)].flatMap { number in
            (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
        return ([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 3] + bytes + trailer, count)
    }
}
