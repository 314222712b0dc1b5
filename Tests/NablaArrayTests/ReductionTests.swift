import Testing

@testable import NablaArray

@Suite struct ReductionTests {
    @Test func axes() {
        let x = counting([2, 3, 4])
        expect(x.sum(), [], [276])
        expect(x.sum(axis: 0), [3, 4], [12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34])
        expect(x.sum(axis: 1), [2, 4], [12, 15, 18, 21, 48, 51, 54, 57])
        expect(x.sum(axis: -1), [2, 3], [6, 22, 38, 54, 70, 86])
        expect(x.sum(axes: [0, 2]), [3], [60, 92, 124])
        expect(x.sum(axes: [-1, 0], keepsAxes: true), [1, 3, 1], [60, 92, 124])
        expect(x.sum(axes: []), [2, 3, 4], x.doubles)
        expect(x.sum(keepsAxes: true), [1, 1, 1], [276])
        expect(x.max(axis: 1), [2, 4], [8, 9, 10, 11, 20, 21, 22, 23])
        expect(x.min(axes: [1, 2]), [2], [0, 12])
        expect(x.mean(axis: 0)[0], [4], [6, 7, 8, 9], .float32)
        expect((x + 1).product(axis: 0)[2], [4], [189, 220, 253, 288])
        expect(NDArray(5).sum(), [], [5])
    }

    /// Every set of axes of every layout against a loop over the elements.
    @Test func layouts() {
        let base = NDArray((0..<120).map { ($0 * 37) % 101 - 50 }, shape: [4, 5, 6], dtype: .float64)
        for x in [base, base.transposed(), base.transposed([1, 2, 0]), base[.stride(by: -1), 1..., .stride(by: 2)]] {
            for bits in 0..<8 {
                let axes = (0..<3).filter { bits & (1 << $0) != 0 }
                let kept = (0..<3).filter { !axes.contains($0) }
                let (sum, max, min) = (x.sum(axes: axes), x.max(axes: axes), x.min(axes: axes))
                for index in indices(of: Shape(kept.map { x.shape[$0] })) {
                    let group = indices(of: x.shape).filter { full in zip(kept, index).allSatisfy { full[$0] == $1 } }.map(x.element)
                    #expect(sum.element(index) == group.reduce(0, +))
                    #expect(max.element(index) == group.max())
                    #expect(min.element(index) == group.min())
                }
            }
        }
    }

    @Test func typesOfResults() {
        #expect(NDArray([1, 2], dtype: .int32).sum().dtype == .int32)
        expect(NDArray([true, true, false]).sum(), [], [2], .int64)
        expect(NDArray([true, true]).product(), [], [1], .int64)
        expect(NDArray([1, 2]).mean(), [], [1.5], .float32)
        expect(NDArray([true, false]).mean(), [], [0.5], .float32)
        expect(NDArray([true, false]).max(), [], [1], .bool)
        expect(NDArray([true, false]).min(), [], [0], .bool)
    }

    @Test func emptyArrays() {
        let x = NDArray.zeros([0, 3])
        expect(x.sum(), [], [0])
        expect(x.sum(axis: 0), [3], [0, 0, 0])
        expect(x.sum(axis: 1), [0], [])
        expect(x.product(axis: 0), [3], [1, 1, 1])
        expect(x.mean(axis: 0), [3], [.nan, .nan, .nan])
        expect(x.max(axis: 1), [0], [])
        expect(x.all(), [], [1])
        expect(x.any(), [], [0])
        expect(x.argMax(axis: 1), [0], [])
        expect(x.variance(), [], [.nan])
    }

    @Test func nanSpreads() {
        let x = NDArray([[1.0, .nan, 3], [4, 5, 6]])
        expect(x.sum(axis: 1), [2], [.nan, 15])
        expect(x.max(axis: 1), [2], [.nan, 6])
        expect(x.min(axis: 0), [3], [1, .nan, 3])
        expect(x.argMax(axis: 1), [2], [1, 2], .int64)
        expect(x.argMin(axis: 1), [2], [1, 0], .int64)
        expect(NDArray([Double.infinity, -.infinity]).sum(), [], [.nan])
        expect(NDArray([Double.infinity, 1]).sum(), [], [.infinity])
        expect(NDArray([-Double.infinity, -.infinity]).max(), [], [-.infinity])
    }

    @Test func longSumsOfFloatsAreAccurate() {
        let count = 10_000_000
        // In float32 alone a running sum stops at 2²⁴ = 16 777 216, and 10⁷ steps lose five digits.
        let element = 1 + Double(Float.ulpOfOne) * 5
        let x = NDArray.full([count], element)
        let exact = Double(Float(element)) * Double(count)
        #expect(x.sum().floats == [Float(exact)])
        #expect(x.reshaped(to: [1000, 10_000]).sum(axis: 0).floats == Array(repeating: Float(exact / 10_000), count: 10_000))
        #expect(x.reshaped(to: [1000, 10_000]).sum(axis: 1).floats == Array(repeating: Float(exact / 1000), count: 1000))
        expect(x.mean().item(), near: Double(Float(element)), within: 1e-7)

        // One big number and many that each would vanish beside it.
        var y = NDArray.full([count], 1e-8)
        y[0] = NDArray(1)
        expect(y.sum().item(), near: 1.1, within: 1e-7)
        let z = NDArray.full([1_000_000], 0.1, dtype: .float64)
        expect(z.sum().item(), near: 100_000, within: 1e-10)
    }

    @Test func variances() {
        let x = NDArray([[1.0, 2, 3, 4], [2, 2, 2, 6]])
        expect(x.variance(), [], [2.1875])
        expect(x.variance(axes: [1]), [2], [1.25, 3])
        expect(x.variance(axes: [1], correction: 1), near: [5.0 / 3, 4], within: 1e-15)
        expect(x.standardDeviation(axes: [1], keepsAxes: true), near: [1.118033988749895, 1.7320508075688772], within: 1e-15)
        // The mean is taken away first: no cancellation.
        expect((x + 1e9).variance(), [], [2.1875])
        expect(NDArray([3.0]).variance(correction: 2), [], [.nan])
    }

    @Test func positionsOfExtremes() {
        let x = NDArray([[3, 1, 3], [0, 0, 2]])
        expect(x.argMax(axis: 1), [2], [0, 2], .int64)
        expect(x.argMin(axis: 1), [2], [1, 0], .int64)
        expect(x.argMax(axis: 0, keepsAxes: true), [1, 3], [0, 0, 0])
        expect(x.transposed().argMax(axis: -1), [3], [0, 0, 0])
        expect(NDArray([false, true, true]).argMax(axis: 0), [], [1])
        // Lines side by side in memory.
        let wide = NDArray((0..<400).map { ($0 * 7) % 31 }, shape: [20, 20])
        let columns = (0..<20).map { j in (0..<20).max { wide.element([$0, j]) < wide.element([$1, j]) }! }
        let first = columns.enumerated().map { j, i in (0..<20).first { wide.element([$0, j]) == wide.element([i, j]) }! }
        #expect(wide.argMax(axis: 0).integers == first)
    }

    @Test func allAndAny() {
        let x = NDArray([[1.0, 0], [2, .nan]])
        expect(x.all(axes: [1]), [2], [0, 1], .bool)
        expect(x.any(axes: [0], keepsAxes: true), [1, 2], [1, 1], .bool)
        expect(NDArray([0, 0]).any(), [], [0])
        #expect(NDArray.ones([100_000]).all().bools == [true])
    }
}
