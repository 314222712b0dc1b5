import Testing

@testable import NablaArray

@Suite struct ScanTests {
    let x = NDArray([[3, 1, 2], [-1, 5, 0]])

    @Test func runningSums() {
        expect(x.cumulativeSum(axis: 1), [2, 3], [3, 4, 6, -1, 4, 4], .int64)
        expect(x.cumulativeSum(axis: 0), [2, 3], [3, 1, 2, 2, 6, 2])
        expect(x.cumulativeSum(axis: 1, reverse: true), [2, 3], [6, 3, 2, 4, 5, 0])
        expect(x.transposed().cumulativeSum(axis: -2), [3, 2], [3, -1, 4, 4, 6, 4])
        expect(NDArray([true, true]).cumulativeSum(axis: 0), [2], [1, 2], .int64)
        #expect(NDArray.zeros([2, 0]).cumulativeSum(axis: 1).shape == [2, 0])
        // 10⁵ steps of float32 keep their accuracy.
        let tenths = NDArray.full([100_000], 0.1).cumulativeSum(axis: 0)
        expect(tenths[99_999].item(), near: 10_000 * Double(Float(0.1)) * 10, within: 1e-3)
    }

    @Test func runningProductsAndExtremes() {
        expect(x.cumulativeProduct(axis: 1), [2, 3], [3, 3, 6, -1, -5, 0])
        expect(x.cumulativeProduct(axis: 0, reverse: true), [2, 3], [-3, 5, 0, -1, 5, 0])
        expect(x.cumulativeMax(axis: 1), [2, 3], [3, 3, 3, -1, 5, 5])
        expect(x.cumulativeMin(axis: 1), [2, 3], [3, 1, 1, -1, -1, -1])
        expect(NDArray([1.0, .nan, 3]).cumulativeMax(axis: 0), [3], [1, .nan, .nan])
        expect(NDArray([1.0, .nan, 3]).cumulativeSum(axis: 0, reverse: true), [3], [.nan, .nan, 3])
        expect(NDArray([true, false, true]).cumulativeProduct(axis: 0), [3], [1, 0, 0], .int64)
        expect(NDArray([false, true, false]).cumulativeMax(axis: 0), [3], [0, 1, 1], .bool)
    }

    @Test func sorting() {
        expect(x.sorted(), [2, 3], [1, 2, 3, -1, 0, 5], .int64)
        expect(x.sorted(axis: 0), [2, 3], [-1, 1, 0, 3, 5, 2])
        expect(x.sorted(descending: true), [2, 3], [3, 2, 1, 5, 0, -1])
        expect(x.argSorted(), [2, 3], [1, 2, 0, 0, 2, 1], .int64)
        expect(x.argSorted(descending: true), [2, 3], [0, 2, 1, 1, 2, 0])
        expect(x.transposed().sorted(axis: 0), [3, 2], [1, -1, 2, 0, 3, 5])
        expect(NDArray([2.0, .nan, -.infinity, 1]).sorted(), [4], [-.infinity, 1, 2, .nan])
        expect(NDArray([2.0, .nan, -.infinity, 1]).sorted(descending: true), [4], [.nan, 2, 1, -.infinity])
        expect(NDArray([true, false, true]).sorted(), [3], [0, 1, 1], .bool)
        #expect(NDArray.zeros([0]).sorted().shape == [0])
    }

    @Test(arguments: [DType.float32, .float64, .int32, .int64]) func longLines(_ dtype: DType) {
        var generator = RandomGenerator(seed: 1)
        let numbers = generator.integers([5000], in: -300..<300).integers
        let y = NDArray(numbers, dtype: dtype)
        #expect(y.sorted().integers == numbers.sorted())
        #expect(y.sorted(descending: true).integers == numbers.sorted(by: >))
        // Equal elements keep their order: positions within them ascend.
        #expect(y.argSorted().integers == numbers.indices.sorted { (numbers[$0], $0) < (numbers[$1], $1) })
        #expect(y.argSorted(descending: true).integers == numbers.indices.sorted { (-numbers[$0], $0) < (-numbers[$1], $1) })
    }
}
