import CNablaKernels

/// Elementwise operations in one pass over memory, as the kernels take them. What one operation leaves to another and nobody else sees stays
/// in registers of a tile.
final class ElementwiseProgram {
    let count: Int
    private(set) var steps: [nk_program_step] = []
    private(set) var slots: [nk_program_slot] = []
    private var registers: Int32 = 0
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
        var known: [SlotKey: Int32] = [:]
        var places = RegisterPlaces(operations, staysInRegisters)
        func slot(_ operand: ArrayTrace.Operand) -> Int32 {
            let isOne =
                operand.shape.elementCount == 1 && count != 1
                || plan.uniform.contains(operand.value) && !(operand.isContiguous && operand.shape.elementCount == count)
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
        for (index, operation) in operations.enumerated() {
            let (reads, out) = (operation.reads, operation.writes[0])
            let operands = reads.map(slot)
            let result = slot(out)
            var step = nk_program_step()
            step.out = result
            step.type = nk_dtype(rawValue: Int32(out.dtype.rawValue))
            step.from = nk_dtype(rawValue: Int32((reads.last ?? out).dtype.rawValue))
            if let first = operands.first { step.a = first }
            if operands.count > 1 { step.b = operands[1] }
            if operands.count > 2 { step.c = operands[2] }
            switch operation.operation {
            case .unary(let op): (step.kind, step.op) = (NK_PROGRAM_UNARY, Int32(op.rawValue))
            case .unaryGradient(let op): (step.kind, step.op) = (NK_PROGRAM_UNARY_GRADIENT, Int32(op.rawValue))
            case .binary(let op): (step.kind, step.op) = (NK_PROGRAM_BINARY, Int32(op.rawValue))
            case .binaryScalar(let op, let value, let reversed):
                (step.kind, step.op) = (NK_PROGRAM_BINARY, Int32(op.rawValue))
                step.b = scalar(value, out.dtype)
                if reversed { (step.a, step.b) = (step.b, step.a) }
            case .compare(let op): (step.kind, step.op) = (NK_PROGRAM_COMPARE, Int32(op.rawValue))
            case .compareScalar(let op, let value):
                (step.kind, step.op) = (NK_PROGRAM_COMPARE, Int32(op.rawValue))
                step.b = scalar(value, reads[0].dtype)
            case .test(let op): (step.kind, step.op) = (NK_PROGRAM_TEST, Int32(op.rawValue))
            case .ternary(let op): (step.kind, step.op) = (NK_PROGRAM_TERNARY, Int32(op.rawValue))
            case .ternaryScalar(let op, let value):
                (step.kind, step.op) = (NK_PROGRAM_TERNARY, Int32(op.rawValue))
                step.c = scalar(value, out.dtype)
            case .select:
                step.kind = NK_PROGRAM_SELECT
                (step.c, step.a, step.b) = (operands[0], operands[1], operands[2])
            case .cast: step.kind = NK_PROGRAM_CAST
            default: fail("ElementwiseProgram: expected an elementwise operation, got \(operation.operation.name)")
            }
            steps.append(step)
            places.end(index)
        }
        registers = Int32(places.count)
    }

    deinit { for memory in scalars { memory.deallocate() } }

    func setBase(_ slot: Int, _ base: UnsafeMutableRawPointer) { slots[slot].base = base }

    func run() {
        steps.withUnsafeBufferPointer { steps in
            slots.withUnsafeBufferPointer { slots in
                nk_run_program(
                    steps.baseAddress, Int32(steps.count), slots.baseAddress, Int32(slots.count), registers, Int64(count))
            }
        }
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

    mutating func end(_ index: Int) {
        for value in (ending[index] ?? []).sorted() { if let place = places[value] { free.append(place) } }
    }
}
