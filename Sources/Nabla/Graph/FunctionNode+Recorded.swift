import CNablaRuntime

extension FunctionNode {
    /// Records a function of one input, whose value is known already; `node` is made only when it is recorded.
    @inline(__always)
    static func recorded(_ x: Variable, _ value: @autoclosure () -> NDArray, keep: Kept = .none, _ make: () -> FunctionNode) -> Variable {
        let state = nr_recording_state()
        if _slowPath(state > 1) { return watched([x], keep, value, make) }
        let value = value()
        guard state == 1 && x.isRecorded else { return Variable(unrecorded: value, x.inheritedMarks) }
        return make().record(x, value, keep)
    }

    /// Records a function of two inputs.
    @inline(__always)
    static func recorded(_ a: Variable, _ b: Variable, _ value: @autoclosure () -> NDArray, keep: Kept = .none, _ make: () -> FunctionNode)
        -> Variable
    {
        let state = nr_recording_state()
        if _slowPath(state > 1) { return watched([a, b], keep, value, make) }
        let value = value()
        guard state == 1 && (a.isRecorded || b.isRecorded) else {
            return Variable(unrecorded: value, a.inheritedMarks | b.inheritedMarks)
        }
        return make().record(a, b, value, keep)
    }

    // Out of line: the compiler would otherwise retain what is kept before it knows whether anything is recorded.

    @inline(never)
    private final func record(_ x: Variable, _ value: __owned NDArray, _ keep: Kept) -> Variable {
        connect(x, output: value)
        switch keep {
        case .none: break
        case .inputs, .crossed: kept.first = x.array
        case .second: fail("recorded: expected a second input to keep, got a function of one")
        case .output: keepOutput(0, value)
        case .firstAndOutput:
            kept.first = x.array
            keepOutput(0, value)
        }
        return Variable(array: value, node: self)
    }

    @inline(never)
    private final func record(_ a: Variable, _ b: Variable, _ value: __owned NDArray, _ keep: Kept) -> Variable {
        connect(a, b, output: value)
        switch keep {
        case .none: break
        case .inputs:
            kept.first = a.array
            kept.second = b.array
        case .crossed:
            if b.isRecorded { kept.first = a.array }
            if a.isRecorded { kept.second = b.array }
        case .second: kept.second = b.array
        case .output: keepOutput(0, value)
        case .firstAndOutput:
            kept.first = a.array
            keepOutput(0, value)
        }
        return Variable(array: value, node: self)
    }

    /// Records a function of any number of inputs, and keeps nothing.
    static func recorded(_ inputs: [Variable], _ value: @autoclosure () -> NDArray, _ make: () -> FunctionNode) -> Variable {
        let state = nr_recording_state()
        if _slowPath(state > 1) { return watched(inputs, .none, value, make) }
        let value = value()
        guard state == 1 && inputs.contains(where: \.isRecorded) else { return Variable(unrecorded: value, inputs.inheritedMarks) }
        return make().record(inputs, value)
    }

    @inline(never)
    private final func record(_ inputs: [Variable], _ value: __owned NDArray) -> Variable {
        connect(inputs)
        (outputShape, outputDType) = (value.shape, value.dtype)
        return Variable(array: value, node: self)
    }

    /// A function whose derivative is zero wherever it has one: its value is a constant, and the node is made for traces only.
    @inline(__always)
    static func constant(_ inputs: @autoclosure () -> [Variable], _ value: NDArray, _ make: () -> FunctionNode) -> Variable {
        let inputs = inputs()
        let result = Variable(flat: value, of: inputs)
        if _slowPath(FunctionTrace.isActive) { FunctionTrace.note(make(), inputs, [result]) }
        return result
    }

    /// Records a function as the others here do, watched by who observes functions and listed by a trace. The node is made first, so that
    /// whoever observes knows what is about to run.
    @inline(never)
    private static func watched(_ inputs: [Variable], _ keep: Kept, _ value: () -> NDArray, _ make: () -> FunctionNode) -> Variable {
        let node = make()
        let value = isObserved ? Observation.current.run(node, inputs) { [value()] }[0] : value()
        let result: Variable
        if isRecording && inputs.contains(where: \.isRecorded) {
            result =
                switch (keep, inputs.count) {
                case (.none, _): node.record(inputs, value)
                case (_, 1): node.record(inputs[0], value, keep)
                default: node.record(inputs[0], inputs[1], value, keep)
                }
            if isObserved { Observation.current.didRecord(node) }
        } else {
            result = Variable(unrecorded: value, inputs.inheritedMarks)
        }
        if FunctionTrace.isActive { FunctionTrace.note(node, inputs, [result]) }
        return result
    }

    /// Which arrays a function needs for its derivative. `crossed` is for products: each input serves the derivative with respect to the
    /// other one, so nothing is kept for a constant. `second` is for functions that are linear in the first input, the second being a mask
    /// or indices.
    enum Kept { case none, inputs, crossed, second, output, firstAndOutput }
}
