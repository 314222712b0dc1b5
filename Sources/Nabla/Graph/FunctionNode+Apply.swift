import CNablaRuntime

extension FunctionNode {
    /// Runs the function and records it, unless no input requires a gradient or recording is off.
    public final func apply(_ inputs: [Variable]) -> [Variable] {
        require(!flags.contains(.applied), "\(label): expected a new function node for each application, got one applied before")
        flags.formUnion([.applied, .running])
        let arrays = inputs.map(\.array)
        let results = isObserved ? Observation.current.run(self, inputs) { forward(arrays) } : forward(arrays)
        flags.remove(.running)
        require(!results.isEmpty, "\(label): expected forward to return at least one array, got none")
        if let more { check(more, inputs.count, results.count) }
        let isRecorded = isRecording && inputs.contains(where: \.isRecorded)
        if isRecorded { record(inputs, results) } else { more = nil }
        if isRecorded && isObserved { Observation.current.didRecord(self) }
        let marks = isRecorded ? 0 : inputs.inheritedMarks
        let outputs = results.enumerated().map { i, array in
            !array.dtype.isFloating
                ? Variable(constant: array)
                : isRecorded ? Variable(array: array, node: self, output: Int32(i)) : Variable(unrecorded: array, marks)
        }
        if _slowPath(FunctionTrace.isActive) { FunctionTrace.note(self, inputs, outputs) }
        return outputs
    }

    private final func record(_ inputs: [Variable], _ results: [NDArray]) {
        connect(inputs)
        setOutputs(results)
        if let author, !HeldVariables(in: author).isEmpty { flags.insert(.holdsVariables) }
        guard let more else { return }
        for index in more.wantedInputs { keepInput(index, inputs[index].array) }
        for index in more.wantedOutputs { keepOutput(index, results[index]) }
    }

    /// Takes the number and the layouts of the outputs from `results`.
    package final func setOutputs(_ results: [NDArray]) {
        outputCount32 = Int32(results.count)
        (outputShape, outputDType) = (results[0].shape, results[0].dtype)
        if results.count > 1 { extended().outputs = results.dropFirst().map { ($0.shape, $0.dtype) } }
    }

    /// Draws the edges to the places of `inputs`.
    package final func connect(_ inputs: [Variable]) {
        inputCount32 = Int32(inputs.count)
        if let first = inputs.first { edge0 = .owning(first) }
        if inputs.count > 1 { edge1 = .owning(inputs[1]) }
        if inputs.count > 2 { extended().inputs = inputs.dropFirst(2).map { ($0.node, $0.output) } }
        rank = 1 + inputs.reduce(0) { Swift.max($0, $1.node?.rank ?? 0) }
        if inputs.contains(where: \.passesUnrecorded) { flags.insert(.passesUnrecorded) }
    }

    @inline(__always)
    package final func connect(_ x: Variable, output y: NDArray) {
        inputCount32 = 1
        edge0 = .owning(x)
        rank = 1 + Swift.max(0, edge0.rank)
        if _slowPath(edge0.passesUnrecorded) { flags.insert(.passesUnrecorded) }
        outputShape = y.shape
        outputDType = y.dtype
    }

    @inline(__always)
    package final func connect(_ a: Variable, _ b: Variable, output y: NDArray) {
        inputCount32 = 2
        edge0 = .owning(a)
        edge1 = .owning(b)
        rank = 1 + Swift.max(0, Swift.max(edge0.rank, edge1.rank))
        if _slowPath(edge0.passesUnrecorded || edge1.passesUnrecorded) { flags.insert(.passesUnrecorded) }
        outputShape = y.shape
        outputDType = y.dtype
    }
}

// MARK: - Retention

extension FunctionNode {
    /// Asks, inside `forward`, that the named inputs be kept for `backward`. Further calls add to the first.
    public final func retainInputs(_ indexes: [Int]) {
        requireForward("retainInputs")
        extended().wantedInputs += indexes
    }

    /// Asks, inside `forward`, that the named outputs be kept for `backward`. Further calls add to the first.
    public final func retainOutputs(_ indexes: [Int]) {
        requireForward("retainOutputs")
        extended().wantedOutputs += indexes
    }

    /// Later nothing would be retained. A `forward` that is tried on arrays by itself has not been applied.
    private final func requireForward(_ function: StaticString) {
        require(
            flags.contains(.running) || !flags.contains(.applied),
            "\(label).\(function): expected a call inside forward, got one after it")
    }

    /// Stops unless there is what `forward` asked to retain.
    private final func check(_ more: NodeExtension, _ inputCount: Int, _ outputCount: Int) {
        for index in more.wantedInputs where index < 0 || index >= inputCount {
            fail("\(label).retainInputs: expected inputs in 0..<\(inputCount), got \(index)")
        }
        for index in more.wantedOutputs where index < 0 || index >= outputCount {
            fail("\(label).retainOutputs: expected outputs in 0..<\(outputCount), got \(index)")
        }
    }

    package final func keepInput(_ index: Int, _ array: NDArray) {
        if index == 0 {
            kept.first = array
        } else if index == 1 && !flags.contains(.keepsOutput) {
            kept.second = array
        } else {
            extended().keptInputs[index] = array
        }
    }

    package final func keepOutput(_ index: Int, _ array: NDArray) {
        if index == 0 && (kept.second == nil || flags.contains(.keepsOutput)) {
            kept.second = array
            flags.insert(.keepsOutput)
        } else {
            extended().keptOutputs[index] = array
        }
    }

    @inline(__always)
    private final func keptInput(_ index: Int) -> NDArray? {
        if index == 0 { return kept.first }
        if index == 1 && !flags.contains(.keepsOutput) { return kept.second }
        return more?.keptInputs[index]
    }

    @inline(__always)
    private final func keptOutput(_ index: Int) -> NDArray? {
        index == 0 && flags.contains(.keepsOutput) ? kept.second : more?.keptOutputs[index]
    }

    /// A retained input, as a variable in its place in the graph.
    public final func retainedInput(_ index: Int) -> Variable {
        require(index >= 0 && index < inputCount, "\(label).retainedInput: expected an input in 0..<\(inputCount), got \(index)")
        guard let array = keptInput(index) else { failRetained("retainedInput", index) }
        let place = edge(index)
        return Variable(array: array, node: place.node, output: place.output)
    }

    /// A retained output, as a variable in its place in the graph; a constant when its elements are not real numbers.
    public final func retainedOutput(_ index: Int) -> Variable {
        require(index >= 0 && index < outputCount, "\(label).retainedOutput: expected an output in 0..<\(outputCount), got \(index)")
        guard let array = keptOutput(index) else { failRetained("retainedOutput", index) }
        if _slowPath(isRecording && hasCuts), more?.cut?.outputs.contains(Int32(index)) == true {
            return UncutOutput.of(self, index, array)
        }
        return Variable(array: array, node: array.dtype.isFloating ? self : nil, output: array.dtype.isFloating ? Int32(index) : 0)
    }

    /// A retained input without its place, for rules of families while nothing is recorded: a place would cost a retain and a release.
    @inline(__always)
    package final func constantInput(_ index: Int) -> Variable {
        guard let array = keptInput(index) else { failRetained("retainedInput", index) }
        return Variable(constant: array)
    }

    /// The first retained output without its place.
    @inline(__always)
    package final func constantOutput() -> Variable {
        guard let array = keptOutput(0) else { failRetained("retainedOutput", 0) }
        return Variable(constant: array)
    }

    @inline(never)
    final func failRetained(_ function: String, _ index: Int) -> Never {
        if flags.contains(.released) {
            fail(
                "\(label).\(function)(\(index)): expected retained arrays, got a graph whose arrays an earlier backward gave back; "
                    + "pass retainGraph: true (or enableDoubleBackprop: true) to the earlier one, or, where the past is to be left behind, as "
                    + "between windows of a sequence, cut it with unchainBackward()")
        }
        fail("\(label).\(function)(\(index)): expected an array retained by forward, got none; call retainInputs or retainOutputs there")
    }

    /// Gives back the retained arrays.
    package final func releaseRetained() {
        if !kept.isEmpty {
            kept.release()
            flags.insert(.released)
            flags.remove(.keepsOutput)
        }
        guard let more else { return }
        if more.keepsElsewhere {
            releaseElsewhere()
            more.keepsElsewhere = false
            flags.insert(.released)
        }
        if more.keptInputs.isEmpty && more.keptOutputs.isEmpty { return }
        more.keptInputs = [:]
        more.keptOutputs = [:]
        flags.insert(.released)
    }

    /// Shape of input `index`, which must require a gradient or have been retained.
    public final func inputShape(_ index: Int) -> Shape {
        require(index >= 0 && index < inputCount, "\(label).inputShape: expected an input in 0..<\(inputCount), got \(index)")
        return edge(index).reference != nil ? edge(index).layout.0 : retainedInput(index).shape
    }
}
