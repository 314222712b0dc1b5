// Operations whose operands name places of others.

/// An array in row-major order seen as (outer, length, inner), whose middle axis indices lead into.
package struct IndexedAxis: Hashable, Sendable {
    package let outer, length, inner: Int

    package init(outer: Int, length: Int, inner: Int) { (self.outer, self.length, self.inner) = (outer, length, inner) }

    package init(_ axis: Int, of shape: Shape) {
        (outer, inner) = shape.extents(around: axis)
        length = shape[axis]
    }
}

/// `out[o, j, i] = x[o, indices[j], i]`, for row-major x and indices (int64, in range).
package struct Take: BinaryOperation {
    package let axis: IndexedAxis
    /// The result's shape, of outer × indices × inner elements.
    package let shape: Shape
    package init(_ axis: IndexedAxis, shape: Shape) { (self.axis, self.shape) = (axis, shape) }

    package var name: String { "take" }
    package func layout(_ x: Layout, _ indices: Layout, for function: StaticString) -> Layout { Layout(shape, x.dtype) }
}

/// `out[o, indices[j], i] += x[o, j, i]`, of operands indices (int64, in range) and x, all row-major.
package struct AddAt: ArrayOperation {
    package let axis: IndexedAxis
    package init(_ axis: IndexedAxis) { self.axis = axis }

    package var name: String { "addAt" }
    package func changes(output index: Int) -> Bool { true }
}

/// `out[b, i, a] = x[b, indices[b, i, a], a]`, the axis in the middle; indices int64 and in range.
package struct TakeAlong: BinaryOperation {
    package let axis: Int
    package init(axis: Int) { self.axis = axis }

    package var name: String { "takeAlong" }
    package func layout(_ x: Layout, _ indices: Layout, for function: StaticString) -> Layout { Layout(indices.shape, x.dtype) }
}

/// `out[b, indices[b, i, a], a] += x[b, i, a]`, of operands indices (int64, in range) and x.
package struct AddAlong: ArrayOperation {
    package let axis: Int
    package init(axis: Int) { self.axis = axis }

    package var name: String { "addAlong" }
    package func changes(output index: Int) -> Bool { true }
}

/// Writes the elements of the second operand to the offsets in memory that the first one lists (int64); the last of several for one place
/// stays.
package struct AssignAt: ArrayOperation {
    package init() {}

    package var name: String { "assignment at indices" }
    package func changes(output index: Int) -> Bool { true }
}

/// Indices along `axis` of arrays of `shape` as row-major int64, negative ones counted from the end; stops when one is out of range.
package struct ResolveIndices: UnaryOperation {
    package let axis: Int
    package let shape: Shape
    /// Named in messages.
    package let function: String
    /// Whether they name classes, among which nothing is counted from the end.
    package let areLabels: Bool

    package init(axis: Int, of shape: Shape, function: String, areLabels: Bool) {
        (self.axis, self.shape, self.function, self.areLabels) = (axis, shape, function, areLabels)
    }

    package var name: String { "\(function): indices" }
    package func layout(_ indices: Layout, for function: StaticString) -> Layout { Layout(indices.shape, .int64) }
}

/// Labels as they are; stops when one is not in `0 ..< classes`.
package struct CheckLabels: UnaryOperation {
    package let classes: Int
    /// Named in messages.
    package let function: String

    package init(classes: Int, function: String) { (self.classes, self.function) = (classes, function) }

    package var name: String { "\(function): labels" }
    package static var keepsLayout: Bool { true }
    package func layout(_ labels: Layout, for function: StaticString) -> Layout { labels }
}
