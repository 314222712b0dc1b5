/// How an array is written as text: like NumPy's `str`, with `true` and `false` for `bool`.
public struct ArrayFormat: Sendable {
    /// At most so many digits behind the point.
    public var precision: Int
    /// Arrays with more elements than this show the first and last parts of each axis alone.
    public var threshold: Int
    /// How many parts are shown at each end of an axis then.
    public var edgeItems: Int
    /// Lines are at most so long, where the elements allow it.
    public var lineWidth: Int

    /// The format of `description`, with what is named here changed.
    public init(precision: Int = 8, threshold: Int = 1000, edgeItems: Int = 3, lineWidth: Int = 75) {
        require(
            precision >= 0 && edgeItems > 0,
            "ArrayFormat: expected a precision from 0 and edge items from 1, got \(precision), \(edgeItems)")
        self.precision = precision
        self.threshold = threshold
        self.edgeItems = edgeItems
        self.lineWidth = lineWidth
    }
}

extension NDArray: CustomStringConvertible, CustomDebugStringConvertible {
    /// The elements in nested brackets, aligned; a single number (no axes) stands alone, with all its digits.
    public var description: String { formatted(ArrayFormat()) }

    /// The shape and the element type, then the elements.
    public var debugDescription: String { "NDArray(shape: \(shape), dtype: \(dtype))\n\(self)" }

    /// The elements as text, in a format of one's own.
    public func formatted(_ format: ArrayFormat) -> String {
        if rank == 0 { return singleNumber }
        if count == 0 { return "[]" }
        let isSummary = count > format.threshold
        let shown = isSummary ? corners(format.edgeItems) : self
        let layout = TextLayout(
            words: shown.words(format), shape: shown.shape,
            gaps: (0..<rank).map { isSummary && shape[$0] > 2 * format.edgeItems ? format.edgeItems : nil })
        return layout.text(width: format.lineWidth)
    }

    private var singleNumber: String {
        switch dtype {
        case .float32: floats[0].shortestText
        case .float64: doubles[0].shortestText
        case .int32, .int64: integers[0].description
        case .bool: bools[0].description
        }
    }

    /// The first and last `edge` parts along every axis longer than both together.
    private func corners(_ edge: Int) -> NDArray {
        var result = self
        for axis in 0..<rank where shape[axis] > 2 * edge {
            result = concatenate(
                [0, shape[axis] - edge].map { result.strided(axis: axis, start: $0, step: 1, count: edge) }, axis: axis)
        }
        return result
    }

    /// The elements in row-major order as text, all of one width.
    private func words(_ format: ArrayFormat) -> [String] {
        switch dtype {
        case .float32: return FloatingFormat(floats, precision: format.precision).words
        case .float64: return FloatingFormat(doubles, precision: format.precision).words
        case .int32, .int64: return aligned(integers.map(\.description))
        case .bool: return aligned(bools.map(\.description))
        }
    }
}

private func aligned(_ words: [String]) -> [String] {
    let width = words.reduce(0) { Swift.max($0, $1.utf8.count) }
    return words.map { String(repeating: " ", count: width - $0.utf8.count) + $0 }
}

/// Words in nested brackets.
private struct TextLayout {
    let words: [String]
    let shape: Shape
    /// For each axis after how many parts some are left out, nil when none are.
    let gaps: [Int?]

    func text(width: Int) -> String {
        var next = 0
        return part(axis: 0, indent: " ", width: width, next: &next)
    }

    /// The brackets around `axis`; the words from number `next` on stand in them.
    private func part(axis: Int, indent: String, width: Int, next: inout Int) -> String {
        if axis == shape.rank - 1 { return row(indent: indent, width: width, next: &next) }
        // One more empty line between parts for each axis in them beyond rows.
        let separator = String(repeating: "\n", count: shape.rank - axis - 1)
        var parts: [String] = []
        for i in 0..<shape[axis] {
            if i == gaps[axis] { parts.append("...") }
            parts.append(part(axis: axis + 1, indent: indent + " ", width: width - 1, next: &next))
        }
        return "[" + parts.joined(separator: separator + indent) + "]"
    }

    private func row(indent: String, width: Int, next: inout Int) -> String {
        let extent = shape[shape.rank - 1]
        var items = Array(words[next..<next + extent])
        next += extent
        if let gap = gaps[shape.rank - 1] { items.insert("...", at: gap) }
        var (text, length) = ("[", indent.utf8.count)
        for (i, item) in items.enumerated() {
            // Room is kept for the bracket behind the last word.
            if length + item.utf8.count > width - 1 && length > indent.utf8.count {
                while text.utf8.last == UInt8(ascii: " ") { text.removeLast() }
                text += "\n" + indent
                length = indent.utf8.count
            }
            text += item
            length += item.utf8.count
            if i < items.count - 1 {
                text += " "
                length += 1
            }
        }
        return text + "]"
    }
}
