// A trace owns all memory it has seen; whoever else has some of it keeps it beyond the traced closure.

extension ArrayTrace {
    /// What makes arrays with numbers that depend on something and that others than this trace have, if there are any.
    package func keptByOthers() -> String? {
        let none = NDArray(uninitialized: [0], .bool)
        var first: [ObjectIdentifier: Int] = [:]
        var last: [Int: Int] = [:]
        var versionsOf: [(value: Int, first: Int)] = []
        for id in values.indices {
            let owner = ObjectIdentifier(values[id].memory)
            if let known = first[owner] {
                versionsOf.append((id, known))
                last[known] = id
                values[id].memory = none
            } else {
                first[owner] = id
            }
        }
        var found: Int?
        for id in first.values where !isKnownUniquelyReferenced(&values[id].memory.body) {
            let now = last[id] ?? id
            if values[now].isDerived { found = Swift.min(found ?? now, now) }
        }
        for (id, known) in versionsOf { values[id].memory = values[known].memory }
        return found.map(source)
    }

    /// Where a value comes from, in words.
    private func source(_ id: Int) -> String {
        switch values[id].origin {
        case .input: return "an argument"
        case .state(let index): return "\(type(of: states[index].holder)).\(states[index].name)"
        case .step(let index) where listsSteps:
            let step = steps[index]
            let write = step.writes.first { $0.value == id }!
            return "what \(step.operation.name) computes, \(write.dtype)\(write.shape)"
        default: return "an array"
        }
    }
}
