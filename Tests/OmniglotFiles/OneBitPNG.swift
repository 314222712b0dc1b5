/// Black-and-white PNG files as Omniglot has them: 1 bit a pixel, grey, not interlaced.
///
/// Written without the library's help, so that reading is tested against the format.
public enum OneBitPNG {
    /// The bytes of a file; `ink` holds a byte for each pixel, and what is not 0 becomes black.
    public static func encoded(_ ink: [UInt8], width: Int) -> [UInt8] {
        let height = ink.count / width
        var rows: [UInt8] = []
        for y in 0..<height {
            rows.append(0)  // no filter
            for start in stride(from: 0, to: width, by: 8) {
                var byte: UInt8 = 0
                for x in start..<(start + 8) { byte = byte << 1 | (x < width && ink[y * width + x] == 0 ? 1 : 0) }
                rows.append(byte)
            }
        }
        let header = bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [1, 0, 0, 0, 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header) + chunk("IDAT", zlib(rows)) + chunk("IEND", [])
    }

    /// Data in a zlib stream of one stored block, which holds at most 65535 bytes.
    private static func zlib(_ data: [UInt8]) -> [UInt8] {
        precondition(data.count < 65536)
        let size = UInt16(data.count)
        var (a, b) = (UInt32(1), UInt32(0))
        for byte in data {
            a = (a + UInt32(byte)) % 65521
            b = (b + a) % 65521
        }
        let block: [UInt8] = [1, UInt8(size & 255), UInt8(size >> 8), UInt8(~size & 255), UInt8(~size >> 8)]
        return [0x78, 0x01] + block + data + bigEndian(b << 16 | a)
    }

    private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let checked = Array(name.utf8) + data
        return bigEndian(UInt32(data.count)) + checked + bigEndian(CRC32.checksum(of: checked))
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 255) } }
}

/// The checksum of PNG and zip files.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }

    static func checksum(of bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { $0 >> 8 ^ table[Int(($0 ^ UInt32($1)) & 255)] }
    }
}
