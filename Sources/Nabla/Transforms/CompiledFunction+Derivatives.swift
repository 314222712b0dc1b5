import NablaArray

extension CompiledFunction {
    /// The function of the arguments, the values of `holders` and the cotangents of all results that gives the gradients of the arguments
    /// and values named by `indexes`. Compiled as well, so it has derivatives of its own.
    fileprivate func pullback(_ indexes: [Int], argumentCount: Int, _ holders: [any DifferentiableState]) -> CompiledFunction {
        let key = PullbackKey(indexes: indexes, argumentCount: argumentCount, holders: holders.map { ObjectIdentifier($0) })
        if let known = pullbacks[key] { return known }
        let (body, name) = (body, name)
        let result = CompiledFunction(name: name) { all, generator, isDifferentiated in
            let inputCount = argumentCount + holders.count
            let inputs = Array(all[..<inputCount])
            for (holder, value) in zip(holders, inputs[argumentCount...]) { holder.substitute(value) }
            defer { for holder in holders { holder.substitute(nil) } }
            // As in the closure of a transform: gradients that the body takes are recorded, for they are differentiated here.
            let results = Transform.run { body(Array(inputs[..<argumentCount]), &generator, true) }
            // Results that the closure made in noBackprop on purpose have no derivative; the others have one whatever stands beside them.
            let used = results.indices.filter { results[$0].provenance != .unrecorded }
            return gradients(
                name, of: used.map { results[$0] }, wrt: indexes.map { inputs[$0] }, gradOutputs: used.map { all[inputCount + $0] },
                recorded: isDifferentiated)
        }
        pullbacks[key] = result
        return result
    }

    /// The results with random numbers from `generators`, which stay where they are.
    fileprivate func call(_ arguments: [Variable], from generators: [RandomGenerator]) -> [Variable] {
        let shared = RandomGenerator.shared
        RandomGenerator.shared = generators[0]
        defer { RandomGenerator.shared = shared }
        var given = generators[1]
        return self(arguments, using: &given)
    }
}

/// One call of a compiled function in the graph. Its derivative runs the closure again, recorded and compiled, at the same arguments and with
/// the same random numbers.
final class CompiledCall: FunctionNode {
    private let function: CompiledFunction
    private let argumentCount: Int
    private let recording: CompiledFunction.Recording
    private let generators: [RandomGenerator]
    /// The arrays that `recording.constants` held before the call.
    private let constants: [NDArray]
    private var results: [NDArray]

    init(
        _ function: CompiledFunction, _ results: [NDArray], argumentCount: Int, _ recording: CompiledFunction.Recording,
        _ generators: [RandomGenerator], _ constants: [NDArray]
    ) {
        (self.function, self.results, self.argumentCount) = (function, results, argumentCount)
        (self.recording, self.generators, self.constants) = (recording, generators, constants)
    }

    override var label: String { "Compiled" }
    override var author: AnyObject? { nil }

    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        retainInputs(Array(inputs.indices))
        defer { results = [] }
        return results
    }

    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        if let changed = recording.conditions.changed {
            fail("\(function.name): expected \(changed) as it was at the call, got another in the backward walk")
        }
        let pullback = function.pullback(indexes, argumentCount: argumentCount, recording.holders)
        // The closure runs again as it ran then, and what it does to statistics has been done.
        let now = recording.constants.map { $0.load() }
        for (state, array) in zip(recording.constants, constants) { state.store(array) }
        defer { for (state, array) in zip(recording.constants, now) { state.store(array) } }
        return pullback.call((0..<inputCount).map(retainedInput) + gradOutputs, from: generators)
    }
}

/// A call that changes parameters, such as a step of training, in the graph: to say that nothing is known of its derivative.
final class CompiledStep: FunctionNode {
    private let name: String
    private var results: [NDArray]
    override var author: AnyObject? { nil }

    init(_ name: String, _ results: [NDArray]) { (self.name, self.results) = (name, results) }

    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        defer { results = [] }
        return results
    }

    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        fail("\(name): expected no derivative of a closure that changes parameters, got a backward walk through its results")
    }
}

extension Variable {
    /// Whether no place in the graph but `places` leads to this variable.
    func begins(onlyAt places: [Variable]) -> Bool {
        var known = Set(places.compactMap { $0.node.map { ObjectIdentifier($0) } })
        var open = [node].compactMap { $0 }
        while let next = open.popLast() {
            guard known.insert(ObjectIdentifier(next)).inserted else { continue }
            if next.inputCount == 0 { return false }
            for index in 0..<next.inputCount {
                if let input = next.followedEdge(index).reference { open.append(input.takeUnretainedValue()) }
            }
        }
        return true
    }
}
