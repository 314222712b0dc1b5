/// Where a schedule's values live: in registers of one program, in the block of memory that a replay owns, or in a result itself.
struct ReplayPlacement {
    /// Values that only one program sees.
    private(set) var registers = Set<Int>()
    /// Bytes from the beginning of the block.
    private(set) var offsets: [Int: Int] = [:]
    /// Values that are computed in the place of a result, with its number: outputs first, then changed states.
    private(set) var results: [Int: Int] = [:]
    /// Numbers of results that are computed in place, by what value.
    private(set) var direct: [Int: Int] = [:]
    /// Size of the block.
    private(set) var bytes = 0
    private var copied = Set<Int>()

    /// Whether what a step changes must first be copied, because its former numbers are somebody else's or still needed.
    func needsCopy(_ value: Int) -> Bool { copied.contains(value) }

    init(_ plan: ReplayPlan, _ schedule: ReplaySchedule) {
        let values = plan.trace.values
        // First and last unit that see a value.
        var made: [Int: Int] = [:]
        var last: [Int: Int] = [:]
        var seenBy: [Int: Set<Int>] = [:]
        var formerUses: [Int: Int] = [:]
        for (index, unit) in schedule.units.enumerated() {
            for step in unit.steps {
                for operand in step.reads {
                    last[operand.value] = index
                    seenBy[operand.value, default: []].insert(index)
                }
                for case let former? in step.formers {
                    last[former] = index
                    formerUses[former] = index
                    seenBy[former, default: []].insert(index)
                }
                for write in step.writes {
                    made[write.value] = index
                    last[write.value] = Swift.max(last[write.value] ?? index, index)
                    seenBy[write.value, default: []].insert(index)
                }
            }
        }
        let wanted = plan.outputs + plan.changes.map(\.operand)
        for operand in wanted {
            last[operand.value] = .max
            seenBy[operand.value, default: []].insert(.max)
        }
        // A result that is all of a value may be where that value is computed; the first of several that are equal.
        for (number, operand) in wanted.enumerated() {
            let value = operand.value
            guard made[value] != nil, results[value] == nil, formerUses[value] == nil, operand.offset == 0, operand.isContiguous,
                operand.shape.elementCount * operand.dtype.size == values[value].bytes
            else { continue }
            results[value] = number
            direct[number] = value
        }
        for (index, unit) in schedule.units.enumerated() {
            guard case .program(let steps, _) = unit else { continue }
            for step in steps where seenBy[step.writes[0].value] == [index] { registers.insert(step.writes[0].value) }
        }

        var layout = ReplayLayout()
        var ending: [Int: [(offset: Int, bytes: Int)]] = [:]
        for (index, unit) in schedule.units.enumerated() {
            for step in unit.steps {
                for (write, former) in zip(step.writes, step.formers) {
                    let value = write.value
                    if registers.contains(value) { continue }
                    if let former {
                        // Takes over the former version's place, when that is the block's and nobody needs it any more.
                        if results[value] == nil, let offset = offsets[former], last[former] == index,
                            !step.reads.contains(where: { $0.value == former })
                        {
                            offsets[value] = offset
                            ending[index]?.removeAll { $0.offset == offset }
                            if let end = last[value], end != .max { ending[end, default: []].append((offset, values[value].bytes)) }
                            continue
                        }
                        copied.insert(value)
                    }
                    if results[value] != nil { continue }
                    let offset = layout.allocate(values[value].bytes)
                    offsets[value] = offset
                    if let end = last[value], end != .max { ending[end, default: []].append((offset, values[value].bytes)) }
                }
            }
            for (offset, size) in ending[index] ?? [] { layout.free(offset, size) }
        }
        bytes = layout.bytes
    }
}
