import Testing

@testable import NablaTraining

@Suite struct JSONRecordParserTests {
    private func parse(_ line: String) throws -> JSONRecord { try JSONRecordParser.record(line.utf8) }

    @Test func everyKindOfValue() throws {
        let record = try parse(#" {"i":-12 , "d" : 1.5e-3,"s":"x","t":true,"f":false,"n":null,"e":2E2} "#)
        let expected: JSONRecord = ["i": -12, "d": 0.0015, "s": "x", "t": true, "f": false, "n": .null, "e": 200.0]
        #expect(record == expected)
        #expect(record.keys == ["i", "d", "s", "t", "f", "n", "e"])
        #expect(try parse("{}") == JSONRecord())
    }

    @Test func wholeNumbersBeyondIntAreNumbers() throws {
        #expect(try parse(#"{"a": 9223372036854775808}"#)["a"] == .number(9_223_372_036_854_775_808))
    }

    @Test func escapes() throws {
        let record = try parse(#"{"\u0061\n": "\"\\\/\b\f\n\r\t\u2207\ud83c\udf89"}"#)
        #expect(record["a\n"] == .string("\"\\/\u{8}\u{C}\n\r\t∇🎉"))
    }

    @Test func whatIsWrittenIsRead() throws {
        let record: JSONRecord = [
            "iteration": 7, "x": .number(-1.0 / 3), "tiny": .number(.leastNonzeroMagnitude), "s": "\u{0}\"\\\u{7F}é🎉", "b": false,
        ]
        #expect(try parse(record.line) == record)
    }

    @Test(arguments: [
        (#""#, #"expected "{" at column 1"#),
        (#"[1]"#, #"expected "{" at column 1"#),
        (#"{"a": 1"#, #"expected "," or "}" at column 8"#),
        (#"{"a" 1}"#, #"expected ":" at column 6"#),
        (#"{a: 1}"#, #"expected a name in quotes at column 2"#),
        (#"{"a": 1,}"#, #"expected a name in quotes at column 9"#),
        (#"{"a": 1} x"#, #"expected the end of the line at column 10"#),
        (#"{"a": [1]}"#, #"expected a number, a string, true, false or null at column 7"#),
        (#"{"a": NaN}"#, #"expected a number, a string, true, false or null at column 7"#),
        (#"{"a": 01}"#, #"expected a number, a string, true, false or null at column 7"#),
        (#"{"a": +1}"#, #"expected a number, a string, true, false or null at column 7"#),
        (#"{"a": 1.}"#, #"expected a number, a string, true, false or null at column 7"#),
        (#"{"a": 1.e3}"#, #"expected a number, a string, true, false or null at column 7"#),
        (#"{"a": .5}"#, #"expected a number, a string, true, false or null at column 7"#),
        (#"{"a": 1e}"#, #"expected a number, a string, true, false or null at column 7"#),
        (#"{"a": -}"#, #"expected a number, a string, true, false or null at column 7"#),
        (#"{"a": tru}"#, #"expected a number, a string, true, false or null at column 7"#),
        (#"{"a": truex}"#, #"expected "," or "}" at column 11"#),
        (#"{"a": "b"#, #"expected the end of the string at column 9"#),
        (#"{"a": "\"#, #"expected the end of the string at column 9"#),
        (#"{"a": "\x"}"#, #"expected an escape sequence at column 9"#),
        (#"{"a": "\u12"}"#, #"expected four hexadecimal digits at column 10"#),
        ("{\"a\": \"\u{9}\"}", #"expected no control character in a string at column 8"#),
    ])
    func everythingElseIsRefused(line: String, reason: String) {
        let error = #expect(throws: JSONRecordParser.SyntaxError.self) { try parse(line) }
        #expect(error?.reason == reason)
    }
}
