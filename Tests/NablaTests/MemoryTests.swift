import Foundation
import Nabla
import Testing

/// Depth and lifetime of graphs. Serialized: the counts are of the whole process.
@Suite(.serialized) struct MemoryTests {
    @Test func aMillionOperationsAreBuiltDifferentiatedAndFreed() {
        let x = Variable(NDArray([1.0, 2]))
        do {
            var h = x
            for _ in 0..<1_000_000 { h = h + 1e-6 }
            #expect(isClose(h.array.doubles, [2, 3], 1e-9))
            let g = grad(of: h.sum(), wrt: x, enableDoubleBackprop: true)
            #expect(g.array.doubles == [1, 1])
        }
        // A deep graph hanging on a single handle, never walked.
        var deep = x
        for _ in 0..<1_000_000 { deep = sin(deep) }
        deep = x
        #expect(deep.isLeaf)
    }

    @Test func wideAndSharedGraphsAreFreed() {
        let x = Variable(NDArray([1.0, 2]))
        let before = GraphStatistics.liveNodes
        do {
            var (a, b) = (x, x * 2)
            for _ in 0..<100_000 { (a, b) = (a + b, a - b) }  // every node is used twice
            _ = concatenate((0..<100).map { _ in a })
        }
        #expect(GraphStatistics.liveNodes <= before + 200)
    }

    /// Only outputs of the exponentials are retained (the input of the sine is one of them), and a walk gives them back.
    @Test func backwardReleasesRetainedArraysUnlessAskedNotTo() {
        let x = Variable(NDArray.ones([1 << 22], dtype: .float64))
        let before = ArrayMemory.liveBytes
        /// Live bytes in units of the array's size; other tests may hold a little meanwhile.
        func arrays() -> Int { Int((Double(ArrayMemory.liveBytes - before) / Double(x.count * 8)).rounded()) }
        let y = exp(sin(exp(x))).sum()
        #expect(arrays() == 2)
        y.backward(retainGraph: true)
        #expect(arrays() == 3)
        y.backward()
        #expect(arrays() == 1)
    }

    @Test func memoryIsFlatOverTenThousandDoubleBackpropSteps() throws {
        var generator = RandomGenerator(seed: 3)
        var weight = Variable(generator.normal([16, 16], standardDeviation: 0.2))
        let x = Variable(constant: generator.normal([8, 16]))
        func step() {
            let place = Variable(x.array)
            let y = tanh(matmul(place, weight))
            let slope = grad(of: y.sum(), wrt: place, enableDoubleBackprop: true)
            let loss = square(norm(slope, axis: 1) - 1).mean() + square(y).mean()
            // Recorded, so that the leaf's own gradient holds a graph that leads back to the leaf.
            loss.backward(enableDoubleBackprop: true)
            weight = Variable(weight.array - 0.01 * weight.grad!.array)
        }
        for _ in 0..<1000 { step() }
        let (written, arrays, nodes) = (try writtenBytes(), ArrayMemory.liveBytes, GraphStatistics.liveNodes)
        for _ in 0..<10_000 { step() }
        // A leak of one step's graph would be 300 MB; other tests may hold a little meanwhile.
        #expect(try writtenBytes() - written < 16 << 20)
        #expect(ArrayMemory.liveBytes - arrays < 8 << 20)
        #expect(GraphStatistics.liveNodes - nodes < 10_000)
    }

    /// The pages that the program wrote. Those of its file come and go as the kernel pleases.
    private func writtenBytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let kilobytes = try #require(status.firstMatch(of: /RssAnon:\s+(\d+) kB/)?.1)
        return try #require(Int(kilobytes)) * 1024
    }
}
