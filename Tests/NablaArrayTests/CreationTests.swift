import Testing

@testable import NablaArray

@Suite struct CreationTests {
    @Test func numbersKeepTheirType() {
        #expect(NDArray(1).dtype == .int64)
        #expect(NDArray(1.5).dtype == .float64)
        #expect(NDArray(Float(1.5)).dtype == .float32)
        expect(NDArray(true), [], [1], .bool)
        expect(NDArray(2, dtype: .float32), [], [2], .float32)
        expect(NDArray(2.7, dtype: .int32), [], [2], .int32)
        #expect(NDArray(Int.max).integers == [Int.max])
    }

    @Test func nestedArrays() {
        expect(NDArray([1, 2, 3]), [3], [1, 2, 3], .int64)
        expect(NDArray([[1, 2], [3, 4], [5, 6]], dtype: .float64), [3, 2], [1, 2, 3, 4, 5, 6], .float64)
        expect(NDArray([[[1.0, 2]], [[3, 4]]]), [2, 1, 2], [1, 2, 3, 4], .float64)
        expect(NDArray([[[[1], [2]]]] as [[[[Int32]]]]), [1, 1, 2, 1], [1, 2], .int32)
        expect(NDArray([true, false]), [2], [1, 0], .bool)
        #expect(NDArray([] as [Float]).shape == [0])
        #expect(NDArray([[], []] as [[Float]]).shape == [2, 0])
        #expect(NDArray([] as [[Double]]).shape == [0, 0])
        expect(NDArray([1, 2, 3, 4], shape: [2, 2]), [2, 2], [1, 2, 3, 4])
    }

    @Test(arguments: DType.allCases) func constants(_ dtype: DType) {
        expect(.zeros([2, 2], dtype: dtype), [2, 2], [0, 0, 0, 0], dtype)
        expect(.ones([3], dtype: dtype), [3], [1, 1, 1], dtype)
        expect(.full([2], 1, dtype: dtype), [2], [1, 1], dtype)
        expect(.zeros(like: .ones([2], dtype: dtype)), [2], [0, 0], dtype)
        expect(.ones(like: .zeros([2], dtype: dtype)), [2], [1, 1], dtype)
        #expect(NDArray.zeros([0, 3], dtype: dtype).count == 0)
        // Above the size that fits behind the header.
        #expect(NDArray.ones([1000], dtype: dtype).doubles == Array(repeating: 1, count: 1000))
    }

    @Test func sequences() {
        expect(.arange(4), [4], [0, 1, 2, 3], .int64)
        expect(.arange(2, 5), [3], [2, 3, 4], .int64)
        expect(.arange(0, 1, step: 0.25), [4], [0, 0.25, 0.5, 0.75], .float32)
        expect(.arange(0, 2.5), [3], [0, 1, 2], .float32)
        expect(.arange(5, 0, step: -2), [3], [5, 3, 1], .int64)
        expect(.arange(3, 3), [0], [])
        expect(.arange(3, 0), [0], [])
        expect(.arange(3, dtype: .float64), [3], [0, 1, 2], .float64)
        // float64 does not hold these.
        let big = (1 << 53) + 1
        #expect(NDArray.arange(big, big + 2) == NDArray([big, big + 1]))
        #expect(NDArray.arange(Int.max - 1, Int.max) == NDArray([Int.max - 1]))
        #expect(NDArray.arange(Int.min, Int.max, step: Int.max) == NDArray([Int.min, -1, .max - 1]))
        #expect(NDArray.arange(Int.max, Int.min, step: Int.min) == NDArray([Int.max, -1]))
        #expect(NDArray.arange(Int.min, Int.min + 1) == NDArray([Int.min]))
        expect(.linspace(0, 1, count: 5), [5], [0, 0.25, 0.5, 0.75, 1], .float32)
        expect(.linspace(2, 3, count: 1), [1], [2])
        expect(.linspace(2, 3, count: 0), [0], [])
        // The end is exact although 0.1 + 2 · 0.1 is not 0.3.
        #expect(NDArray.linspace(0.1, 0.3, count: 3, dtype: .float64).doubles.last == 0.3)
    }

    @Test func identities() {
        expect(.eye(2), [2, 2], [1, 0, 0, 1], .float32)
        expect(.eye(2, columns: 3, diagonal: 1), [2, 3], [0, 1, 0, 0, 0, 1])
        expect(.eye(3, columns: 2, diagonal: -1, dtype: .int64), [3, 2], [0, 0, 1, 0, 0, 1], .int64)
    }

    @Test func elementsInOtherTypes() {
        let x = NDArray([[0.0, 1.5], [-2.5, 3.0]])
        #expect(x.doubles == [0, 1.5, -2.5, 3])
        #expect(x.floats == [0, 1.5, -2.5, 3])
        #expect(x.integers == [0, 1, -2, 3])
        #expect(x.bools == [false, true, true, true])
        #expect(x.transposed().elements(as: Int32.self) == [0, -2, 1, 3])
        #expect(NDArray(Float(0.25)).item() == 0.25)
        #expect(NDArray([[true]]).item() == 1)
    }

    @Test func unsafeElements() {
        var x = NDArray([[1, 2], [3, 4]]).transposed()
        #expect(x.withUnsafeElements(as: Int.self) { Array($0) } == [1, 3, 2, 4])
        x.withUnsafeMutableElements(as: Int.self) { $0[1] = 9 }
        expect(x, [2, 2], [1, 9, 2, 4])
        #expect(NDArray.zeros([0]).withUnsafeElements(as: Float.self) { $0.count } == 0)
    }

    @Test func equality() {
        let x = NDArray([1, 2])
        #expect(x == NDArray([1, 2]))
        #expect(x != NDArray([1, 3]))
        #expect(x != NDArray([[1, 2]]))
        #expect(x != NDArray([1, 2], dtype: .int32))
        #expect(NDArray(Double.nan) != NDArray(Double.nan))
        #expect(NDArray.zeros([0]) == NDArray.zeros([0]))
    }
}
