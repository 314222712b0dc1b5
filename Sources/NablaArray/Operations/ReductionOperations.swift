import CNablaKernels

// Operations along axes.

/// Reduces `axes`, which stay with extent 1.
package struct Reduce: UnaryOperation {
    package let op: ReduceOp
    package let axes: AxisSet
    @inline(__always)
    package init(_ op: ReduceOp, _ axes: AxisSet) { (self.op, self.axes) = (op, axes) }

    package var name: String { "reduce" }
    package func layout(_ x: Layout, for function: StaticString) -> Layout {
        Layout(x.shape.reduced(over: axes, keepsAxes: true), x.dtype)
    }
}

/// The position (int64) of the first largest or smallest element along an axis, which stays with extent 1.
package struct ArgReduce: UnaryOperation {
    package let largest: Bool
    package let axis: Int
    package init(largest: Bool, axis: Int) { (self.largest, self.axis) = (largest, axis) }

    package var name: String { "argReduce" }
    package func layout(_ x: Layout, for function: StaticString) -> Layout { Layout(x.shape.replacing(axis, with: 1), .int64) }
}

/// Running sums, products, maxima or minima along an axis, from the last element when `isReversed`.
package struct Scan: UnaryOperation {
    package let op: ReduceOp
    package let axis: Int
    package let isReversed: Bool
    package init(_ op: ReduceOp, axis: Int, reverse: Bool) { (self.op, self.axis, isReversed) = (op, axis, reverse) }

    package var name: String { "scan" }
    package func layout(_ x: Layout, for function: StaticString) -> Layout { x }
}

/// The elements along an axis in order, or their positions (int64). Stable; NaN last (first when `isDescending`).
package struct Sort: UnaryOperation {
    package let axis: Int
    package let isDescending: Bool
    package let givesPositions: Bool
    package init(axis: Int, descending: Bool, givesPositions: Bool) {
        (self.axis, isDescending, self.givesPositions) = (axis, descending, givesPositions)
    }

    package var name: String { "sort" }
    package func layout(_ x: Layout, for function: StaticString) -> Layout { Layout(x.shape, givesPositions ? .int64 : x.dtype) }
}
