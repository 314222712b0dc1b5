import NablaNN

/// Makes images (batch, 1, 28, 28) with pixels from 0 to 1 out of latent vectors (batch, 128).
///
/// The network of the authors' `gan_mnist.py`: 128 → linear → 4×4×4w → 8×8×2w, cropped to 7×7 → 14×14×w → 28×28×1, where each arrow is a
/// transposed convolution with a 5×5 kernel and stride 2, with ReLU between them. Trained against a critic with clipped weights, it
/// normalises over the batch before each ReLU.
public final class Generator: Chain {
    /// The length of a latent vector.
    public static let latentSize = 128

    private let width: Int
    private let project: Linear
    private let enlarge: Deconvolution2D, refine: Deconvolution2D, draw: Deconvolution2D
    private let norms: [BatchNormalization]

    /// A generator with 4·`width` channels at its smallest scale.
    public init(width: Int, isNormalized: Bool = false, dtype: DType = .float32, using generator: inout RandomGenerator) {
        self.width = width
        project = Linear(Self.latentSize, 16 * 4 * width, initializer: .glorotUniform, dtype: dtype, using: &generator)
        func doubling(_ inputs: Int, _ outputs: Int) -> Deconvolution2D {
            Deconvolution2D(
                inputs, outputs, kernel: 5, stride: 2, padding: 2, outputPadding: 1,
                initializer: .rescaling(inputs: Double(inputs * 25) / 4, outputs: Double(outputs * 25)), dtype: dtype, using: &generator)
        }
        enlarge = doubling(4 * width, 2 * width)
        refine = doubling(2 * width, width)
        draw = doubling(width, 1)
        norms = isNormalized ? [16 * 4 * width, 2 * width, width].map { BatchNormalization($0, dtype: dtype) } : []
        super.init()
    }

    public func callAsFunction(_ z: Variable) -> Variable { self(z, training: true) }

    /// Images made of `z`, normalised by the statistics of this batch in training, else by their running averages.
    public func callAsFunction(_ z: Variable, training: Bool) -> Variable {
        func rectified(_ h: Variable, _ layer: Int) -> Variable { relu(norms.isEmpty ? h : norms[layer](h, training: training)) }
        var h = rectified(project(z), 0).reshaped(to: [z.shape[0], 4 * width, 4, 4] as Shape)
        h = rectified(enlarge(h), 1)[.all, .all, ..<7, ..<7]
        h = rectified(refine(h), 2)
        return sigmoid(draw(h))
    }
}
