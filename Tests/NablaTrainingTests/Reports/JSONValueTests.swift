import NablaTraining
import Testing

@Suite struct JSONValueTests {
    @Test func fieldsStandInOrder() {
        let record: JSONRecord = ["iteration": 100, "loss": 0.25, "note": "warm", "best": true, "absent": .null]
        #expect(record.line == #"{"iteration": 100, "loss": 0.25, "note": "warm", "best": true, "absent": null}"#)
        #expect(JSONRecord().line == "{}")
    }

    @Test func numbersReadBackAsTheyWere() {
        let record: JSONRecord = ["a": 3.0, "b": .number(0.1 + 0.2), "c": 1e-300, "d": .int(.min), "e": -0.0]
        #expect(record.line == #"{"a": 3.0, "b": 0.30000000000000004, "c": 1e-300, "d": -9223372036854775808, "e": -0.0}"#)
    }

    @Test func whatIsNotFiniteIsNull() {
        let record: JSONRecord = ["a": .number(.nan), "b": .number(.infinity), "c": .number(-.infinity)]
        #expect(record.line == #"{"a": null, "b": null, "c": null}"#)
    }

    @Test func stringsAreEscaped() {
        let record: JSONRecord = ["a\"b": "\\ \n \r \t \u{1} \u{1F} ∇ 🎉 /"]
        #expect(record.line == #"{"a\"b": "\\ \n \r \t \u0001 \u001f ∇ 🎉 /"}"#)
    }

    @Test func fieldsAreSetAndRemoved() {
        var record: JSONRecord = ["a": 1, "b": 2, "a": 3]
        #expect(record.keys == ["a", "b"] && record["a"] == .int(3))
        record["b"] = nil
        record["c"] = 4
        record["a"] = "x"
        #expect(record.line == #"{"a": "x", "c": 4}"#)
        #expect(record["b"] == nil)
    }

    @Test func numbersOfAnyKind() {
        #expect(JSONValue.int(2).doubleValue == 2)
        #expect(JSONValue.number(2.5).doubleValue == 2.5)
        #expect(JSONValue.null.doubleValue?.isNaN == true)
        #expect(JSONValue.string("2").doubleValue == nil)
    }
}
