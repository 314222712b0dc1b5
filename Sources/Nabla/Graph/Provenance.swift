/// What a constant was made of, where that decides whether a derivative of zero is the truth.
///
/// A constant without marks is a number of the user's: its derivative is zero. A marked one was computed from variables that take gradients,
/// but nobody recorded how, so zero would be a wrong answer. Marks are handed on from operands to results and end at `detached()`, which says
/// that no gradient is meant to flow.
///
/// A variable without a place keeps its marks where a place keeps the number of an output, and so does an edge: they cost no memory, and marks
/// of operands are joined by one operation.
package struct Provenance: OptionSet, Sendable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    // In the order of their bits; the further bits are stamps, see `ThawClock`.

    /// Computed while recording was off, as in `noBackprop`. Harmless as a part of something else; its own gradient is unknown.
    static let unrecorded = Provenance(rawValue: 1)
    /// A gradient or tangent that was not recorded, or made of one. A derivative that passes it would lack a part.
    static let unrecordedGradient = Provenance(rawValue: 2)
    /// The value of a frozen parameter, or made of some.
    package static let frozen = Provenance(rawValue: 4)
    /// The result of a function whose derivative is zero wherever it has one: a comparison, a sign, a power of zero.
    static let flat = Provenance(rawValue: 8)
}

extension Variable {
    /// The marks of a constant; none for a variable that has a place.
    @inline(__always)
    package var provenance: Provenance { isRecorded ? [] : Provenance(rawValue: output) }

    /// What a result that is not recorded inherits from this operand.
    @inline(__always)
    var inheritedMarks: Int32 { isRecorded ? Provenance.unrecorded.rawValue : output }

    /// The numbers as a constant with one more mark.
    package func marked(_ mark: Provenance) -> Variable {
        Variable(array: array, node: nil, output: mark.rawValue | (isRecorded ? 0 : output), isSymbolicZero: isSymbolicZero)
    }

    /// The result of a function whose derivative is zero wherever it has one; of constants alone, a constant like others.
    init(flat value: NDArray, of inputs: [Variable]) {
        let takesGradients = inputs.contains { $0.isRecorded || $0.provenance.contains(.flat) }
        self.init(unrecorded: value, takesGradients ? Provenance.flat.rawValue : 0)
    }

    /// A result that is not recorded, made of operands of these marks.
    @inline(__always)
    init(unrecorded value: __owned NDArray, _ marks: Int32) { self.init(array: value, node: nil, output: marks) }
}

extension [Variable] {
    var inheritedMarks: Int32 { reduce(0) { $0 | $1.inheritedMarks } }
}

extension Edge {
    /// Whether this is a constant made of a gradient that nobody recorded.
    @inline(__always)
    var lacksRecording: Bool { reference == nil && Provenance(rawValue: output).contains(.unrecordedGradient) }

    /// Whether this, or what it comes of, is made of a gradient that nobody recorded.
    @inline(__always)
    var passesUnrecorded: Bool {
        reference?._withUnsafeGuaranteedRef { $0.flags.contains(.passesUnrecorded) }
            ?? Provenance(rawValue: output).contains(.unrecordedGradient)
    }
}

extension Variable {
    /// Whether this, or what it comes of, is made of a gradient that nobody recorded.
    @inline(__always)
    var passesUnrecorded: Bool { Edge(self).passesUnrecorded }
}

extension [Variable] {
    /// Whether some of these, or what it comes of, is made of a gradient that nobody recorded; looked up in place, see `areRecorded`.
    @inline(__always)
    var passUnrecorded: Bool {
        withUnsafeBufferPointer { variables in
            for index in variables.indices where variables[index].passesUnrecorded { return true }
            return false
        }
    }
}

/// Stops where a gradient that nobody recorded is part of `outputs`, but for what lies behind `places`, about which a walk asks: whether it depends
/// on them cannot be known.
@inline(never)
func requireRecordedParts(_ outputs: [Variable], _ function: String, behind places: [Variable]) {
    var seen = Set(places.compactMap { $0.node.map { ObjectIdentifier($0) } })
    var open = outputs.compactMap(\.node)
    while let node = open.popLast() {
        guard node.flags.contains(.passesUnrecorded), seen.insert(ObjectIdentifier(node)).inserted else { continue }
        let edges = (0..<node.inputCount).map { node.edge($0) }
        // A checkpoint has it from its closure.
        let begins = edges.contains(where: \.lacksRecording) || !edges.contains(where: \.passesUnrecorded)
        if begins { node.failUnrecorded(function) }
        for case let origin? in edges.lazy.map(\.node) { open.append(origin) }
    }
}

extension FunctionNode {
    /// Stops a walk that would pass by a gradient that nobody recorded: the derivative would lack its part.
    @inline(never)
    func failUnrecorded(_ function: String) -> Never {
        let input = (0..<inputCount).first { edge($0).lacksRecording }
        fail(
            "\(function): expected derivatives of everything that \(label) was given, got \(input.map { "input \($0)" } ?? "a closure") made of a "
                + "gradient that was not recorded; compute that gradient with enableDoubleBackprop: true, or write detached() where no derivative "
                + "is to flow through it")
    }
}
