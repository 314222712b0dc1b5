import NablaNN

/// Scores images (batch, 1, 28, 28): large where they look real. The scores (batch) have no bounds.
///
/// The network of the authors' `gan_mnist.py`: three convolutions with a 5×5 kernel and stride 2 to w, 2w and 4w channels with leaky ReLU,
/// and a linear unit. Under the penalty there is no normalisation over the batch, for it is on each image's own gradient; a critic with
/// clipped weights has it before the second and third leaky ReLU.
public final class Critic: Chain {
    private let coarse: Convolution2D, middle: Convolution2D, fine: Convolution2D
    private let middleNorm: BatchNormalization?, fineNorm: BatchNormalization?
    private let score: Linear

    /// A critic with `width` channels at its largest scale.
    public init(width: Int, isNormalized: Bool = false, dtype: DType = .float32, using generator: inout RandomGenerator) {
        func halving(_ inputs: Int, _ outputs: Int) -> Convolution2D {
            Convolution2D(
                inputs, outputs, kernel: 5, stride: 2, padding: 2,
                initializer: .rescaling(inputs: Double(inputs * 25), outputs: Double(outputs * 25) / 4), dtype: dtype, using: &generator)
        }
        coarse = halving(1, width)
        middle = halving(width, 2 * width)
        fine = halving(2 * width, 4 * width)
        middleNorm = isNormalized ? BatchNormalization(2 * width, dtype: dtype) : nil
        fineNorm = isNormalized ? BatchNormalization(4 * width, dtype: dtype) : nil
        score = Linear(16 * 4 * width, 1, initializer: .glorotUniform, dtype: dtype, using: &generator)
        super.init()
    }

    public func callAsFunction(_ x: Variable) -> Variable {
        var h = leakyRelu(coarse(x), slope: 0.2)
        h = middle(h)
        h = leakyRelu(middleNorm?(h) ?? h, slope: 0.2)
        h = fine(h)
        h = leakyRelu(fineNorm?(h) ?? h, slope: 0.2)
        return score(h.flattened(fromAxis: 1)).flattened()
    }
}
