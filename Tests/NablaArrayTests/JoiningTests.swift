import Testing

@testable import NablaArray

@Suite struct JoiningTests {
    let x = counting([2, 3])

    @Test func concatenating() {
        expect(concatenate([x, x + 10]), [4, 3], [0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15])
        expect(concatenate([x, x[.all, 0..<1]], axis: -1), [2, 4], [0, 1, 2, 0, 3, 4, 5, 3])
        expect(concatenate([x]), [2, 3], x.doubles)
        expect(concatenate([NDArray([1]), NDArray([0.5]), NDArray([true])]), [3], [1, 0.5, 1], .float64)
        expect(concatenate([NDArray.zeros([0, 3], dtype: .int64), x]), [2, 3], x.doubles)
        expect(concatenate([x.transposed(), x.transposed()], axis: 1), [3, 4], [0, 3, 0, 3, 1, 4, 1, 4, 2, 5, 2, 5])
    }

    @Test func stacking() {
        expect(stack([x[0], x[1]]), [2, 3], x.doubles)
        expect(stack([x[0], x[1]], axis: 1), [3, 2], [0, 3, 1, 4, 2, 5])
        #expect(stack([x, x], axis: -1).shape == [2, 3, 2])
        #expect(stack([NDArray(1), NDArray(2)]).shape == [2])
    }

    @Test func splitting() {
        let parts = x.split([1, 0, 2], axis: 1)
        expect(parts[0], [2, 1], [0, 3])
        #expect(parts[1].shape == [2, 0])
        expect(parts[2], [2, 2], [1, 2, 4, 5])
        #expect(concatenate(parts, axis: 1) == x)
        #expect(x.split(into: 3, axis: -1).map(\.integers) == [[0, 3], [1, 4], [2, 5]])
        #expect(parts[2].data == x.data + 8)
    }

    @Test func padding() {
        expect(x.padded([(1, 0), (0, 2)]), [3, 5], [0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 5, 0, 0], .int64)
        expect(NDArray([1.0]).padded([(1, 1)], value: -0.5), [3], [-0.5, 1, -0.5])
        let widths = [(low: 1, high: 2), (low: 0, high: 1)]
        #expect(x.padded(widths).inner(widths) == x)
    }
}
