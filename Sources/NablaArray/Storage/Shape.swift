/// The extents of an array's axes: up to eight, each at most 2³¹ - 1, stored inline.
///
/// A shape is a collection of `Int` and can be written as an array literal: `x.shape == [2, 3]`.
public struct Shape: Sendable {
    /// The largest number of axes an array can have.
    public static let maximumRank = 8

    package var extents: InlineArray<8, Int32>
    // A byte: the fields that follow a shape in a node or an array's header begin right behind it.
    private var rank8: UInt8

    /// The shape of a single number: no axes.
    @inline(__always)
    public init() {
        extents = InlineArray(repeating: 0)
        rank8 = 0
    }

    /// A shape with the given extents.
    public init(_ extents: some Collection<Int>) {
        self.init()
        for extent in extents { append(extent) }
    }

    /// The shape of a matrix; no list is made for its two extents.
    @inline(__always)
    package init(_ rows: Int, _ columns: Int) {
        self.init()
        append(rows)
        append(columns)
    }

    /// The number of axes.
    @inline(__always)
    public var rank: Int { Int(rank8) }

    /// The same as the kernels take it. Extents beyond it are never looked at.
    @inline(__always)
    package var rank32: Int32 {
        get { Int32(rank8) }
        set { rank8 = UInt8(truncatingIfNeeded: newValue) }
    }

    /// The number of elements: the product of the extents, 1 for no axes.
    public var elementCount: Int {
        var product = 1
        for i in 0..<rank {
            let (next, overflow) = product.multipliedReportingOverflow(by: Int(extents[unchecked: i]))
            if _slowPath(overflow) { return nothing(orTooLarge: nil, "Shape") }
            product = next
        }
        return product
    }

    /// Adds an axis at the end.
    public mutating func append(_ extent: Int) {
        require(rank < Shape.maximumRank, "Shape: expected at most \(Shape.maximumRank) axes, got more")
        requireExtent(extent, "Shape")
        extents[rank] = Int32(truncatingIfNeeded: extent)
        rank8 += 1
    }

    /// Stops unless a result of `function` may have `count` axes.
    @inline(__always)
    package static func requireAxes(_ count: Int, _ function: @autoclosure () -> String) {
        require(count <= maximumRank, "\(function()): expected a result of at most \(maximumRank) axes, got \(count)")
    }

    /// This shape with one extent replaced.
    package func replacing(_ axis: Int, with extent: Int) -> Shape {
        var copy = self
        copy[axis] = extent
        return copy
    }

    /// This shape without one axis.
    package func removing(_ axis: Int) -> Shape {
        var result = Shape()
        for i in 0..<rank where i != axis { result.append(self[i]) }
        return result
    }

    /// This shape with one more axis before position `axis`.
    package func inserting(_ extent: Int, at axis: Int) -> Shape {
        var result = Shape()
        for i in 0...rank {
            if i == axis { result.append(extent) }
            if i < rank { result.append(self[i]) }
        }
        return result
    }
}

extension Shape: Equatable, Hashable {
    @inline(__always)
    public static func == (a: Shape, b: Shape) -> Bool {
        guard a.rank8 == b.rank8 else { return false }
        for i in 0..<a.rank where a.extents[unchecked: i] != b.extents[unchecked: i] { return false }
        return true
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(rank8)
        for i in 0..<rank { hasher.combine(extents[i]) }
    }

    public static func == (a: Shape, b: [Int]) -> Bool { a.elementsEqual(b) }
}

extension Shape: RandomAccessCollection, MutableCollection {
    public var startIndex: Int { 0 }
    @inline(__always)
    public var endIndex: Int { rank }

    @inline(__always)
    public subscript(axis: Int) -> Int {
        get { Int(extents[axis]) }
        set {
            requireExtent(newValue, "Shape")
            extents[axis] = Int32(truncatingIfNeeded: newValue)
        }
    }
}

extension Shape: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: Int...) { self.init(elements) }
}

extension Shape: CustomStringConvertible {
    /// As in `[2, 3]`.
    public var description: String { "[" + map(String.init).joined(separator: ", ") + "]" }
}

extension Shape {
    /// The shape two arrays take together under broadcasting, or nil when they do not fit: axes are matched from the last, and an
    /// extent of 1 (or a missing axis) stretches.
    public static func broadcast(_ a: Shape, _ b: Shape) -> Shape? {
        if a == b { return a }
        let rank = Swift.max(a.rank, b.rank)
        var result = Shape()
        result.rank32 = Int32(rank)
        for i in 0..<rank {
            let x = i + a.rank - rank >= 0 ? a.extents[i + a.rank - rank] : 1
            let y = i + b.rank - rank >= 0 ? b.extents[i + b.rank - rank] : 1
            guard x == y || x == 1 || y == 1 else { return nil }
            result.extents[i] = x == 1 ? y : x
        }
        return result
    }

    /// `axis` counted from the front; -1 names the last axis.
    public func normalized(axis: Int, function: String) -> Int {
        let result = axis < 0 ? axis + rank : axis
        require(
            result >= 0 && result < rank,
            "\(function): expected an axis in \(-rank)..<\(rank) for shape \(self), got \(axis)")
        return result
    }

    /// `axes` counted from the front, each at most once; nil means all of them.
    package func normalized(axes: [Int]?, function: String) -> AxisSet {
        guard let axes else { return AxisSet(all: rank) }
        var set = AxisSet()
        for axis in axes {
            let a = normalized(axis: axis, function: function)
            require(!set.contains(a), "\(function): expected different axes, got \(axes)")
            set.insert(a)
        }
        return set
    }

    /// The shape after a reduction over `axes`.
    package func reduced(over axes: AxisSet, keepsAxes: Bool) -> Shape {
        var result = Shape()
        for i in 0..<rank {
            if !axes.contains(i) { result.append(self[i]) } else if keepsAxes { result.append(1) }
        }
        return result
    }
}

/// A set of axes, as bits.
package struct AxisSet: Hashable, Sendable {
    package var bits: UInt16 = 0
    package init() {}
    package init(all rank: Int) { bits = UInt16((1 << rank) - 1) }
    package func contains(_ axis: Int) -> Bool { bits & (1 << UInt16(axis)) != 0 }
    package mutating func insert(_ axis: Int) { bits |= 1 << UInt16(axis) }
    package var isEmpty: Bool { bits == 0 }
    package var count: Int { bits.nonzeroBitCount }
    package var axes: [Int] { (0..<16).filter(contains) }
}

/// The distance in elements between neighbours along each axis.
package struct Strides: Sendable {
    package var values: InlineArray<8, Int>

    @inline(__always)
    package init() { values = InlineArray(repeating: 0) }

    /// The strides of an array whose elements follow each other in row-major order.
    @inline(__always)
    package init(contiguous shape: Shape) {
        values = InlineArray(repeating: 0)
        var step = 1
        var i = shape.rank - 1
        while i >= 0 {
            values[unchecked: i] = step
            // It overflows only where another extent is 0 or the number of elements does, which is seen where it is counted.
            step &*= Int(shape.extents[unchecked: i])
            i -= 1
        }
    }

    @inline(__always)
    package subscript(axis: Int) -> Int {
        get { values[axis] }
        set { values[axis] = newValue }
    }

    /// Whether elements follow each other in row-major order; axes of extent 1 do not matter.
    package func isContiguous(for shape: Shape) -> Bool {
        var step = 1
        var i = shape.rank - 1
        while i >= 0 {
            let extent = Int(shape.extents[i])
            if extent == 0 { return true }
            if extent != 1 {
                if values[i] != step { return false }
                step &*= extent
            }
            i -= 1
        }
        return true
    }
}
