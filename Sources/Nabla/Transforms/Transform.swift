import CNablaRuntime

/// What transforms of closures have in common: the closure runs recorded, at places of its own.
enum Transform {
    /// Whether a result is recorded when the caller does not say: when it is computed inside the closure of another transform, or of a
    /// checkpoint, which may have to differentiate it.
    static func isResultRecorded(_ choice: Bool?) -> Bool {
        choice ?? (isRecording && (nr_transforms() > 0 || nr_scope() != 0))
    }

    /// Runs `body`, which runs a closure of the user's, with recording.
    static func run<R>(_ body: () throws -> R) rethrows -> R {
        let depth = nr_transforms()
        nr_set_transforms(depth + 1)
        defer { nr_set_transforms(depth) }
        return try withRecording(true, body)
    }

    /// Places of their own with the numbers of `x`, at which a closure is differentiated; stops at what is no real number.
    static func places(_ x: [Variable], _ function: String) -> [Variable] {
        requireReal(x, function)
        return x.map(\.withPlace)
    }

    /// Runs `body` as if it stood in no closure of a transform, a checkpoint or a solver.
    static func outside<R>(_ body: () throws -> R) rethrows -> R {
        let (depth, scope) = (nr_transforms(), nr_scope())
        nr_set_transforms(0)
        nr_set_scope(0)
        defer {
            nr_set_transforms(depth)
            nr_set_scope(scope)
        }
        return try body()
    }

    /// Stops unless the parts of `v` have the layouts of those of `x`.
    static func check(_ v: [Variable], like x: [Variable], _ function: String, _ argument: String) {
        require(v.count == x.count, "\(function): expected \(x.count) \(argument), one for each variable, got \(v.count)")
        for (a, b) in zip(v, x) {
            require(
                a.shape == b.shape && a.dtype == b.dtype,
                "\(function): expected \(argument) of \(b.dtype)\(b.shape), got \(a.dtype)\(a.shape)")
        }
    }
}

extension Variable {
    /// A place of its own with the same numbers, at which a closure is differentiated: a leaf for a constant, otherwise a new place behind this
    /// one. What the closure captured and was computed from this variable is held fixed so.
    var withPlace: Variable {
        if !isRecorded {
            let leaf = Variable(array)
            leaf.node?.flags.insert(.isArgument)
            return leaf
        }
        return forceBackprop { FunctionNode.recorded(self, array) { Identity() } }
    }
}

/// f(x) = x
private final class Identity: LinearFunction {
    override func forward(_ inputs: [NDArray]) -> [NDArray] { inputs }
    override func applied(to batch: Batch) -> [Variable]? { [batch[0]] }
    override func again(_ arguments: [Variable]) -> Variable { arguments[0].unchanged }
    override func transpose(_ g: Variable, _ index: Int) -> Variable { g.unchanged }
}
