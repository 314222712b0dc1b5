/// A variable node: output `output` of `node`; without a node, a constant.
///
/// Does not own the node. A function node owns the nodes of its edges by counting references itself: it would otherwise pay for a
/// retain and a release at every look, which were a fifth of the time of a walk.
package struct Edge {
    var reference: Unmanaged<FunctionNode>?
    package var output: Int32 = 0

    @inline(__always)
    init() {}
    @inline(__always)
    init(_ variable: Variable) {
        reference = variable.nodeReference
        output = variable.output
    }

    @inline(__always)
    package var node: FunctionNode? { reference?.takeUnretainedValue() }

    /// An edge whose node the caller now owns.
    @inline(__always)
    static func owning(_ variable: Variable) -> Edge {
        let edge = Edge(variable)
        _ = edge.reference?.retain()
        return edge
    }

    /// The rank of the node; -1 for a constant.
    @inline(__always)
    var rank: Int32 { reference?._withUnsafeGuaranteedRef { $0.rank } ?? -1 }

    /// Shape and element type of the variable.
    package var layout: (Shape, DType) { reference!._withUnsafeGuaranteedRef { $0.outputLayout(Int(output)) } }
}

/// A set of input positions, of the inputs of one function. From the 64th input on they count as one: either all or none.
package struct InputSet {
    private var bits: UInt64 = 0
    private let count: Int
    /// Whether a further input is made of a gradient that nobody recorded.
    package var lacksRecording = false

    @inline(__always)
    package init(of count: Int) { self.count = count }
    @inline(__always)
    package mutating func insert(_ index: Int) { bits |= 1 << UInt64(Swift.min(index, 63)) }
    @inline(__always)
    package func contains(_ index: Int) -> Bool { bits & (1 << UInt64(Swift.min(index, 63))) != 0 }
    package var isEmpty: Bool { bits == 0 }
    package var indexes: [Int] { (0..<count).filter(contains) }
}
