import Nabla
import Testing

/// Checkpoints give the derivatives of what they leave out.
@Suite struct CheckpointTests {
    private static let point = NDArray([0.3, -0.8, 1.1], dtype: .float64)
    private static let weights = NDArray([[0.2, -0.5, 0.4], [0.7, 0.1, -0.3], [-0.6, 0.8, 0.5]], dtype: .float64)

    /// tanh(W x) + x², with W captured.
    private static func layer(_ w: Variable) -> (Variable) -> Variable { { tanh(matmul(w, $0)) + square($0) } }

    /// The derivative of order `order` along ones, of Σ f, with respect to x and W together.
    private static func derivatives(_ f: (Variable, Variable) -> Variable, order: Int) -> [[Double]] {
        let (x, w) = (Variable(point), Variable(weights))
        var y = f(x, w).sum()
        var all = [y.array.doubles]
        for k in 0..<order {
            let slopes = grad(of: y, wrt: [x, w], enableDoubleBackprop: k + 1 < order)
            all += slopes.map(\.array.doubles)
            y = slopes.reduce(Variable(constant: NDArray(0.0))) { $0 + ($1 * $1).sum() }
        }
        return all
    }

    /// Values, and derivatives up to the third, through two checkpoints one inside the other and a captured matrix.
    @Test func thirdDerivativesThroughNestedCheckpoints() {
        let plain = Self.derivatives({ x, w in Self.layer(w)(sin(Self.layer(w)(x))) }, order: 3)
        let nested = Self.derivatives(
            { x, w in
                checkpoint(x) { x in
                    let inner = checkpoint(x, Self.layer(w))
                    return Self.layer(w)(sin(inner))
                }
            }, order: 3)
        for (a, b) in zip(nested, plain) { #expect(isClose(a, b, 1e-12)) }
        #expect(plain.count == nested.count)
    }

    /// Every mix of modes to order three, against closed forms.
    @Test(arguments: MixedModeTests.sequences.filter { $0.count <= 3 })
    func everyNestingOfModes(_ modes: [MixedModeTests.Mode]) {
        let curve: (Variable) -> Variable = { x in
            checkpoint(x) { x in
                let slope = checkpoint(x) { sin($0) * exp($0) }
                return tanh(slope) / (1 + x * x)
            }
        }
        let f = modes.reduce(curve) { MixedModeTests.derivative(of: $0, $1) }
        let (x, derivatives) = (MixedModeTests.exact.x, MixedModeTests.exact.derivatives)
        let (value, exact) = (f(Variable(x, dtype: .float64)).item(), derivatives[modes.count])
        #expect((value - exact).magnitude <= 1e-12 * exact.magnitude, "\(value), \(exact)")
    }

    @Test func gradientsAgreeWithDifferences() throws {
        try checkGradients(
            of: { inputs in
                checkpoint(inputs) { x in [matmul(x[0], sin(x[1])), x[0] * x[0], x[1]] }
            }, at: [Self.weights, Self.point], order: 3, name: "several results")
        try checkGradients(
            of: { inputs in
                // One gradient at an input, and one at a leaf that the closure makes.
                checkpoint(inputs) { x in
                    let place = Variable(Self.point)
                    let slope = grad(of: tanh(matmul(x[0], place)).sum(), wrt: place, enableDoubleBackprop: true)
                    return [slope * grad(of: tanh(matmul(x[0], x[1])).sum(), wrt: x[1], enableDoubleBackprop: true)]
                }
            }, at: [Self.weights, Self.point], order: 2, name: "gradients inside")
    }

    /// Results that the closure did not compute come back in their own places.
    @Test func resultsFromOutsideAreThemselves() {
        let (x, c) = (Variable(2.0, dtype: .float64), Variable(constant: NDArray(3.0)))
        let y = checkpoint([x]) { [$0[0], c, $0[0] * c, c * c] }
        #expect(y[0].isLeaf && !y[1].requiresGrad && !y[3].requiresGrad)
        #expect(grad(of: y[0] * y[2], wrt: x).item() == 12)
        #expect(noBackprop { checkpoint(x) { $0 * $0 } }.requiresGrad == false)
    }

    /// They are the results of one function, also where one was computed from the other.
    @Test func resultsDoNotDependOnEachOther() {
        let x = Variable(0.5, dtype: .float64)
        let y = checkpoint([x]) { [sin($0[0]), exp(sin($0[0]))] }
        #expect(grad(of: y[1], wrt: y[0]).item() == 0)
        let z = checkpoint([x]) { x in
            let s = sin(x[0])
            return [s, exp(s), s]
        }
        #expect(grad(of: z[1], wrt: z[0]).item() == 0)
        let expected = cos(x) * (2 + exp(sin(x)))
        #expect(isClose([grad(of: z[0] + z[1] + z[2], wrt: x).item()], [expected.item()]))
    }

    /// An intermediate that escapes is an ordinary variable.
    @Test func escapedIntermediatesKeepTheirGradients() {
        let x = Variable(0.5, dtype: .float64)
        var kept = x
        let y = checkpoint(x) { x in
            let h = exp(x)
            if !isRecomputing { kept = h }
            return h * h
        }
        let g = grad(of: y + kept, wrt: x).item()
        #expect((g - (2 * exp(x + x).item() / 1 + exp(x).item())).magnitude < 1e-14)
    }

    @Test func theSharedGeneratorIsPutBack() {
        let x = Variable(NDArray.ones([64], dtype: .float64))
        setRandomSeed(5)
        let y = checkpoint(x) { checkpoint($0 * $0) { dropout($0, ratio: 0.5) } * $0 }
        let afterwards = RandomGenerator.shared
        let g = grad(of: y.sum(), wrt: x)
        #expect(RandomGenerator.shared == afterwards)
        // x³ on what dropout kept, times 2.
        #expect(g.array.doubles == y.array.doubles.map { 3 * $0 })
        #expect(Set(g.array.doubles) == [0, 6])
        setRandomSeed(5)
        #expect(dropout(x).array == y.array)
    }

    @Test func aGivenGeneratorStandsWhereTheFirstRunLeftIt() {
        let x = Variable(NDArray.ones([64], dtype: .float64))
        var (generator, plain) = (RandomGenerator(seed: 3), RandomGenerator(seed: 3))
        let y = checkpoint(x, using: &generator) { x, generator in dropout(x * x, using: &generator) }
        let expected = dropout(x * x, using: &plain)
        #expect(y.array == expected.array)
        #expect(generator == plain)
        #expect(grad(of: y.sum(), wrt: x).array == (2 * expected).array)
        #expect(generator == plain)
    }

    @Test func stateThatAsksChangesOnce() {
        var calls = 0
        let x = Variable(1.5, dtype: .float64)
        let y = checkpoint(x) { x in
            checkpoint(x) { x in
                if !isRecomputing { calls += 1 }
                return x * x
            }
        }
        let g = grad(of: y, wrt: x, enableDoubleBackprop: true)
        #expect(grad(of: g, wrt: x).item() == 2)
        #expect(calls == 1)
        #expect(!isRecomputing)
    }

    @Test func aSequenceIsItsSteps() throws {
        let steps: [(Variable) -> Variable] = (1...7).map { k in { sin($0 * Double(k)) + $0 } }
        for segments in [nil, 1, 3, 7, 20] {
            let f: (Variable) -> Variable = { checkpointedSequence(steps, at: $0, segments: segments) }
            let g: (Variable) -> Variable = { x in steps.reduce(x) { $1($0) } }
            let (a, b) = (derivative(of: f, order: 2)(Variable(Self.point)), derivative(of: g, order: 2)(Variable(Self.point)))
            #expect(isClose(a.array.doubles, b.array.doubles, 1e-12))
        }
        #expect(checkpointedSequence([], at: Variable(2.0)).item() == 2)
    }
}

/// What checkpoints keep. Serialized: the counts are of the whole process.
@Suite(.serialized) struct CheckpointMemoryTests {
    private static let size = 1 << 15

    /// The highest memory of a chain of `depth` steps and its derivative of order `order`, in arrays of the chain.
    private func peak(_ depth: Int, order: Int, _ run: ([(Variable) -> Variable], Variable) -> Variable) -> Double {
        let steps: [(Variable) -> Variable] = (0..<depth).map { _ in { sin($0) } }
        let x = Variable(NDArray.ones([Self.size], dtype: .float64))
        let before = ArrayMemory.liveBytes
        ArrayMemory.resetPeak()
        var y = run(steps, x).sum()
        for k in 0..<order {
            y = grad(of: y, wrt: x, enableDoubleBackprop: k + 1 < order, retainGraph: k + 1 < order).sum()
        }
        return Double(ArrayMemory.peakBytes - before) / Double(Self.size * 8)
    }

    /// A chain of n steps keeps n arrays; in √n segments, √n inputs and one segment.
    @Test func memoryGrowsWithTheRootOfTheDepth() {
        for (order, most) in [(1, 4.0), (2, 14.0)] {
            let depths = [16, 64, 256]
            let plain = depths.map { n in peak(n, order: order) { steps, x in steps.reduce(x) { $1($0) } } }
            let segmented = depths.map { n in peak(n, order: order) { checkpointedSequence($0, at: $1) } }
            // Four times the depth: four times the memory, or twice.
            for i in 1..<depths.count {
                #expect(plain[i] / plain[i - 1] > 3.2, "\(plain)")
                #expect(segmented[i] / segmented[i - 1] < 2.6, "order \(order): \(segmented), \(plain)")
            }
            for (n, arrays) in zip(depths, segmented) { #expect(arrays < most * Double(n).squareRoot() + 6, "\(segmented)") }
        }
    }

    @Test func nothingOfTheInsideIsKept() {
        let x = Variable(NDArray.ones([Self.size], dtype: .float64))
        let (nodes, bytes) = (GraphStatistics.liveNodes, ArrayMemory.liveBytes)
        let y = checkpoint(x) { x in (0..<50).reduce(x) { y, _ in sin(y) * x } }
        #expect(GraphStatistics.liveNodes - nodes < 10)
        #expect(ArrayMemory.liveBytes - bytes < 2 * Self.size * 8)
        #expect(y.count == Self.size)
    }

    @Test func longChainsOfCheckpointsAreFreed() {
        let x = Variable(0.5, dtype: .float64)
        let before = GraphStatistics.liveNodes
        do {
            var y = x
            for _ in 0..<20_000 { y = checkpoint(y) { $0 * $0 } }
            let slope = grad(of: y, wrt: x, enableDoubleBackprop: true)
            #expect(slope.item() == 0)  // 2²⁰⁰⁰⁰ x^(2²⁰⁰⁰⁰ - 1)
            #expect(grad(of: slope, wrt: x).item() == 0)
            var z = x
            for _ in 0..<50_000 {
                let previous = z
                z = checkpoint([]) { _ in [previous * 1] }[0]
            }
            z.unchainBackward()
        }
        #expect(GraphStatistics.liveNodes - before < 100)
    }

    @Test func walksGiveBackWhatCheckpointsKeep() async throws {
        let x = Variable(NDArray.ones([Self.size], dtype: .float64))
        let before = ArrayMemory.liveBytes
        let y = checkpoint(exp(x)) { sin($0) }.sum()
        #expect(ArrayMemory.liveBytes - before > Self.size * 8 / 2)
        y.backward()
        // The gradient alone.
        #expect(ArrayMemory.liveBytes - before < Self.size * 8 * 3 / 2)
    }
}
