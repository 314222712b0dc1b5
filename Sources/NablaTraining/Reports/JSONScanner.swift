/// Reads JSON (RFC 8259) from its beginning to its end, piece by piece.
///
/// Stricter than the grammar where a value could be taken for another: a name may stand in an object once, text must be UTF-8, numbers must
/// be finite, and what is nested deeper than `maximumDepth` is refused, as it would exhaust the stack.
struct JSONScanner {
    /// Where the text departs from the grammar.
    struct SyntaxError: Error {
        /// What was expected, and where.
        let reason: String
    }

    /// The largest number of brackets around a value.
    static let maximumDepth = 64

    private let bytes: [UInt8]
    /// The place of the next byte.
    private(set) var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Whether nothing but space follows.
    var isAtEnd: Bool {
        mutating get {
            skipSpace()
            return position == bytes.count
        }
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// The error at the present place.
    func expected(_ what: String) -> SyntaxError {
        let before = bytes[..<position]
        let line = before.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
        let column = position - (before.lastIndex(of: 0x0A) ?? -1)
        return SyntaxError(reason: "expected \(what) at \(line > 1 ? "line \(line), " : "")column \(column)")
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
    }

    /// Passes over a character, after space, if it comes next.
    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// Reads an object: calls `field` for each name, to read its value.
    mutating func object(_ field: (inout JSONScanner, String) throws(SyntaxError) -> Void) throws(SyntaxError) {
        guard skip("{") else { throw expected("\"{\"") }
        if skip("}") { return }
        var names: Set<String> = []
        repeat {
            skipSpace()
            let start = position
            let name = try string("a name in quotes")
            guard names.insert(name).inserted else {
                position = start
                throw expected("each name once, got \(name.excerpt) again")
            }
            guard skip(":") else { throw expected("\":\"") }
            try field(&self, name)
        } while skip(",")
        guard skip("}") else { throw expected("\",\" or \"}\"") }
    }

    /// Reads an array: calls `element` for each value, to read it.
    mutating func array(_ element: (inout JSONScanner) throws(SyntaxError) -> Void) throws(SyntaxError) {
        guard skip("[") else { throw expected("\"[\"") }
        if skip("]") { return }
        repeat { try element(&self) } while skip(",")
        guard skip("]") else { throw expected("\",\" or \"]\"") }
    }

    /// Passes over any value, with `depth` brackets around it.
    mutating func skipValue(depth: Int = 0) throws(SyntaxError) {
        skipSpace()
        guard next == UInt8(ascii: "{") || next == UInt8(ascii: "[") else {
            _ = try scalar("a value")
            return
        }
        guard depth < Self.maximumDepth else { throw expected("at most \(Self.maximumDepth) brackets around a value, got more") }
        if next == UInt8(ascii: "{") {
            try object { scanner, _ throws(SyntaxError) in try scanner.skipValue(depth: depth + 1) }
        } else {
            try array { scanner throws(SyntaxError) in try scanner.skipValue(depth: depth + 1) }
        }
    }

    /// Reads a number, a string, a boolean or null; `role` is what an error says was expected.
    mutating func scalar(_ role: String = "a number, a string, true, false or null") throws(SyntaxError) -> JSONValue {
        skipSpace()
        switch next {
        case UInt8(ascii: "\""): return .string(try string("a string"))
        case UInt8(ascii: "t") where skip(word: "true"): return .bool(true)
        case UInt8(ascii: "f") where skip(word: "false"): return .bool(false)
        case UInt8(ascii: "n") where skip(word: "null"): return .null
        default: return try number(role)
        }
    }

    private mutating func skip(word: StaticString) -> Bool {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count else { return false }
        for (offset, place) in (position..<end).enumerated() where bytes[place] != word.utf8Start[offset] { return false }
        position = end
        return true
    }

    private mutating func number(_ role: String) throws(SyntaxError) -> JSONValue {
        var end = position
        while end < bytes.count, (0x30...0x39).contains(bytes[end]) || "+-.eE".utf8.contains(bytes[end]) { end += 1 }
        let text = String(decoding: bytes[position..<end], as: UTF8.self)
        // `Double` reads more than JSON allows: a leading plus or zero, and a point without digits beside it.
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let isJSON =
            digits.first?.isNumber == true && !(digits.hasPrefix("0") && digits.dropFirst().first?.isNumber == true)
            && (parts.count < 2 || parts[1].first?.isNumber == true)
        guard isJSON, let number = Double(text) else { throw expected(role) }
        guard number.isFinite else { throw expected("a number of at most 1.8e308") }
        position = end
        return Int(text).map(JSONValue.int) ?? .number(number)
    }
}

// MARK: - Strings

extension JSONScanner {
    /// Reads a string; `role` is what an error says was expected.
    mutating func string(_ role: String = "a string") throws(SyntaxError) -> String {
        skipSpace()
        guard next == UInt8(ascii: "\"") else { throw expected(role) }
        let start = position
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    position = start
                    throw expected("text in UTF-8")
                }
                position += 1
                return string
            case UInt8(ascii: "\\"):
                position += 1
                text += try escape().utf8
            case 0..<0x20: throw expected("no control character in a string")
            default:
                text.append(byte)
                position += 1
            }
        }
        throw expected("the end of the string")
    }

    private static func escaped(_ byte: UInt8) -> String? {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): String(UnicodeScalar(byte))
        case UInt8(ascii: "b"): "\u{8}"
        case UInt8(ascii: "f"): "\u{C}"
        case UInt8(ascii: "n"): "\n"
        case UInt8(ascii: "r"): "\r"
        case UInt8(ascii: "t"): "\t"
        default: nil
        }
    }

    private mutating func escape() throws(SyntaxError) -> String {
        guard let byte = next else { throw expected("the end of the string") }
        if let text = Self.escaped(byte) {
            position += 1
            return text
        }
        guard byte == UInt8(ascii: "u") else { throw expected("an escape sequence") }
        let start = position
        position += 1
        var units = [try codeUnit()]
        // Two escapes make one character beyond the first 65536.
        if UTF16.isLeadSurrogate(units[0]), bytes[position...].starts(with: "\\u".utf8) {
            position += 2
            units.append(try codeUnit())
        }
        guard let text = String(validating: units, as: UTF16.self) else {
            position = start
            throw expected("the escape sequence of a character")
        }
        return text
    }

    private mutating func codeUnit() throws(SyntaxError) -> UInt16 {
        let digits = bytes[position...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw expected("four hexadecimal digits") }
        position += 4
        return unit
    }
}
