import Foundation

/// Values in files of JSON.
package enum JSONFile {
    /// Reads a value from a file of at most `limit` bytes.
    ///
    /// - Throws: `FileError` that names the place or the field which is not as expected.
    package static func value<Value: Decodable>(
        _ type: Value.Type, of path: String, atMost limit: Int = 1 << 24
    ) throws(FileError) -> Value {
        try value(type, in: FileContents.bytes(of: path, atMost: limit), path: path)
    }

    /// Reads a value from the bytes of a file.
    package static func value<Value: Decodable>(_ type: Value.Type, in bytes: [UInt8], path: String) throws(FileError) -> Value {
        // Foundation's parser takes the last of two values of one name, and stops the process at some depths.
        var scanner = JSONScanner(bytes)
        do throws(JSONScanner.SyntaxError) {
            try scanner.skipValue()
            guard scanner.isAtEnd else { throw scanner.expected("the end") }
        } catch {
            throw FileError(path: path, reason: error.reason)
        }
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw FileError(path: path, reason: reason(of: error))
        }
    }

    /// The field that a decoder did not find as expected, and why.
    private static func reason(of error: any Error) -> String {
        guard let error = error as? DecodingError else { return "expected other fields than these" }
        func field(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
            let keys = context.codingPath + (last.map { [$0] } ?? [])
            let path = keys.map { key in key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue.excerpt)" }.joined()
            return path.isEmpty ? "the whole" : path.hasPrefix(".") ? String(path.dropFirst()) : path
        }
        switch error {
        case .keyNotFound(let key, let context): return "\(field(context, key)): expected a value, got none"
        case .valueNotFound(_, let context): return "\(field(context)): expected a value, got null"
        case .typeMismatch(let type, let context): return "\(field(context)): expected \(name(of: type)), got something else"
        case .dataCorrupted(let context): return "\(field(context)): \(context.debugDescription)"
        @unknown default: return "expected other fields than these"
        }
    }

    private static func name(of type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Bool.Type: "true or false"
        case is any BinaryInteger.Type: "a whole number in range"
        case is any BinaryFloatingPoint.Type: "a number"
        default: "\(type)".hasPrefix("Dictionary") ? "an object" : "\(type)".hasPrefix("Array") ? "an array" : "\(type)"
        }
    }
}
