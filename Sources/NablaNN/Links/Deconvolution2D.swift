/// The transpose of a convolution over two spatial axes, which enlarges an input (batch, channels, height, width).
///
/// The result has `(extent - 1) · stride - 2 · padding + dilation · (kernel - 1) + 1 + outputPadding` rows and columns. Parameters:
/// `weight` (inChannels, outChannels / groups, height, width of the kernel) and `bias` (outChannels).
public final class Deconvolution2D: Link, Layer {
    public let weight: Parameter
    public let bias: Parameter?
    private let outChannels: Int
    private let kernel: [Int]
    private let stride: [Int]
    private let padding: [Int]
    private let outputPadding: [Int]
    private let dilation: [Int]
    private let groups: Int

    /// A layer whose values come from `generator`.
    ///
    /// - Parameters:
    ///   - inChannels: channels of the input; nil: those of the first input.
    ///   - outChannels: channels of the result.
    ///   - kernel: height and width of the kernel, one number for both or two; so are `stride`, `outputPadding` and `dilation`.
    ///   - stride: how many rows and columns of the result lie between those of the input.
    ///   - padding: rows and columns cut off on each side of the result; four numbers give top, bottom, left and right.
    ///   - outputPadding: rows and columns added behind the last one: with a stride, several extents of the result belong to one of the
    ///     input.
    ///   - dilation: distance between neighbouring elements of a window.
    ///   - groups: into how many parts the channels fall that do not mix.
    ///   - bias: whether there is a bias, which begins at 0.
    ///   - initializer: makes the weight.
    ///   - dtype: type of the parameters.
    public init(
        _ inChannels: Int?, _ outChannels: Int, kernel: some PerAxis, stride: some PerAxis = 1, padding: some PerAxis = 0,
        outputPadding: some PerAxis = 0, dilation: some PerAxis = 1, groups: Int = 1, bias: Bool = true,
        initializer: Initializer = .leCunNormal, dtype: DType = .float32,
        using generator: inout RandomGenerator
    ) {
        requireChannels(inChannels, outChannels, groups, "Deconvolution2D")
        let extents = kernelExtents(kernel, "Deconvolution2D")
        (self.outChannels, self.kernel, self.stride, self.padding) = (outChannels, extents, stride.axisValues, padding.axisValues)
        (self.outputPadding, self.dilation, self.groups) = (outputPadding.axisValues, dilation.axisValues, groups)
        weight = Parameter(
            inChannels.map { [$0, outChannels / groups] + extents }.map { Shape($0) }, initializer: initializer, dtype: dtype,
            name: "weight",
            using: &generator)
        weight.openShape = [inChannels, outChannels / groups] + extents
        self.bias = bias ? Parameter(.zeros([outChannels], dtype: dtype), name: "bias") : nil
    }

    /// A layer whose values come from the process-wide generator.
    public convenience init(
        _ inChannels: Int?, _ outChannels: Int, kernel: some PerAxis, stride: some PerAxis = 1, padding: some PerAxis = 0,
        outputPadding: some PerAxis = 0, dilation: some PerAxis = 1, groups: Int = 1, bias: Bool = true,
        initializer: Initializer = .leCunNormal, dtype: DType = .float32
    ) {
        var generator = RandomGenerator.withShared { $0.split() }
        self.init(
            inChannels, outChannels, kernel: kernel, stride: stride, padding: padding, outputPadding: outputPadding, dilation: dilation,
            groups: groups, bias: bias, initializer: initializer, dtype: dtype, using: &generator)
    }

    public func callAsFunction(_ x: Variable) -> Variable {
        require(x.rank == 4, "Deconvolution2D: expected an input (batch, channels, height, width), got shape \(x.shape)")
        weight.initialize(Shape([x.shape[1], outChannels / groups] + kernel))
        let weight = weight.variable
        requireType(of: x, weight.dtype, "Deconvolution2D")
        let channels = weight.shape[0]
        require(x.shape[1] == channels, "Deconvolution2D: expected an input (batch, \(channels), height, width), got \(x.shape)")
        return inScope {
            deconvolution(
                x, weight, bias?.variable, stride: stride, padding: padding, outputPadding: outputPadding, dilation: dilation,
                groups: groups)
        }
    }
}
