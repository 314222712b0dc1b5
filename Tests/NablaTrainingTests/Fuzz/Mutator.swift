/// Makes damaged files of sound ones: the kinds of damage that readers meet, and those that they are attacked with. Everything follows from
/// the seed.
struct Mutator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A number of splitmix64's sequence.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { bound <= 0 ? 0 : Int(next() % UInt64(bound)) }
    mutating func pick<T>(_ list: [T]) -> T { list[below(list.count)] }

    private static let bytes: [UInt8] = [0, 1, 2, 3, 4, 5, 6, 8, 16, 0x20, 0x22, 0x5B, 0x5D, 0x7B, 0x7D, 0x7F, 0x80, 0xFE, 0xFF]
    private static let numbers: [UInt64] = [
        0, 1, 2, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF, 0x1_0000_0000,
        0x7FFF_FFFF_FFFF_FFFE, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFFF,
    ]
    /// What stands in texts where something else is expected.
    private static let tokens: [String] = [
        "null", "true", "-1", "0", "1", "0.5", "1e300", "1e400", "-0", "2147483647", "2147483648", "4294967295", "9223372036854775807",
        "9223372036854775808", "-9223372036854775808", "18446744073709551616", "\"\"", "\"\\ud800\"", "\"\\u0000\"", "\"\n\"", "{", "}",
        "[",
        "]", ",", ":", "{}", "[]", "\"F16\"", "\"BF16\"", "\"U8\"", "\"U64\"", "\"BOOL\"", "[0,2147483647,2147483647,2147483647]",
        "[1,1,1,1,1,1,1,1,1]", "\"__metadata__\":{}", "\"nabla.crc32\":\"00000000\"", "\u{1B}[2J", "\u{202E}", "IEND", "IDAT", "tRNS", "PK",
    ]

    /// A damaged one of `files`.
    mutating func file(of files: [[UInt8]]) -> [UInt8] {
        var file = pick(files)
        for _ in 0...below(4) { damage(&file, others: files) }
        return file
    }

    private mutating func damage(_ file: inout [UInt8], others: [[UInt8]]) {
        let place = below(file.count)
        let length = min(file.count - place, below(4) == 0 ? below(file.count + 1) : 1 + below(16))
        switch below(14) {
        case 0, 1: if !file.isEmpty { file[place] ^= 1 << UInt8(below(8)) }
        case 2: if !file.isEmpty { file[place] = pick(Self.bytes) }
        case 3, 4:
            // A number in either order of bytes, where numbers mostly are: in the first bytes as often as anywhere else.
            let size = pick([2, 4, 8]), start = below(2) == 0 ? place : below(min(64, file.count))
            var number = below(6) == 0 ? UInt64(bitPattern: Int64(file.count - 8 + below(16))) : pick(Self.numbers)
            if below(2) == 0 { number = size == 8 ? number.byteSwapped : number.byteSwapped >> UInt64(64 - 8 * size) }
            for i in 0..<size where start + i < file.count { file[start + i] = UInt8(truncatingIfNeeded: number >> UInt64(8 * i)) }
        case 5: file.removeLast(min(file.count, below(4) == 0 ? below(file.count + 1) : below(24)))
        case 6: file.removeSubrange(place..<(place + length))
        case 7: file.insert(contentsOf: file[place..<(place + length)], at: below(file.count + 1))
        case 8: file.insert(contentsOf: (0..<length).map { _ in UInt8(truncatingIfNeeded: next()) }, at: place)
        case 9: file.insert(contentsOf: pick(Self.tokens).utf8, at: place)
        case 10, 11: replaceNumber(&file, near: place)
        case 12:
            let depth = pick([1, 63, 64, 65, 511, 512, 513, 4000])
            file.insert(contentsOf: [UInt8](repeating: pick([0x5B, 0x5D, 0x7B]), count: depth), at: place)
        default:
            let other = pick(others)
            let cut = below(other.count + 1)
            file = Array(file[..<place]) + other[cut...]
        }
    }

    /// Puts something else in the place of the next number or word written in letters.
    private mutating func replaceNumber(_ file: inout [UInt8], near place: Int) {
        guard let start = file[place...].firstIndex(where: { (0x30...0x39).contains($0) }) else { return }
        let end = file[start...].firstIndex { !(0x30...0x39).contains($0) } ?? file.count
        file.replaceSubrange(start..<end, with: pick(Self.tokens).utf8)
    }
}
