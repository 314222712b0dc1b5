import CNablaKernels

/// An order of a plan's steps in which elementwise operations on arrays of one size come together, to be one pass over memory.
struct ReplaySchedule {
    enum Unit {
        case step(ArrayTrace.Step)
        /// Elementwise operations over so many elements.
        case program([ArrayTrace.Step], count: Int)

        var steps: [ArrayTrace.Step] {
            switch self {
            case .step(let step): [step]
            case .program(let steps, _): steps
            }
        }
    }

    private(set) var units: [Unit] = []

    /// Programs of more operations than these would not fit the kernel's slots.
    private static let mostOperations = 100
    /// How many steps of the trace are looked through for others that a program could wait for.
    private static let lookahead = 32

    init(_ plan: ReplayPlan) {
        let steps = plan.steps
        // Who waits for whom: readers for the writer of a value, and whoever changes a value's memory for all who read it.
        var writer: [Int: Int] = [:]
        var readers: [Int: [Int]] = [:]
        var waiting = [Set<Int>](repeating: [], count: steps.count)
        var lastEffect: Int?
        for (index, step) in steps.enumerated() {
            for read in step.reads {
                if let source = writer[read.value] { waiting[index].insert(source) }
                readers[read.value, default: []].append(index)
            }
            for case let former? in step.formers {
                if let source = writer[former] { waiting[index].insert(source) }
                for reader in readers[former] ?? [] where reader != index { waiting[index].insert(reader) }
            }
            for write in step.writes { writer[write.value] = index }
            if step.operation.effect == .acts {
                if let lastEffect { waiting[index].insert(lastEffect) }
                lastEffect = index
            }
        }
        var followers = [[Int]](repeating: [], count: steps.count)
        for (index, sources) in waiting.enumerated() { for source in sources { followers[source].append(index) } }
        var open = waiting.map(\.count)
        let counts = steps.map { ReplaySchedule.programCount($0, plan) }

        var ready = steps.indices.filter { open[$0] == 0 }
        func release(_ index: Int) {
            for follower in followers[index] {
                open[follower] -= 1
                if open[follower] == 0 { ready.append(follower) }
            }
        }
        while !ready.isEmpty {
            // Other steps first: what waits for them then joins the program. But not those of long after, as of the next chunks of a
            // batched walk: what all of them make would leave the cache before it is used.
            let horizon = ready.lazy.filter({ counts[$0] != nil }).min().map { $0 + ReplaySchedule.lookahead } ?? .max
            let others = ready.indices.filter { counts[ready[$0]] == nil && ready[$0] < horizon }
            if let place = others.min(by: { ready[$0] < ready[$1] }) {
                let index = ready.remove(at: place)
                units.append(.step(steps[index]))
                release(index)
                continue
            }
            let first = ready.min()!
            let count = counts[first]!
            var members: [Int] = []
            var made = Set<Int>()
            while members.count < ReplaySchedule.mostOperations {
                let candidates = ready.indices.filter { place in
                    counts[ready[place]] == count
                        && steps[ready[place]].reads.allSatisfy { !made.contains($0.value) || isWhole($0, count, plan) }
                }
                guard let place = candidates.min(by: { ready[$0] < ready[$1] }) else { break }
                let index = ready.remove(at: place)
                members.append(index)
                for write in steps[index].writes { made.insert(write.value) }
                release(index)
            }
            units.append(.program(members.map { steps[$0] }, count: count))
        }

        func isWhole(_ operand: ArrayTrace.Operand, _ count: Int, _ plan: ReplayPlan) -> Bool {
            operand.offset == 0 && operand.isContiguous && operand.shape.elementCount == count
        }
    }

    /// Over how many elements a step runs as part of a program; nil when it cannot.
    private static func programCount(_ step: ArrayTrace.Step, _ plan: ReplayPlan) -> Int? {
        guard step.writes.count == 1, step.formers[0] == nil, step.writes[0].offset == 0, step.writes[0].isContiguous else { return nil }
        let count = step.writes[0].shape.elementCount
        guard count > 0, count * step.writes[0].dtype.size == plan.trace.values[step.writes[0].value].bytes else { return nil }
        func isFull(_ operand: ArrayTrace.Operand) -> Bool { operand.isContiguous && operand.shape.elementCount == count }
        guard step.operation.elementwise != nil else { return nil }
        let fits = step.reads.allSatisfy { isFull($0) || $0.isSingle || plan.isUniform($0) }
        return fits ? count : nil
    }
}
