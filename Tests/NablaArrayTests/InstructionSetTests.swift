import CNablaKernels
import Testing

@testable import NablaArray

/// Kernels give the same bits with every instruction set that they are compiled for.
@Suite struct InstructionSetTests {
    /// In a process of its own: the instruction set is everyone's.
    @Test func resultsAreTheSameWithEveryInstructionSet() async {
        await #expect(processExitsWith: .success) {
            let widest = InstructionSet.current
            let expected = InstructionSetTests().results()
            for set in InstructionSet.allCases where set != widest && set.use() {
                let found = InstructionSetTests().results()
                if found.count != expected.count { fatalError("\(found.count) results with \(set.rawValue), \(expected.count) otherwise") }
                for (a, b) in zip(expected, found) where a != b {
                    fatalError("\(a.name) differs between \(widest.rawValue) and \(set.rawValue)")
                }
            }
        }
    }

    @Test func theInstructionSetIsOneThatTheProcessorHas() {
        let set = InstructionSet.current
        #expect(ArrayKernels.instructionSet == set.rawValue)
        // The one in use can be chosen again; nothing else changes here, since other tests run beside this one.
        #expect(set.use() && InstructionSet.current == set)
    }

    struct Result: Equatable {
        var name: String
        /// Bits of the elements. Of a NaN only that it is one: which of two operands gives its sign depends on their order in an instruction.
        var bits: [UInt64]

        init(_ name: String, _ array: NDArray) {
            self.name = name
            // Through float64, where every float32 has a place of its own.
            bits =
                array.dtype.isInteger || array.dtype == .bool
                ? array.cast(to: .int64).integers.map { UInt64(bitPattern: Int64($0)) }
                : array.cast(to: .float64).doubles.map { $0.isNaN ? .max : $0.bitPattern }
        }
    }

    /// What every kernel makes of numbers of all magnitudes.
    func results() -> [Result] {
        var all: [Result] = []
        for dtype in [DType.float32, .float64] {
            elementary(dtype, &all)
            steps(dtype, &all)
            windows(dtype, &all)
        }
        for dtype in [DType.float32, .float64, .int32, .int64] {
            pairs(dtype, &all)
            reductions(dtype, &all)
            places(dtype, &all)
        }
        random(&all)
        return all
    }

    private static let special: [Double] = [
        0, -0.0, 1, -1, 0.5, 2, -3, 10, 1e-3, 88, -88, 700, -700, 1e5, 1e9, -1e9, 1e18, 1e-30, 1e-40, .leastNonzeroMagnitude, 0x1p-1030,
        3e38, 1e300,
        .infinity,
        -.infinity, .nan, .pi, -.pi / 2,
    ]

    /// More than some vectors, and no whole number of them.
    private static let shape: Shape = [19, 57]

    /// Numbers of all magnitudes, with the special ones among them. As integers small ones, whose products overflow all the same.
    private func numbers(_ dtype: DType, seed: UInt64, _ shape: Shape = shape) -> NDArray {
        var generator = RandomGenerator(seed: seed)
        if dtype.isInteger { return generator.integers(shape, in: -9..<10, dtype: dtype) }
        let count = shape.elementCount
        let sizes = pow(NDArray(2.0), generator.uniform([count], in: -20..<20, dtype: .float64))
        var values = (generator.normal([count], dtype: .float64) * sizes).doubles
        for (i, value) in Self.special.enumerated() where i * 31 + Int(seed) < count { values[i * 31 + Int(seed)] = value }
        return NDArray(values, shape: shape).cast(to: dtype)
    }

    private func elementary(_ dtype: DType, _ all: inout [Result]) {
        let (x, t) = (numbers(dtype, seed: 1), numbers(dtype, seed: 2))
        let layouts = [x, x.transposed(), x.flipped(), x[.all, .stride(by: 3)]]
        func out(_ like: NDArray) -> NDArray { NDArray(uninitialized: like.shape, dtype) }
        for code in 0..<NK_NOT.rawValue {
            let op = UnaryOp(rawValue: code)
            for (layout, x) in layouts.enumerated() {
                let y = out(x)
                Host.map(op, x, into: y)
                all.append(Result("map \(code) of \(dtype), layout \(layout)", y))
            }
            let withoutGradient = [
                NK_NEG, NK_SIGN, NK_LOG2, NK_LOG10, NK_ERFC, NK_FLOOR, NK_CEIL, NK_ROUND, NK_TRUNC, NK_EXPM1, NK_TANH, NK_SIGMOID, NK_BELL,
                NK_HALF_BELL, NK_NORMAL_CDF, NK_ASIN_SLOPE, NK_ATAN_SLOPE, NK_ASINH_SLOPE, NK_ATANH_SLOPE,
            ]
            if withoutGradient.contains(op) { continue }
            for (a, b) in [(t, x), (t.transposed(), x.transposed()), (t[0], x[1])] {
                let y = out(a)
                Host.mapGradient(op, a, b, into: y)
                all.append(Result("mapGradient \(code) of \(dtype)", y))
            }
        }
        for op in [NK_ISNAN, NK_ISINF, NK_ISFINITE] {
            let y = NDArray(uninitialized: x.shape, .bool)
            Host.test(op, x, into: y)
            all.append(Result("test \(op.rawValue) of \(dtype)", y))
        }
        for op in [NK_TANH_GRADIENT, NK_SIGMOID_GRADIENT, NK_EXPM1_GRADIENT] {
            let (y, z) = (out(x), out(x))
            let value = out(x)
            Host.map([NK_TANH, NK_SIGMOID, NK_EXPM1][Int(op.rawValue - NK_TANH_GRADIENT.rawValue)], x, into: value)
            Host.map(op, t, value, x, into: y)
            Host.map(op, t.transposed(), value.transposed(), x.transposed(), into: z.transposed())
            all += [Result("ternary \(op.rawValue) of \(dtype)", y), Result("ternary \(op.rawValue) of \(dtype), transposed", z)]
        }
        for op in [NK_MUL_ADD, NK_GATE, NK_CLIP, NK_QUOTIENT_GRADIENT, NK_TANH_SLOPE_GRADIENT] {
            let (y, z) = (out(x), out(x))
            Host.map(op, x, t, numbers(dtype, seed: 3), into: y)
            Host.map(op, x.transposed(), t.transposed(), ScalarValue(0.3), into: z.transposed())
            all += [Result("ternary \(op.rawValue) of \(dtype)", y), Result("ternary \(op.rawValue) of \(dtype) and a number", z)]
        }
    }

    private func pairs(_ dtype: DType, _ all: inout [Result]) {
        let (a, b) = (numbers(dtype, seed: 4), numbers(dtype, seed: 5))
        let operands = [(a, b), (a, b[3]), (a, b[.all, 0..<1]), (a.transposed(), b.transposed().copied()), (a[0..<1], a[0..<1].flipped())]
        let ofFloats = dtype.isFloating ? Array(NK_DIFFERENCE.rawValue...NK_SIGMOID_ERROR.rawValue) : []
        for code in Array(0..<NK_AND.rawValue) + ofFloats {
            let op = BinaryOp(rawValue: code)
            if op == NK_ATAN2 && dtype.isInteger { continue }
            for (number, (a, b)) in operands.enumerated() {
                let out = NDArray(uninitialized: a.shape, dtype)
                Host.map(op, a, b, into: out)
                all.append(Result("binary \(code) of \(dtype), operands \(number)", out))
            }
            for reversed in [false, true] {
                let out = NDArray(uninitialized: a.shape, dtype)
                Host.map(op, a, ScalarValue(3.0), reversed: reversed, into: out)
                all.append(Result("binary \(code) of \(dtype) and a number", out))
            }
        }
        for code in 0...NK_GE.rawValue {
            let out = NDArray(uninitialized: a.shape, .bool)
            Host.compare(CompareOp(rawValue: code), a, b[0], into: out)
            all.append(Result("compare \(code) of \(dtype)", out))
        }
        all.append(Result("where of \(dtype)", `where`(a .< b, a, b.transposed().copied().transposed())))
        all.append(Result("full of \(dtype)", .full([1003], 3, dtype: dtype)))
        for target in [DType.float32, .float64, .bool] { all.append(Result("\(dtype) as \(target)", a.cast(to: target))) }
        if dtype.isInteger { for target in [DType.int32, .int64] { all.append(Result("\(dtype) as \(target)", a.cast(to: target))) } }
    }

    private func reductions(_ dtype: DType, _ all: inout [Result]) {
        // Infinities and NaN would hide all other numbers of a line.
        let x =
            dtype.isInteger
            ? numbers(dtype, seed: 6) : clip(numbers(dtype, seed: 6).reshaped(to: [-1])[40...1082], -9, 9).reshaped(to: [7, 149])
        for (layout, x) in [x, x.transposed(), x.flipped(), x[.all, .stride(by: 2)]].enumerated() {
            let name = "of \(dtype), layout \(layout)"
            for axes in [[0], [1], [0, 1]] {
                all += [
                    Result("sum over \(axes) \(name)", x.sum(axes: axes)), Result("product over \(axes) \(name)", x.product(axes: axes)),
                    Result("max over \(axes) \(name)", x.max(axes: axes)), Result("min over \(axes) \(name)", x.min(axes: axes)),
                ]
            }
            for axis in 0...1 {
                all += [
                    Result("argMax along \(axis) \(name)", x.argMax(axis: axis)),
                    Result("argMin along \(axis) \(name)", x.argMin(axis: axis)),
                ]
                for op in [NK_SUM, NK_PROD, NK_MAXIMUM, NK_MINIMUM] {
                    let out = NDArray(uninitialized: x.shape, dtype)
                    Host.scan(op, x, axis: axis, reverse: op == NK_PROD, into: out)
                    all.append(Result("scan \(op.rawValue) along \(axis) \(name)", out))
                }
                all.append(Result("sort along \(axis) \(name)", x.sorted(axis: axis)))
            }
        }
        let special = numbers(dtype, seed: 7)
        all += [
            Result("max of \(dtype)", special.max()), Result("argMin of \(dtype)", special.argMin(axis: 1)),
            Result("sum of \(dtype)", special.sum(axis: 0)),
        ]
    }

    private func places(_ dtype: DType, _ all: inout [Result]) {
        let x = numbers(dtype, seed: 8)
        let indices = NDArray((0..<40).map { $0 * 7 % 19 })
        all += [
            Result("take of \(dtype)", x.take(indices, axis: 0)),
            Result("addingAt of \(dtype)", NDArray.zeros([19, 57], dtype: dtype).addingAt(indices: indices, x[0])),
            Result("takeAlong of \(dtype)", x.takeAlong(x.argSorted(axis: 0), axis: 0)),
        ]
        all.append(Result("fingerprint of \(dtype)", NDArray([Int(truncatingIfNeeded: x.fingerprint)])))
    }

    private func steps(_ dtype: DType, _ all: inout [Result]) {
        func tame(_ seed: UInt64, _ shape: Shape) -> NDArray {
            var generator = RandomGenerator(seed: seed)
            return generator.normal(shape, standardDeviation: 3, dtype: dtype)
        }
        let (c, gates) = (tame(1, [5, 37]), tame(2, [5, 148]))
        let step = lstmStep(c, gates)
        let gradient = lstmGradient(
            c, gates: gates, next: step.next, step.activations, gradNext: tame(3, [5, 37]), gradH: tame(4, [5, 37]))
        for (i, array) in [step.next, step.h, step.activations, gradient.c, gradient.gates].enumerated() {
            all.append(Result("LSTM of \(dtype), array \(i)", array))
        }
        for rule in [NK_SGD, NK_MOMENTUM, NK_NESTEROV, NK_ADAGRAD, NK_RMSPROP, NK_ADAM] {
            var parameter = tame(5, [1003])
            var memory = [abs(tame(6, [1003])), abs(tame(7, [1003]))]
            parameter.update(rule, along: tame(8, [1003]), memory: &memory, [0.9, 0.1, 0.99, 0.01, 0.001, 1.1, 1e-8])
            for array in [parameter] + memory { all.append(Result("rule \(rule.rawValue) on \(dtype)", array)) }
        }
    }

    private func windows(_ dtype: DType, _ all: inout [Result]) {
        let x = numbers(dtype, seed: 9, [2, 3, 17, 19])
        let pooling = PoolingGeometry(input: [17, 19], window: [3, 2], stride: [2], padding: [1], coverAll: true, function: "pooling")
        let sums = pooling.sum(x)
        all += [
            Result("windowSum of \(dtype)", sums), Result("windowSpread of \(dtype)", pooling.spread(sums)),
            Result("windowArgMax of \(dtype)", pooling.argMax(x)),
        ]
        for c in ConvolutionCase.all where c.input.count == 2 {
            let (output, taps) = (c.geometry.outputExtents(input: c.input, kernel: c.kernel), c.kernel.reduce(1, *))
            let window = WindowGeometry(
                batch: c.batch, channels: c.inputChannels, input: c.input, kernel: c.kernel, output: output, stride: c.geometry.stride,
                padding: c.geometry.low, dilation: c.geometry.dilation)
            let columns = NDArray.zeros([c.inputChannels * taps, c.batch * output.reduce(1, *)], dtype: dtype)
            Host.im2col(window, numbers(dtype, seed: 10, c.x), into: columns)
            let image = NDArray.zeros(c.x, dtype: dtype)
            Host.col2im(window, columns, into: image)
            all += [Result("im2col of \(dtype), \(c)", columns), Result("col2im of \(dtype), \(c)", image)]
        }
    }

    private func random(_ all: inout [Result]) {
        var generator = RandomGenerator(seed: 11)
        for dtype in [DType.float32, .float64] {
            all += [
                Result("uniform \(dtype)", generator.uniform([1003], in: -1..<2, dtype: dtype)),
                Result("normal \(dtype)", generator.normal([1003], dtype: dtype)),
            ]
        }
        all += [
            Result("integers", generator.integers([1003], in: -5..<1_000_000_007)),
            Result("int32", generator.integers([1003], in: -5..<6, dtype: .int32)),
            Result("permutation", generator.permutation(1003)),
        ]
    }
}
