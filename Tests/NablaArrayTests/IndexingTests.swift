import Testing

@testable import NablaArray

/// Positions, ranges and new axes. The expected elements are NumPy's for the same index.
@Suite struct IndexingTests {
    let x = counting([2, 3, 4])

    @Test func partsAreThoseOfNumPy() {
        expect(x[0], [3, 4], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
        expect(x[-1, 2], [4], [20, 21, 22, 23])
        expect(x[1, 2, 3], [], [23])
        expect(x[.all, 1], [2, 4], [4, 5, 6, 7, 16, 17, 18, 19])
        expect(x[0..<1], [1, 3, 4], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
        expect(x[1...], [1, 3, 4], [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23])
        expect(x[..<1], [1, 3, 4], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
        expect(x[...0], [1, 3, 4], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
        expect(x[.all, 1...2], [2, 2, 4], [4, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19, 20, 21, 22, 23])
        expect(x[.all, (-2)...], [2, 2, 4], [4, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19, 20, 21, 22, 23])
        expect(x[.all, ..<(-1)], [2, 2, 4], [0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 16, 17, 18, 19])
        expect(x[.all, (-2)...(-1)], [2, 2, 4], [4, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19, 20, 21, 22, 23])
        expect(x[.ellipsis, ...(-2)], [2, 3, 3], [0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 16, 17, 18, 20, 21, 22])
        expect(x[.ellipsis, 1], [2, 3], [1, 5, 9, 13, 17, 21])
        expect(x[0, .ellipsis, 2], [3], [2, 6, 10])
        expect(x[.ellipsis, 0..<2, 1], [2, 2], [1, 5, 13, 17])
        expect(x[.newAxis, 1], [1, 3, 4], [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23])
        expect(x[.all, .newAxis, 1], [2, 1, 4], [4, 5, 6, 7, 16, 17, 18, 19])
        expect(
            x[.ellipsis, .newAxis], [2, 3, 4, 1], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23])
        expect(x[1, .newAxis, .ellipsis, .newAxis, 0], [1, 3, 1], [12, 16, 20])
        expect(x[.stride(by: -1)], [2, 3, 4], [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
        expect(x[.all, .stride(by: 2)], [2, 2, 4], [0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23])
        expect(x[.ellipsis, .stride(from: 3, to: 0, by: -2)], [2, 3, 2], [3, 1, 7, 5, 11, 9, 15, 13, 19, 17, 23, 21])
        expect(x[.ellipsis, .stride(from: -1, by: -3)], [2, 3, 2], [3, 0, 7, 4, 11, 8, 15, 12, 19, 16, 23, 20])
        expect(x[.ellipsis, .stride(to: 1, by: -1)], [2, 3, 2], [3, 2, 7, 6, 11, 10, 15, 14, 19, 18, 23, 22])
        expect(x[.ellipsis, .stride(from: 1, to: -1)], [2, 3, 2], [1, 2, 5, 6, 9, 10, 13, 14, 17, 18, 21, 22])
        expect(x[.ellipsis, 2..<2], [2, 3, 0], [])
        expect(x[.ellipsis, 4...], [2, 3, 0], [])
        expect(x[.ellipsis, .stride(from: 1, to: 3, by: -1)], [2, 3, 0], [])
        expect(
            x[.ellipsis, .stride(from: 4, by: -1)], [2, 3, 4],
            [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12, 19, 18, 17, 16, 23, 22, 21, 20])
        expect(x[.ellipsis], [2, 3, 4], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23])
    }

    @Test func slicesAreViews() {
        #expect(x[1].data == x.data + 12 * 8)
        #expect(x[.all, 1..<3].stridesInline[0] == 12)
        #expect(x[.ellipsis, .stride(by: -2)].strides == [12, 4, -2])
        #expect(x[0, 0, 3].shape == [])
    }

    @Test func writingChangesOnlyTheNamedElements() {
        var y = NDArray.zeros([3, 4], dtype: .int64)
        y[1] = NDArray([1, 2, 3, 4])
        expect(y, [3, 4], [0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0])
        y[.all, .stride(from: 3, to: 0, by: -2)] = NDArray([[10, 20]])
        expect(y, [3, 4], [0, 20, 0, 10, 1, 20, 3, 10, 0, 20, 0, 10])
        y[2, 0] = NDArray(7)
        y[0...1, 2].fill(-1)
        expect(y, [3, 4], [0, 20, -1, 10, 1, 20, -1, 10, 7, 20, 0, 10])
        y[.ellipsis] = NDArray(5)
        expect(y, [3, 4], Array(repeating: 5, count: 12))
    }

    @Test func writingLeavesCopiesAlone() {
        var y = x
        let slice = y[0]
        y[0, 0, 0] = NDArray(99)
        #expect(x[0, 0, 0].item() == 0)
        #expect(slice[0, 0].item() == 0)
        #expect(y[0, 0, 0].item() == 99)
    }

    @Test func writingReusesMemoryOfItsOwn() {
        var y = NDArray.zeros([100])
        let place = y.data
        y[3..<5] = NDArray([1, 2])
        y[7].fill(3)
        y[9] += 1
        #expect(y.data == place)
        #expect(y.sum().item() == 7)
    }

    @Test func overlappingPartsAreReadBeforeTheyAreWritten() {
        var y = NDArray.arange(6)
        y[1...] = y[..<5]
        expect(y, [6], [0, 0, 1, 2, 3, 4])
        y[.all] = y[.stride(by: -1)]
        expect(y, [6], [4, 3, 2, 1, 0, 0])
    }

    @Test func writingThroughATransposeWritesTheSameElements() {
        var y = x.transposed()
        y[3, 2, 1] = NDArray(-1)
        #expect(y.element([3, 2, 1]) == -1)
        #expect(y.sum().item() == 276 - 23 - 1)
    }

    @Test func valuesAreConverted() {
        var y = NDArray.zeros([3])
        y[0] = NDArray(0.5)
        y[1] = NDArray(2)
        y[2] = NDArray(true)
        expect(y, [3], [0.5, 2, 1], .float32)
    }

    /// ⟨apply(x), y⟩ = ⟨x, scatter(y)⟩ for the transpose of a linear map.
    @Test func scatterIsTheTranspose() {
        let indices: [[any ArrayIndex]] = [
            [0], [IndexTerm.ellipsis, 1], [1..., IndexTerm.newAxis, .stride(by: -2)], [IndexTerm.all, 0...1, 2], [-1, 1, 1],
        ]
        for index in indices {
            let expression = IndexExpression(index, of: x.shape)
            let y = counting(expression.resultShape) + 1
            #expect(expression.apply(to: x).shape == expression.resultShape)
            #expect((expression.apply(to: x) * y).sum() == (x * expression.scatter(y)).sum())
            #expect(expression.scatter(y).sum() == y.sum())
        }
    }

    @Test func aBatchIsIndexedLikeEachOfItsArrays() {
        let stack = counting([5, 2, 3, 4])
        let indices: [[any ArrayIndex]] = [
            [0], [IndexTerm.ellipsis, 1], [IndexTerm.newAxis, IndexTerm.stride(by: -1), 1], [[0, 1, 1]],
            [IndexTerm.all, [2, 0], [1, 1]], [[0, 1], IndexTerm.all, [1, 3]], [0, IndexTerm.all, [2, 2]],
        ]
        for index in indices {
            let expression = IndexExpression(index, of: [2, 3, 4])
            let whole = expression.batched(5)
            let parts = (0..<5).map { expression.apply(to: stack[$0]) }
            #expect(whole.apply(to: stack) == NablaArray.stack(parts))
            #expect(whole.scatter(NablaArray.stack(parts)) == NablaArray.stack(parts.map { expression.scatter($0) }))
        }
    }
}
