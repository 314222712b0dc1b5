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

/// A set of input positions, of the inputs of one function.
///
/// One word for up to 64 inputs, which is what functions have. Words for further ones are memory of the walk, so that a set can be handed on
/// without counting references.
package struct InputSet {
    private var bits: UInt64 = 0
    private let count: Int
    private let further: UnsafeMutablePointer<UInt64>?
    /// The marks of the inputs that are constants; see `Provenance`.
    var marks: Int32 = 0

    /// Whether a further input is made of a gradient that nobody recorded.
    @inline(__always)
    var lacksRecording: Bool { Provenance(rawValue: marks).contains(.unrecordedGradient) }

    /// The empty set of at most 64 inputs.
    @inline(__always)
    package init(of count: Int) {
        self.count = count
        further = nil
    }

    /// The empty set of any number of inputs.
    package init(of count: Int, in memory: inout InputSetMemory) {
        self.count = count
        further = count > 64 ? memory.words((count - 1) / 64) : nil
    }

    @inline(__always)
    package mutating func insert(_ index: Int) {
        if index < 64 { bits |= 1 &<< UInt64(index) } else { further![index / 64 - 1] |= 1 &<< UInt64(index % 64) }
    }

    @inline(__always)
    package func contains(_ index: Int) -> Bool {
        (index < 64 ? bits &>> UInt64(index) : further![index / 64 - 1] &>> UInt64(index % 64)) & 1 != 0
    }

    package var isEmpty: Bool { bits == 0 && (further == nil || !(64..<count).contains(where: contains)) }
    package var indexes: [Int] { (0..<count).filter(contains) }
}

/// The memory of sets of more than 64 inputs, as long as a walk may use them.
package struct InputSetMemory: ~Copyable {
    private var blocks: [UnsafeMutablePointer<UInt64>] = []

    /// Words of zeros.
    fileprivate mutating func words(_ count: Int) -> UnsafeMutablePointer<UInt64> {
        let block = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
        block.initialize(repeating: 0, count: count)
        blocks.append(block)
        return block
    }

    deinit { for block in blocks { block.deallocate() } }
}
