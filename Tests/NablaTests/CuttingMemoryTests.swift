import Nabla
import Testing

/// What a cut lets go of. Serialized: the counts are of the whole process.
@Suite(.serialized) struct CuttingMemoryTests {
    @Test func aMillionFunctionsBehindACutAreFreed() {
        let x = Variable(NDArray([1.0, 2]))
        let before = GraphStatistics.liveNodes
        var h = x
        for _ in 0..<1_000_000 { h = h + 1e-6 }
        h.unchainBackward()
        #expect(GraphStatistics.liveNodes - before < 100)
        #expect(grad(of: (h * h).sum(), wrt: x).array.doubles == [0, 0])
        #expect(isClose(grad(of: (h * h).sum(), wrt: h).array.doubles, [4, 6], 1e-9))
    }

    /// Handles on variables behind stay, each with a leaf.
    @Test func cutsOfSingleOutputsGoThroughWhatUsesThem() {
        let x = Variable(NDArray.ones([1 << 16], dtype: .float64))
        let before = (GraphStatistics.liveNodes, ArrayMemory.liveBytes)
        do {
            var state = x
            for _ in 0..<200 {
                let next = exp(-state)
                let parts = (next * state).split(into: 2)
                state = concatenate([parts[1], parts[0]])
                state.unchain()
                _ = grad(of: state.sum(), wrt: state)
            }
            // The last state, the node that it came of and its leaf.
            #expect(GraphStatistics.liveNodes - before.0 < 20)
            #expect(ArrayMemory.liveBytes - before.1 < 3 * x.count * 8)
        }
        #expect(GraphStatistics.liveNodes - before.0 < 10)
    }

    /// Gradients of cut variables, recorded ones with a graph that leads back to them among them, live as long as handles.
    @Test func gradientsOfCutVariablesMakeNoCycle() throws {
        let x = Variable(NDArray.ones([1000], dtype: .float64))
        func turn() {
            let h = x * x
            let old = sin(h)
            h.unchain()
            (h * h * h).sum().backward(enableDoubleBackprop: true)
            (h * h).backward(seed: old, enableDoubleBackprop: true)
            let parts = (x * 2).split(into: 2)
            parts[0].unchain()
            (parts[0] * parts[1]).sum().backward(enableDoubleBackprop: true)
            let kept = parts[1].retainingGrad()
            parts[1].unchain()
            square(kept).sum().backward(enableDoubleBackprop: true)
            x.clearGrad()
        }
        turn()
        let before = (GraphStatistics.liveNodes, ArrayMemory.liveBytes)
        for _ in 0..<1000 { turn() }
        #expect(GraphStatistics.liveNodes - before.0 < 100)
        #expect(ArrayMemory.liveBytes - before.1 < 100_000)
    }
}
