extension ArrayTrace {
    struct StateKey: Hashable {
        let holder: ObjectIdentifier
        let name: String
    }

    /// How a state gets memory of its own while a trace watches, so that other arrays with the same memory are told from it.
    package struct StateIsolation {
        /// Puts an equal array in the place of the present one.
        let replace: (NDArray) -> Void
        /// Puts back what was there at first.
        let restore: () -> Void

        package init(replace: @escaping (NDArray) -> Void, restore: @escaping () -> Void) {
            (self.replace, self.restore) = (replace, restore)
        }
    }

    /// The array `name` of `holder`, which outlives the traced closure, is about to be read or set: each time the list runs again, the array
    /// that `load` gives then takes the present one's place, and what the closure left there goes to `store`.
    @inline(__always)
    package static func noteState(
        _ holder: AnyObject, _ name: @autoclosure () -> String, load: @escaping () -> NDArray, store: @escaping (NDArray) -> Void,
        isolation: StateIsolation
    ) {
        if _slowPath(isActive) {
            let name = name()
            // The list's trace is the outermost: what it puts in the state's place is what the others find.
            for trace in all.reversed() { trace.addState(holder, name, load, store, isolation) }
        }
    }

    /// `condition` decides what the closure does: where it is otherwise, the list serves no more. It is looked at here for how it was when
    /// the closure began, so it must be told before the closure changes it.
    @inline(__always)
    package static func noteCondition(
        _ holder: AnyObject, _ name: @autoclosure () -> String, mayChange: Bool = false, _ condition: @escaping () -> Bool
    ) {
        if _slowPath(isActive) {
            let name = name()
            let key = StateKey(holder: ObjectIdentifier(holder), name: name)
            forEach { trace in
                if trace.stateKeys.insert(key).inserted {
                    trace.conditions.append(
                        Condition(name: "\(type(of: holder)).\(name)", mayChange: mayChange, now: condition, then: condition()))
                }
            }
        }
    }

    /// The traces that watch this thread, the innermost first.
    private static var all: [ArrayTrace] {
        var result: [ArrayTrace] = []
        forEach { result.append($0) }
        return result
    }

    private func addState(
        _ holder: AnyObject, _ name: String, _ load: @escaping () -> NDArray, _ store: @escaping (NDArray) -> Void,
        _ isolation: StateIsolation
    ) {
        guard stateKeys.insert(StateKey(holder: ObjectIdentifier(holder), name: name)).inserted else { return }
        if !listsSteps { return held.append((load, load())) }
        let array = ArrayTrace.unwatched {
            let copy = load().copied()
            isolation.replace(copy)
            return copy
        }
        let id = add(.state(states.count), array, .onMore)
        versions[ObjectIdentifier(array)] = id
        states.append(State(holder: holder, name: name, load: load, store: store, isolation: isolation, initial: id))
    }

    /// Whether the closure left another array where it found one; of a trace without a list.
    package var changesHeldArrays: Bool { ArrayTrace.unwatched { held.contains { $0.load().body !== $0.then.body } } }

    /// The closure has returned `results`: finds out which values they and the states are, and gives the states memory that no value of the
    /// trace has.
    package func finish(_ results: [NDArray]) {
        outputs = results.map { operand($0, user: "result") }
        changes = states.map { state in
            let last = operand(ArrayTrace.unwatched { state.load() }, user: "state")
            return last.value == state.initial ? nil : last
        }
        ArrayTrace.unwatched {
            for (state, change) in zip(states, changes) {
                if change == nil { state.isolation.restore() } else { state.isolation.replace(state.load().copied()) }
            }
        }
    }
}
