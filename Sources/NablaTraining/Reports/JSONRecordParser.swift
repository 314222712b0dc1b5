/// Reads one line of JSON that is an object of numbers, strings, booleans and nulls.
enum JSONRecordParser {
    typealias SyntaxError = JSONScanner.SyntaxError

    static func record(_ line: some Sequence<UInt8>) throws(SyntaxError) -> JSONRecord {
        var scanner = JSONScanner(Array(line))
        var record = JSONRecord()
        try scanner.object { scanner, key throws(SyntaxError) in record[key] = try scanner.scalar() }
        guard scanner.isAtEnd else { throw scanner.expected("the end of the line") }
        return record
    }
}
