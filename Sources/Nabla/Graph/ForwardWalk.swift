/// The forward walk: forward mode.
///
/// Pushes tangents from inputs to outputs over a recorded graph, each function once, after all its inputs. It too extends the graph.
package enum ForwardWalk {
    /// The tangents of `outputs` when `inputs` move along `tangents`; symbolic zeros where an output does not depend on them.
    ///
    /// - Parameter boundary: places behind which nothing moves; every input must be one of them.
    package static func run(
        from inputs: [Variable], tangents: [Variable], to outputs: [Variable], recorded: Bool, stoppingAt boundary: [Variable]? = nil,
        function: String = "jvp"
    ) -> [Variable] {
        withRecording(recorded) {
            if _slowPath(outputs.passUnrecorded) { requireRecordedParts(outputs, function, behind: boundary ?? inputs) }
            let search = GraphSearch(from: outputs, to: inputs, stoppingAt: boundary)
            defer { search.finish() }
            let doubtful = inputs.indices.filter { inputs[$0].mayBeOutOfDate && !search.isReached(inputs[$0].node!) }
            if !doubtful.isEmpty { requirePresentValues(at: doubtful, of: outputs, function, inputs, stoppingAt: boundary) }
            var moving = [Variable?](repeating: nil, count: Int(search.outputCount))
            func add(_ tangent: Variable, _ number: Int) {
                if tangent.isSymbolicZero { return }
                moving[number] = moving[number].map { $0 + tangent } ?? tangent
            }
            for (input, tangent) in zip(inputs, tangents) {
                if let node = input.node, let number = search.number(node, input.output) { add(tangent.unchanged, number) }
            }
            var sets = InputSetMemory()
            withNextOrder(after: search) {
                for position in 0..<search.nodeCount {
                    let entry = search.entry(at: position)
                    if !entry.isNeeded { continue }
                    let node = entry.node._withUnsafeGuaranteedRef { $0 }
                    var (given, arriving) = (InputSet(of: node.inputCount, in: &sets), [Variable]())
                    for i in 0..<node.inputCount {
                        let edge = node.edge(i)
                        let tangent = edge.node.flatMap { search.number($0, edge.output) }.flatMap { moving[$0] }
                        if tangent != nil { given.insert(i) } else if edge.reference == nil { given.marks |= edge.output }
                        arriving.append(tangent ?? zero(for: node, input: i))
                    }
                    if given.isEmpty { continue }
                    if given.lacksRecording { node.failUnrecorded(function) }
                    let leaving = isObserved ? observed(node, arriving, given, Int(search.nextOrder)) : node.push(arriving, given)
                    for (i, tangent) in leaving.enumerated() { add(tangent, Int(entry.firstOutput) + i) }
                }
            }
            return outputs.map { output in
                output.node.flatMap { search.number($0, output.output) }.flatMap { moving[$0] }?.asResult(recorded: recorded)
                    ?? .symbolicZero(output.shape, dtype: output.dtype)
            }
        }
    }

    /// The same step with what observes this thread's functions told whose tangent is computed.
    @inline(never)
    private static func observed(_ node: FunctionNode, _ arriving: [Variable], _ given: InputSet, _ order: Int) -> [Variable] {
        Observation.current.willPush(node)
        let leaving = node.push(arriving, given)
        Observation.current.didPush(node, order: order, leaving)
        return leaving
    }

    /// A place holder for the tangent of an input that does not move; rules look only at those that do, or at its shape.
    private static func zero(for node: FunctionNode, input: Int) -> Variable {
        let edge = node.edge(input)
        guard edge.node != nil else { return .symbolicZero([], dtype: node.outputDType) }
        let (shape, dtype) = edge.layout
        return .symbolicZero(shape, dtype: dtype)
    }
}
