#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension ArrayTrace {
    /// Where this trace and `other`, of another run of the same closure, differ in what they do; nil where they agree. Numbers of inputs and
    /// states may differ, and draws from the generators that go on from run to run: from `sources` here, `otherSources` there.
    package func difference(
        from other: ArrayTrace, _ sources: [ArrayReplay.RandomSource], _ otherSources: [ArrayReplay.RandomSource]
    ) -> String? {
        for (index, pair) in zip(steps, other.steps).enumerated() {
            let (a, b) = pair
            if !a.operation.isLike(b.operation, sources, otherSources) {
                let (before, after) = (a.operation.summary, b.operation.summary)
                return "operation \(index) was \(before), then \(after)\(before == after ? " of another object or kind" : "")"
            }
            if a.reads != b.reads || a.writes != b.writes || a.formers != b.formers {
                return "operation \(index), \(a.operation.name), had other operands"
            }
        }
        if steps.count != other.steps.count { return "there were \(steps.count) operations, then \(other.steps.count)" }
        let isSameState = { (a: State, b: State) in a.holder === b.holder && a.name == b.name }
        if !states.elementsEqual(other.states, by: isSameState) { return "parameters or statistics of another object were used" }
        if outputs.count != other.outputs.count { return "there were \(outputs.count) results, then \(other.outputs.count)" }
        for (index, pair) in zip(outputs, other.outputs).enumerated() where pair.0 != pair.1 { return "result \(index) was another array" }
        for (state, pair) in zip(states, zip(changes, other.changes)) where pair.0 != pair.1 {
            return "\(type(of: state.holder)).\(state.name) was left with another array"
        }
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
    fileprivate func isLike(
        _ other: ArrayOperation, _ sources: [ArrayReplay.RandomSource], _ otherSources: [ArrayReplay.RandomSource]
    ) -> Bool {
        switch (self, other) {
        case (.compound(let a), .compound(let b)): return a.name == b.name && a.attributes == b.attributes
        case (.random(let a, _, _, _), .random(let b, _, _, _)):
            let (place, otherPlace) = (place(in: sources), other.place(in: otherSources))
            return place == nil && otherPlace == nil ? self == other : a == b && place == otherPlace
        default: return self == other
        }
    }

    /// From which of the generators a draw is, and how far from where that began.
    private func place(in sources: [ArrayReplay.RandomSource]) -> [UInt64]? {
        guard case .random(_, let key, let stream, let counter) = self,
            let index = sources.firstIndex(where: { $0.contains(key, stream, counter) })
        else { return nil }
        return [UInt64(index), counter &- sources[index].start]
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
