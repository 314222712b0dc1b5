/// Zip files that hold their files as they are.
///
/// Written without the library's help, so that reading is tested against the format.
public enum StoredZip {
    /// The bytes of an archive.
    public static func archive(_ files: [(name: String, bytes: [UInt8])]) -> [UInt8] {
        var (archive, directory): ([UInt8], [UInt8]) = ([], [])
        for (name, bytes) in files {
            let offset = UInt32(archive.count)
            // Version, flags, method, time, date, checksum, both sizes, and the length of the name.
            let facts =
                number(10, 2) + number(0, 2) + number(0, 2) + number(0, 4) + number(CRC32.checksum(of: bytes), 4)
                + number(UInt32(bytes.count), 4) + number(UInt32(bytes.count), 4) + number(UInt32(name.utf8.count), 2) + number(0, 2)
            archive += number(0x0403_4B50, 4) + facts + Array(name.utf8) + bytes
            directory += number(0x0201_4B50, 4) + number(10, 2) + facts + number(0, 6) + number(0, 4) + number(offset, 4) + Array(name.utf8)
        }
        let count = number(UInt32(files.count), 2)
        let end = number(0x0605_4B50, 4) + number(0, 4) + count + count + number(UInt32(directory.count), 4)
        return archive + directory + end + number(UInt32(archive.count), 4) + number(0, 2)
    }

    /// Little-endian.
    private static func number(_ value: UInt32, _ size: Int) -> [UInt8] { (0..<size).map { $0 < 4 ? UInt8(value >> (8 * $0) & 255) : 0 } }
}
