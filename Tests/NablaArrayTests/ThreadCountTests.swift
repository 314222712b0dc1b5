import Testing

@testable import NablaArray

@Suite struct ThreadCountTests {
    /// Large operations, one after the other, as bits. In a process of its own: the number of threads is everyone's.
    @Test func resultsAreTheSameForEveryNumberOfThreads() async {
        await #expect(processExitsWith: .success) {
            /// Products that threads share by rows, by columns and along the inner axis, with operands as they lie and transposed.
            func products() -> [NDArray] {
                var generator = RandomGenerator(seed: 2)
                let shapes = [
                    (1000, 60, 61), (129, 333, 177), (90, 2000, 40), (20, 20, 9000), (64, 17, 5000), (80, 20, 1280), (200, 150, 1001), (512, 300, 401),
                ]
                return shapes.flatMap { m, n, k in
                    [DType.float32, .float64].flatMap { type in
                        let a = generator.normal([m, k], dtype: type), b = generator.normal([k, n], dtype: type)
                        let (ta, tb) = (a.transposed().copied(), b.transposed().copied())
                        return [matmul(a, b), matmul(ta, b, transposeA: true), matmul(a, tb, transposeB: true)]
                    }
                }
            }
            func results() -> [[UInt64]] {
                var generator = RandomGenerator(seed: 1)
                let x = generator.normal([1000, 307])
                let y = generator.uniform([307_000], in: -5..<5, dtype: .float64)
                let n = generator.integers([300_001], in: 0..<1000)
                let arrays = [
                    x, y, n, exp(x), x * x.mean(axis: 0) - 1, x.transposed().copied(), x.sum(), x.sum(axis: 0), x.sum(axis: 1), y.sum(),
                    y.product(), x.cumulativeSum(axis: 0), x.cumulativeSum(axis: 1), y.sorted(), n.argSorted(), x.argMax(axis: 0),
                    x.take(n[..<5000], axis: 0), NDArray.zeros([1000, 64]).addingAt(indices: n, x.reshaped(to: [-1])[..<64]),
                    y.reshaped(to: [307, 1000]).variance(axes: [0]), generator.permutation(10_000), x.max(), x[x .> 0],
                ]
                return (arrays + products()).map { $0.cast(to: .float64).doubles.map(\.bitPattern) }
            }
            setThreadCount(1)
            let alone = results()
            for count in [2, 3, 8] {
                setThreadCount(count)
                for (number, pair) in zip(alone, results()).enumerated() where pair.0 != pair.1 {
                    fatalError("result \(number) differs on \(count) threads")
                }
            }
        }
    }
}
