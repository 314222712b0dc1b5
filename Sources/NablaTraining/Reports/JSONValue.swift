/// What a field of a log record can hold.
public enum JSONValue: Sendable, Equatable {
    case int(Int)
    /// NaN and infinities have no notation in JSON: they are written as `null`.
    case number(Double)
    case string(String)
    case bool(Bool)
    case null
}

extension JSONValue: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) { self = .int(value) }
}

extension JSONValue: ExpressibleByFloatLiteral {
    public init(floatLiteral value: Double) { self = .number(value) }
}

extension JSONValue: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
}

extension JSONValue: ExpressibleByBooleanLiteral {
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSONValue {
    /// The number, of an integer too; NaN for `null`, which is what NaN was written as; nil for anything else.
    public var doubleValue: Double? {
        switch self {
        case .int(let value): Double(value)
        case .number(let value): value
        case .null: .nan
        case .string, .bool: nil
        }
    }
}

/// Named values in the order they were added: one line of a log.
///
///     let record: JSONRecord = ["iteration": 100, "main/loss": .number(loss), "note": "warm"]
public struct JSONRecord: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// The names in order.
    public private(set) var keys: [String] = []
    private var values: [String: JSONValue] = [:]

    /// A record without fields.
    public init() {}

    /// A record of the given fields, in order; of two with one name the second counts, in the place of the first.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (key, value) in elements { self[key] = value }
    }

    /// The value of a field; nil when there is none. A new field goes to the end, nil removes one. O(1), removal O(n).
    public subscript(key: String) -> JSONValue? {
        get { values[key] }
        set {
            if newValue == nil {
                keys.removeAll { $0 == key }
            } else if values[key] == nil {
                keys.append(key)
            }
            values[key] = newValue
        }
    }
}

extension JSONRecord {
    /// The record as one line of JSON, without the line's end.
    public var line: String {
        "{" + keys.map { key in Self.quoted(key) + ": " + Self.text(of: values[key] ?? .null) }.joined(separator: ", ") + "}"
    }

    private static func text(of value: JSONValue) -> String {
        switch value {
        case .int(let value): "\(value)"
        // The shortest digits that read back as the same number.
        case .number(let value): value.isFinite ? "\(value)" : "null"
        case .string(let value): quoted(value)
        case .bool(let value): "\(value)"
        case .null: "null"
        }
    }

    /// A string of JSON.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..<" ":
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
