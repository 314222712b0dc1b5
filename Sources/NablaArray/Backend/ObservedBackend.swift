import CNablaRuntime

/// The backend, and a trace that may watch it: where none is at work, a look at one word of the thread is all it costs.
///
/// Products, convolutions and their parts are not noted here but where they are called, with the arrays that their pointers lead into.
package struct ObservedBackend: Backend {
    /// What does the work, unwatched: recorded operations run here again.
    package let device = CPUBackend()

    package func setThreadCount(_ count: Int) { device.setThreadCount(count) }

    // An output that is also an input is noted before it is overwritten or after: it is the same place.

    @inline(__always)
    package func map(_ op: UnaryOp, _ x: NDArray, into out: NDArray) {
        device.map(op, x, into: out)
        if _slowPath(nr_trace() != nil) { ArrayTrace.note(.unary(op), reads: [x], writes: [out]) }
    }

    @inline(__always)
    package func mapGradient(_ op: UnaryOp, _ t: NDArray, _ kept: NDArray, into out: NDArray) {
        device.mapGradient(op, t, kept, into: out)
        if _slowPath(nr_trace() != nil) { ArrayTrace.note(.unaryGradient(op), reads: [t, kept], writes: [out]) }
    }

    package func test(_ op: TestOp, _ x: NDArray, into out: NDArray) {
        device.test(op, x, into: out)
        if _slowPath(nr_trace() != nil) { ArrayTrace.note(.test(op), reads: [x], writes: [out]) }
    }

    @inline(__always)
    package func map(_ op: BinaryOp, _ a: NDArray, _ b: NDArray, into out: NDArray) {
        device.map(op, a, b, into: out)
        if _slowPath(nr_trace() != nil) { ArrayTrace.note(.binary(op), reads: [a, b], writes: [out]) }
    }

    @inline(__always)
    package func map(_ op: BinaryOp, _ a: NDArray, _ scalar: ScalarValue, reversed: Bool, into out: NDArray) {
        device.map(op, a, scalar, reversed: reversed, into: out)
        if _slowPath(nr_trace() != nil) { ArrayTrace.note(.binaryScalar(op, scalar, reversed: reversed), reads: [a], writes: [out]) }
    }

    package func compare(_ op: CompareOp, _ a: NDArray, _ b: NDArray, into out: NDArray) {
        device.compare(op, a, b, into: out)
        if _slowPath(nr_trace() != nil) { ArrayTrace.note(.compare(op), reads: [a, b], writes: [out]) }
    }

    package func compare(_ op: CompareOp, _ a: NDArray, _ scalar: ScalarValue, into out: NDArray) {
        device.compare(op, a, scalar, into: out)
        if _slowPath(nr_trace() != nil) { ArrayTrace.note(.compareScalar(op, scalar), reads: [a], writes: [out]) }
    }

    package func map(_ op: TernaryOp, _ a: NDArray, _ b: NDArray, _ c: NDArray, into out: NDArray) {
        device.map(op, a, b, c, into: out)
        if _slowPath(nr_trace() != nil) { ArrayTrace.note(.ternary(op), reads: [a, b, c], writes: [out]) }
    }

    package func map(_ op: TernaryOp, _ a: NDArray, _ b: NDArray, _ scalar: ScalarValue, into out: NDArray) {
        device.map(op, a, b, scalar, into: out)
        if _slowPath(nr_trace() != nil) { ArrayTrace.note(.ternaryScalar(op, scalar), reads: [a, b], writes: [out]) }
    }

    package func select(_ condition: NDArray, _ a: NDArray, _ b: NDArray, into out: NDArray) {
        device.select(condition, a, b, into: out)
        if _slowPath(nr_trace() != nil) { ArrayTrace.note(.select, reads: [condition, a, b], writes: [out]) }
    }

    package func cast(_ x: NDArray, into out: NDArray) {
        device.cast(x, into: out)
        if _slowPath(nr_trace() != nil) { ArrayTrace.note(.cast, reads: [x], writes: [out]) }
    }

    package func fill(_ out: NDArray, with value: ScalarValue) {
        device.fill(out, with: value)
        if _slowPath(nr_trace() != nil) { ArrayTrace.note(.fill(value), reads: [], writes: [out]) }
    }

    @inline(__always)
    package func reduce(_ op: ReduceOp, _ x: NDArray, into out: NDArray) {
        device.reduce(op, x, into: out)
        if _slowPath(nr_trace() != nil) { ArrayTrace.note(.reduce(op), reads: [x], writes: [out]) }
    }

    package func argReduce(largest: Bool, _ x: NDArray, axis: Int, into out: NDArray) {
        device.argReduce(largest: largest, x, axis: axis, into: out)
        if _slowPath(nr_trace() != nil) { ArrayTrace.note(.argReduce(largest: largest, axis: axis), reads: [x], writes: [out]) }
    }

    package func scan(_ op: ReduceOp, _ x: NDArray, axis: Int, reverse: Bool, into out: NDArray) {
        device.scan(op, x, axis: axis, reverse: reverse, into: out)
        if _slowPath(nr_trace() != nil) { ArrayTrace.note(.scan(op, axis: axis, reverse: reverse), reads: [x], writes: [out]) }
    }

    package func sort(_ x: NDArray, axis: Int, descending: Bool, values: NDArray?, indices: NDArray?) {
        device.sort(x, axis: axis, descending: descending, values: values, indices: indices)
        guard _slowPath(nr_trace() != nil) else { return }
        let operation = ArrayOperation.sort(axis: axis, descending: descending, givesValues: values != nil)
        ArrayTrace.note(operation, reads: [x], writes: [values, indices].compactMap { $0 })
    }

    package func take(_ x: NDArray, outer: Int, length: Int, inner: Int, indices: NDArray, into out: NDArray) {
        device.take(x, outer: outer, length: length, inner: inner, indices: indices, into: out)
        guard _slowPath(nr_trace() != nil) else { return }
        ArrayTrace.note(.take(outer: outer, length: length, inner: inner), reads: [x, indices], writes: [out])
    }

    package func addAt(_ out: NDArray, outer: Int, length: Int, inner: Int, indices: NDArray, _ x: NDArray) {
        device.addAt(out, outer: outer, length: length, inner: inner, indices: indices, x)
        guard _slowPath(nr_trace() != nil) else { return }
        ArrayTrace.note(.addAt(outer: outer, length: length, inner: inner), reads: [indices, x], writes: [out])
    }

    package func takeAlong(_ x: NDArray, axis: Int, indices: NDArray, into out: NDArray) {
        device.takeAlong(x, axis: axis, indices: indices, into: out)
        if _slowPath(nr_trace() != nil) { ArrayTrace.note(.takeAlong(axis: axis), reads: [x, indices], writes: [out]) }
    }

    package func addAlong(_ out: NDArray, axis: Int, indices: NDArray, _ x: NDArray) {
        device.addAlong(out, axis: axis, indices: indices, x)
        if _slowPath(nr_trace() != nil) { ArrayTrace.note(.addAlong(axis: axis), reads: [indices, x], writes: [out]) }
    }

    @inline(__always)
    package func matmul(_ a: MatrixOperand, _ b: MatrixOperand, into out: MatrixOperand, dtype: DType, accumulating: Bool) {
        device.matmul(a, b, into: out, dtype: dtype, accumulating: accumulating)
    }

    package func convolve(_ pass: ConvolutionPass, _ geometry: ConvolutionGeometry, x: NDArray, w: NDArray, y: NDArray) -> Bool {
        device.convolve(pass, geometry, x: x, w: w, y: y)
    }

    package func lstmStep(_ c: NDArray, _ gates: NDArray, next: NDArray, h: NDArray, activations: NDArray) {
        device.lstmStep(c, gates, next: next, h: h, activations: activations)
        if _slowPath(nr_trace() != nil) { ArrayTrace.note(.lstmStep, reads: [c, gates], writes: [next, h, activations]) }
    }

    package func lstmGradient(
        _ c: NDArray, gates: NDArray, next: NDArray, _ activations: NDArray, gradNext: NDArray?, gradH: NDArray?, intoC: NDArray,
        intoGates: NDArray
    ) {
        device.lstmGradient(
            c, gates: gates, next: next, activations, gradNext: gradNext, gradH: gradH, intoC: intoC, intoGates: intoGates)
        guard _slowPath(nr_trace() != nil) else { return }
        let reads = [c, gates, next, activations] + [gradNext, gradH].compactMap { $0 }
        ArrayTrace.note(.lstmGradient(hasNext: gradNext != nil, hasH: gradH != nil), reads: reads, writes: [intoC, intoGates])
    }

    package func update(
        _ rule: UpdateRule, _ value: NDArray, _ gradient: NDArray, memory: [NDArray], _ numbers: [Double], into out: NDArray
    ) {
        device.update(rule, value, gradient, memory: memory, numbers, into: out)
        guard _slowPath(nr_trace() != nil) else { return }
        ArrayTrace.note(.update(rule, numbers), reads: [value, gradient], writes: [out] + memory)
    }

    package func im2col(_ window: WindowGeometry, _ image: NDArray, into columns: NDArray) { device.im2col(window, image, into: columns) }
    package func col2im(_ window: WindowGeometry, _ columns: NDArray, into image: NDArray) { device.col2im(window, columns, into: image) }

    package func windowSum(_ window: WindowGeometry, _ image: NDArray, into out: NDArray) {
        device.windowSum(window, image, into: out)
        if _slowPath(nr_trace() != nil) { ArrayTrace.note(.windowSum(window), reads: [image], writes: [out]) }
    }

    package func windowSpread(_ window: WindowGeometry, _ pooled: NDArray, into image: NDArray) {
        device.windowSpread(window, pooled, into: image)
        if _slowPath(nr_trace() != nil) { ArrayTrace.note(.windowSpread(window), reads: [pooled], writes: [image]) }
    }

    package func windowArgMax(_ window: WindowGeometry, _ image: NDArray, into places: NDArray) {
        device.windowArgMax(window, image, into: places)
        if _slowPath(nr_trace() != nil) { ArrayTrace.note(.windowArgMax(window), reads: [image], writes: [places]) }
    }

    package func randomUniform(key: UInt64, stream: UInt64, counter: UInt64, _ range: Range<Double>, into out: NDArray) {
        device.randomUniform(key: key, stream: stream, counter: counter, range, into: out)
        noteRandom(.uniform(range), key, stream, counter, out)
    }

    package func randomNormal(key: UInt64, stream: UInt64, counter: UInt64, mean: Double, deviation: Double, into out: NDArray) {
        device.randomNormal(key: key, stream: stream, counter: counter, mean: mean, deviation: deviation, into: out)
        noteRandom(.normal(mean: mean, deviation: deviation), key, stream, counter, out)
    }

    package func randomIntegers(key: UInt64, stream: UInt64, counter: UInt64, _ range: Range<Int64>, into out: NDArray) {
        device.randomIntegers(key: key, stream: stream, counter: counter, range, into: out)
        noteRandom(.integers(range), key, stream, counter, out)
    }

    private func noteRandom(_ draw: RandomDraw, _ key: UInt64, _ stream: UInt64, _ counter: UInt64, _ out: NDArray) {
        guard _slowPath(nr_trace() != nil) else { return }
        // No numbers are drawn from no generator.
        let operation = out.count == 0 ? .fill(ScalarValue(0)) : ArrayOperation.random(draw, key: key, stream: stream, counter: counter)
        ArrayTrace.note(operation, reads: [], writes: [out])
    }
}
