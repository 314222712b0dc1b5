import Testing

@testable import NablaArray

@Suite struct GatheringTests {
    let x = counting([2, 3, 4])

    /// numpy.take
    @Test func takingParts() {
        expect(x.take(NDArray([1, 0, 1]), axis: 0)[.all, 0, 0], [3], [12, 0, 12])
        expect(x.take(NDArray([2, -3]), axis: 1), [2, 2, 4], [8, 9, 10, 11, 0, 1, 2, 3, 20, 21, 22, 23, 12, 13, 14, 15])
        let matrix = x.take(NDArray([[0, 3], [1, -1]], dtype: .int32), axis: -1)
        #expect(matrix.shape == [2, 3, 2, 2])
        expect(matrix[1, 2], [2, 2], [20, 23, 21, 23])
        expect(x.take(NDArray(1), axis: 1), [2, 4], [4, 5, 6, 7, 16, 17, 18, 19])
        #expect(x.take(NDArray([Int]()), axis: 1).shape == [2, 0, 4])
        #expect(x.transposed().take(NDArray([1]), axis: 0) == x.transposed()[1..<2])
        for dtype in DType.allCases { expect(NDArray([0, 1], dtype: dtype).take(NDArray([1, 0, 1])), [3], [1, 0, 1], dtype) }
    }

    @Test func addingAtPositions() {
        let zeros = NDArray.zeros([3, 2])
        expect(zeros.addingAt(indices: NDArray([2, 0, 2]), NDArray([[1, 2], [3, 4], [5, 6]])), [3, 2], [3, 4, 0, 0, 6, 8])
        expect(zeros.addingAt(indices: NDArray([1, -1]), NDArray(5), axis: 1), [3, 2], [0, 10, 0, 10, 0, 10])
        expect(NDArray([1, 2]).addingAt(indices: NDArray([0, 0, 0]), NDArray(1)), [2], [4, 2], .int64)
        #expect(!zeros.any().bools[0])
        // A large array with many repeated positions, against counting them.
        var generator = RandomGenerator(seed: 1)
        let positions = generator.integers([20_000], in: 0..<50)
        let counts = NDArray.zeros([50, 40], dtype: .float64).addingAt(indices: positions, .ones([20_000, 40], dtype: .float64))
        for i in 0..<50 { #expect(counts[i, 39].item() == (positions .== i).sum().item()) }
    }

    @Test func aTemporaryIsAddedToInPlace() {
        var place: UnsafeMutableRawPointer?
        func zeros() -> NDArray {
            let zeros = NDArray.zeros([1000])
            place = zeros.data
            return zeros
        }
        let result = zeros().addingAt(indices: NDArray([1]), NDArray(1))
        #expect(result.data == place)
    }

    /// ⟨take(x), y⟩ = ⟨x, addingAt(0, y)⟩
    @Test func addingIsTheTransposeOfTaking() {
        for (axis, indices) in [(0, NDArray([1, 1, 0])), (1, NDArray([[2, 0], [-1, 2]])), (2, NDArray(3))] {
            let taken = x.take(indices, axis: axis)
            let y = counting(taken.shape) + 1
            #expect((taken * y).sum() == (x * NDArray.zeros(x.shape, dtype: .int64).addingAt(indices: indices, y, axis: axis)).sum())
        }
        let indices = NDArray([[[1, 0, 1, 1]], [[2, 2, 0, 1]]])
        let taken = x.takeAlong(indices, axis: 1)
        let y = counting(taken.shape) + 1
        #expect((taken * y).sum() == (x * NDArray.zeros(x.shape, dtype: .int64).addingAlong(indices: indices, y, axis: 1)).sum())
    }

    /// numpy.take_along_axis
    @Test func takingAlongAnAxis() {
        let y = NDArray([[3, 1, 2], [-1, 5, 0]])
        #expect(y.takeAlong(y.argSorted(axis: 1), axis: 1) == y.sorted(axis: 1))
        #expect(y.takeAlong(y.argSorted(axis: 0), axis: 0) == y.sorted(axis: 0))
        expect(y.takeAlong(NDArray([[-1], [1]]), axis: -1), [2, 1], [2, 5])
        expect(y.takeAlong(NDArray([[1, 0, 1]]), axis: 0), [1, 3], [-1, 1, 0])
        expect(y.transposed().takeAlong(NDArray([[0, 1]]), axis: 0), [1, 2], [3, 5])
        #expect(y.takeAlong(.zeros([2, 0], dtype: .int64), axis: 1).shape == [2, 0])
    }

    @Test func addingAlongAnAxis() {
        let y = NDArray.zeros([2, 3]).addingAlong(indices: NDArray([[2, 2], [0, -1]]), NDArray([[1, 2], [3, 4]]), axis: 1)
        expect(y, [2, 3], [0, 0, 3, 3, 0, 4])
    }

    @Test func oneHotRows() {
        expect(oneHot(NDArray([2, 0]), classes: 3), [2, 3], [0, 0, 1, 1, 0, 0], .float32)
        expect(oneHot(NDArray([[1]], dtype: .int32), classes: 2, dtype: .float64), [1, 1, 2], [0, 1], .float64)
        expect(oneHot(NDArray(1), classes: 2, dtype: .bool), [2], [0, 1], .bool)
        #expect(oneHot(NDArray([Int]()), classes: 4).shape == [0, 4])
    }

    @Test func positionsOfNonzeroElements() {
        let (rows, columns) = (NDArray([[0, 2, 0], [1, 0, -1]]).nonzero()[0], NDArray([[0, 2, 0], [1, 0, -1]]).nonzero()[1])
        expect(rows, [3], [0, 1, 1], .int64)
        expect(columns, [3], [1, 0, 2], .int64)
        #expect(NDArray.zeros([2, 2]).nonzero().map(\.count) == [0, 0])
        #expect(counting([3, 4]).transposed().nonzero()[0].integers == [0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3])
    }

    /// numpy.repeat, numpy.tile
    @Test func repetition() {
        let y = NDArray([[1, 2], [3, 4]])
        expect(y.repeated(2, axis: 0), [4, 2], [1, 2, 1, 2, 3, 4, 3, 4])
        expect(y.repeated(2, axis: -1), [2, 4], [1, 1, 2, 2, 3, 3, 4, 4])
        expect(y.repeated([0, 3], axis: 0), [3, 2], [3, 4, 3, 4, 3, 4])
        #expect(y.repeated(0, axis: 1).shape == [2, 0])
        expect(y.tiled([2]), [2, 4], [1, 2, 1, 2, 3, 4, 3, 4])
        expect(y.tiled([2, 1]), [4, 2], [1, 2, 3, 4, 1, 2, 3, 4])
        #expect(y.tiled([2, 1, 3]).shape == [2, 2, 6])
        expect(NDArray([1, 2]).tiled([2, 2]), [2, 4], [1, 2, 1, 2, 1, 2, 1, 2])
        #expect(y.tiled([0]).shape == [2, 0])
        expect(NDArray(7).tiled([3]), [3], [7, 7, 7])
    }
}

@Suite struct DiagonalTests {
    let x = counting([3, 4])

    /// numpy.diagonal, numpy.trace
    @Test func diagonals() {
        expect(x.diagonal(), [3], [0, 5, 10])
        expect(x.diagonal(offset: 2), [2], [2, 7])
        expect(x.diagonal(offset: -1), [2], [4, 9])
        expect(x.diagonal(offset: 4), [0], [])
        expect(x.diagonal(offset: -9), [0], [])
        let y = counting([2, 3, 4])
        expect(y.diagonal(), [2, 3], [0, 5, 10, 12, 17, 22])
        expect(y.diagonal(offset: 1, axes: (0, 1)), [4, 2], [4, 20, 5, 21, 6, 22, 7, 23])
        expect(y.diagonal(axes: (2, 0)), [3, 2], [0, 13, 4, 17, 8, 21])
        expect(x.trace(), [], [15])
        expect(y.trace(), [2], [15, 51])
    }

    @Test func embeddingIsTheTransposeOfTakingTheDiagonal() {
        let y = NDArray([[1, 2], [3, 4]])
        let embedded = y.embeddedAsDiagonal(in: [2, 2, 3], offset: 1, axes: (1, 2))
        expect(embedded, [2, 2, 3], [0, 1, 0, 0, 0, 2, 0, 3, 0, 0, 0, 4])
        #expect(embedded.diagonal(offset: 1, axes: (1, 2)) == y)
    }

    /// numpy.tril, numpy.triu
    @Test func triangles() {
        expect(.lowerTriangle(2, columns: 3), [2, 3], [1, 0, 0, 1, 1, 0], .bool)
        expect(.upperTriangle(2, columns: 3, diagonal: 1), [2, 3], [0, 1, 1, 0, 0, 1], .bool)
        expect(tril(counting([3, 3]) + 1), [3, 3], [1, 0, 0, 4, 5, 0, 7, 8, 9])
        expect(tril(counting([3, 3]) + 1, diagonal: -1), [3, 3], [0, 0, 0, 4, 0, 0, 7, 8, 0])
        expect(triu(counting([2, 2, 2]) + 1), [2, 2, 2], [1, 2, 0, 4, 5, 6, 0, 8])
        expect(triu(counting([2, 3]), diagonal: -1), [2, 3], [0, 1, 2, 3, 4, 5])
        // NaN above the diagonal goes too.
        expect(tril(NDArray([[1.0, .nan], [2, 3]])), [2, 2], [1, 0, 2, 3])
    }
}
