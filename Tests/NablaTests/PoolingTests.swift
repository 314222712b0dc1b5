import Nabla
import Testing

@Suite struct PoolingTests {
    private func line(_ values: [Double]) -> Variable { Variable(NDArray(values).reshaped(to: [1, 1, values.count])) }

    /// The gradient goes to the first of equal elements, and NaN is larger than all.
    @Test func tiesAndNaN() {
        let x = line([2, 2, 1, .nan, 3, 3])
        let y = maxPooling(x, window: 2)
        #expect(y.array.doubles[0] == 2 && y.array.doubles[1].isNaN && y.array.doubles[2] == 3)
        #expect(grad(of: y.sum(), wrt: x).array.doubles == [1, 0, 0, 1, 1, 0])
    }

    /// Nor is there a window where there are no elements.
    @Test(arguments: [false, true]) func nothingToPool(coverAll: Bool) {
        let x = Variable(NDArray.zeros([2, 1, 0]))
        let pooled = [
            maxPooling(x, window: 3, stride: 1, padding: 2, coverAll: coverAll), sumPooling(x, window: 3, padding: 2, coverAll: coverAll),
            averagePooling(x, window: 3, padding: 2, coverAll: coverAll, countsPadding: false),
        ]
        for y in pooled {
            #expect(y.shape == [2, 1, 0])
            #expect(grad(of: y.sum(), wrt: x).shape == [2, 1, 0])
        }
    }

    /// What lies in the padding is never taken, however small the elements are.
    @Test func paddingHasNoMaximum() {
        let x = line([-5, -3, -4])
        #expect(maxPooling(x, window: 2, stride: 1, padding: 1).array.doubles == [-5, -3, -3, -4])
        #expect(sumPooling(x, window: 2, stride: 1, padding: 1).array.doubles == [-5, -8, -7, -4])
        #expect(averagePooling(x, window: 2, stride: 1, padding: 1).array.doubles == [-2.5, -4, -3.5, -2])
        #expect(averagePooling(x, window: 2, stride: 1, padding: 1, countsPadding: false).array.doubles == [-5, -4, -3.5, -4])
    }

    @Test func allElementsAreCoveredOnRequest() {
        let x = line([1, 2, 3, 4, 5])
        #expect(maxPooling(x, window: 2).array.doubles == [2, 4])
        #expect(maxPooling(x, window: 2, coverAll: true).array.doubles == [2, 4, 5])
        // The third window would begin in the padding: it has no elements, and is left out.
        #expect(maxPooling(line([1, 2]), window: 2, padding: [0, 1], coverAll: true).array.doubles == [2])
    }

    @Test func tooMuchPadding() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = maxPooling(Variable(NDArray.ones([1, 1, 4])), window: 2, padding: 2)
        }
        let text = String(decoding: result.standardErrorContent, as: UTF8.self)
        #expect(text.contains("maxPooling: expected less padding than the window's extent 2 along spatial axis 0, got 2 and 2"))
    }
}
