import Foundation
import Nabla

/// The results that `Scripts/edge_values.py` computed for one floating type; its head describes the text.
package struct EdgeReference: Sendable {
    /// The cases of each row, by its name.
    package let cases: [String: [EdgeCase]]

    package static let float32 = EdgeReference(dtype: .float32)
    package static let float64 = EdgeReference(dtype: .float64)
    package static func of(_ dtype: DType) -> EdgeReference { dtype == .float32 ? float32 : float64 }

    private init(dtype: DType) {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        // A missing file leaves every row without cases, which the test of completeness reports.
        let text = (try? String(contentsOf: folder.appendingPathComponent("EdgeValues/\(dtype).txt"), encoding: .utf8)) ?? ""
        var (named, cases) = ([String: [Double]](), [String: [EdgeCase]]())
        var row = ""
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            let body = line.dropFirst(2)
            func numbers(_ text: Substring.UTF8View.SubSequence) -> [Double] { fields(text).map { EdgeNumber($0).value } }
            switch line.first! {
            case UInt8(ascii: "N"):
                let parts = body.split(separator: UInt8(ascii: " "), maxSplits: 1)
                named[String(decoding: parts[0], as: UTF8.self)] = numbers(parts[1])
            case UInt8(ascii: "R"):
                row = String(decoding: body, as: UTF8.self)
                cases[row] = []
            case UInt8(ascii: "S"): cases[String(decoding: body, as: UTF8.self)] = cases[row]
            case UInt8(ascii: "C"): cases[row]!.append(EdgeCase(label: String(decoding: body, as: UTF8.self)))
            default:
                cases[row]![cases[row]!.count - 1].add(line.first!, body, named)
            }
        }
        self.cases = cases
    }
}

private func fields(_ text: Substring.UTF8View.SubSequence) -> [Substring.UTF8View.SubSequence] { text.split(separator: UInt8(ascii: " ")) }

/// One set of inputs of a row.
package struct EdgeCase: Sendable {
    package struct Input: Sendable {
        package let shape: [Int]
        package let values: [Double]
        package let isFloating: Bool
    }
    package enum Direction: Sendable {
        /// Ones along one floating input, nothing along the others.
        case only(Int)
        case vector([[Double]])
    }
    package let label: String
    package private(set) var inputs: [Input] = []
    /// Weights of the outputs; none stand for ones.
    package private(set) var weights: [[Double]] = []
    package private(set) var values: [[EdgeNumber]] = []
    package private(set) var gradient: [[EdgeNumber]] = []
    package private(set) var second: [(direction: Direction, expected: [[EdgeNumber]])] = []

    init(label: String) { self.label = label }

    fileprivate mutating func add(_ letter: UInt8, _ body: Substring.UTF8View.SubSequence, _ named: [String: [Double]]) {
        switch letter {
        case UInt8(ascii: "I") where body.first == UInt8(ascii: "@"):
            let numbers = named[String(decoding: body.dropFirst(), as: UTF8.self)]!
            inputs.append(Input(shape: [numbers.count], values: numbers, isFloating: true))
        case UInt8(ascii: "I"), UInt8(ascii: "J"):
            let isFloating = letter == UInt8(ascii: "I")
            let parts = body.split(separator: UInt8(ascii: ";"))
            let shape = parts[0].split(separator: UInt8(ascii: ",")).map { Int(String(decoding: $0, as: UTF8.self))! }
            let values = fields(parts[1]).map { isFloating ? EdgeNumber($0).value : Double(String(decoding: $0, as: UTF8.self))! }
            inputs.append(Input(shape: shape, values: values, isFloating: isFloating))
        case UInt8(ascii: "W"): weights.append(fields(body).map { EdgeNumber($0).value })
        case UInt8(ascii: "Y"): values.append(fields(body).map { EdgeNumber($0) })
        case UInt8(ascii: "G"): gradient.append(fields(body).map { EdgeNumber($0) })
        case UInt8(ascii: "D"): second.append((.only(Int(String(decoding: body, as: UTF8.self))!), []))
        case UInt8(ascii: "V"):
            let numbers = fields(body).map { EdgeNumber($0).value }
            if case .vector(let before)? = second.last?.direction {
                second[second.count - 1].direction = .vector(before + [numbers])
            } else {
                second.append((.vector([numbers]), []))
            }
        default:
            // Without a direction: along ones.
            if second.isEmpty { second.append((.only(0), [])) }
            second[second.count - 1].expected.append(fields(body).map { EdgeNumber($0) })
        }
    }
}

/// A result: a number, or what is known of it.
package struct EdgeNumber: Sendable {
    package enum Kind: Sendable { case number, any, notANumber, eitherInfinity, positiveZero, negativeZero }
    package let kind: Kind
    package let value: Double
    /// The magnitude to which an error is compared.
    package let scale: Double

    package init(number value: Double, scale: Double) { (kind, self.value, self.scale) = (.number, value, max(value.magnitude, scale)) }

    fileprivate init(_ text: Substring.UTF8View.SubSequence) {
        let parts = text.split(separator: UInt8(ascii: "/"))
        func number(_ digits: Substring.UTF8View.SubSequence) -> Double {
            var bits: UInt64 = 0
            for digit in digits { bits = bits << 4 | UInt64(digit > 0x39 ? digit - 0x57 : digit - 0x30) }
            return Double(bitPattern: bits << (4 * UInt64(16 - digits.count)))
        }
        switch text.first! {
        case UInt8(ascii: "?"): (kind, value, scale) = (.any, .nan, 0)
        case UInt8(ascii: "n"): (kind, value, scale) = (.notANumber, .nan, 0)
        case UInt8(ascii: "*"): (kind, value, scale) = (.eitherInfinity, .infinity, 0)
        case UInt8(ascii: "+"): (kind, value, scale) = (.positiveZero, 0, 0)
        case UInt8(ascii: "-"): (kind, value, scale) = (.negativeZero, -0.0, 0)
        default:
            kind = .number
            value = number(parts[0])
            scale = max(value.magnitude, parts.count > 1 ? number(parts[1]) : 0)
        }
    }

    /// The error of `got`, in units of the type's epsilon relative to the result or to its scale; infinite where it is wrong in kind. Four of
    /// the type's smallest numbers are no error, since results below the normal numbers have no more digits than that.
    package func error(of got: Double, _ dtype: DType) -> Double {
        let isNarrow = dtype == .float32
        let epsilon = isNarrow ? Double(Float.ulpOfOne) : Double.ulpOfOne
        let tiny = isNarrow ? Double(Float.leastNonzeroMagnitude) : Double.leastNonzeroMagnitude
        let greatest = isNarrow ? Double(Float.greatestFiniteMagnitude) : Double.greatestFiniteMagnitude
        switch kind {
        case .any: return 0
        case .notANumber: return got.isNaN ? 0 : .infinity
        case .eitherInfinity: return got.isInfinite ? 0 : .infinity
        case .positiveZero: return got == 0 && got.sign == .plus ? 0 : .infinity
        case .negativeZero: return got == 0 && got.sign == .minus ? 0 : .infinity
        case .number: break
        }
        if got.isNaN { return .infinity }
        if got == value { return 0 }
        if scale.isInfinite && value.isFinite { return 0 }
        if value.isInfinite || (got.isInfinite && got.sign != value.sign) { return .infinity }
        // What overflows in the type is infinite, and the largest number within its rounding error.
        let target = got.isInfinite ? greatest : got.magnitude == greatest ? max(got.magnitude, value.magnitude) : got.magnitude
        if got.isInfinite && value.magnitude > greatest { return 0 }
        let difference = got.sign == value.sign ? (target - value.magnitude).magnitude : (got - value).magnitude
        if got.isFinite && value.magnitude > greatest { return (value.magnitude - got.magnitude) / (epsilon * scale) }
        let error = difference - 4 * tiny
        return error <= 0 ? 0 : error / epsilon / scale
    }
}
