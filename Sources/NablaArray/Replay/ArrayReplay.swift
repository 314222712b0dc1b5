import CNablaKernels

/// A traced computation that runs again on other arrays of the same layout, without allocating anything but its results.
///
/// What a replay computes has the bits that the traced operations would give.
package final class ArrayReplay {
    private enum Unit {
        case program(ElementwiseProgram.Call)
        case step(any ArrayOperation, reads: [NDArray], writes: [NDArray])
        case copy(from: NDArray, to: NDArray)
        case random(Draw, source: Int, offset: UInt64, into: NDArray)
    }

    /// Someone else's memory that the replay reads or writes at a place of its own at each run.
    private enum Place {
        case input(Int)
        case state(Int)
        case result(Int)
    }

    /// What has to be set at each run: slots of programs and views of other steps.
    private struct Users {
        // Pointers into objects that the replay owns.
        var slots: [(slot: UnsafeMutablePointer<nk_program_slot>, offset: Int)] = []
        var views: [(header: UnsafeMutablePointer<ArrayHeader>, offset: Int)] = []

        @inline(__always)
        func move(to start: UnsafeMutableRawPointer) {
            for (slot, offset) in slots { slot.pointee.base = start + offset }
            for (header, offset) in views { header.pointee.data = start + offset }
        }
    }

    private var units: [Unit] = []
    private let memory: ReplayMemory
    private let states: [ArrayTrace.State]
    private let outputCount: Int
    /// Outputs, then what changed states get: shape, element type, and whether it is computed in place.
    private let results: [(shape: Shape, dtype: DType, isDirect: Bool)]
    private let changedStates: [Int]
    private var inputUsers: [Users]
    private var stateUsers: [Users]
    private var resultUsers: [Users]
    /// Results that are copied at the end, by their numbers.
    private var copies: [(result: Int, source: NDArray)] = []
    private var programs: [ElementwiseProgram] = []
    private var views: [NDArray] = []
    /// Constants that the steps read.
    private var constants: [NDArray] = []

    /// Where the random numbers of a run come from: the generators' keys, streams and counters when the trace began, and how far each went.
    package struct RandomSource {
        package let seed, stream, start, end: UInt64

        package init(seed: UInt64, stream: UInt64, start: UInt64, end: UInt64) {
            (self.seed, self.stream, self.start, self.end) = (seed, stream, start, end)
        }

        package func contains(_ key: UInt64, _ stream: UInt64, _ counter: UInt64) -> Bool {
            key == seed && stream == self.stream && counter &- start < end &- start
        }

        /// Whether a draw may be from this generator or from `other`.
        package func overlaps(_ other: RandomSource) -> Bool {
            start != end && other.start != other.end
                && (contains(other.seed, other.stream, other.start) || other.contains(seed, stream, start))
        }
    }

    /// - Parameters:
    ///   - trace: of a closure that has returned.
    ///   - sources: the generators that go on from run to run. A draw from another one gives the same numbers at each.
    package init(_ trace: ArrayTrace, inputCount: Int, sources: [RandomSource]) {
        let plan = ReplayPlan(trace, outputs: trace.outputs, changes: trace.changes)
        let schedule = ReplaySchedule(plan)
        let placement = ReplayPlacement(plan, schedule)
        let wanted = plan.outputs + plan.changes.map(\.operand)
        outputCount = trace.outputs.count
        results = wanted.enumerated().map { ($1.shape, $1.dtype, placement.direct[$0] != nil) }
        changedStates = plan.changes.map(\.state)
        states = trace.states
        inputUsers = Array(repeating: Users(), count: inputCount)
        stateUsers = Array(repeating: Users(), count: states.count)
        resultUsers = Array(repeating: Users(), count: wanted.count)
        memory = ReplayMemory(bytes: placement.bytes)
        let start = memory.start

        func place(_ value: Int) -> Place? {
            if let number = placement.results[value] { return .result(number) }
            switch trace.values[value].origin {
            case .input(let index): return .input(index)
            case .state(let index): return .state(index)
            default: return nil
            }
        }
        var keptConstants = Set<Int>()
        func base(_ value: Int) -> UnsafeMutableRawPointer {
            if let offset = placement.offsets[value] { return start + offset }
            if place(value) == nil && !placement.registers.contains(value) && keptConstants.insert(value).inserted {
                constants.append(trace.values[value].memory)
            }
            return trace.values[value].memory.data
        }
        func use(_ place: Place, _ change: (inout Users) -> Void) {
            switch place {
            case .input(let index): change(&inputUsers[index])
            case .state(let index): change(&stateUsers[index])
            case .result(let index): change(&resultUsers[index])
            }
        }
        func array(_ operand: ArrayTrace.Operand) -> NDArray {
            guard let place = place(operand.value) else { return .part(operand, of: base(operand.value), owner: memory) }
            let array = NDArray.part(operand, of: trace.values[operand.value].memory.data)
            views.append(array)
            let header = array.body.withUnsafeMutablePointerToHeader { $0 }
            use(place) { $0.views.append((header, operand.offset)) }
            return array
        }
        for unit in schedule.units {
            switch unit {
            case .program(let steps, let count):
                let program = ElementwiseProgram(
                    steps, count: count, plan: plan, staysInRegisters: { placement.registers.contains($0) },
                    moves: { place($0) != nil }, locate: { base($0.value) + $0.offset })
                for (slot, operand) in program.moving {
                    use(place(operand.value)!) { $0.slots.append((program.call.slots + slot, operand.offset)) }
                }
                programs.append(program)
                units.append(.program(program.call))
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
                if let draw = step.operation as? Draw, let source = draw.source(in: sources) {
                    let offset = draw.counter &- sources[source].start
                    units.append(.random(draw, source: source, offset: offset, into: array(step.writes[0])))
                } else {
                    units.append(.step(step.operation, reads: step.reads.map(array), writes: step.writes.map(array)))
                }
            }
        }
        for (number, operand) in wanted.enumerated() where !results[number].isDirect { copies.append((number, array(operand))) }
    }

    /// What the traced closure would return for `inputs`; leaves in the states what it would leave there.
    ///
    /// `generators` are those from which the closure drew, as they are now, in the order of `sources`.
    package func run(_ inputs: [NDArray], generators: [RandomGenerator]) -> [NDArray] {
        var copiesHeld: [NDArray] = []
        for index in inputs.indices {
            if inputs[index].isContiguous {
                inputUsers[index].move(to: inputs[index].data)
            } else {
                copiesHeld.append(inputs[index].copied())
                inputUsers[index].move(to: copiesHeld.last!.data)
            }
        }
        for index in states.indices {
            let array = states[index].load().contiguous()
            copiesHeld.append(array)
            stateUsers[index].move(to: array.data)
        }
        var made: [NDArray] = []
        made.reserveCapacity(results.count)
        for number in results.indices {
            let result = NDArray(uninitialized: results[number].shape, results[number].dtype)
            if results[number].isDirect { resultUsers[number].move(to: result.data) }
            made.append(result)
        }
        for unit in units {
            switch unit {
            case .program(let program): program.run()
            case .step(let operation, let reads, let writes): operation.runOnHost(reads, into: writes)
            case .copy(let source, let target): target.data.copyMemory(from: source.data, byteCount: source.count)
            case .random(let draw, let source, let offset, let out):
                let generator = generators[source]
                draw.again(from: generator, offset: offset).runOnHost(into: out)
            }
        }
        for (number, source) in copies { Host.cast(source, into: made[number]) }
        withExtendedLifetime((inputs, copiesHeld)) {}
        if changedStates.isEmpty { return made }
        for (number, state) in changedStates.enumerated() { states[state].store(made[outputCount + number]) }
        return Array(made[..<outputCount])
    }

    /// What a run does, one line for each pass over memory, and the size of the block of memory it works in.
    package var summary: String {
        var programs = programs[...]
        let lines = units.map { unit in
            switch unit {
            case .program(let call): "\(call.stepCount) operations over \(call.count) elements: \(programs.removeFirst().summary)"
            case .step(let operation, let reads, let writes):
                "\(operation.name) \(reads.map { "\($0.shape)" }.joined(separator: ", ")) -> \(writes.map { "\($0.shape)" }.joined(separator: ", "))"
            case .copy(_, let target): "copy of \(target.count) bytes"
            case .random(_, _, _, let out): "random numbers \(out.shape)"
            }
        }
        return (lines + ["\(memory.bytes) bytes"]).joined(separator: "\n")
    }
}

extension Draw {
    /// The same draw from a generator as it is now, `offset` blocks further on.
    fileprivate func again(from generator: RandomGenerator, offset: UInt64) -> Draw {
        Draw(numbers, key: generator.seed, stream: generator.stream, counter: generator.counter &+ offset, layout)
    }
}
