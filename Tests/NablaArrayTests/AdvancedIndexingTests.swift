import Testing

@testable import NablaArray

/// Index arrays and masks. The expected elements are NumPy's for the same index.
@Suite struct AdvancedIndexingTests {
    let x = counting([2, 3, 4])
    let y = counting([2, 3, 4, 5])
    let i = NDArray([1, 0, 1])
    let j = NDArray([2, -1, 0], dtype: .int32)
    let k = NDArray([[0, 1], [2, -3]])
    let m = NDArray([[true, false, true], [false, true, false]])
    let m1 = NDArray([false, true, true])
    let m4 = NDArray([true, false, false, true])

    @Test func elementsAreThoseOfNumPy() {
        expect(
            x[i], [3, 3, 4],
            [
                12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
                21, 22, 23,
            ])
        expect(x[.all, j], [2, 3, 4], [8, 9, 10, 11, 8, 9, 10, 11, 0, 1, 2, 3, 20, 21, 22, 23, 20, 21, 22, 23, 12, 13, 14, 15])
        expect(x[.ellipsis, j], [2, 3, 3], [2, 3, 0, 6, 7, 4, 10, 11, 8, 14, 15, 12, 18, 19, 16, 22, 23, 20])
        expect(x[i, j], [3, 4], [20, 21, 22, 23, 8, 9, 10, 11, 12, 13, 14, 15])
        expect(x[i, .all, j], [3, 3], [14, 18, 22, 3, 7, 11, 12, 16, 20])
        expect(x[.all, i, j], [2, 3], [6, 3, 4, 18, 15, 16])
        expect(x[k - k, k], [2, 2, 4], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3])
        expect(x[i, k[0, 1]], [3, 4], [16, 17, 18, 19, 4, 5, 6, 7, 16, 17, 18, 19])
        expect(x[0, .all, j], [3, 3], [2, 6, 10, 3, 7, 11, 0, 4, 8])
        expect(x[0, j], [3, 4], [8, 9, 10, 11, 8, 9, 10, 11, 0, 1, 2, 3])
        expect(x[.all, 0, j], [2, 3], [2, 3, 0, 14, 15, 12])
        expect(x[.all, j, 0], [2, 3], [8, 8, 0, 20, 20, 12])
        expect(x[i, .newAxis, j], [3, 1, 4], [20, 21, 22, 23, 8, 9, 10, 11, 12, 13, 14, 15])
        expect(x[i, .newAxis, 0, j], [3, 1], [14, 3, 12])
        expect(x[i, 0, j], [3], [14, 3, 12])
        expect(x[.all, .newAxis, j, 1], [2, 1, 3], [9, 9, 1, 21, 21, 13])
        expect(x[1, .newAxis, j], [3, 1, 4], [20, 21, 22, 23, 20, 21, 22, 23, 12, 13, 14, 15])
        expect(x[m], [3, 4], [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19])
        expect(x[m, 1], [3], [1, 9, 17])
        expect(x[m, 1...2], [3, 2], [1, 2, 9, 10, 17, 18])
        expect(x[.all, m1], [2, 2, 4], [4, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19, 20, 21, 22, 23])
        expect(x[.all, m1, [0, 3]], [2, 2], [4, 11, 16, 23])
        expect(x[.ellipsis, m4], [2, 3, 2], [0, 3, 4, 7, 8, 11, 12, 15, 16, 19, 20, 23])
        expect(x[[1, 0], .ellipsis, [3, 0]], [2, 3], [15, 19, 23, 0, 4, 8])
        expect(x[1..., .ellipsis, j], [1, 3, 3], [14, 15, 12, 18, 19, 16, 22, 23, 20])
        expect(x[.stride(by: -1), j], [2, 3, 4], [20, 21, 22, 23, 20, 21, 22, 23, 12, 13, 14, 15, 8, 9, 10, 11, 8, 9, 10, 11, 0, 1, 2, 3])
        expect(x[m, .newAxis], [3, 1, 4], [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19])
        expect(x[.newAxis, m], [1, 3, 4], [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19])
        expect(
            x[.all, k], [2, 2, 2, 4],
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 12, 13, 14, 15])
        expect(x[.all, k, 0...1], [2, 2, 2, 2], [0, 1, 4, 5, 8, 9, 0, 1, 12, 13, 16, 17, 20, 21, 12, 13])
    }

    @Test func axesStandWhereNumPyPutsThem() {
        expect(
            y[.all, i, .ellipsis, j], [3, 2, 4],
            [22, 27, 32, 37, 82, 87, 92, 97, 4, 9, 14, 19, 64, 69, 74, 79, 20, 25, 30, 35, 80, 85, 90, 95])
        expect(
            y[.all, i, j], [2, 3, 5],
            [30, 31, 32, 33, 34, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 90, 91, 92, 93, 94, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84])
        expect(
            y[.all, i, j, .ellipsis], [2, 3, 5],
            [30, 31, 32, 33, 34, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 90, 91, 92, 93, 94, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84])
        expect(
            y[.all, i, .all, j], [3, 2, 4], [22, 27, 32, 37, 82, 87, 92, 97, 4, 9, 14, 19, 64, 69, 74, 79, 20, 25, 30, 35, 80, 85, 90, 95])
        expect(y[1, .all, i, j], [3, 3], [67, 87, 107, 64, 84, 104, 65, 85, 105])
        expect(y[.all, 1, i, 0...2], [2, 3, 3], [25, 26, 27, 20, 21, 22, 25, 26, 27, 85, 86, 87, 80, 81, 82, 85, 86, 87])
        expect(y[.all, i, j, .ellipsis, i], [3, 2], [31, 91, 15, 75, 21, 81])
        expect(y[.all, m1, m4], [2, 2, 5], [20, 21, 22, 23, 24, 55, 56, 57, 58, 59, 80, 81, 82, 83, 84, 115, 116, 117, 118, 119])
        expect(
            y[.all, i, .ellipsis, j, .all], [3, 2, 5],
            [30, 31, 32, 33, 34, 90, 91, 92, 93, 94, 15, 16, 17, 18, 19, 75, 76, 77, 78, 79, 20, 21, 22, 23, 24, 80, 81, 82, 83, 84])
        expect(y[1..., .all, i, j], [1, 3, 3], [67, 64, 65, 87, 84, 85, 107, 104, 105])
    }

    @Test func anyLayoutMayBeIndexed() {
        let t = x.transposed()
        for (value, index) in zip(
            t[[3, 0], .all, [1, 1]].doubles, [[3, 0, 1], [3, 1, 1], [3, 2, 1], [0, 0, 1], [0, 1, 1], [0, 2, 1]])
        {
            #expect(value == t.element(index))
        }
        #expect(x[.stride(by: -1)][.all, [0, 2]] == x[.stride(by: -1), [0, 2]])
    }

    @Test func nothingSelectedIsAnEmptyArray() {
        #expect(x[NDArray([Int]())].shape == [0, 3, 4])
        #expect(x[x .< 0].shape == [0])
        #expect(x[.all, NDArray([Int]()), 1].shape == [2, 0])
    }

    @Test func writingChangesOnlyTheNamedElements() {
        var z = NDArray.zeros([2, 3])
        z[.all, [2, 0]] = NDArray([[1, 2], [3, 4]])
        expect(z, [2, 3], [2, 0, 1, 4, 0, 3])
        z[z .> 2] = NDArray(-1.0)
        expect(z, [2, 3], [2, 0, 1, -1, 0, -1])
        z[[0, 1], [1, 1]] = NDArray([8, 9])
        expect(z, [2, 3], [2, 8, 1, -1, 9, -1])
        z[.stride(by: -1), [0]] = NDArray([[5], [6]])
        expect(z, [2, 3], [6, 8, 1, 5, 9, -1])
        z[m].fill(0)
        expect(z, [2, 3], [0, 8, 0, 5, 0, -1])
    }

    @Test func theLastOfSeveralValuesForOnePlaceStays() {
        var z = NDArray.zeros([3])
        z[[1, 1, 1]] = NDArray([1, 2, 3])
        expect(z, [3], [0, 3, 0])
    }

    @Test func writingFollowsTheAxesOfTheResult() {
        // Separated index arrays put their axes in front, in writing as in reading.
        var z = NDArray.zeros([2, 3, 4], dtype: .int64)
        z[i, .all, j] = counting([3, 3]) + 1
        #expect(z[i, .all, j] == counting([3, 3]) + 1)
        #expect(z.sum().item() == 45)
        z.fill(0)
        z[1, .newAxis, 1..., j] = counting([3, 1, 2]) + 1
        #expect(z[1, .newAxis, 1..., j] == counting([3, 1, 2]) + 1)
        #expect(z.sum().item() == 21)
        z.fill(0)
        z[.all, m1, 2] = counting([2, 2]) + 1
        expect(z[.all, .all, 2], [2, 3], [0, 1, 2, 0, 3, 4])
        var flags = NDArray.zeros([4], dtype: .bool)
        flags[[0, 2]] = NDArray(true)
        expect(flags, [4], [1, 0, 1, 0])
    }

    @Test func scatterAddsUpWhatSeveralIndicesName() {
        let expression = IndexExpression([[1, 1, 0]], of: [3, 2])
        expect(expression.scatter(NDArray([[1, 2], [3, 4], [5, 6]])), [3, 2], [5, 6, 4, 6, 0, 0])
    }

    @Test func scatterIsTheTranspose() {
        let indices: [[any ArrayIndex]] = [
            [i], [i, IndexTerm.all, j], [IndexTerm.all, i, j], [m], [IndexTerm.all, m1, 1], [k - k, IndexTerm.newAxis, k],
            [0, IndexTerm.stride(by: -1), j], [IndexTerm.ellipsis, m4],
        ]
        for index in indices {
            let expression = IndexExpression(index, of: x.shape)
            let values = counting(expression.resultShape) + 1
            #expect(expression.apply(to: x).shape == expression.resultShape)
            #expect((expression.apply(to: x) * values).sum() == (x * expression.scatter(values)).sum())
        }
    }
}
