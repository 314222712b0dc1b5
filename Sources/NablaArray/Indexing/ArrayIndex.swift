/// What may stand between the brackets of `x[…]`.
///
/// | index | meaning |
/// |---|---|
/// | `2`, `-1` | one position, counted from the end when negative; the axis is absent from the result |
/// | `1..<3`, `1...2`, `1...`, `..<3`, `...2` | a part of the axis; a negative bound counts from the end |
/// | `.all` | the whole axis |
/// | `.stride(from: 8, to: 2, by: -2)` | every so manieth position; each bound may be left out |
/// | `.newAxis` | an axis of extent 1 that the array does not have |
/// | `.ellipsis` | `.all` for as many axes as the other indices leave over |
/// | an array of integers | the positions it lists; its axes take the place of the indexed one |
/// | an array of `bool` | the positions where it is true; it covers as many axes as it has, which become one |
///
/// Several index arrays are broadcast together and name one element by their positions, as in NumPy; their common axes stand where the
/// first of them stood when they follow each other, and in front when a slice, a new axis or an ellipsis comes between. A position
/// beside an array counts as an array of no axes. A bound or a position outside the axis stops the program.
public protocol ArrayIndex: Sendable {
    /// This index in the form that indexing works with.
    var indexTerm: IndexTerm { get }
}

/// One index of `x[…]`, in the form that indexing works with.
public struct IndexTerm: ArrayIndex {
    package enum Kind: Sendable {
        case position(Int)
        /// Bounds left out depend on the sign of the step.
        case range(from: Int?, to: Int?, step: Int)
        case newAxis
        case ellipsis
        case array(NDArray)
    }
    package let kind: Kind

    package init(_ kind: Kind) { self.kind = kind }

    public var indexTerm: IndexTerm { self }
}

extension ArrayIndex where Self == IndexTerm {
    /// The whole axis.
    public static var all: IndexTerm { IndexTerm(.range(from: nil, to: nil, step: 1)) }

    /// The positions `from, from + by, …` up to but without `to`. A negative bound counts from the end; a bound left out is the end of
    /// the axis that the step comes from or goes to.
    public static func stride(from: Int? = nil, to: Int? = nil, by step: Int = 1) -> IndexTerm {
        IndexTerm(.range(from: from, to: to, step: step))
    }

    /// An axis of extent 1 that the array does not have.
    public static var newAxis: IndexTerm { IndexTerm(.newAxis) }

    /// The whole of as many axes as the other indices leave over; at most once.
    public static var ellipsis: IndexTerm { IndexTerm(.ellipsis) }
}

extension Int: ArrayIndex {
    public var indexTerm: IndexTerm { IndexTerm(.position(self)) }
}
extension Range: ArrayIndex where Bound == Int {
    public var indexTerm: IndexTerm { IndexTerm(.range(from: lowerBound, to: upperBound, step: 1)) }
}
extension ClosedRange: ArrayIndex where Bound == Int {
    public var indexTerm: IndexTerm { IndexTerm(.range(from: lowerBound, to: bound(after: upperBound), step: 1)) }
}
extension PartialRangeFrom: ArrayIndex where Bound == Int {
    public var indexTerm: IndexTerm { IndexTerm(.range(from: lowerBound, to: nil, step: 1)) }
}
extension PartialRangeUpTo: ArrayIndex where Bound == Int {
    public var indexTerm: IndexTerm { IndexTerm(.range(from: nil, to: upperBound, step: 1)) }
}
extension PartialRangeThrough: ArrayIndex where Bound == Int {
    public var indexTerm: IndexTerm { IndexTerm(.range(from: nil, to: bound(after: upperBound), step: 1)) }
}
extension NDArray: ArrayIndex {
    public var indexTerm: IndexTerm { IndexTerm(.array(self)) }
}
extension Array: ArrayIndex where Element: ArrayScalar {
    public var indexTerm: IndexTerm { IndexTerm(.array(NDArray(self))) }
}

/// The bound that excludes what follows `last`: nothing follows -1, the last position.
private func bound(after last: Int) -> Int? { last == -1 ? nil : last == .max ? last : last + 1 }
