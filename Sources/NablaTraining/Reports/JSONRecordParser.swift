/// Reads one line of JSON (RFC 8259) that is an object of numbers, strings, booleans and nulls.
struct JSONRecordParser {
    /// Where the line departs from the grammar.
    struct SyntaxError: Error {
        /// What was expected, and where.
        let reason: String
    }

    private let bytes: [UInt8]
    private var position = 0

    static func record(_ line: some Sequence<UInt8>) throws(SyntaxError) -> JSONRecord {
        var parser = JSONRecordParser(bytes: Array(line))
        let record = try parser.object()
        parser.skipSpace()
        guard parser.position == parser.bytes.count else { throw parser.expected("the end of the line") }
        return record
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func expected(_ what: String) -> SyntaxError { SyntaxError(reason: "expected \(what) at column \(position + 1)") }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
    }

    private mutating func skip(_ character: Character) -> Bool {
        skipSpace()
        guard next == character.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func object() throws(SyntaxError) -> JSONRecord {
        guard skip("{") else { throw expected("\"{\"") }
        var record = JSONRecord()
        if skip("}") { return record }
        repeat {
            skipSpace()
            let key = try string("a name in quotes")
            guard skip(":") else { throw expected("\":\"") }
            record[key] = try value()
        } while skip(",")
        guard skip("}") else { throw expected("\",\" or \"}\"") }
        return record
    }

    private mutating func value() throws(SyntaxError) -> JSONValue {
        skipSpace()
        if next == UInt8(ascii: "\"") { return .string(try string("a string")) }
        for (word, value) in [("true", JSONValue.bool(true)), ("false", .bool(false)), ("null", .null)]
        where bytes[position...].starts(with: word.utf8) {
            position += word.utf8.count
            return value
        }
        return try number()
    }

    private mutating func number() throws(SyntaxError) -> JSONValue {
        let isPart = { (byte: UInt8) in (0x30...0x39).contains(byte) || "+-.eE".utf8.contains(byte) }
        let text = String(decoding: bytes[position...].prefix(while: isPart), as: UTF8.self)
        // `Double` reads more than JSON allows: a leading plus or zero, and a point without digits beside it.
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let isJSON =
            digits.first?.isNumber == true && !(digits.hasPrefix("0") && digits.dropFirst().first?.isNumber == true)
            && (parts.count < 2 || parts[1].first?.isNumber == true)
        guard isJSON, let number = Double(text) else { throw expected("a number, a string, true, false or null") }
        position += text.utf8.count
        return Int(text).map(JSONValue.int) ?? .number(number)
    }

    private mutating func string(_ role: String) throws(SyntaxError) -> String {
        guard next == UInt8(ascii: "\"") else { throw expected(role) }
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: text, as: UTF8.self)
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

    private static let escapes: [Character: String] = [
        "\"": "\"", "\\": "\\", "/": "/", "b": "\u{8}", "f": "\u{C}", "n": "\n", "r": "\r", "t": "\t",
    ]

    private mutating func escape() throws(SyntaxError) -> String {
        guard let byte = next else { throw expected("the end of the string") }
        if let text = Self.escapes[Character(UnicodeScalar(byte))] {
            position += 1
            return text
        }
        guard byte == UInt8(ascii: "u") else { throw expected("an escape sequence") }
        position += 1
        var units = [try codeUnit()]
        // Two escapes make one character beyond the first 65536.
        if UTF16.isLeadSurrogate(units[0]), bytes[position...].starts(with: "\\u".utf8) {
            position += 2
            units.append(try codeUnit())
        }
        return String(decoding: units, as: UTF16.self)
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
