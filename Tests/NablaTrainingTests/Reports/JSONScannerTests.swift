import NablaArray
import Testing

@testable import NablaTraining

@Suite struct JSONScannerTests {
    private struct Settings: Codable, Equatable {
        struct Part: Codable, Equatable { var rate: Double }
        var count: Int
        var parts: [Part]
    }

    private func read(_ text: String) throws -> Settings { try JSONFile.value(Settings.self, in: Array(text.utf8), path: "f") }

    private func expectFailure(_ text: String, _ reason: String, _ location: SourceLocation = #_sourceLocation) {
        #expect(throws: FileError(path: "f", reason: reason), sourceLocation: location) { try read(text) }
    }

    @Test func valuesAreRead() throws {
        #expect(
            try read(#"{"count": 3, "parts": [{"rate": 0.5}], "more": [null, {"a": []}]}"#) == Settings(count: 3, parts: [.init(rate: 0.5)])
        )
    }

    @Test func theFieldIsNamed() {
        expectFailure(#"{"count": 3}"#, "parts: expected a value, got none")
        expectFailure(#"{"count": null, "parts": []}"#, "count: expected a value, got null")
        expectFailure(#"{"count": "3", "parts": []}"#, "count: expected a whole number in range, got something else")
        expectFailure(#"{"count": 1, "parts": [{"rate": 1}, {"rate": true}]}"#, "parts[1].rate: expected a number, got something else")
        expectFailure(#"{"count": 1, "parts": {}}"#, "parts: expected an array, got something else")
        expectFailure("[]", "the whole: expected an object, got something else")
    }

    @Test func theSyntaxIsChecked() {
        expectFailure("", "expected a value at column 1")
        expectFailure("{\n  \"count\": 3,\n  \"count\": 4}", "expected each name once, got count again at line 3, column 3")
        expectFailure(#"{"count": 1e999, "parts": []}"#, "expected a number of at most 1.8e308 at column 11")
        expectFailure(#"{"count": 1, "parts": []} x"#, "expected the end at column 27")
        #expect(throws: FileError(path: "f", reason: "expected text in UTF-8 at column 2")) {
            try JSONFile.value(Settings.self, in: [UInt8(ascii: "{"), UInt8(ascii: "\""), 0xFF, UInt8(ascii: "\"")], path: "f")
        }
        expectFailure(#"{"\ud800x": 1}"#, "expected the escape sequence of a character at column 4")
    }

    /// Around the depth at which Foundation's parser stops the process, and where the stack would end.
    @Test(arguments: [63, 64, 65, 511, 512, 513, 100_000, 2_000_000]) func nesting(depth: Int) {
        for bracket in ["[", "{\"a\":"] {
            let open = String(repeating: bracket, count: depth)
            #expect(throws: FileError.self) { try read(open) }
            #expect(throws: FileError.self) { try read("{\"count\": " + open) }
        }
        if depth > 64 {
            expectFailure(String(repeating: "[", count: depth), "expected at most 64 brackets around a value, got more at column 65")
        }
    }

    @Test func excerptsAreShort() {
        #expect("a\nb".excerpt == "a\\nb")
        #expect(String(repeating: "x", count: 100).excerpt == String(repeating: "x", count: 100))
        #expect(String(repeating: "x", count: 1_000_000).excerpt == String(repeating: "x", count: 100) + "…")
    }

    @Test(arguments: [
        (#"{"a": 1, "a": 2}"#, #"expected each name once, got a again at column 10"#),
        (#"{"a": 1e400}"#, #"expected a number of at most 1.8e308 at column 7"#),
        (#"{"a": "\ud83c"}"#, #"expected the escape sequence of a character at column 9"#),
    ]) func recordsAreStrict(line: String, reason: String) {
        let error = #expect(throws: JSONScanner.SyntaxError.self) { try JSONRecordParser.record(line.utf8) }
        #expect(error?.reason == reason)
    }
}
