package struct NodeFlags: OptionSet, Sendable {
    // One byte: a node has room for no more.
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// The retained arrays were given back by a backward walk.
    static let released = NodeFlags(rawValue: 1)
    /// The node has been applied.
    static let applied = NodeFlags(rawValue: 2)
    /// The second kept array is the first output, not the second input.
    static let keepsOutput = NodeFlags(rawValue: 4)
    /// A leaf that held a parameter's value until an update put another in its place.
    package static let replaced = NodeFlags(rawValue: 8)
    /// Some output is cut.
    static let cut = NodeFlags(rawValue: 16)
    /// The node's forward is running. The same bit as `released`: before a node has been recorded there is nothing to give back.
    static let running = NodeFlags(rawValue: 1)
    /// A leaf that stands for a derivative that is the same everywhere.
    static let isDerivative = NodeFlags(rawValue: 64)
    /// Some input is made of a gradient that nobody recorded, or comes of a function of which that is so.
    static let passesUnrecorded = NodeFlags(rawValue: 32)
    /// The object that the function is made by keeps variables in properties.
    static let holdsVariables = NodeFlags(rawValue: 128)
    /// A leaf that a transform gives its closure as an argument. The same bit as `holdsVariables`: a leaf holds none.
    static let isArgument = NodeFlags(rawValue: 128)
}

/// Two arrays that a node retains: the first input, and the second input or the first output. Owned by counting references, as edges are,
/// so that a node that retains nothing has nothing to release.
package struct KeptArrays {
    private var body0: Unmanaged<ArrayBody>?
    private var body1: Unmanaged<ArrayBody>?

    @inline(__always)
    var isEmpty: Bool { body0 == nil && body1 == nil }

    @inline(__always)
    private static func replace(_ place: inout Unmanaged<ArrayBody>?, by array: NDArray?) {
        let before = place
        place = array.map { Unmanaged.passRetained($0.body) }
        before?.release()
    }

    package var first: NDArray? {
        @inline(__always) get { body0.map { NDArray(body: $0.takeUnretainedValue()) } }
        @inline(__always) set { KeptArrays.replace(&body0, by: newValue) }
    }
    package var second: NDArray? {
        @inline(__always) get { body1.map { NDArray(body: $0.takeUnretainedValue()) } }
        @inline(__always) set { KeptArrays.replace(&body1, by: newValue) }
    }

    mutating func release() {
        first = nil
        second = nil
    }
}

/// What does not fit in a node's own fields.
package final class NodeExtension {
    var inputs: [(node: FunctionNode?, output: Int32)] = []  // from the third input on
    var outputs: [(Shape, DType)] = []  // from the second output on
    var keptInputs: [Int: NDArray] = [:]
    var keptOutputs: [Int: NDArray] = [:]
    var wantedInputs: [Int] = []
    var wantedOutputs: [Int] = []
    var cells: [Int: Unmanaged<GradientCell>] = [:]
    /// What stands for outputs that are cut.
    var cut: CutOutputs?
    /// Of a leaf that stands for cut outputs: what owns it.
    var standsFor: Unmanaged<CutOutputs>?
    /// Where and by what the function was run, when somebody asked for that.
    var origin: RecordedOrigin?
    /// Whether the node keeps something in properties of its own, to be given back like retained arrays.
    var keepsElsewhere = false

    func edge(_ index: Int) -> Edge {
        var edge = Edge()
        edge.reference = inputs[index].node.map { Unmanaged.passUnretained($0) }
        edge.output = inputs[index].output
        return edge
    }
}
