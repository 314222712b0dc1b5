import CNablaKernels

/// The operations of a trace that a replay has to carry out: without those whose results nobody sees or that are computed twice, copies, and
/// what depends on no input.
///
/// What stays is in the order of the trace and gives the same bits.
struct ReplayPlan {
    typealias Operand = ArrayTrace.Operand
    typealias Step = ArrayTrace.Step

    let trace: ArrayTrace
    private(set) var steps: [Step] = []
    /// What the caller gets, and what is left in each state that changes.
    private(set) var outputs: [Operand] = []
    private(set) var changes: [(state: Int, operand: Operand)] = []
    /// Values that are the same number throughout.
    private(set) var uniform: Set<Int> = []
    /// Values whose numbers are known and stay: those that no step of the plan makes, inputs and states excepted.
    private(set) var constants: Set<Int> = []

    /// Where a value is to be found when its own step is left out: the same bytes, from an offset on.
    private var places: [Int: (value: Int, offset: Int)] = [:]

    init(_ trace: ArrayTrace, outputs: [Operand], changes: [Operand?]) {
        self.trace = trace
        foldConstants()
        dropCopiesAndRepetitions()
        self.outputs = outputs.map(resolved)
        self.changes = changes.enumerated().compactMap { index, operand in operand.map { (index, resolved($0)) } }
        dropDead()
    }

    /// Whether all elements of `operand` are known to be the same number.
    func isUniform(_ operand: Operand) -> Bool { uniform.contains(operand.value) && operand.shape.elementCount > 0 }

    // MARK: Constants

    /// Leaves out the steps that depend on no input, whose results are in memory already.
    private mutating func foldConstants() {
        let values = trace.values
        var last: [UnsafeMutableRawPointer: Int] = [:]
        for (id, value) in values.enumerated() { last[value.memory.data] = id }
        for (id, value) in values.enumerated() where value.origin == .literal || value.origin == .captured { constants.insert(id) }
        for step in trace.steps {
            let isConstant =
                step.writes.allSatisfy { !values[$0.value].isDerived && last[values[$0.value].memory.data] == $0.value }
                && step.operation.effect == .none
            guard isConstant else {
                steps.append(step)
                continue
            }
            for write in step.writes { constants.insert(write.value) }
            if step.operation is Fill, step.formers[0] == nil { uniform.insert(step.writes[0].value) }
        }
    }

    // MARK: Copies and repetitions

    private func resolved(_ operand: Operand) -> Operand {
        guard let place = places[operand.value] else { return operand }
        var result = operand
        result.value = place.value
        result.offset += place.offset
        return result
    }

    private struct Key: Hashable {
        let operation: AnyHashable
        let reads: [Operand]
        let layouts: [Operand]
    }

    private mutating func dropCopiesAndRepetitions() {
        // Memory that a later step changes must be its own.
        var changed = Set<Int>()
        for step in steps { for case let former? in step.formers { changed.insert(former) } }
        var known: [Key: Step] = [:]
        var kept: [Step] = []
        for step in steps {
            let step = Step(
                operation: step.operation, reads: step.reads.map(resolved), writes: step.writes,
                formers: step.formers)
            let isFree = step.formers.allSatisfy { $0 == nil } && step.writes.allSatisfy { !changed.contains($0.value) && isWhole($0) }
            guard isFree, step.operation.effect == .none else {
                kept.append(step)
                continue
            }
            if let source = unchangedOperand(step), !changed.contains(source.value) {
                places[step.writes[0].value] = (source.value, source.offset)
                continue
            }
            let layouts = step.writes.map { write in
                var layout = write
                layout.value = 0
                return layout
            }
            let key = Key(operation: AnyHashable(step.operation), reads: step.reads, layouts: layouts)
            if let earlier = known[key] {
                for (write, same) in zip(step.writes, earlier.writes) { places[write.value] = (same.value, 0) }
                continue
            }
            known[key] = step
            kept.append(step)
        }
        steps = kept
    }

    /// Whether `operand` is all of its value's memory.
    private func isWhole(_ operand: Operand) -> Bool {
        operand.offset == 0 && operand.isContiguous && operand.shape.elementCount * operand.dtype.size == trace.values[operand.value].bytes
    }

    /// The operand whose numbers the step's result has: of a copy, of a product with one.
    private func unchangedOperand(_ step: Step) -> Operand? {
        let out = step.writes[0]
        func isSame(_ operand: Operand) -> Bool {
            operand.dtype == out.dtype && operand.isContiguous && operand.shape.elementCount == out.shape.elementCount
        }
        func isOne(_ operand: Operand) -> Bool {
            uniform.contains(operand.value) && operand.shape.elementCount > 0
                && NDArray.part(operand, of: trace.values[operand.value].memory.data).firstElement == 1
        }
        switch step.operation {
        case is Cast where isSame(step.reads[0]): return step.reads[0]
        case let map as BinaryMap where map.op == NK_MUL && out.dtype.isFloating:
            if isSame(step.reads[0]) && isOne(step.reads[1]) { return step.reads[0] }
            if isSame(step.reads[1]) && isOne(step.reads[0]) { return step.reads[1] }
            return nil
        case let map as ScalarMap where map.op == NK_MUL && map.scalar.double == 1 && out.dtype.isFloating && isSame(step.reads[0]):
            return step.reads[0]
        default: return nil
        }
    }

    // MARK: What nobody sees

    private mutating func dropDead() {
        var seen = Set(outputs.map(\.value) + changes.map(\.operand.value))
        var kept: [Step] = []
        for step in steps.reversed() {
            guard step.operation.effect == .acts || step.writes.contains(where: { seen.contains($0.value) }) else { continue }
            kept.append(step)
            for read in step.reads { seen.insert(read.value) }
            for case let former? in step.formers { seen.insert(former) }
        }
        steps = kept.reversed()
    }
}

extension NDArray {
    /// The array that `operand` is in memory that begins at `start`.
    static func part(_ operand: ArrayTrace.Operand, of start: UnsafeMutableRawPointer, owner: AnyObject = ReplayMemory.foreign) -> NDArray {
        NDArray(
            body: ArrayBody.view(
                of: owner, data: start + operand.offset, shape: operand.shape, strides: operand.strides, dtype: operand.dtype))
    }

    /// The first element of an array of real numbers.
    fileprivate var firstElement: Double {
        dtype == .float32 ? Double(data.load(as: Float.self)) : dtype == .float64 ? data.load(as: Double.self) : .nan
    }
}
