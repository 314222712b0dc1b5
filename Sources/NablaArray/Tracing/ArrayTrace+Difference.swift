#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension ArrayTrace {
    /// Where this trace and `other`, of another run of the same closure, differ in what they do; nil where they agree. Numbers of inputs and
    /// states may differ, and draws for which `isFresh` holds.
    package func difference(
        from other: ArrayTrace, isFresh: (_ key: UInt64, _ stream: UInt64, _ counter: UInt64) -> Bool
    ) -> String? {
        for (index, pair) in zip(steps, other.steps).enumerated() {
            let (a, b) = pair
            if !a.operation.isLike(b.operation, isFresh) {
                return "operation \(index) was \(a.operation.summary), then \(b.operation.summary)"
            }
            if a.reads != b.reads || a.writes != b.writes || a.formers != b.formers {
                return "operation \(index), \(a.operation.name), had other operands"
            }
        }
        if steps.count != other.steps.count { return "there were \(steps.count) operations, then \(other.steps.count)" }
        for (a, b) in zip(values, other.values) {
            if a.origin != b.origin || a.bytes != b.bytes { return "arrays came from elsewhere" }
            guard a.origin == .literal else { continue }
            let isSame = memcmp(a.memory.data, b.memory.data, a.bytes) == 0
            if !isSame { return "an array of \(a.memory.dtype)\(a.memory.shape) was made of other numbers" }
        }
        return nil
    }
}

extension ArrayOperation {
    /// Whether both do the same but for the numbers that a generator draws.
    fileprivate func isLike(_ other: ArrayOperation, _ isFresh: (UInt64, UInt64, UInt64) -> Bool) -> Bool {
        switch (self, other) {
        case (.compound(let a), .compound(let b)): a.name == b.name
        case (.random(let a, _, _, _), .random(let b, let key, let stream, let counter)) where isFresh(key, stream, counter): a == b
        default: self == other
        }
    }

    fileprivate var summary: String {
        switch self {
        case .random: "a draw of a generator of its own"
        case .binaryScalar(_, let scalar, _), .compareScalar(_, let scalar), .ternaryScalar(_, let scalar), .fill(let scalar):
            "\(name) with \(scalar.double)"
        default: name
        }
    }
}
