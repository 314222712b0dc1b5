import CNablaKernels

/// An operation of the backend with everything but its arrays, so that it can run again on others of the same layout.
package enum ArrayOperation: Hashable, Sendable {
    case unary(UnaryOp)
    case unaryGradient(UnaryOp)
    case test(TestOp)
    case binary(BinaryOp)
    case binaryScalar(BinaryOp, ScalarValue, reversed: Bool)
    case compare(CompareOp)
    case compareScalar(CompareOp, ScalarValue)
    case ternary(TernaryOp)
    case ternaryScalar(TernaryOp, ScalarValue)
    case select
    case cast
    case fill(ScalarValue)
    case reduce(ReduceOp)
    case argReduce(largest: Bool, axis: Int)
    case scan(ReduceOp, axis: Int, reverse: Bool)
    case sort(axis: Int, descending: Bool, givesValues: Bool)
    case take(outer: Int, length: Int, inner: Int)
    case addAt(outer: Int, length: Int, inner: Int)
    case takeAlong(axis: Int)
    case addAlong(axis: Int)
    case matmul(transposeA: Bool, transposeB: Bool)
    case windowSum(WindowGeometry)
    case windowSpread(WindowGeometry)
    case windowArgMax(WindowGeometry)
    case lstmStep
    case lstmGradient(hasNext: Bool, hasH: Bool)
    case update(UpdateRule, [Double])
    case random(RandomDraw, key: UInt64, stream: UInt64, counter: UInt64)
    /// Several operations as one.
    case compound(CompoundOperation)

    /// Runs the operation, unwatched.
    package func run(reads: [NDArray], writes: [NDArray]) {
        let device = backend.device
        switch self {
        case .unary(let op): device.map(op, reads[0], into: writes[0])
        case .unaryGradient(let op): device.mapGradient(op, reads[0], reads[1], into: writes[0])
        case .test(let op): device.test(op, reads[0], into: writes[0])
        case .binary(let op): device.map(op, reads[0], reads[1], into: writes[0])
        case .binaryScalar(let op, let scalar, let reversed): device.map(op, reads[0], scalar, reversed: reversed, into: writes[0])
        case .compare(let op): device.compare(op, reads[0], reads[1], into: writes[0])
        case .compareScalar(let op, let scalar): device.compare(op, reads[0], scalar, into: writes[0])
        case .ternary(let op): device.map(op, reads[0], reads[1], reads[2], into: writes[0])
        case .ternaryScalar(let op, let scalar): device.map(op, reads[0], reads[1], scalar, into: writes[0])
        case .select: device.select(reads[0], reads[1], reads[2], into: writes[0])
        case .cast: device.cast(reads[0], into: writes[0])
        case .fill(let value): device.fill(writes[0], with: value)
        case .reduce(let op): device.reduce(op, reads[0], into: writes[0])
        case .argReduce(let largest, let axis): device.argReduce(largest: largest, reads[0], axis: axis, into: writes[0])
        case .scan(let op, let axis, let reverse): device.scan(op, reads[0], axis: axis, reverse: reverse, into: writes[0])
        case .sort(let axis, let descending, let givesValues):
            device.sort(
                reads[0], axis: axis, descending: descending, values: givesValues ? writes[0] : nil,
                indices: givesValues && writes.count == 1 ? nil : writes.last)
        case .take(let outer, let length, let inner):
            device.take(reads[0], outer: outer, length: length, inner: inner, indices: reads[1], into: writes[0])
        case .addAt(let outer, let length, let inner):
            device.addAt(writes[0], outer: outer, length: length, inner: inner, indices: reads[0], reads[1])
        case .takeAlong(let axis): device.takeAlong(reads[0], axis: axis, indices: reads[1], into: writes[0])
        case .addAlong(let axis): device.addAlong(writes[0], axis: axis, indices: reads[0], reads[1])
        case .matmul(let transposeA, let transposeB): computeProduct(reads[0], reads[1], transposeA, transposeB, into: writes[0])
        case .windowSum(let window): device.windowSum(window, reads[0], into: writes[0])
        case .windowSpread(let window): device.windowSpread(window, reads[0], into: writes[0])
        case .windowArgMax(let window): device.windowArgMax(window, reads[0], into: writes[0])
        case .lstmStep: device.lstmStep(reads[0], reads[1], next: writes[0], h: writes[1], activations: writes[2])
        case .lstmGradient(let hasNext, let hasH):
            device.lstmGradient(
                reads[0], gates: reads[1], next: reads[2], reads[3], gradNext: hasNext ? reads[4] : nil,
                gradH: hasH ? reads[reads.count - 1] : nil, intoC: writes[0], intoGates: writes[1])
        case .update(let rule, let numbers):
            device.update(rule, reads[0], reads[1], memory: Array(writes.dropFirst()), numbers, into: writes[0])
        case .random(let draw, let key, let stream, let counter): draw.fill(writes[0], key: key, stream: stream, counter: counter)
        case .compound(let operation): operation.body(reads, writes)
        }
    }

    /// Which of the outputs are changed, rather than set: their former numbers matter.
    package func changes(output index: Int) -> Bool {
        switch self {
        case .addAt, .addAlong: true
        case .update: index > 0
        case .compound(let operation): operation.changesOutputs
        default: false
        }
    }

    /// Whether it does more than set its outputs, and so must run however few look at those.
    package var hasEffects: Bool { if case .compound(let operation) = self { operation.hasEffects } else { false } }

    /// Whether equal inputs always give equal outputs.
    package var isFunction: Bool {
        switch self {
        case .random: false
        case .compound(let operation): operation.isFunction
        default: true
        }
    }
}

/// What random numbers are drawn.
package enum RandomDraw: Hashable, Sendable {
    case uniform(Range<Double>)
    case normal(mean: Double, deviation: Double)
    case integers(Range<Int64>)

    func fill(_ out: NDArray, key: UInt64, stream: UInt64, counter: UInt64) {
        let device = backend.device
        switch self {
        case .uniform(let range): device.randomUniform(key: key, stream: stream, counter: counter, range, into: out)
        case .normal(let mean, let deviation):
            device.randomNormal(key: key, stream: stream, counter: counter, mean: mean, deviation: deviation, into: out)
        case .integers(let range): device.randomIntegers(key: key, stream: stream, counter: counter, range, into: out)
        }
    }
}

/// Several array operations that a trace takes as one, because they look at numbers on the way or depend on more than arrays.
package final class CompoundOperation: Hashable, @unchecked Sendable {
    /// In messages.
    package let name: String
    /// What it does beside its arrays: equal for operations that do the same.
    let attributes: AnyHashable
    /// Whether it does more than set its outputs.
    let hasEffects: Bool
    /// Whether equal inputs always give equal outputs.
    let isFunction: Bool
    /// Whether it writes parts of its outputs only.
    let changesOutputs: Bool
    let body: (_ reads: [NDArray], _ writes: [NDArray]) -> Void

    init(
        _ name: String, _ attributes: AnyHashable, hasEffects: Bool, isFunction: Bool, changesOutputs: Bool,
        _ body: @escaping ([NDArray], [NDArray]) -> Void
    ) {
        (self.name, self.attributes, self.body) = (name, attributes, body)
        (self.hasEffects, self.isFunction, self.changesOutputs) = (hasEffects, isFunction, changesOutputs)
    }

    package static func == (a: CompoundOperation, b: CompoundOperation) -> Bool { a === b }
    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

extension ArrayOperation {
    /// In messages.
    package var name: String {
        if case .compound(let operation) = self { return operation.name }
        return String("\(self)".prefix { $0 != "(" })
    }
}
