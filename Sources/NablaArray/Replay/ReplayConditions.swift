/// When a trace may stand for another run of its closure.
package struct ReplayConditions {
    private let inputs: [(shape: Shape, dtype: DType)]
    /// Inputs for whose numbers alone the trace is right.
    private let fixed: [(index: Int, array: NDArray)]
    private let states: [(load: () -> NDArray, shape: Shape, dtype: DType)]
    private let conditions: [ArrayTrace.Condition]

    package init(_ trace: ArrayTrace, inputs: [NDArray], fixed: [Int]) {
        self.inputs = inputs.map { ($0.shape, $0.dtype) }
        self.fixed = fixed.map { ($0, inputs[$0]) }
        states = trace.states.map { state in
            let memory = trace.values[state.initial].memory
            return (state.load, memory.shape, memory.dtype)
        }
        conditions = trace.conditions
    }

    /// What the closure looked at, and must not change, that is not as it was.
    package var changed: String? { conditions.first { !$0.mayChange && !$0.holds }?.name }

    /// Whether something is not as it was that the closure may change.
    package var isOver: Bool { conditions.contains { $0.mayChange && !$0.holds } }

    /// In what these inputs differ, in words; nil when it is none of their layouts or numbers.
    package func firstDifference(from arguments: [NDArray]) -> String? {
        func text(_ shape: Shape, _ dtype: DType) -> String { "\(dtype)\(shape)" }
        if arguments.count != inputs.count { return "the number of arguments: \(inputs.count), then \(arguments.count)" }
        for (index, (array, input)) in zip(arguments, inputs).enumerated() where array.shape != input.shape || array.dtype != input.dtype {
            return "argument \(index): \(text(input.shape, input.dtype)), then \(text(array.shape, array.dtype))"
        }
        return fixed.first { arguments[$0.index] != $0.array }.map { "the numbers of argument \($0.index), which the closure looks at" }
    }

    /// Whether they hold for these inputs, and for everything else as it is now.
    package func hold(_ arguments: [NDArray]) -> Bool {
        guard arguments.count == inputs.count else { return false }
        for index in inputs.indices where arguments[index].shape != inputs[index].shape || arguments[index].dtype != inputs[index].dtype {
            return false
        }
        for condition in conditions where !condition.holds { return false }
        for (index, array) in fixed where arguments[index] != array { return false }
        for state in states {
            let array = state.load()
            if array.shape != state.shape || array.dtype != state.dtype { return false }
        }
        return true
    }
}
