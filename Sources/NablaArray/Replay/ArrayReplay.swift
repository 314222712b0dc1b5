import CNablaKernels

/// A traced computation that runs again on other arrays of the same layout, without allocating anything but its results.
///
/// What a replay computes has the bits that the traced operations would give.
package final class ArrayReplay {
    private enum Unit {
        case program(ElementwiseProgram)
        case step(ArrayOperation, reads: [NDArray], writes: [NDArray])
        case copy(from: NDArray, to: NDArray)
        case random(RandomDraw, source: Int, offset: UInt64, into: NDArray)
    }

    /// Someone else's memory that the replay reads or writes at a place of its own at each run.
    private enum Place: Hashable {
        case input(Int)
        case state(Int)
        case output(Int)
    }

    private var units: [Unit] = []
    private let memory: ReplayMemory
    private let inputCount: Int
    private let fixedInputs: [(index: Int, array: NDArray)]
    private let states: [ArrayTrace.State]
    private let layouts: [(shape: Shape, dtype: DType)]
    private let stateLayouts: [(shape: Shape, dtype: DType)]
    private let outputs: [ArrayTrace.Operand]
    private let changes: [(state: Int, operand: ArrayTrace.Operand)]
    /// Arrays that a result is written to directly, by their number among outputs and then changes.
    private var direct: [Int: Int] = [:]
    private var programs: [Place: [(ElementwiseProgram, slot: Int, offset: Int)]] = [:]
    private var views: [Place: [(NDArray, offset: Int)]] = [:]
    /// Views of what is copied to results at the end.
    private var copies: [Int: NDArray] = [:]
    /// Keeps the memory of constants.
    private let trace: ArrayTrace

    /// Where the random numbers of a run come from: the generators' keys, streams and counters when the trace began, and how far each went.
    package struct RandomSource {
        package let seed, stream, start, end: UInt64

        package init(seed: UInt64, stream: UInt64, start: UInt64, end: UInt64) {
            (self.seed, self.stream, self.start, self.end) = (seed, stream, start, end)
        }

        package func contains(_ key: UInt64, _ stream: UInt64, _ counter: UInt64) -> Bool {
            key == seed && stream == self.stream && counter &- start < end &- start
        }
    }

    /// - Parameters:
    ///   - outputs: what the traced closure returned.
    ///   - sources: the generators that go on from run to run. A draw from another one gives the same numbers at each.
    ///   - fixedInputs: the inputs for whose numbers alone the trace is right.
    package init(
        _ trace: ArrayTrace, inputs: [NDArray], outputs: [NDArray], sources: [RandomSource], fixedInputs: [Int]
    ) {
        let plan = ReplayPlan(
            trace, outputs: outputs.map { trace.result($0, user: "the closure's result") }, changes: trace.changedStates())
        let schedule = ReplaySchedule(plan)
        self.trace = trace
        self.outputs = plan.outputs
        changes = plan.changes
        hasEffects = plan.steps.contains { $0.operation.hasEffects }
        states = trace.states
        inputCount = inputs.count
        self.fixedInputs = fixedInputs.map { ($0, inputs[$0]) }
        layouts = inputs.map { ($0.shape, $0.dtype) }
        stateLayouts = trace.states.map { state in
            let memory = trace.values[state.initial].memory
            return (memory.shape, memory.dtype)
        }

        let placement = ReplayPlacement(plan, schedule)
        direct = placement.direct
        memory = ReplayMemory(bytes: placement.bytes)
        let start = memory.start

        func place(_ value: Int) -> Place? {
            if let number = placement.results[value] { return .output(number) }
            switch trace.values[value].origin {
            case .input(let index): return .input(index)
            case .state(let index): return .state(index)
            default: return nil
            }
        }
        func base(_ value: Int) -> UnsafeMutableRawPointer {
            if let offset = placement.offsets[value] { return start + offset }
            return trace.values[value].memory.data
        }
        func array(_ operand: ArrayTrace.Operand) -> NDArray {
            guard let place = place(operand.value) else { return .part(operand, of: base(operand.value), owner: memory) }
            let array = NDArray.part(operand, of: trace.values[operand.value].memory.data)
            views[place, default: []].append((array, operand.offset))
            return array
        }
        for unit in schedule.units {
            switch unit {
            case .program(let steps, let count):
                let program = ElementwiseProgram(
                    steps, count: count, plan: plan, staysInRegisters: { placement.registers.contains($0) },
                    moves: { place($0) != nil }, locate: { base($0.value) + $0.offset })
                for (slot, operand) in program.moving {
                    programs[place(operand.value)!, default: []].append((program, slot, operand.offset))
                }
                units.append(.program(program))
            case .step(let step):
                for (write, former) in zip(step.writes, step.formers) {
                    guard let former, placement.needsCopy(write.value) else { continue }
                    func whole(_ value: Int) -> NDArray {
                        array(
                            ArrayTrace.Operand(
                                value: value, offset: 0, shape: [trace.values[value].bytes], strides: Strides(contiguous: [1]), dtype: .bool
                            ))
                    }
                    units.append(.copy(from: whole(former), to: whole(write.value)))
                }
                if case .random(let draw, let key, let stream, let counter) = step.operation,
                    let source = sources.firstIndex(where: { $0.contains(key, stream, counter) })
                {
                    units.append(.random(draw, source: source, offset: counter &- sources[source].start, into: array(step.writes[0])))
                } else {
                    units.append(.step(step.operation, reads: step.reads.map(array), writes: step.writes.map(array)))
                }
            }
        }
        for (number, operand) in (plan.outputs + plan.changes.map(\.operand)).enumerated() where direct[number] == nil {
            copies[number] = array(operand)
        }
    }

    /// Whether runs do more than give results.
    package var changesState: Bool { !changes.isEmpty || hasEffects }
    private let hasEffects: Bool

    /// Whether the replay serves these inputs, and the states as they are now.
    package func accepts(_ inputs: [NDArray]) -> Bool {
        guard inputs.count == inputCount else { return false }
        for condition in trace.conditions where condition.now() != condition.then { return false }
        for (input, layout) in zip(inputs, layouts) where input.shape != layout.shape || input.dtype != layout.dtype { return false }
        for (index, array) in fixedInputs where inputs[index] != array { return false }
        for (state, layout) in zip(states, stateLayouts) {
            let array = state.load()
            if array.shape != layout.shape || array.dtype != layout.dtype { return false }
        }
        return true
    }

    /// What the traced closure would return for `inputs`; leaves in the states what it would leave there.
    ///
    /// `generators` are those from which the closure drew, as they are now, in the order of `sources`.
    package func run(_ inputs: [NDArray], generators: [RandomGenerator]) -> [NDArray] {
        var held: [NDArray] = []
        held.reserveCapacity(inputs.count + states.count)
        for (index, input) in inputs.enumerated() {
            let array = input.contiguous()
            held.append(array)
            move(.input(index), to: array.data)
        }
        for (index, state) in states.enumerated() {
            let array = state.load().contiguous()
            held.append(array)
            move(.state(index), to: array.data)
        }
        var results: [NDArray] = []
        results.reserveCapacity(outputs.count + changes.count)
        for number in 0..<outputs.count + changes.count {
            let operand = number < outputs.count ? outputs[number] : changes[number - outputs.count].operand
            let result = NDArray(uninitialized: operand.shape, operand.dtype)
            results.append(result)
            if direct[number] != nil { move(.output(number), to: result.data) }
        }
        for unit in units {
            switch unit {
            case .program(let program): program.run()
            case .step(let operation, let reads, let writes): operation.run(reads: reads, writes: writes)
            case .copy(let source, let target): target.data.copyMemory(from: source.data, byteCount: source.count)
            case .random(let draw, let source, let offset, let out):
                let generator = generators[source]
                draw.fill(out, key: generator.seed, stream: generator.stream, counter: generator.counter &+ offset)
            }
        }
        for (number, source) in copies { backend.device.cast(source, into: results[number]) }
        withExtendedLifetime(held) {}
        for (number, change) in changes.enumerated() { states[change.state].store(results[outputs.count + number]) }
        return Array(results[..<outputs.count])
    }

    private func move(_ place: Place, to start: UnsafeMutableRawPointer) {
        if let users = programs[place] { for (program, slot, offset) in users { program.setBase(slot, start + offset) } }
        if let users = views[place] { for (array, offset) in users { array.body.header.data = start + offset } }
    }
}
