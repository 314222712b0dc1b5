/// The results of `body`, without what it records on the way: the backward walk runs `body` again (Chen, Xu, Zhang and Guestrin, *Training deep
/// nets with sublinear memory cost*, 2016).
///
///     let y = checkpoint([x]) { [encoder($0[0])] }[0]         // keeps x, and nothing of what the encoder makes
///
/// Exact at any order and in both modes: gradients and tangents are checkpoints themselves, so a second derivative keeps as little. All
/// variables that `body` touches get their gradients, whether they are `inputs` or captured, such as a model's parameters. Checkpoints nest.
/// Each order of derivative runs `body` once more.
///
/// Two results of one checkpoint are treated as independent: the gradient of one with respect to the other is zero, also where `body` computes
/// one from the other.
///
/// `body` must compute the same when it runs again. Taken care of: numbers drawn from the process-wide generator, as long as no other thread
/// draws meanwhile; running averages (what else changes a state asks `isRecomputing`). Stopped with a message when the results differ or come
/// from other variables: parameters that changed before the backward walk, `withParameters` around the checkpoint instead of inside,
/// a captured generator (`checkpoint(_:using:_:)` takes one). Not noticed: state outside that does not show in the results.
///
/// - Parameters:
///   - inputs: handed to `body`; captured variables do as well.
///   - body: is kept, with what it captures, as long as the results can be differentiated; an object that it captures should not hold the
///     results for longer than that, or both live on. It must not call `backward()`, which changes gradients.
///
/// A walk that leaves recorded gradients in variables, `backward(enableDoubleBackprop: true)`, first runs `body` again and records what it leaves
/// out: gradients that variables keep lead to plain functions, never to closures that could hold the variables. `grad(of:wrt:)` keeps as little as
/// ever.
public func checkpoint(_ inputs: [Variable], _ body: @escaping ([Variable]) -> [Variable]) -> [Variable] {
    guard isRecording else { return body(inputs) }
    return Checkpoint.record { body(inputs) }
}

/// The same for one input and one result.
///
///     let h = checkpoint(x) { relu(hidden($0)) }
public func checkpoint(_ x: Variable, _ body: @escaping (Variable) -> Variable) -> Variable {
    guard isRecording else { return body(x) }
    return Checkpoint.record { [body(x)] }[0]
}

/// The same for a closure that draws numbers from `generator`: it gets the generator as it is now, also when it runs again. Afterwards the
/// generator stands where the first run left it.
public func checkpoint(
    _ x: Variable, using generator: inout RandomGenerator, _ body: @escaping (Variable, inout RandomGenerator) -> Variable
) -> Variable {
    guard isRecording else { return body(x, &generator) }
    let start = generator
    var end = start
    let result = Checkpoint.record {
        var own = start
        let result = body(x, &own)
        end = own
        return [result]
    }
    generator = end
    return result[0]
}

/// The functions `steps` one after the other, in segments that are checkpoints but for the last one: the memory of n steps is that of the
/// variables between segments and of one segment, O(√n) when there are √n segments, for one more run of the steps.
///
///     let y = checkpointedSequence(blocks.map { block in { block($0) } }, at: x)
///
/// - Parameter segments: about √n when none are given.
public func checkpointedSequence(
    _ steps: [(Variable) -> Variable], at x: Variable, segments: Int? = nil
) -> Variable {
    if let segments { require(segments >= 1, "checkpointedSequence: expected segments of at least 1, got \(segments)") }
    let count = segments ?? Int(Double(steps.count).squareRoot().rounded(.up))
    let length = Swift.max(1, (steps.count + count - 1) / Swift.max(1, count))
    var y = x
    for start in stride(from: 0, to: steps.count, by: length) {
        let segment = Array(steps[start..<Swift.min(start + length, steps.count)])
        let run: (Variable) -> Variable = { segment.reduce($0) { $1($0) } }
        // What the last segment records is needed as soon as the backward walk begins.
        y = start + length < steps.count ? checkpoint(y, run) : run(y)
    }
    return y
}

/// Stands in the graph for a closure that can run again. Its inputs are the places that the closure computes from.
private final class Checkpoint: FunctionNode {
    private var recomputation: Recomputation?
    /// Whether the edges lead to the results of the closure, as recorded, and this node passes them on.
    private var isExpanded = false

    /// Runs `body` and records a single node.
    static func record(_ body: @escaping () -> [Variable]) -> [Variable] {
        // A batch needs all functions: it keeps what they do. Transforms inside are recorded, as they are in a checkpoint.
        if FunctionTrace.isActive { return Transform.run(body) }
        let run = Recomputation.firstRun("checkpoint") { _ in body() }
        let computed = run.recomputation.computed
        guard !computed.isEmpty else { return run.results }
        let node = Checkpoint()
        node.recomputation = run.recomputation
        ClosureNodes.add(1)
        node.extended().keepsElsewhere = true
        node.connect(run.recomputation.sources)
        if run.recomputation.passesUnrecorded { node.flags.insert(.passesUnrecorded) }
        node.setOutputs(computed.map { run.results[$0].array })
        if isObserved { Observation.current.didRecord(node) }
        var results = run.results
        for (output, index) in computed.enumerated() {
            results[index] = Variable(array: results[index].array, node: node, output: Int32(output))
        }
        return results
    }

    // Before the edges go: what the closure captured is owned by them too, so nothing of a long chain ends here.
    deinit {
        recomputation = nil
        ClosureNodes.add(-1)
    }

    override var label: String { "checkpoint" }

    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        fail("checkpoint: expected a use that does not run the recorded function on other arrays, got one that does")
    }

    override func releaseElsewhere() { recomputation = nil }

    override func expand() -> Bool {
        guard let recomputation else { return false }
        reconnect(Observation.revisiting(self) { recomputation() })
        self.recomputation = nil
        extended().keepsElsewhere = false
        isExpanded = true
        return true
    }

    private var retained: Recomputation {
        guard let recomputation else { failRetained("recomputation", 0) }
        return recomputation
    }

    override func pull(_ gradOutputs: [Variable], _ needed: InputSet, _ walk: BackwardWalk) {
        let indexes = needed.indexes
        for (index, gradient) in zip(indexes, backward(indexes, gradOutputs)) { walk.accumulate(gradient, at: edge(index)) }
    }

    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        if isExpanded { return indexes.map { gradOutputs[$0] } }
        let recomputation = retained
        let targets = indexes.map { recomputation.sources[$0] }
        func gradients(recorded: Bool) -> [Variable] {
            Observation.revisiting(self) {
                BackwardWalk.run(
                    from: recomputation(), seeds: gradOutputs, to: targets, recorded: recorded, retainGraph: recorded,
                    stoppingAt: recomputation.sources)
            }
        }
        return isRecording ? Checkpoint.record { gradients(recorded: true) } : gradients(recorded: false)
    }

    override func push(_ tangents: [Variable], _ given: InputSet) -> [Variable] {
        if isExpanded {
            return tangents.indices.map { i in
                let (shape, dtype) = outputLayout(i)
                return given.contains(i) ? tangents[i] : .symbolicZero(shape, dtype: dtype)
            }
        }
        let recomputation = retained
        let moving = given.indexes
        func pushed(recorded: Bool) -> [Variable] {
            Observation.revisiting(self) {
                ForwardWalk.run(
                    from: moving.map { recomputation.sources[$0] }, tangents: moving.map { tangents[$0] }, to: recomputation(),
                    recorded: recorded, stoppingAt: recomputation.sources)
            }
        }
        return isRecording ? Checkpoint.record { pushed(recorded: true) } : pushed(recorded: false)
    }
}
