#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Real numbers as text of one width, after NumPy's rules (`numpy.printoptions`, floatmode `maxprec`).
///
/// Each number has the fewest digits that tell it from its neighbours of the same type, but at most `precision` behind the point; beside
/// powers of ten all have as many as the one that needs most. Powers of ten are used when the largest magnitude is at least 10⁸
/// (float32: 10⁶), the smallest other than 0 below 10⁻⁴, or their ratio above 1000.
struct FloatingFormat {
    /// The numbers in the order they came.
    private(set) var words: [String]

    init<T: BinaryFloatingPoint & CustomStringConvertible>(_ values: [T], precision: Int) {
        let magnitudes = values.filter { $0.isFinite && $0 != 0 }.map(\.magnitude)
        let (least, greatest) = (magnitudes.min() ?? 1, magnitudes.max() ?? 1)
        let usesPowers = greatest >= (T.self == Float.self ? 1e6 : 1e8) || least < 0.0001 || greatest / least > 1000

        var numbers = values.map { value in
            value.isFinite ? DecimalText(value, precision: precision, usesPower: usesPowers) : nil
        }
        if usesPowers {
            let digits = numbers.reduce(0) { Swift.max($0, $1?.fraction.utf8.count ?? 0) }
            numbers = values.map { $0.isFinite ? DecimalText(exactly: Double($0), digits: digits) : nil }
        }
        let finite = numbers.compactMap { $0 }
        var left = finite.reduce(0) { Swift.max($0, $1.whole.utf8.count) }
        let fraction = finite.reduce(0) { Swift.max($0, $1.fraction.utf8.count) }
        let exponent = finite.reduce(2) { Swift.max($0, $1.exponentDigits.utf8.count) }
        let right = finite.isEmpty ? 0 : fraction + (usesPowers ? exponent + 2 : 0)
        for value in values where !value.isFinite { left = Swift.max(left, value.shortestText.utf8.count - right - 1) }

        words = zip(values, numbers).map { value, number in
            guard let number else {
                let text = value.shortestText
                return spaces(left + right + 1 - text.utf8.count) + text
            }
            let start = spaces(left - number.whole.utf8.count) + number.whole + "." + number.fraction
            if !usesPowers { return start + spaces(fraction - number.fraction.utf8.count) }
            let exponentZeros = String(repeating: "0", count: exponent - number.exponentDigits.utf8.count)
            return start + "e" + (number.exponent < 0 ? "-" : "+") + exponentZeros + number.exponentDigits
        }
    }
}

extension BinaryFloatingPoint where Self: CustomStringConvertible {
    /// The fewest digits that read back as this number; a NaN's sign means nothing and is not shown.
    var shortestText: String { isNaN ? "nan" : description }
}

/// The parts of one number: whole.fraction × 10^exponent.
private struct DecimalText {
    /// With the sign.
    var whole: String
    var fraction: String
    var exponent = 0

    var exponentDigits: String { String(exponent.magnitude) }

    /// `value` with a power of ten and a given number of digits behind the point.
    init(exactly value: Double, digits: Int) {
        let number = Digits(text: rounded(value, digits, true))
        let all = number.digits + [UInt8](repeating: UInt8(ascii: "0"), count: Swift.max(0, digits + 1 - number.digits.count))
        whole = (value.sign == .minus ? "-" : "") + String(decoding: all.prefix(1), as: UTF8.self)
        fraction = String(decoding: all.dropFirst(), as: UTF8.self)
        exponent = number.digits.isEmpty ? 0 : number.pointPosition - 1
    }

    init<T: BinaryFloatingPoint & CustomStringConvertible>(_ value: T, precision: Int, usesPower: Bool) {
        var digits = Digits(value)
        // Swift's digits are rounded from the exact value once; cutting them would round twice. So a number with too many is rounded anew.
        let excess = digits.digits.count - precision - (usesPower ? 1 : digits.pointPosition)
        if excess > 0 { digits = Digits(text: rounded(Double(value), precision, usesPower)) }
        let sign = value.sign == .minus ? "-" : ""
        if digits.digits.isEmpty {
            (whole, fraction) = (sign + "0", "")
        } else if usesPower {
            whole = sign + String(decoding: digits.digits.prefix(1), as: UTF8.self)
            fraction = String(decoding: digits.digits.dropFirst(), as: UTF8.self)
            exponent = digits.pointPosition - 1
        } else {
            let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: Swift.max(0, -digits.pointPosition))
            let point = Swift.max(0, digits.pointPosition)
            let trailing = [UInt8](repeating: UInt8(ascii: "0"), count: Swift.max(0, point - digits.digits.count))
            whole = sign + (point == 0 ? "0" : String(decoding: digits.digits.prefix(point) + trailing, as: UTF8.self))
            fraction = String(decoding: zeros + digits.digits.dropFirst(point), as: UTF8.self)
        }
    }
}

/// The significant digits of a number: 0.d₁d₂d₃… × 10^pointPosition, with d₁ and the last digit other than 0; no digits for 0.
private struct Digits {
    var digits: [UInt8] = []
    var pointPosition = 0

    /// The fewest digits that `T` reads back as `value`.
    init<T: CustomStringConvertible>(_ value: T) { self.init(text: value.description) }

    /// Reads a number as Swift and C write them.
    init(text: String) {
        var (seenPoint, leading) = (false, true)
        var characters = text.utf8[...]
        while let character = characters.popFirst() {
            switch character {
            case UInt8(ascii: "-"): continue
            case UInt8(ascii: "e"):
                pointPosition += Int(Substring(characters)) ?? 0
                characters = characters[characters.endIndex...]
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if leading && character == UInt8(ascii: "0") {
                    if seenPoint { pointPosition -= 1 }
                    continue
                }
                leading = false
                digits.append(character)
                if !seenPoint { pointPosition += 1 }
            default: seenPoint = true  // "." or, in some locales of a host program, ","
            }
        }
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        if digits.isEmpty { pointPosition = 0 }
    }
}

/// `value` rounded to `precision` digits behind the point, halves to even, with or without a power of ten.
private func rounded(_ value: Double, _ precision: Int, _ usesPower: Bool) -> String {
    // The greatest double has 309 digits before the point.
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: precision + 320) { buffer in
        _ = withVaList([Int32(clamping: precision), value]) {
            vsnprintf(buffer.baseAddress!, buffer.count, usesPower ? "%.*e" : "%.*f", $0)
        }
        return String(cString: buffer.baseAddress!)
    }
}

private func spaces(_ count: Int) -> String { String(repeating: " ", count: Swift.max(0, count)) }
