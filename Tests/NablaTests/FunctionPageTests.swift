import Foundation
import FunctionTable
import Testing

/// The published table of functions is what the table in the tests says. `NABLA_WRITE_FUNCTIONS=1 swift test --filter FunctionPageTests`
/// writes it.
@Suite struct FunctionPageTests {
    @Test func pageIsOfTheTable() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let page = root.appendingPathComponent("docs/functions.md")
        if ProcessInfo.processInfo.environment["NABLA_WRITE_FUNCTIONS"] != nil {
            try FunctionPage.text.write(to: page, atomically: true, encoding: .utf8)
        }
        let text = try String(contentsOf: page, encoding: .utf8)
        #expect(text == FunctionPage.text, "docs/functions.md is not of the table: NABLA_WRITE_FUNCTIONS=1 writes it")
    }
}
