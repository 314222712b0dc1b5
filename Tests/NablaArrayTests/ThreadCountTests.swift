import Testing

@testable import NablaArray

@Suite struct ThreadCountTests {
    /// Large operations, one after the other, as bits. In a process of its own: the number of threads is everyone's.
    @Test func resultsAreTheSameForEveryNumberOfThreads() async {
        await #expect(processExitsWith: .success) {
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
                    generator.normal([30_000, 20]) * generator.normal([20]),
                ]
                return arrays.map { $0.cast(to: .float64).doubles.map(\.bitPattern) }
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

    /// Threads share products by rows, by columns and along the inner axis: with operands as they lie and transposed, each number of threads
    /// gives its own bits every time, and all are the products of float64 sums in order.
    @Test func productsOfSeveralThreads() async {
        await #expect(processExitsWith: .success) {
            let shapes = [
                (1000, 60, 61), (129, 333, 177), (90, 2000, 40), (20, 20, 9000), (64, 17, 5000), (80, 20, 1280), (200, 150, 1001),
                (512, 300, 401),
            ]
            func bits(_ array: NDArray) -> [UInt64] { array.cast(to: .float64).doubles.map(\.bitPattern) }
            func check(_ m: Int, _ n: Int, _ k: Int, _ dtype: DType) {
                var generator = RandomGenerator(seed: 2)
                let a = generator.normal([m, k], dtype: dtype), b = generator.normal([k, n], dtype: dtype)
                let (ta, tb) = (a.transposed().copied(), b.transposed().copied())
                // Some elements, each as a dot product in float64.
                let places = (0..<40).map { ($0 * 131 % m, $0 * 57 % n) }
                let expected = places.map { i, j in
                    zip(a[i].cast(to: .float64).doubles, tb[j].cast(to: .float64).doubles).map(*).reduce(0, +)
                }
                for count in [1, 2, 3, 8] {
                    setThreadCount(count)
                    func products() -> [NDArray] { [matmul(a, b), matmul(ta, b, transposeA: true), matmul(a, tb, transposeB: true)] }
                    let results = products()
                    for (first, again) in zip(results, products()) where bits(first) != bits(again) {
                        fatalError("\(m) × \(k) × \(n): two products on \(count) threads differ")
                    }
                    for result in results {
                        for ((i, j), value) in zip(places, expected) {
                            // k roundings of partial sums of about √k, up to 1 ulp / 2 each, which add up like their root.
                            let tolerance = Double(k) * (dtype == .float32 ? Double(Float.ulpOfOne) : Double.ulpOfOne)
                            let error = abs(result[i, j].item() - value)
                            if !(error <= tolerance) { fatalError("\(m) × \(k) × \(n), \(count) threads: off by \(error) at \(i), \(j)") }
                        }
                    }
                }
            }
            for (m, n, k) in shapes { for dtype in [DType.float32, .float64] { check(m, n, k, dtype) } }
        }
    }
}
