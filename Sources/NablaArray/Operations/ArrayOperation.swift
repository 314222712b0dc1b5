/// What is done to arrays, on no device in particular.
///
/// A value: its attributes are all that two operations of one type may do differently, so that operations can be compared, listed and run again
/// on other arrays. `perform` carries one out. What a device does for it stands with the device; the host's part in `Host/`.
package protocol ArrayOperation: Hashable, Sendable {
    /// In messages.
    var name: String { get }
    /// What it does beside setting its results.
    var effect: OperationEffect { get }
    /// Which of the results are changed rather than set, so that their former numbers matter.
    func changes(output index: Int) -> Bool
    /// With the attribute that tells it from others of its name, where there is one, in messages.
    var summary: String { get }
    /// How a program of elementwise operations runs it; nil for what is none.
    var elementwise: ElementwiseStep? { get }
    /// Does it in the host's memory. The results exist already, have their final layout and may be written freely.
    func runOnHost(_ reads: [NDArray], into writes: [NDArray])
}

extension ArrayOperation {
    package var effect: OperationEffect { .none }
    package func changes(output index: Int) -> Bool { false }
    package var summary: String { name }
    package var elementwise: ElementwiseStep? { nil }

    /// Whether `other` is the same operation.
    func isEqual(to other: any ArrayOperation) -> Bool { (other as? Self) == self }
}

/// What an operation does beside setting its results.
package enum OperationEffect: Sendable {
    /// Nothing: equal operands give equal results.
    case none
    /// Draws random numbers.
    case draws
    /// More than arrays show: it runs however few look at its results, and in its order among others of this kind.
    case acts
}

/// Shape and element type of an array.
package struct Layout: Hashable, Sendable {
    package var shape: Shape
    package var dtype: DType

    @inline(__always)
    package init(_ shape: Shape, _ dtype: DType) {
        self.shape = shape
        self.dtype = dtype
    }
}

extension NDArray {
    package var layout: Layout { Layout(shape, dtype) }

    /// An array of the given layout whose numbers are not yet set; `function` is named where it would be too large.
    @inline(__always)
    package init(uninitialized layout: Layout, for function: StaticString = "NDArray") {
        self.init(uninitialized: layout.shape, layout.dtype, for: function)
    }
}

/// An operation of one operand and one result.
package protocol UnaryOperation: ArrayOperation {
    /// Whether the result always has the operand's layout.
    static var keepsLayout: Bool { get }
    /// The result's layout; messages name `function`.
    func layout(_ x: Layout, for function: StaticString) -> Layout
    func runOnHost(_ x: NDArray, into out: NDArray)
}

extension UnaryOperation {
    package static var keepsLayout: Bool { false }
    package func runOnHost(_ reads: [NDArray], into writes: [NDArray]) { runOnHost(reads[0], into: writes[0]) }
}

/// An operation of two operands and one result.
package protocol BinaryOperation: ArrayOperation {
    /// Whether the result has the operands' layout where that is one.
    static var keepsLayout: Bool { get }
    /// The result's layout; messages name `function`.
    func layout(_ a: Layout, _ b: Layout, for function: StaticString) -> Layout
    func runOnHost(_ a: NDArray, _ b: NDArray, into out: NDArray)
}

extension BinaryOperation {
    package static var keepsLayout: Bool { false }
    package func runOnHost(_ reads: [NDArray], into writes: [NDArray]) { runOnHost(reads[0], reads[1], into: writes[0]) }
}

/// An operation of three operands and one result.
package protocol TernaryOperation: ArrayOperation {
    /// The result's layout; messages name `function`.
    func layout(_ a: Layout, _ b: Layout, _ c: Layout, for function: StaticString) -> Layout
    func runOnHost(_ a: NDArray, _ b: NDArray, _ c: NDArray, into out: NDArray)
}

extension TernaryOperation {
    package func runOnHost(_ reads: [NDArray], into writes: [NDArray]) { runOnHost(reads[0], reads[1], reads[2], into: writes[0]) }
}

/// An operation that makes one array of no other.
package protocol Creation: ArrayOperation {
    var layout: Layout { get }
    func runOnHost(into out: NDArray)
}

extension Creation {
    package func runOnHost(_ reads: [NDArray], into writes: [NDArray]) { runOnHost(into: writes[0]) }
}

extension Layout {
    /// The layout of elements of `dtype` for each pair of elements of two operands; stops with the function's name where they do not broadcast
    /// together.
    @inline(__always)
    static func broadcast(_ a: Layout, _ b: Layout, _ dtype: DType, _ function: StaticString) -> Layout {
        Layout(broadcastShape(a.shape, b.shape, function), dtype)
    }
}

/// The common shape of two operands; stops with the function's name when there is none.
@inline(__always)
package func broadcastShape(_ a: Shape, _ b: Shape, _ function: StaticString) -> Shape {
    if a == b { return a }
    if let shape = Shape.broadcast(a, b) { return shape }
    fail("\(function): expected shapes that broadcast together, got \(a) and \(b)")
}
