/// The header of a safetensors file as JSON has it.
struct SafeTensorsHeader {
    static let metadataKey = "__metadata__"

    /// What is said of one array.
    struct Entry: Codable {
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
}

extension SafeTensorsHeader: Codable {
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        for key in container.allKeys {
            if key.stringValue == Self.metadataKey {
                metadata = try container.decode([String: String].self, forKey: key)
            } else {
                entries[key.stringValue] = try container.decode(Entry.self, forKey: key)
            }
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        if let metadata { try container.encode(metadata, forKey: Name(Self.metadataKey)) }
        for (name, entry) in entries { try container.encode(entry, forKey: Name(name)) }
    }
}
