import Testing

@testable import NablaArray

@Suite struct ComparisonTests {
    @Test(arguments: DType.allCases) func arrays(_ dtype: DType) {
        let (a, b) = (NDArray([0, 0, 1, 1], dtype: dtype), NDArray([0, 1, 0, 1], dtype: dtype))
        expect(a .== b, [4], [1, 0, 0, 1], .bool)
        expect(a .!= b, [4], [0, 1, 1, 0], .bool)
        expect(a .< b, [4], [0, 1, 0, 0], .bool)
        expect(a .<= b, [4], [1, 1, 0, 1], .bool)
        expect(a .> b, [4], [0, 0, 1, 0], .bool)
        expect(a .>= b, [4], [1, 0, 1, 1], .bool)
        expect(a .== 1, [4], [0, 0, 1, 1], .bool)
        expect(a .< 0.5, [4], [1, 1, 0, 0], .bool)
    }

    @Test func nanIsNeitherLessNorEqualNorGreater() {
        let x = NDArray([Double.nan, 1])
        expect(x .== x, [2], [0, 1])
        expect(x .!= x, [2], [1, 0])
        expect(x .<= 1, [2], [0, 1])
        expect(x .> Double.nan, [2], [0, 0])
        expect(NDArray([0.0]) .== NDArray([-0.0]), [1], [1])
    }

    @Test func mixedTypesAndShapes() {
        expect(NDArray([1, 2]) .< NDArray([[1.5], [2.5]]), [2, 2], [1, 0, 1, 1])
        expect(NDArray([true, false]) .== NDArray([1, 1]), [2], [1, 0])
        #expect((NDArray(9_007_199_254_740_993) .== 9_007_199_254_740_992).bools == [false])
        let x = counting([3, 4])
        #expect((x.transposed() .== x.transposed().copied()).all().bools == [true])
        expect(.!(x .> 5) .&& (x .!= 2) .|| (x .== 11), [3, 4], [1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1])
    }

    @Test(arguments: DType.allCases) func choosing(_ dtype: DType) {
        let condition = NDArray([[true, false], [false, true]])
        let (a, b) = (NDArray([1, 1], dtype: dtype), NDArray(0, dtype: dtype))
        expect(`where`(condition, a, b), [2, 2], [1, 0, 0, 1], dtype)
        expect(`where`(condition.transposed()[0], a, b), [2], [1, 0], dtype)
    }

    @Test func choosingPromotesAndBroadcasts() {
        let condition = NDArray([[true], [false]])
        expect(`where`(condition, NDArray([1, 2, 3]), NDArray(0.5)), [2, 3], [1, 2, 3, 0.5, 0.5, 0.5], .float64)
        // What is not chosen does not matter.
        expect(`where`(NDArray([true, false]), NDArray([1.0, .nan]), NDArray([.nan, 2.0])), [2], [1, 2])
        #expect(`where`(NDArray([true]), .zeros([0]), .zeros([1])).shape == [0])
    }
}
