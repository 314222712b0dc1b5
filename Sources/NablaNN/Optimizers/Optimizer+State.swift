/// A stored state that does not belong to this optimiser.
public struct OptimizerStateError: Error, Equatable, CustomStringConvertible {
    /// Expected and found, in one line.
    public let description: String
}

extension Optimizer {
    /// Everything that is remembered, by names such as `hidden/weight/m`; the number of updates of a parameter is `hidden/weight/steps`.
    /// Parameters that were never updated have none.
    public var state: [(name: String, array: NDArray)] {
        followTarget()
        return slots.flatMap { slot -> [(name: String, array: NDArray)] in
            guard let state = slot.state else { return [] }
            return [("\(slot.name)/steps", NDArray(state.steps, dtype: .int64))]
                + zip(stateNames, state.arrays).map { ("\(slot.name)/\($0)", $1) }
        }
    }

    /// Replaces everything that is remembered by a stored `state`, so that updates go on as if they had never stopped.
    ///
    /// - Throws: `OptimizerStateError` when names, shapes or types do not fit; nothing is changed then.
    public func restore(_ state: [(name: String, array: NDArray)]) throws(OptimizerStateError) {
        followTarget()
        var stored: [String: NDArray] = [:]
        for (name, array) in state { stored[name] = array }
        var restored = slots
        for index in restored.indices { restored[index].state = try takeState(of: slots[index], from: &stored) }
        if let extra = stored.keys.min() {
            throw OptimizerStateError(description: "expected the state of \(slots.count) parameters, got an unknown entry \(extra)")
        }
        slots = restored
    }

    private func takeState(of slot: Slot, from stored: inout [String: NDArray]) throws(OptimizerStateError) -> ParameterState? {
        guard let steps = stored.removeValue(forKey: "\(slot.name)/steps") else { return nil }
        guard steps.count == 1, steps.dtype.isInteger else {
            throw OptimizerStateError(description: "expected one integer for \(slot.name)/steps, got \(steps.dtype)\(steps.shape)")
        }
        let count = steps.integers[0]
        // Room for those to come, and exact as a real number.
        guard (0...(1 << 53)).contains(count) else {
            throw OptimizerStateError(description: "expected a number from 0 to 2⁵³ for \(slot.name)/steps, got \(count)")
        }
        var result = ParameterState(steps: count, arrays: [])
        for name in stateNames {
            let path = "\(slot.name)/\(name)"
            guard let array = stored.removeValue(forKey: path) else {
                throw OptimizerStateError(description: "expected an entry \(path), got none")
            }
            if slot.parameter.isInitialized {
                let value = slot.parameter.array
                guard array.shape == value.shape, array.dtype == value.dtype else {
                    throw OptimizerStateError(
                        description: "expected \(value.dtype)\(value.shape) for \(path), got \(array.dtype)\(array.shape)")
                }
            }
            result.arrays.append(array)
        }
        return result
    }
}
