import NablaNN
import Testing

@Suite struct ConvolutionLinkTests {
    private let image = Variable(constant: .randomNormal([2, 4, 9, 8], dtype: .float64))

    @Test func convolutionIsTheFunctionOfItsParameters() {
        let layer = Convolution2D(4, 6, kernel: [3, 2], stride: 2, padding: 1, groups: 2, dtype: .float64)
        #expect(layer.parameters.map(\.shape) == [[6, 2, 3, 2], [6]])
        layer.bias!.array = .randomNormal([6], dtype: .float64)
        let expected = convolution(image, layer.weight.variable, layer.bias!.variable, stride: 2, padding: 1, groups: 2)
        #expect(layer(image).array == expected.array)
    }

    @Test func deconvolutionUndoesTheShape() {
        let layer = Deconvolution2D(4, 3, kernel: 5, stride: 2, padding: 2, outputPadding: 1, bias: false, dtype: .float64)
        #expect(layer.parameters.map(\.shape) == [[4, 3, 5, 5]])
        #expect(layer(image).shape == [2, 3, 18, 16])
    }

    @Test func channelsFromTheFirstInput() {
        let down = Convolution2D(nil, 6, kernel: 3, groups: 2, dtype: .float64)
        let up = Deconvolution2D(nil, 6, kernel: 3, groups: 2, dtype: .float64)
        #expect(down(image).shape == [2, 6, 7, 6])
        #expect(up(image).shape == [2, 6, 11, 10])
        #expect(down.weight.array.shape == [6, 2, 3, 3])
        #expect(up.weight.array.shape == [4, 3, 3, 3])
    }
}
