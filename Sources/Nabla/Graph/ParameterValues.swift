import Synchronization

// Values of parameters that a result was not computed from, though it looks so to the user: one of before an update, or one of after a thaw.
// Their derivative would be a zero that says nothing, and each is judged by itself.

/// A time that passes when a frozen parameter begins to take gradients again after it was read.
///
/// The value of a frozen parameter is a constant with a stamp among its marks, one bit for the time at which it was read. So a graph says when the
/// frozen values in it were read, though not which they are. After `span` ticks a bit stands for another time, and what is older is not looked for.
package enum ThawClock {
    private static let firstBit: Int32 = 4, span: Int32 = 27
    private static let time = Atomic<Int32>(0)
    /// Stamps that `backward` passed when they were in the past already.
    private static let passed = Atomic<Int32>(0)

    /// The bits that are stamps.
    static let stamps: Int32 = .max & ~(1 << firstBit - 1)
    /// A time before all others.
    package static let never: Int32 = -1

    private static func bit(_ time: Int32) -> Int32 { 1 << (firstBit + time % span) }

    /// The stamps of times up to `last`.
    private static func stamps(until last: Int32) -> Int32 {
        let now = time.load(ordering: .relaxed)
        return stride(from: max(0, now - span + 1), through: last, by: 1).reduce(0) { $0 | bit($1) }
    }

    package static var now: Int32 { time.load(ordering: .relaxed) }

    package static var stamp: Provenance { Provenance(rawValue: bit(now)) }

    /// A parameter takes gradients again that was last read frozen at `read`.
    package static func thaw(lastRead read: Int32) {
        if read == now { passed.bitwiseAnd(~bit(time.wrappingAdd(1, ordering: .relaxed).newValue), ordering: .relaxed) }
    }

    /// Takes notice of a walk that leaves gradients, of a graph with constants of these marks.
    @inline(never)
    static func noteWalk(past marks: Int32) { passed.bitwiseOr(marks & stamps(until: now - 1), ordering: .relaxed) }

    /// Whether constants of these marks were read when a parameter was frozen that was last read so at `read`.
    static func wereRead(_ marks: Int32, until read: Int32) -> Bool { marks & stamps(until: read) != 0 }

    fileprivate static func backwardPassed(until read: Int32) -> Bool { wereRead(passed.load(ordering: .relaxed), until: read) }
}

extension Variable {
    /// Whether this leaf held a parameter's value until another came in its place.
    package var isFormerValue: Bool {
        get { node?.flags.contains(.replaced) ?? false }
        nonmutating set { if newValue { node?.flags.insert(.replaced) } else { node?.flags.remove(.replaced) } }
    }

    /// Says that this leaf holds the value of the parameter of that number, which was last read frozen at `read`.
    package func holdsValue(ofParameter number: Int32, lastFrozenRead read: Int32) {
        guard let leaf = node as? LeafNode else { return }
        (leaf.parameter, leaf.lastFrozenRead) = (number, read)
    }

    /// Whether this leaf holds a value that results may not be computed from though the parameter has influence on them.
    var mayBeOutOfDate: Bool { (node as? LeafNode).map { $0.parameter != 0 } ?? false }

    /// Whether `backward` passed a graph that was recorded while the parameter of this leaf was frozen, after it was thawed.
    package var wasThawedTooLate: Bool {
        guard let leaf = node as? LeafNode, leaf.lastFrozenRead != ThawClock.never else { return false }
        return ThawClock.backwardPassed(until: leaf.lastFrozenRead)
    }
}

/// Stops where `outputs`, which do not depend on the inputs at `positions`, depend on another value of the same parameter, or were recorded when it was
/// frozen. Where they do not depend on the parameter at all, zero is the truth.
@inline(never)
func requirePresentValues(
    at positions: [Int], of outputs: [Variable], _ function: String, _ inputs: [Variable], stoppingAt boundary: [Variable]?
) {
    let search = GraphSearch(from: outputs, to: nil, stoppingAt: boundary)
    defer { search.finish() }
    var (leaves, marks) = ([Int32: [LeafNode]](), Int32(0))
    for position in 0..<search.nodeCount {
        let node = search.entry(at: position).node.takeUnretainedValue()
        if node.inputCount == 0, let leaf = node as? LeafNode, leaf.parameter != 0 { leaves[leaf.parameter, default: []].append(leaf) }
        for index in 0..<node.inputCount where node.edge(index).reference == nil { marks |= node.edge(index).output }
    }
    for index in positions {
        guard let leaf = inputs[index].node as? LeafNode else { continue }
        let what = "input \(index) of shape \(inputs[index].shape)"
        let dependsOnAnother = (leaves[leaf.parameter] ?? []).contains { $0 !== leaf }
        let isFormer = leaf.flags.contains(.replaced)
        if isFormer && dependsOnAnother {
            fail(
                "\(function): expected present values of parameters, got \(what), the value of a parameter before an update; ask for parameters "
                    + "anew after each update")
        }
        if !isFormer && ThawClock.wereRead(marks, until: leaf.lastFrozenRead) {
            fail(
                "\(function): expected parameters that took gradients when the result was computed, got \(what), "
                    + "which was frozen then; set isUpdateEnabled = true before the forward pass")
        }
        if !isFormer && dependsOnAnother {
            fail(
                "\(function): expected results computed with the present values of parameters, got \(what), a parameter that was updated since; "
                    + "compute the results anew after each update")
        }
    }
}
