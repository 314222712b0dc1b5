extension ArrayTrace {
    struct StateKey: Hashable {
        let holder: ObjectIdentifier
        let name: String
    }

    /// The array `name` of `holder`, which outlives the traced closure, is about to be read or set: each time the list runs again, the array
    /// that `load` gives then takes the present one's place, and what the closure left there goes to `store`.
    @inline(__always)
    package static func noteState(
        _ holder: AnyObject, _ name: @autoclosure () -> String, load: @escaping () -> NDArray, store: @escaping (NDArray) -> Void
    ) {
        if _slowPath(isActive) {
            let name = name()
            forEach { $0.addState(holder, name, load, store) }
        }
    }

    /// `condition` decides what the closure does: where it is otherwise, the list serves no more.
    @inline(__always)
    package static func noteCondition(_ holder: AnyObject, _ name: @autoclosure () -> String, _ condition: @escaping () -> Bool) {
        if _slowPath(isActive) {
            let key = StateKey(holder: ObjectIdentifier(holder), name: name())
            forEach { if $0.stateKeys.insert(key).inserted { $0.conditions.append((condition, condition())) } }
        }
    }

    private func addState(_ holder: AnyObject, _ name: String, _ load: @escaping () -> NDArray, _ store: @escaping (NDArray) -> Void) {
        guard stateKeys.insert(StateKey(holder: ObjectIdentifier(holder), name: name)).inserted else { return }
        if !listsSteps { return held.append((load, load())) }
        var array = load()
        // Memory of its own: another state may begin with the same numbers.
        if versions[ObjectIdentifier(array.owner)] != nil || !array.isContiguous || array.count != array.owner.count {
            array = ArrayTrace.unwatched { array.copied() }
            ArrayTrace.unwatched { store(array) }
        }
        let id = add(.state(states.count), array.owner, .onMore)
        versions[ObjectIdentifier(array.owner)] = id
        states.append(State(holder: holder, load: load, store: store, initial: id))
    }

    /// Whether the closure left another array where it found one; of a trace without a list.
    package var changesHeldArrays: Bool { ArrayTrace.unwatched { held.contains { $0.load().body !== $0.then.body } } }

    /// For each state the value that the closure left there, nil where it left what it found.
    package func changedStates() -> [Operand?] {
        states.map { state in
            let last = operand(ArrayTrace.unwatched { state.load() }, user: "state")
            return last.value == state.initial ? nil : last
        }
    }
}
