import NablaArray

/// The header of a safetensors file as JSON has it.
struct SafeTensorsHeader {
    static let metadataKey = "__metadata__"
    /// Where the metadata has the checksum of the whole file: of its bytes with the eight digits of this number being zeros.
    static let checksumKey = "nabla.crc32"
    static let noChecksum = "00000000"

    /// What is said of one array.
    struct Entry: Encodable {
        var dtype: String
        var shape: [Int]
        /// First byte and the byte after the last.
        var offsets: [Int]

        private enum CodingKeys: String, CodingKey {
            case dtype, shape
            case offsets = "data_offsets"
        }
    }

    var metadata: [String: String]?
    var entries: [String: Entry] = [:]
    /// The place of the checksum's first digit in the JSON.
    private(set) var checksumPlace: Int?

    init(metadata: [String: String]?) { self.metadata = metadata }
}

// MARK: - Writing

extension SafeTensorsHeader: Encodable {
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        if let metadata { try container.encode(metadata, forKey: Name(Self.metadataKey)) }
        for (name, entry) in entries { try container.encode(entry, forKey: Name(name)) }
    }
}

// MARK: - Reading

extension SafeTensorsHeader {
    /// The header in the bytes of a file.
    init(_ json: [UInt8]) throws(JSONScanner.SyntaxError) {
        self.init(metadata: nil)
        var scanner = JSONScanner(json)
        var (metadata, entries, place) = ([String: String]?.none, [String: Entry](), Int?.none)
        try scanner.object { scanner, name throws(JSONScanner.SyntaxError) in
            if name != Self.metadataKey {
                entries[name] = try Self.entry(&scanner)
                return
            }
            var texts: [String: String] = [:]
            try scanner.object { scanner, key throws(JSONScanner.SyntaxError) in
                texts[key] = try scanner.string()
                // Eight digits and the quote behind them end here.
                if key == Self.checksumKey { place = scanner.position - 9 }
            }
            metadata = texts
        }
        guard scanner.isAtEnd else { throw scanner.expected("the end of the header") }
        (self.metadata, self.entries, checksumPlace) = (metadata, entries, place)
    }

    private static func entry(_ scanner: inout JSONScanner) throws(JSONScanner.SyntaxError) -> Entry {
        var (dtype, shape, offsets): (String?, [Int]?, [Int]?)
        try scanner.object { scanner, key throws(JSONScanner.SyntaxError) in
            switch key {
            case "dtype": dtype = try scanner.string()
            case "shape": shape = try integers(&scanner)
            case "data_offsets": offsets = try integers(&scanner)
            default: try scanner.skipValue()
            }
        }
        guard let dtype, let shape, let offsets else { throw scanner.expected("dtype, shape and data_offsets of an array") }
        return Entry(dtype: dtype, shape: shape, offsets: offsets)
    }

    /// A list of integers; of a long one, which is wrong anyway, only the beginning.
    private static func integers(_ scanner: inout JSONScanner) throws(JSONScanner.SyntaxError) -> [Int] {
        var numbers: [Int] = []
        try scanner.array { scanner throws(JSONScanner.SyntaxError) in
            let before = scanner
            guard case .int(let number) = try scanner.scalar("an integer") else { throw before.expected("an integer") }
            if numbers.count <= Shape.maximumRank { numbers.append(number) }
        }
        return numbers
    }
}
