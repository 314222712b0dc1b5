import NablaNN
import Testing

/// Layers stop at an input that is not theirs, instead of computing in another type.
@Suite struct LayerTypeTests {
    private func remedy(_ layer: String, _ dtype: String, _ got: String) -> String {
        "\(layer): expected an input of \(dtype), the type of its parameters, got \(got); convert it by cast(to: .\(dtype))"
    }

    @Test func inputsOfAnotherTypeStop() async {
        let linear = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Linear(2, 1)(Variable(NDArray([[1.0, 2.0]])))
        }
        expectMessage(remedy("Linear", "float32", "float64"), in: linear!)
        let lazy = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Linear(nil, 1, dtype: .float64)(Variable(constant: NDArray([[1, 2]])))
        }
        expectMessage(remedy("Linear", "float64", "int64"), in: lazy!)
        let convolution = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Convolution2D(1, 1, kernel: 1)(Variable(NDArray.ones([1, 1, 2, 2], dtype: .float64)))
        }
        expectMessage(remedy("Convolution2D", "float32", "float64"), in: convolution!)
        let deconvolution = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Deconvolution2D(1, 1, kernel: 1)(Variable(NDArray.ones([1, 1, 2, 2], dtype: .float64)))
        }
        expectMessage(remedy("Deconvolution2D", "float32", "float64"), in: deconvolution!)
        let norm = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = BatchNormalization(2)(Variable(NDArray.ones([3, 2], dtype: .float64)))
        }
        expectMessage(remedy("BatchNormalization", "float32", "float64"), in: norm!)
        let cell = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let cell = LSTMCell(2, 3)
            _ = cell(Variable(NDArray.ones([1, 2], dtype: .float64)), cell.initialState(batch: 1))
        }
        expectMessage(remedy("LSTMCell", "float32", "float64"), in: cell!)
        let state = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let zeros = Variable(NDArray.zeros([1, 3], dtype: .float64))
            _ = LSTMCell(2, 3)(Variable(NDArray.ones([1, 2], dtype: .float32)), (zeros, zeros))
        }
        expectMessage(remedy("LSTMCell", "float32", "float64"), in: state!)
    }

    @Test func inputsOfAnotherWidthNameTheLayer() async {
        let linear = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Linear(2, 1)(Variable(NDArray.ones([1, 3], dtype: .float32)))
        }
        expectMessage("Fatal error: Linear: expected an input (…, 2), got [1, 3]", in: linear!)
        let convolution = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Convolution2D(4, 2, kernel: 1, groups: 2)(Variable(NDArray.ones([1, 2, 2, 2], dtype: .float32)))
        }
        expectMessage("Convolution2D: expected an input (batch, 4, height, width), got [1, 2, 2, 2]", in: convolution!)
        let deconvolution = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Deconvolution2D(3, 2, kernel: 1)(Variable(NDArray.ones([1, 2, 2, 2], dtype: .float32)))
        }
        expectMessage("Deconvolution2D: expected an input (batch, 3, height, width), got [1, 2, 2, 2]", in: deconvolution!)
        let cell = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let cell = LSTMCell(2, 3)
            _ = cell(Variable(NDArray.ones([1, 4], dtype: .float32)), cell.initialState(batch: 1))
        }
        expectMessage("LSTMCell: expected an input (batch, 2), got [1, 4]", in: cell!)
    }
}
