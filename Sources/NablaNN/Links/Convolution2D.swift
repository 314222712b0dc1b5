/// A convolution over two spatial axes of an input (batch, channels, height, width).
///
/// Parameters: `weight` (outChannels, inChannels / groups, height, width of the kernel) and `bias` (outChannels).
public final class Convolution2D: Link, Layer {
    public let weight: Parameter
    public let bias: Parameter?
    private let outChannels: Int
    private let kernel: [Int]
    private let stride: [Int]
    private let padding: [Int]
    private let dilation: [Int]
    private let groups: Int

    /// A layer whose values come from `generator`.
    ///
    /// - Parameters:
    ///   - inChannels: channels of the input; nil: those of the first input.
    ///   - outChannels: channels of the result.
    ///   - kernel: height and width of the kernel, one number for both or two; so are `stride` and `dilation`.
    ///   - stride: distance between neighbouring windows.
    ///   - padding: rows and columns of zeros added on each side; four numbers give top, bottom, left and right.
    ///   - dilation: distance between neighbouring elements of a window.
    ///   - groups: into how many parts the channels fall that do not mix.
    ///   - bias: whether there is a bias, which begins at 0.
    ///   - initializer: makes the weight.
    ///   - dtype: type of the parameters.
    public init(
        _ inChannels: Int?, _ outChannels: Int, kernel: some PerAxis, stride: some PerAxis = 1, padding: some PerAxis = 0,
        dilation: some PerAxis = 1, groups: Int = 1, bias: Bool = true, initializer: Initializer = .leCunNormal, dtype: DType = .float32,
        using generator: inout RandomGenerator
    ) {
        requireChannels(inChannels, outChannels, groups, "Convolution2D")
        let extents = kernelExtents(kernel, "Convolution2D")
        (self.outChannels, self.kernel, self.stride, self.padding) = (outChannels, extents, stride.axisValues, padding.axisValues)
        (self.dilation, self.groups) = (dilation.axisValues, groups)
        weight = Parameter(
            inChannels.map { [outChannels, $0 / groups] + extents }.map { Shape($0) }, initializer: initializer, dtype: dtype,
            name: "weight",
            using: &generator)
        weight.openShape = [outChannels, inChannels.map { $0 / groups }] + extents
        self.bias = bias ? Parameter(.zeros([outChannels], dtype: dtype), name: "bias") : nil
    }

    /// A layer whose values come from the process-wide generator.
    public convenience init(
        _ inChannels: Int?, _ outChannels: Int, kernel: some PerAxis, stride: some PerAxis = 1, padding: some PerAxis = 0,
        dilation: some PerAxis = 1, groups: Int = 1, bias: Bool = true, initializer: Initializer = .leCunNormal, dtype: DType = .float32
    ) {
        var generator = RandomGenerator.withShared { $0.split() }
        self.init(
            inChannels, outChannels, kernel: kernel, stride: stride, padding: padding, dilation: dilation, groups: groups, bias: bias,
            initializer: initializer, dtype: dtype, using: &generator)
    }

    public func callAsFunction(_ x: Variable) -> Variable {
        require(x.rank == 4, "Convolution2D: expected an input (batch, channels, height, width), got shape \(x.shape)")
        weight.initialize(Shape([outChannels, x.shape[1] / groups] + kernel))
        let weight = weight.variable
        requireType(of: x, weight.dtype, "Convolution2D")
        let channels = weight.shape[1] * groups
        require(x.shape[1] == channels, "Convolution2D: expected an input (batch, \(channels), height, width), got \(x.shape)")
        return inScope {
            convolution(x, weight, bias?.variable, stride: stride, padding: padding, dilation: dilation, groups: groups)
        }
    }
}

func requireChannels(_ inChannels: Int?, _ outChannels: Int, _ groups: Int, _ link: String) {
    let inputs = inChannels ?? groups
    require(
        groups >= 1 && inputs >= 1 && outChannels >= 1 && inputs % groups == 0 && outChannels % groups == 0,
        "\(link): expected numbers of channels that \(groups) groups divide, got \(inputs) and \(outChannels)")
}

/// Height and width of a kernel.
func kernelExtents(_ kernel: some PerAxis, _ link: String) -> [Int] {
    let values = kernel.axisValues
    require(
        (1...2).contains(values.count) && values.allSatisfy { $0 >= 1 },
        "\(link): expected a kernel of one or two extents of at least 1, got \(values)")
    return values.count == 1 ? [values[0], values[0]] : values
}
