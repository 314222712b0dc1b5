import CNablaRuntime

/// A list of the array operations that a thread carries out while this trace watches it.
///
/// Memory is followed through its versions: each operation that writes a whole array, or a part of it, makes a new *value* of that memory,
/// and operands are parts of values. So the list is in static single assignment form, whatever was changed in place. A trace owns all
/// memory it has seen, so that no address is used twice; arrays that would have been changed in place are therefore copied first.
package final class ArrayTrace {
    package internal(set) var values: [Value] = []
    package private(set) var steps: [Step] = []
    package internal(set) var states: [State] = []
    var stateKeys: Set<StateKey> = []
    package internal(set) var conditions: [Condition] = []
    /// What the closure returned, and for each state what it left there, nil where that is what it found; set by `finish`.
    package internal(set) var outputs: [Operand] = []
    package internal(set) var changes: [Operand?] = []
    var versions: [ObjectIdentifier: Int] = [:]
    private let outer: ArrayTrace?

    /// Called when numbers that depend on something are looked at, with the function that does so.
    package var onRead: (_ function: String, _ dependence: Dependence) -> Void = { _, _ in }
    /// Called when an array is used that was made before the trace began.
    package var onCapture: (_ array: NDArray, _ user: String) -> Void = { _, _ in }

    /// Called when a generator gives numbers to Swift rather than to an array.
    package var onHostDraw: (_ what: String) -> Void = { _ in }
    /// Called when the closure changes a Swift value that outlives it.
    package var onHostChange: (_ what: String) -> Void = { _ in }

    /// Whether operations are listed, or only followed to know what depends on what.
    let listsSteps: Bool
    /// Whether an operation was met that draws random numbers or does more than set its outputs.
    package private(set) var hasEffects = false
    /// Arrays that outlive the closure, as they were when a trace without a list first met them.
    var held: [(load: () -> NDArray, then: NDArray)] = []

    package init(listsSteps: Bool = true) {
        outer = ArrayTrace.current
        self.listsSteps = listsSteps
    }

    /// The trace that watches this thread.
    package static var current: ArrayTrace? { nr_trace().map { Unmanaged<ArrayTrace>.fromOpaque($0).takeUnretainedValue() } }

    /// Whether a trace watches this thread.
    @inline(__always)
    package static var isActive: Bool { nr_trace() != nil }

    /// Whether a trace watches this thread whose list of operations will run again.
    package static var isListed: Bool {
        var trace = current
        while let now = trace {
            if now.listsSteps { return true }
            trace = now.outer
        }
        return false
    }

    /// Runs `body` with this trace watching.
    package func watch<R>(_ body: () throws -> R) rethrows -> R {
        let before = nr_trace()
        nr_set_trace(Unmanaged.passUnretained(self).toOpaque())
        defer { nr_set_trace(before) }
        return try withExtendedLifetime(self) { try body() }
    }

    /// Runs `body` with no trace watching.
    package static func unwatched<R>(_ body: () throws -> R) rethrows -> R {
        let before = nr_trace()
        nr_set_trace(nil)
        defer { nr_set_trace(before) }
        return try body()
    }

    // MARK: What the arrays tell

    /// An operation has been carried out.
    @inline(never)
    package static func note(_ operation: any ArrayOperation, reads: [NDArray], writes: [NDArray]) {
        var trace = current
        while let now = trace {
            now.note(operation, reads, writes)
            trace = now.outer
        }
    }

    /// `array` has been filled with numbers that are no array's.
    @inline(__always)
    package static func noteLiteral(_ array: NDArray) {
        if _slowPath(isActive) { forEach { $0.versions[ObjectIdentifier(array.owner)] = $0.add(.literal, array.owner, Dependence()) } }
    }

    /// `function` is about to look at the numbers of `array`.
    @inline(__always)
    package static func noteRead(_ array: NDArray, _ function: String) {
        if _slowPath(isActive) { forEach { $0.noteRead(array, function) } }
    }

    /// A generator is about to give `what`, which traces cannot follow.
    @inline(__always)
    package static func noteHostDraw(_ what: String) {
        if _slowPath(isActive) { forEach { $0.onHostDraw(what) } }
    }

    /// `what`, a Swift value that no array is made of, has been changed: a list that runs again does not.
    @inline(__always)
    package static func noteHostChange(_ what: @autoclosure () -> String) {
        if _slowPath(isActive) {
            let what = what()
            forEach { $0.onHostChange(what) }
        }
    }

    @inline(never)
    static func forEach(_ body: (ArrayTrace) -> Void) {
        var trace = current
        while let now = trace {
            body(now)
            trace = now.outer
        }
    }

    private func noteRead(_ array: NDArray, _ function: String) {
        guard array.count > 0 else { return }
        let dependence = values[operand(array, user: function).value].dependence
        if dependence != Dependence() { onRead(function, dependence) }
    }

    /// Not for each type of operation anew, which made a sixth of this module's code: what records is not in a hurry.
    @_semantics("optimize.sil.specialize.generic.never")
    @inline(never)
    private func note(_ operation: any ArrayOperation, _ reads: [NDArray], _ writes: [NDArray]) {
        if !listsSteps { return follow(operation, reads, writes) }
        let operands = reads.map { operand($0, user: operation.name) }
        var dependence = operation.effect == .none ? Dependence() : .onMore
        for operand in operands { dependence.formUnion(values[operand.value].dependence) }
        var formers: [Int?] = []
        for (index, array) in writes.enumerated() {
            let owner = array.owner
            let isWhole = array.isContiguous && array.data == owner.data && array.count * array.dtype.size == owner.count * owner.dtype.size
            var former: Int?
            if operation.changes(output: index) {
                former = operand(array, user: operation.name).value
            } else if !isWhole {
                former = versions[ObjectIdentifier(owner)]
            }
            if let former { dependence.formUnion(values[former].dependence) }
            formers.append(former)
        }
        let results = writes.map { array -> Operand in
            let id = add(.step(steps.count), array.owner, dependence)
            versions[ObjectIdentifier(array.owner)] = id
            return part(array, of: id)
        }
        steps.append(Step(operation: operation, reads: operands, writes: results, formers: formers))
    }

    /// Finds out what the outputs depend on, and no more.
    private func follow(_ operation: any ArrayOperation, _ reads: [NDArray], _ writes: [NDArray]) {
        var dependence = Dependence()
        if operation.effect != .none { (dependence, hasEffects) = (.onMore, true) }
        // What a part is written to depends on the rest of it, too.
        for array in reads + writes {
            if let known = versions[ObjectIdentifier(array.owner)] { dependence.formUnion(values[known].dependence) }
        }
        for array in writes { versions[ObjectIdentifier(array.owner)] = add(.step(0), array.owner, dependence) }
    }

    // MARK: Values

    func add(_ origin: Origin, _ owner: NDArray, _ dependence: Dependence) -> Int {
        values.append(Value(origin: origin, bytes: owner.count * owner.dtype.size, dependence: dependence, memory: owner))
        return values.count - 1
    }

    private func part(_ array: NDArray, of value: Int) -> Operand {
        Operand(
            value: value, offset: array.data - array.owner.data, shape: array.shape, strides: array.stridesInline, dtype: array.dtype)
    }

    /// What `array` is to this trace.
    func operand(_ array: NDArray, user: String) -> Operand {
        let owner = array.owner
        if let known = versions[ObjectIdentifier(owner)] { return part(array, of: known) }
        onCapture(array, user)
        let id = add(.captured, owner, Dependence())
        versions[ObjectIdentifier(owner)] = id
        return part(array, of: id)
    }

    /// Whether the numbers of `array` depend on an input, a state or a random draw.
    package func isDerived(_ array: NDArray) -> Bool { versions[ObjectIdentifier(array.owner)].map { values[$0].isDerived } ?? false }

    /// Whether an operation made `array` while this trace watches.
    package func isComputed(_ array: NDArray) -> Bool {
        guard let value = versions[ObjectIdentifier(array.owner)], case .step = values[value].origin else { return false }
        return true
    }

    /// Whether `array` was made, or is used, while this trace watches.
    package func knows(_ array: NDArray) -> Bool { versions[ObjectIdentifier(array.owner)] != nil }

    /// Lets go of all memory but that of literals, which comparisons with other traces read.
    package func releaseMemory() {
        let none = NDArray(uninitialized: [0], .bool)
        for id in values.indices where values[id].origin != .literal { values[id].memory = none }
        versions = [:]
    }

    /// Names `array`, which owns its memory, as the input `index`.
    package func addInput(_ array: NDArray, _ index: Int) {
        versions[ObjectIdentifier(array.owner)] = add(.input(index), array.owner, Dependence(input: index))
    }

    /// Names `array` as one that may be used without being an input: its numbers never change.
    package func addConstant(_ array: NDArray) {
        guard versions[ObjectIdentifier(array.owner)] == nil else { return }
        versions[ObjectIdentifier(array.owner)] = add(.literal, array.owner, Dependence())
    }
}

extension NDArray {
    /// The array whose memory this one looks into.
    var owner: NDArray { NDArray(body: unsafeDowncast(body.owner, to: ArrayBody.self)) }
}

extension ObjectIdentifier {
    init(_ owner: NDArray) { self.init(owner.body) }
}

extension Strides: Hashable {
    package static func == (a: Strides, b: Strides) -> Bool { (0..<Shape.maximumRank).allSatisfy { a[$0] == b[$0] } }
    package func hash(into hasher: inout Hasher) { for i in 0..<Shape.maximumRank { hasher.combine(self[i]) } }
}
