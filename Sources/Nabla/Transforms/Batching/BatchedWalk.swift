import CNablaRuntime

/// The batched walk: the functions of a trace of one example, in order, each applied to all examples at once.
///
/// Which values differ between examples is found out beforehand. A value is known by its place in the graph, or, if it has none or is a
/// place that the trace did not make, by its array: a detached variable, the numbers behind `array` and a mask made of them are followed
/// too, without a place. Functions of values that are the same for all examples are not applied again, and neither are those whose results
/// nobody needs.
struct BatchedWalk {
    fileprivate enum Operand {
        /// The same for all examples.
        case constant(Variable)
        /// A value that differs between examples, cut from its place when it is used without.
        case value(Int, isCut: Bool, Provenance = [])
    }

    private struct Step {
        let node: FunctionNode
        let isRecording: Bool
        let order: Int32
        let operands: [Operand]
        let results: [Int]
        /// The most elements that a result has in one example.
        let largestCount: Int
        /// Values that nobody needs after this step.
        var last: [Int] = []
    }

    private var steps: [Step] = []
    private let results: [Operand]
    private let valueCount: Int
    /// The most elements that a result of a step has in one example.
    private(set) var largestCount = 0

    /// - Parameters:
    ///   - examples: what the traced function was given; nil for what is the same for all examples.
    ///   - results: what it returned.
    init(_ trace: FunctionTrace, examples: [Variable?], results: [Variable]) throws(Obstacle) {
        if let obstacle = trace.obstacle { throw Obstacle(obstacle) }
        var values = KnownValues()
        for case let example? in examples { values.add(example) }
        for application in trace.applications {
            let operands = application.inputs.map { values.operand($0) }
            if operands.allSatisfy(\.isConstant) { continue }
            steps.append(
                Step(
                    node: application.node, isRecording: application.isRecording, order: application.order, operands: operands,
                    results: application.outputs.map { values.add($0) },
                    largestCount: application.outputs.reduce(0) { Swift.max($0, $1.count) }))
            for variable in application.inputs + application.outputs {
                // Rules may add two axes.
                if variable.rank + 2 > Shape.maximumRank { throw Obstacle("\(application.node.label) of arrays of \(variable.rank) axes") }
            }
        }
        for (array, function) in trace.decisions where trace.isDerived(array) { throw Obstacle(function) }
        self.results = results.map { values.operand($0) }
        if let unlisted = values.unlisted { throw Obstacle("\(unlisted), which is not in the trace") }
        valueCount = values.count
        keepNeeded()
        for step in steps {
            for case .constant(let variable) in step.operands where trace.isDerived(variable.array) {
                throw Obstacle("\(step.node.label) of numbers that array operations made from the arguments")
            }
        }
        for case .constant(let variable) in self.results where trace.isDerived(variable.array) {
            throw Obstacle("a result that array operations made from the arguments")
        }
        largestCount = steps.reduce(0) { Swift.max($0, $1.largestCount) }
    }

    /// The operands that are the same for all examples.
    var constants: [Variable] {
        steps.flatMap(\.operands).compactMap { if case .constant(let variable) = $0 { variable } else { nil } }
    }

    /// Leaves out what no result needs, and notes where each value is used last.
    private mutating func keepNeeded() {
        var isNeeded = [Bool](repeating: false, count: valueCount)
        for case .value(let value, _, _) in results { isNeeded[value] = true }
        var kept: [Step] = []
        for var step in steps.reversed() where step.results.contains(where: { isNeeded[$0] }) {
            for case .value(let value, _, _) in step.operands where !isNeeded[value] {
                isNeeded[value] = true
                step.last.append(value)
            }
            step.last += step.results.filter { !isNeeded[$0] }
            kept.append(step)
        }
        steps = kept.reversed()
    }

    /// The results for a batch, each with an axis of examples in front; nil for one that is the same for all examples.
    func run(_ batch: [Variable?], size: Int) throws(Obstacle) -> [Variable?] {
        var values = [Variable?](repeating: nil, count: valueCount)
        for (index, variable) in batch.compactMap({ $0 }).enumerated() { values[index] = variable }
        func resolved(_ operand: Operand) -> Variable {
            switch operand {
            case .constant(let variable): variable
            case .value(let value, let isCut, let marks): isCut ? values[value]!.detached().marked(marks) : values[value]!
            }
        }
        let order = nr_order()
        defer { nr_set_order(order) }
        for step in steps {
            nr_set_order(step.order)
            let operands = Batch(operands: step.operands.map(resolved), isBatched: step.operands.map { !$0.isConstant }, size: size)
            guard let outputs = withRecording(step.isRecording, { step.node.applied(to: operands) }) else {
                throw Obstacle("\(step.node.label), a function whose batching is not known")
            }
            for (result, output) in zip(step.results, outputs) { values[result] = output }
            for value in step.last { values[value] = nil }
        }
        return results.map { $0.isConstant ? nil : resolved($0) }
    }

    /// Why a trace cannot be followed for a batch.
    struct Obstacle: Error {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }
}

extension BatchedWalk.Operand {
    fileprivate var isConstant: Bool { if case .constant = self { true } else { false } }
}

/// The values of a trace that differ between examples, numbered in order.
private struct KnownValues {
    private struct Place: Hashable {
        let node: ObjectIdentifier
        let output: Int32
        init(_ node: FunctionNode, _ output: Int32) { (self.node, self.output) = (ObjectIdentifier(node), output) }
    }

    private(set) var count = 0
    /// A function that made a value's place without being in the trace.
    private(set) var unlisted: String?
    private var places: [Place: Int] = [:]
    private var arrays: [ObjectIdentifier: Int] = [:]

    @discardableResult
    mutating func add(_ variable: Variable) -> Int {
        defer { count += 1 }
        if let node = variable.node { places[Place(node, variable.output)] = count }
        arrays[ObjectIdentifier(variable.array.body)] = count
        return count
    }

    mutating func operand(_ variable: Variable) -> BatchedWalk.Operand {
        if let node = variable.node, let value = places[Place(node, variable.output)] { return .value(value, isCut: false) }
        guard let value = arrays[ObjectIdentifier(variable.array.body)] else { return .constant(variable.withoutCell) }
        if let node = variable.node, !(node is LeafNode) { unlisted = node.label }
        // Without a place, but not without marks of what it was made of.
        return .value(value, isCut: true, variable.provenance)
    }
}
