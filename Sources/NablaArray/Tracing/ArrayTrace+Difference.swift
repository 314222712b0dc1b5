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
        _ other: any ArrayOperation, _ sources: [ArrayReplay.RandomSource], _ otherSources: [ArrayReplay.RandomSource]
    ) -> Bool {
        guard let a = self as? Draw, let b = other as? Draw else { return isEqual(to: other) }
        let (source, otherSource) = (a.source(in: sources), b.source(in: otherSources))
        return source == nil && otherSource == nil ? a == b : a.numbers == b.numbers && source == otherSource
    }
}

extension Draw {
    /// From which of the generators it is. (Not how far from where that began: other threads may draw in between.)
    package func source(in sources: [ArrayReplay.RandomSource]) -> Int? {
        sources.firstIndex { $0.contains(key, stream, counter) }
    }
}
