/// `12.3 ns`, `4.56 µs`, `7.89 ms`
func formatted(nanoseconds: Double) -> String {
    let (value, unit) =
        nanoseconds < 1e3 ? (nanoseconds, "ns") : nanoseconds < 1e6 ? (nanoseconds / 1e3, "µs") : (nanoseconds / 1e6, "ms")
    return "\(threeDigits(value)) \(unit)"
}

/// `1.2 kB`, `3.45 MB`
func formatted(bytes: Int) -> String {
    bytes < 1_000_000 ? "\(threeDigits(Double(bytes) / 1e3)) kB" : "\(threeDigits(Double(bytes) / 1e6)) MB"
}

/// `1.23`, `12.3`, `123`
func threeDigits(_ value: Double) -> String {
    if value >= 100 { return value < 1e15 ? "\(Int(value.rounded()))" : "\(value)" }
    let digits = value < 10 ? 100.0 : 10.0
    return "\((value * digits).rounded() / digits)"
}

func padded(_ text: String, _ width: Int, left: Bool = false) -> String {
    let fill = String(repeating: " ", count: max(0, width - text.count))
    return left ? fill + text : text + fill
}
