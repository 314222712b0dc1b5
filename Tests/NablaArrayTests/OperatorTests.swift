import Testing

@testable import NablaArray

@Suite struct OperatorTests {
    @Test(arguments: [DType.float32, .float64, .int32, .int64]) func arithmetic(_ dtype: DType) {
        let (a, b) = (NDArray([7, -7, 6], dtype: dtype), NDArray([2, 2, -3], dtype: dtype))
        expect(a + b, [3], [9, -5, 3], dtype)
        expect(a - b, [3], [5, -9, 9], dtype)
        expect(a * b, [3], [14, -14, -18], dtype)
        expect(a / b, [3], [3.5, -3.5, -2], dtype.floating)
        expect(floorDivided(a, b), [3], [3, -4, -2], dtype)
        expect(modulo(a, b) + 0, [3], [1, 1, 0], dtype)
        expect(maximum(a, b), [3], [7, 2, 6], dtype)
        expect(minimum(a, b), [3], [2, -7, -3], dtype)
        expect(pow(a, abs(b)), [3], [49, 49, 216], dtype)
    }

    @Test(arguments: [DType.float32, .float64, .int32, .int64]) func numbersBesideArrays(_ dtype: DType) {
        let a = NDArray([1, -2], dtype: dtype)
        expect(a + 1, [2], [2, -1], dtype)
        expect(1 - a, [2], [0, 3], dtype)
        expect(3 * a, [2], [3, -6], dtype)
        expect(4 / a, [2], [4, -2], dtype.floating)
        expect(a / 4, [2], [0.25, -0.5], dtype.floating)
        expect(a * 0.5, [2], [0.5, -1], dtype.floating)
        expect(Float(0.5) + a, [2], [1.5, -1.5], dtype.floating)
        expect(pow(a, 2), [2], [1, 4], dtype)
        expect(pow(2, abs(a)), [2], [2, 4], dtype)
        expect(maximum(a, 0), [2], [1, 0], dtype)
        expect(minimum(a, -1), [2], [-1, -2], dtype)
        expect(floorDivided(a, 2) + 0, [2], [0, -1], dtype)
        expect(modulo(a, 3), [2], [1, 1], dtype)
    }

    @Test func promotion() {
        let table: [(DType, DType, DType)] = [
            (.float32, .float64, .float64), (.float32, .int32, .float32), (.float32, .int64, .float32), (.float32, .bool, .float32),
            (.float64, .int32, .float64), (.float64, .int64, .float64), (.float64, .bool, .float64), (.int32, .int64, .int64),
            (.int32, .bool, .int32), (.int64, .bool, .int64),
        ]
        for (a, b, result) in table {
            #expect((NDArray.ones([2], dtype: a) + NDArray.ones([2], dtype: b)).dtype == result)
            #expect((NDArray.ones([2], dtype: b) * NDArray.ones([], dtype: a)).dtype == result)
            expect(NDArray.ones([2], dtype: a) + NDArray.ones([2], dtype: b), [2], [2, 2])
        }
        for dtype in DType.allCases { #expect(DType.promoted(dtype, dtype) == dtype) }
        expect(NDArray([true, false]) + 1, [2], [2, 1], .int64)
        expect(NDArray([true, false]) * 0.5, [2], [0.5, 0], .float32)
    }

    @Test func truthValuesAddAsOrAndMultiplyAsAnd() {
        let (a, b) = (NDArray([true, true, false, false]), NDArray([true, false, true, false]))
        expect(a + b, [4], [1, 1, 1, 0], .bool)
        expect(a * b, [4], [1, 0, 0, 0], .bool)
        expect(a .&& b, [4], [1, 0, 0, 0], .bool)
        expect(a .|| b, [4], [1, 1, 1, 0], .bool)
        expect(maximum(a, b), [4], [1, 1, 1, 0], .bool)
        expect(NDArray([6, 5]) .&& NDArray([3, 4]), [2], [2, 4])
        expect(NDArray([6, 5]) .|| NDArray([3, 4]), [2], [7, 5])
    }

    @Test func integersWrapAndDivideByZeroToZero() {
        #expect((NDArray(Int.max) + 1).integers == [Int.min])
        #expect((NDArray([Int32.max]) * 2).integers == [-2])
        #expect((-NDArray(Int.min)).integers == [Int.min])
        #expect(floorDivided(NDArray([5, -5, 0]), 0).integers == [0, 0, 0])
        #expect(modulo(NDArray([5, -5]), 0).integers == [0, 0])
        #expect(floorDivided(NDArray(Int.min), -1).integers == [Int.min])
        #expect(pow(NDArray([2, 1, -1, 0]), NDArray([-1, -5, -3, -2])).integers == [0, 1, -1, 0])
        // Beyond what a double holds exactly.
        #expect((NDArray(9_007_199_254_740_993) + 0).integers == [9_007_199_254_740_993])
    }

    /// numpy.floor_divide, numpy.remainder, numpy.power, numpy.maximum, numpy.arctan2
    @Test func specialValues() {
        let (inf, nan) = (Double.infinity, Double.nan)
        expect(NDArray([1.0, -1, 0]) / 0.0, [3], [inf, -inf, nan])
        expect(modulo(NDArray([5.5, -5.5, 5.5]), NDArray([2.0, 2, -2])), [3], [1.5, 0.5, -0.5])
        expect(floorDivided(NDArray([5.5, -5.5, 1]), NDArray([2.0, 2, 0])), [3], [2, -3, inf])
        expect(pow(NDArray([0.0, 2, -8, nan, 1]), NDArray([0.0, -1, 3, 0, nan])), [5], [1, 0.5, -512, 1, 1])
        expect(pow(NDArray(-8.0), 1.0 / 3), [], [nan])
        expect(maximum(NDArray([1.0, nan, 3]), NDArray([nan, 1.0, 2])), [3], [nan, nan, 3])
        expect(minimum(NDArray([1.0, nan, 3]), NDArray([nan, 1.0, 2])), [3], [nan, nan, 2])
        let quarter = Double.pi / 4
        expect(
            atan2(NDArray([1.0, 1, -1, -1, 0]), NDArray([1.0, -1, 1, -1, -1])),
            near: [quarter, 3 * quarter, -quarter, -3 * quarter, .pi], within: 1e-15)
        #expect(atan2(NDArray(1), NDArray(1)).dtype == .float32)
    }

    @Test func operandsBroadcast() {
        let (column, row) = (NDArray([[10], [20]]), NDArray([1, 2, 3]))
        expect(column + row, [2, 3], [11, 12, 13, 21, 22, 23])
        expect(row - column, [2, 3], [-9, -8, -7, -19, -18, -17])
        expect(NDArray(2) * row, [3], [2, 4, 6])
        #expect((NDArray.zeros([0, 3]) + NDArray.ones([3])).shape == [0, 3])
        // Against single elements, for layouts that share no plain run.
        let a = counting([3, 4, 5]).transposed([2, 0, 1])
        let b = counting([5, 8])[.all, .newAxis, .stride(by: -2)]
        let sum = a + b
        for i in indices(of: [5, 3, 4]) { #expect(sum.element(i) == a.element(i) + b.element([i[0], 0, i[2]])) }
    }

    @Test func inPlaceOperators() {
        var a = NDArray([1, 2, 3], dtype: .float32)
        a += NDArray([1, 1, 1])
        a *= 2
        a -= NDArray(1, dtype: .float32)
        a /= NDArray([3, 5, 7])
        expect(a, [3], [1, 1, 1], .float32)
        var n = NDArray([5, 6])
        n -= 1
        n *= NDArray([true, false])
        expect(n, [2], [4, 0], .int64)
        // The same whether or not the memory is shared.
        var m = n
        m += 2
        n += 2
        #expect(m == n)
        var view = counting([4])[.stride(by: 2)]
        view += 1
        expect(view, [2], [1, 3])
    }
}
