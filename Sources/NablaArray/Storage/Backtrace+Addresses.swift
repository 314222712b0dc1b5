import Runtime

extension Backtrace {
    /// The backtrace of calls that return to these addresses, innermost first; nil where this version of Swift writes backtraces in another way.
    ///
    /// There is no such initialiser, but a backtrace can be decoded, from the text of Swift's CompactBacktraceFormat.md.
    init?(returnAddresses: [UInt]) {
        // Version 0 with words of 64 bits; for each frame "a return address, absolute, of 8 bytes" and the bytes, highest first; the end.
        var bytes: [UInt8] = [0x02]
        for address in returnAddresses {
            bytes.append(0x2F)
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: UInt64(address) >> UInt64(shift))) }
        }
        bytes.append(0x00)
        #if arch(x86_64)
            let architecture = "x86_64"
        #else
            let architecture = "arm64"
        #endif
        let texts = ["architecture": architecture, "backtrace": base64(bytes)]
        guard let backtrace = try? Backtrace(from: TextDecoder(texts: texts)) else { return nil }
        self = backtrace
    }
}

/// The bytes in base 64, without padding.
private func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        let word = (0..<3).reduce(0) { $0 << 8 | (start + $1 < bytes.count ? Int(bytes[start + $1]) : 0) }
        for digit in 0...group.count { text.append(digits[word >> (18 - 6 * digit) & 63]) }
    }
    return String(decoding: text, as: UTF8.self)
}

/// Decodes a value whose parts are texts with names.
private struct TextDecoder: Decoder {
    let texts: [String: String]
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Container<Key>(texts: texts))
    }
    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Unknown() }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { throw Unknown() }

    /// Asked for what is no text with a name.
    private struct Unknown: Error {}

    private struct Container<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let texts: [String: String]
        var codingPath: [any CodingKey] { [] }
        var allKeys: [Key] { texts.keys.compactMap(Key.init(stringValue:)) }

        func contains(_ key: Key) -> Bool { texts[key.stringValue] != nil }
        func decodeNil(forKey key: Key) throws -> Bool { !contains(key) }
        func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
            guard let text = texts[key.stringValue] as? T else { throw Unknown() }
            return text
        }
        func nestedContainer<Nested>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<Nested> {
            throw Unknown()
        }
        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw Unknown() }
        func superDecoder() throws -> any Decoder { throw Unknown() }
        func superDecoder(forKey key: Key) throws -> any Decoder { throw Unknown() }
    }
}
