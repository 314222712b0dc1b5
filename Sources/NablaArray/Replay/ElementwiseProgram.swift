import CNablaKernels

/// Elementwise operations in one pass over memory, as the kernels take them. What one operation leaves to another and nobody else sees stays
/// in registers of a tile.
final class ElementwiseProgram {
    let count: Int
    /// The program as the kernels take it. Not counted: it belongs to this object, and a replay looks at it all the time.
    private(set) var call = Call()
    /// Names of the operations.
    let summary: String
    /// Numbers that operations with a Swift number read.
    private var scalars: [UnsafeMutableRawPointer] = []

    /// Where the program's operands are in memory: their base and the offset from there; nil for what stays in registers.
    typealias Locate = (ArrayTrace.Operand) -> UnsafeMutableRawPointer?
    /// A slot whose base belongs to an input, an output or a state, which has another place at each run.
    private(set) var moving: [(slot: Int, operand: ArrayTrace.Operand)] = []

    private enum SlotKey: Hashable {
        case memory(ArrayTrace.Operand, one: Bool)
        case register(Int)
    }

    init(
        _ operations: [ArrayTrace.Step], count: Int, plan: ReplayPlan, staysInRegisters: (Int) -> Bool, moves: (Int) -> Bool, locate: Locate
    ) {
        self.count = count
        var steps: [nk_program_step] = []
        var slots: [nk_program_slot] = []
        summary = operations.map(\.operation.name).joined(separator: " ")
        var known: [SlotKey: Int32] = [:]
        var filled: [Int32: Int32] = [:]
        var places = RegisterPlaces(operations, staysInRegisters)
        func slot(_ operand: ArrayTrace.Operand) -> Int32 {
            let isOne = count != 1 && (operand.isSingle || plan.isUniform(operand))
            let isRegister = staysInRegisters(operand.value)
            let key = isRegister ? SlotKey.register(operand.value) : .memory(layoutless(operand), one: isOne)
            if let slot = known[key] { return slot }
            let slot = Int32(slots.count)
            if isRegister {
                slots.append(nk_program_slot(base: nil, step: Int64(operand.dtype.size), place: Int64(places.place(of: operand.value))))
            } else {
                slots.append(nk_program_slot(base: locate(operand), step: isOne ? 0 : Int64(operand.dtype.size), place: 0))
                if moves(operand.value) { moving.append((Int(slot), operand)) }
            }
            known[key] = slot
            return slot
        }
        func layoutless(_ operand: ArrayTrace.Operand) -> ArrayTrace.Operand {
            ArrayTrace.Operand(value: operand.value, offset: operand.offset, shape: [], strides: Strides(), dtype: operand.dtype)
        }
        func scalar(_ value: ScalarValue, _ dtype: DType) -> Int32 {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
            value.withElement(dtype) { memory.copyMemory(from: $0, byteCount: dtype.size) }
            scalars.append(memory)
            slots.append(nk_program_slot(base: memory, step: 0, place: 0))
            return Int32(slots.count - 1)
        }
        /// A register filled with a single element.
        func spread(_ slot: Int32, _ dtype: DType) -> Int32 {
            if let known = filled[slot] { return known }
            let target = Int32(slots.count)
            slots.append(nk_program_slot(base: nil, step: Int64(dtype.size), place: Int64(places.newPlace())))
            filled[slot] = target
            var step = nk_program_step()
            (step.kind, step.out, step.a) = (NK_PROGRAM_CAST, target, slot)
            step.type = nk_dtype(rawValue: Int32(dtype.rawValue))
            step.from = step.type
            steps.append(step)
            return target
        }
        for (index, operation) in operations.enumerated() {
            let (reads, out) = (operation.reads, operation.writes[0])
            guard let elementwise = operation.operation.elementwise else {
                fail("ElementwiseProgram: expected an elementwise operation, got \(operation.operation.name)")
            }
            let operands = reads.enumerated().map { position, read in
                let slot = slot(read)
                // Some kernels read every element.
                return slots[Int(slot)].step == 0 && position < elementwise.wholeOperands ? spread(slot, read.dtype) : slot
            }
            let result = slot(out)
            var step = nk_program_step()
            step.out = result
            step.type = nk_dtype(rawValue: Int32(out.dtype.rawValue))
            step.from = nk_dtype(rawValue: Int32((reads.last ?? out).dtype.rawValue))
            if let first = operands.first { step.a = first }
            if operands.count > 1 { step.b = operands[1] }
            if operands.count > 2 { step.c = operands[2] }
            (step.kind, step.op) = (elementwise.kind, elementwise.op)
            switch elementwise.scalar {
            case nil: break
            case (let value, .first)?: (step.a, step.b) = (scalar(value, out.dtype), step.a)
            case (let value, .second)?: step.b = scalar(value, reads[0].dtype)
            case (let value, .third)?: step.c = scalar(value, out.dtype)
            }
            if operation.operation is Select { (step.c, step.a, step.b) = (operands[0], operands[1], operands[2]) }
            steps.append(step)
            places.end(index)
        }
        call.steps = .allocate(capacity: steps.count)
        call.steps.initialize(from: steps, count: steps.count)
        call.slots = .allocate(capacity: slots.count)
        call.slots.initialize(from: slots, count: slots.count)
        (call.stepCount, call.slotCount, call.count) = (Int32(steps.count), Int32(slots.count), Int64(count))
        call.registers = Int32(places.count)
        call.largestElement = slots.reduce(1) { $1.base == nil ? Swift.max($0, Int32($1.step)) : $0 }
    }

    deinit {
        for memory in scalars { memory.deallocate() }
        call.steps.deallocate()
        call.slots.deallocate()
    }

    struct Call {
        fileprivate(set) var steps: UnsafeMutablePointer<nk_program_step>! = nil
        fileprivate(set) var slots: UnsafeMutablePointer<nk_program_slot>! = nil
        fileprivate(set) var stepCount: Int32 = 0
        fileprivate var slotCount: Int32 = 0
        fileprivate var registers: Int32 = 0
        fileprivate var largestElement: Int32 = 1
        fileprivate(set) var count: Int64 = 0

        @inline(__always)
        func run() { nk_run_program(steps, stepCount, slots, slotCount, registers, largestElement, count) }
    }
}

/// Registers of a tile: a value has one from the operation that makes it to the last that reads it.
private struct RegisterPlaces {
    private var last: [Int: Int] = [:]
    private var ending: [Int: [Int]] = [:]
    private var places: [Int: Int] = [:]
    private var free: [Int] = []
    private(set) var count = 0

    init(_ operations: [ArrayTrace.Step], _ staysInRegisters: (Int) -> Bool) {
        for (index, step) in operations.enumerated() {
            for operand in step.reads + step.writes where staysInRegisters(operand.value) { last[operand.value] = index }
        }
        for (value, index) in last { ending[index, default: []].append(value) }
    }

    mutating func place(of value: Int) -> Int {
        if let place = places[value] { return place }
        let place = free.popLast() ?? count
        if place == count { count += 1 }
        places[value] = place
        return place
    }

    /// A register that stays taken.
    mutating func newPlace() -> Int {
        count += 1
        return count - 1
    }

    mutating func end(_ index: Int) {
        for value in (ending[index] ?? []).sorted() { if let place = places[value] { free.append(place) } }
    }
}
