import Foundation
import FunctionTable
import Testing

/// A public function that is not in the table fails here.
@Suite struct FunctionTableCompletenessTests {
    /// Public functions of variables that need no row.
    static let exceptions: Set<String> = Set(
        // Comparisons give constants.
        [".==", ".!=", ".<", ".<=", ".>", ".>="].flatMap { ["\($0)(Variable, Variable)", "\($0)(Variable, some Scalar)"] } + [
            // A constant: its derivative is zero wherever it has one.
            "sign(Variable)",
            // Never twice the same function; the one with a generator of its own has a row.
            "dropout(Variable, ratio: Double)",
        ])

    @Test func everyPublicFunctionHasARow() throws {
        let declared = try declarations()
        #expect(declared.count > 100, "found \(declared.count) declarations only: has the layout of the sources changed?")
        let covered = Set(FunctionTable.rows.flatMap(\.declarations))
        for declaration in declared.keys.sorted() where !covered.contains(declaration) && !Self.exceptions.contains(declaration) {
            Issue.record("\(declaration) in \(declared[declaration]!) has no row in the table of functions")
        }
    }

    @Test func everyRowNamesAPublicFunction() throws {
        let declared = try declarations()
        for row in FunctionTable.rows {
            for declaration in row.declarations {
                #expect(declared[declaration] == "\(row.family).swift", "\(row): \(declaration)")
            }
        }
    }

    @Test func namesAreUnique() {
        let names = FunctionTable.rows.map(\.name)
        #expect(Set(names).count == names.count)
        for row in FunctionTable.rows {
            let labels = row.samples.map(\.label)
            #expect(Set(labels).count == labels.count, "\(row)")
        }
    }

    /// The public functions of the library's `Functions` folder, and of the folders in it, whose signature, or the type they extend, mentions `Variable`, with their
    /// file: base name, then labels and types of the parameters.
    private func declarations() throws -> [String: String] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources/Nabla/Functions")
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)).compactMap { $0 as? URL }
        var found: [String: String] = [:]
        for file in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            let pattern = /public (?:static )?(?:prefix )?(?:func )?(\.?[<>=!+\-*\/]+|[\w`]+) ?(?:<[A-Z]\w*: [\w &]+>)?\(/
            for match in text.matches(of: pattern) {
                let name = String(match.1).replacing("`", with: "")
                if name == "init" { continue }
                let parameters = parameterList(text[match.range.upperBound...])
                let rest = text[match.range.lowerBound...].prefix { $0 != "{" }
                guard rest.contains("Variable") else { continue }
                // Operators and subscripts have names for their parameters, not labels.
                let hasLabels = name != "subscript" && name.contains(where: \.isLetter)
                let signatures = parameters.map { signature($0, hasLabels: hasLabels) }
                found["\(name)(\(signatures.joined(separator: ", ")))"] = file.lastPathComponent
            }
        }
        return found
    }

    /// The text of each parameter, up to the closing parenthesis.
    private func parameterList(_ text: Substring) -> [String] {
        var (parts, depth) = ([""], 0)
        for character in text {
            if character == ")" && depth == 0 { break }
            if "([".contains(character) { depth += 1 }
            if ")]".contains(character) { depth -= 1 }
            if character == "," && depth == 0 { parts.append("") } else { parts[parts.count - 1].append(character) }
        }
        return parts.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { !$0.isEmpty }
    }

    /// `label: Type`, or `Type` alone where the caller writes no label.
    private func signature(_ parameter: String, hasLabels: Bool) -> String {
        let colon = parameter.firstIndex(of: ":")!
        let names = parameter[..<colon].split(separator: " ")
        var type = String(parameter[parameter.index(after: colon)...])
        if let equals = type.range(of: " = ") { type = String(type[..<equals.lowerBound]) }
        type = type.trimmingCharacters(in: .whitespaces).replacing("inout ", with: "")
        return hasLabels && names[0] != "_" ? "\(names[0]): \(type)" : type
    }
}
