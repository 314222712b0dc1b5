import CNablaRuntime

/// What a closure does, as a list of functions of its arguments that can be applied to others: of one example, by the way of `vmap`.
///
/// The list refers to places of the graph and to arrays, but to nothing else that the closure captured.
struct RecordedClosure: Repeatable {
    let computed: [Int]
    let sources: [Variable]
    /// What does not depend on the arguments is recorded once.
    var isRecordedAnew: Bool { false }
    private let walk: BatchedWalk
    /// Results that do not depend on the arguments.
    private let others: [Variable]

    /// Runs `closure` at `arguments`; nil where it does what no list of functions can do again, such as applying a `FunctionNode` of the user's
    /// or looking at numbers.
    init?(_ closure: Recomputation, at arguments: [NDArray]) {
        let trace = FunctionTrace()
        let places = arguments.map { Variable($0.copied()) }
        for place in places { trace.addArgument(place) }
        let results = withRecording(true) { trace.watch { closure.checked(places).all } }
        guard let walk = try? BatchedWalk(trace, examples: places, results: results) else { return nil }
        // What does not depend on the arguments may stand for closures of its own.
        ClosureNodes.expand(behind: walk.constants)
        let list = RecordedClosure(
            computed: closure.computed, sources: closure.sources, walk: walk, others: results.map(\.withoutCell))
        // Functions may turn out to have no rule only when they are applied.
        guard (try? list.applied(to: places)) != nil else { return nil }
        self = list
    }

    private init(computed: [Int], sources: [Variable], walk: BatchedWalk, others: [Variable]) {
        (self.computed, self.sources, self.walk, self.others) = (computed, sources, walk, others)
    }

    private func applied(to arguments: [Variable]) throws(BatchedWalk.Obstacle) -> [Variable] {
        let before = nr_recording()
        nr_set_recording(1)
        defer { nr_set_recording(before) }
        let results = try walk.run(arguments.map { $0.expandingDimensions(at: 0) }, size: 1)
        return zip(results, others).map { result, other in result.map { $0.reshaped(to: $0.shape.removing(0)) } ?? other }
    }

    /// All results.
    func results(at arguments: [Variable]) -> [Variable] {
        do {
            return try applied(to: arguments)
        } catch {
            fail("root: expected functions that could be applied before, got \(error.reason)")
        }
    }

    func callAsFunction(_ arguments: [Variable]) -> [Variable] {
        let all = results(at: arguments)
        return computed.map { all[$0] }
    }
}
