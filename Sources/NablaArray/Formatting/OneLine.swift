extension String {
    /// This text on one line: what would begin another one, steer a terminal or turn the direction of writing is written as Swift writes it,
    /// `\n` or `\u{1B}`.
    ///
    /// For names and paths from outside of the program, which messages quote.
    package var oneLine: String {
        guard unicodeScalars.contains(where: Self.isControl) else { return self }
        var line = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": line += "\\n"
            case "\r": line += "\\r"
            case "\t": line += "\\t"
            case _ where Self.isControl(scalar): line += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
            default: line.unicodeScalars.append(scalar)
            }
        }
        return line
    }

    /// The same, of at most some hundred characters: a name from a damaged file can be as long as the file.
    package var excerpt: String {
        let limit = 100
        guard let end = unicodeScalars.index(unicodeScalars.startIndex, offsetBy: limit, limitedBy: unicodeScalars.endIndex),
            end < unicodeScalars.endIndex
        else { return oneLine }
        return (String(unicodeScalars[..<end]) + "…").oneLine
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0: true
        // Separators of lines and paragraphs, and the marks that turn the direction of writing.
        case 0x2028, 0x2029, 0x200E, 0x200F, 0x061C, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
