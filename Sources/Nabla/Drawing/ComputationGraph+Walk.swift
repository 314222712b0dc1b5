/// The graph behind `outputs`, for looking at.
///
///     let loss = model(x)
///     let g = grad(of: loss, wrt: model.parameters, enableDoubleBackprop: true)
///     print(graph(of: g))
///
/// - Parameters:
///   - outputs: results of recorded functions, gradients among them.
///   - names: what to call variables, leaves or not. A name such as `encoder/hidden1/weight` puts the leaf, and the functions that take
///     it, in the link `encoder/hidden1`.
///   - constants: whether variables that take no gradients are shown too, where a function retains them.
public func graph(of outputs: [Variable], names: [String: Variable] = [:], constants: Bool = false) -> ComputationGraph {
    for output in outputs {
        require(
            output.isRecorded,
            "graph: expected variables computed from one that requires a gradient, got a constant of shape \(output.shape)")
    }
    return DrawingWalk(outputs, names, constants).finished()
}

/// The graph behind one variable.
public func graph(of output: Variable, names: [String: Variable] = [:], constants: Bool = false) -> ComputationGraph {
    graph(of: [output], names: names, constants: constants)
}

/// Turns nodes and places into the nodes of a drawing.
private struct DrawingWalk {
    private struct Place: Hashable {
        let node: ObjectIdentifier
        let output: Int32
    }

    private var graph = ComputationGraph()
    private var numbers: [Place: Int] = [:]
    private var constants: [ObjectIdentifier: Int] = [:]
    /// Retained arrays; two handles on one array share its body.
    private var retained: [ObjectIdentifier: Int] = [:]
    /// Lines that were looked up, by the addresses of their calls.
    private var lines: [[UInt]: String] = [:]
    private let showsConstants: Bool

    init(_ outputs: [Variable], _ names: [String: Variable], _ constants: Bool) {
        showsConstants = constants
        let search = GraphSearch(from: outputs, to: nil)
        defer { search.finish() }
        var given: [Place: String] = [:]
        for (name, variable) in names.sorted(by: { $0.key > $1.key }) {
            if let node = variable.node { given[Place(node: ObjectIdentifier(node), output: variable.output)] = name }
        }
        for position in 0..<search.nodeCount {
            let node = search.entry(at: position).node.takeUnretainedValue()
            if !(node is LeafNode) {
                add(node, given)
            } else if node.outputCount == 1 {
                // What stands for several cut outputs is drawn where one of them is used.
                addPlace(of: node, 0, given)
            }
        }
        for output in outputs {
            guard let node = output.node else { continue }
            let number = addPlace(of: node, output.output, given)
            graph.nodes[number].isOutput = true
        }
        graph.retainedBytes = retained.values.reduce(0, +)
    }

    consuming func finished() -> ComputationGraph {
        graph.fillScopes()
        return graph
    }

    private mutating func add(_ node: FunctionNode, _ given: [Place: String]) {
        var bytes = 0
        var inputs: [(number: Int, position: Int)] = []
        let kept = node.keptArrays
        for (_, _, array) in kept {
            bytes += array.count * array.dtype.size
            retained[ObjectIdentifier(array.body)] = array.count * array.dtype.size
        }
        for i in 0..<node.inputCount {
            let edge = node.edge(i)
            if let origin = edge.node {
                inputs.append((addPlace(of: origin, edge.output, given), i))
            } else if showsConstants, let array = kept.first(where: { $0.isInput && $0.index == i })?.array {
                inputs.append((addConstant(array), i))
            }
        }
        let (shape, dtype) = node.outputLayout(0)
        let number = graph.nodes.count
        graph.nodes.append(
            .init(
                kind: .function, name: node.label, order: Int(node.derivativeOrder), shape: shape, dtype: dtype, retainedBytes: bytes,
                scope: node.more?.origin?.scope ?? "", isOutput: false))
        graph.nodes[number].line = line(of: node.more?.origin)
        graph.edges += inputs.map { .init(source: $0.number, target: number, position: $0.position) }
        numbers[Place(node: ObjectIdentifier(node), output: -1)] = number
        for (isInput, index, array) in kept {
            let (origin, output) = isInput ? (node.edge(index).node, node.edge(index).output) : (node, Int32(index))
            guard let origin else { continue }
            let variable = addPlace(of: origin, output, given)
            graph.nodes[variable].retainedBytes = array.count * array.dtype.size
        }
    }

    @discardableResult
    private mutating func addPlace(of node: FunctionNode, _ output: Int32, _ given: [Place: String]) -> Int {
        let place = Place(node: ObjectIdentifier(node), output: output)
        if let number = numbers[place] { return number }
        let (shape, dtype) = node.outputLayout(Int(output))
        let number = graph.nodes.count
        let name = given[place] ?? ""
        graph.nodes.append(
            .init(
                kind: node is LeafNode ? .leaf : .variable, name: name, order: Int(node.derivativeOrder), shape: shape, dtype: dtype,
                retainedBytes: 0,
                scope: node.more?.origin?.scope ?? "", isOutput: false))
        if let function = numbers[Place(node: place.node, output: -1)] {
            graph.edges.append(.init(source: function, target: number, position: Int(output)))
        }
        numbers[place] = number
        return number
    }

    private mutating func line(of origin: RecordedOrigin?) -> String {
        guard let origin, origin.showsLine, let site = origin.site else { return "" }
        let addresses = site.addresses
        if let known = lines[addresses] { return known }
        let line = site.userLine ?? ""
        lines[addresses] = line
        return line
    }

    private mutating func addConstant(_ array: NDArray) -> Int {
        if let number = constants[ObjectIdentifier(array.body)] { return number }
        graph.nodes.append(
            .init(
                kind: .constant, name: "", order: 0, shape: array.shape, dtype: array.dtype,
                retainedBytes: array.count * array.dtype.size, scope: "", isOutput: false))
        constants[ObjectIdentifier(array.body)] = graph.nodes.count - 1
        return graph.nodes.count - 1
    }
}

extension FunctionNode {
    /// The arrays that this node keeps, and which of its inputs or outputs they are.
    package final var keptArrays: [(isInput: Bool, index: Int, array: NDArray)] {
        var found: [(isInput: Bool, index: Int, array: NDArray)] = []
        forEachKeptArray { found.append(($0, $1, $2)) }
        return found
    }

    /// The same one after another, without a list.
    package final func forEachKeptArray(_ body: (_ isInput: Bool, _ index: Int, _ array: NDArray) -> Void) {
        if let first = kept.first { body(true, 0, first) }
        if let second = kept.second {
            let isOutput = flags.contains(.keepsOutput)
            body(!isOutput, isOutput ? 0 : 1, second)
        }
        guard let more, !more.keptInputs.isEmpty || !more.keptOutputs.isEmpty else { return }
        for (index, array) in more.keptInputs.sorted(by: { $0.key < $1.key }) { body(true, index, array) }
        for (index, array) in more.keptOutputs.sorted(by: { $0.key < $1.key }) { body(false, index, array) }
    }
}
