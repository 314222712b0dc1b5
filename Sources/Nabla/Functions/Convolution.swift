// Convolution and deconvolution over one to three spatial axes.
//
// With x, w and y of shapes (N, C, spatial…), (O, C/groups, kernel…) and (N, O, out…), ⟨convolve(x, w), y⟩ is linear in each of the three
// arrays. Its gradients with respect to y, x and w are the three functions below, so that each one's two transposes are the others, and
// derivatives of any order are made of these three.

/// A convolution over the axes after the first two (1 to 3 of them), as neural networks mean it: a cross-correlation,
///
/// y[n, o, p] = b[o] + Σ over c and k of w[o, c, k] x[n, c, p stride - low + k dilation], with zeros beyond the ends of x.
///
/// An output axis has extent ⌊(extent + low + high - dilation (kernel - 1) - 1) / stride⌋ + 1.
///
/// - Parameters:
///   - x: shape (N, C, spatial…).
///   - w: shape (O, C / groups, kernel…).
///   - bias: shape (O), added to every position.
///   - stride: the distance between neighbouring positions of the window, one for all axes or one for each.
///   - padding: zeros added at the ends (`low`, `high`): one number for all, one for each axis, or two for each axis, low and high in turn.
///   - dilation: the distance between neighbouring taps of the kernel, one for all axes or one for each.
///   - groups: the channels are divided into this many groups; output channels of a group see the input channels of the same group only.
/// - Returns: shape (N, O, out…).
public func convolution(
    _ x: Variable, _ w: Variable, _ bias: Variable? = nil, stride: some PerAxis = 1, padding: some PerAxis = 0,
    dilation: some PerAxis = 1, groups: Int = 1
) -> Variable {
    let geometry = ConvolutionGeometry(
        axes: spatialAxes(x, w, "convolution"), stride: stride.axisValues, padding: padding.axisValues, dilation: dilation.axisValues,
        groups: groups)
    let dtype = DType.promoted(x.dtype, w.dtype)
    return withBias(convolve(x.cast(to: dtype), w.cast(to: dtype), geometry), bias, "convolution")
}

/// The transpose of a convolution over the axes after the first two (1 to 3 of them), also called transposed convolution:
///
/// y[n, o, i] = b[o] + Σ of w[c, o, k] x[n, c, p] over all c, p and k with i = p stride - low + k dilation.
///
/// It takes an array of the shape of a convolution's output to the shape of its input, with the same `stride`, `padding`, `dilation` and
/// `groups` as that convolution. An output axis has extent (extent - 1) stride - low - high + dilation (kernel - 1) + 1 + outputPadding.
///
/// - Parameters:
///   - x: shape (N, C, spatial…).
///   - w: shape (C, O / groups, kernel…).
///   - bias: shape (O), added to every position.
///   - stride: the distance in the output between neighbours in the input, one for all axes or one for each.
///   - padding: how much is cut off at the ends of the output: one number for all, one for each axis, or two for each axis, low and high in
///     turn.
///   - outputPadding: how many positions less than a stride the output is longer, at its high end; one for all axes or one for each.
///   - outputSpatial: the extents of the output's spatial axes, in place of `outputPadding`.
///   - dilation: the distance between neighbouring taps of the kernel, one for all axes or one for each.
///   - groups: the channels are divided into this many groups; output channels of a group see the input channels of the same group only.
/// - Returns: shape (N, O, out…).
public func deconvolution(
    _ x: Variable, _ w: Variable, _ bias: Variable? = nil, stride: some PerAxis = 1, padding: some PerAxis = 0,
    outputPadding: some PerAxis = 0, outputSpatial: [Int]? = nil, dilation: some PerAxis = 1, groups: Int = 1
) -> Variable {
    let geometry = ConvolutionGeometry(
        axes: spatialAxes(x, w, "deconvolution"), stride: stride.axisValues, padding: padding.axisValues, dilation: dilation.axisValues,
        groups: groups, function: "deconvolution")
    let dtype = DType.promoted(x.dtype, w.dtype)
    let extra = outputPadding.axisValues
    require(
        outputSpatial == nil || extra.allSatisfy { $0 == 0 },
        "deconvolution: expected outputPadding or outputSpatial, got both, \(extra) and \(outputSpatial ?? [])")
    let spatial =
        outputSpatial
        ?? geometry.inputExtents(output: Array(x.shape[2...]), kernel: Array(w.shape[2...]), extra: extra)
    return withBias(dataGradient(x.cast(to: dtype), w.cast(to: dtype), spatial, geometry), bias, "deconvolution")
}

/// A number for all spatial axes, or numbers for each of them.
public protocol PerAxis {
    /// The numbers; a single one stands for all axes.
    var axisValues: [Int] { get }
}

extension Int: PerAxis {
    public var axisValues: [Int] { [self] }
}

extension Array: PerAxis where Element == Int {
    public var axisValues: [Int] { self }
}

private func spatialAxes(_ x: Variable, _ w: Variable, _ function: String) -> Int {
    require(
        (3...5).contains(x.rank) && x.rank == w.rank,
        "\(function): expected x and w of one rank, 3 to 5, got \(x.shape) and \(w.shape)")
    require(
        x.dtype.isFloating && w.dtype.isFloating, "\(function): expected float32 or float64 arrays, got \(x.dtype) and \(w.dtype)")
    return x.rank - 2
}

private func withBias(_ y: Variable, _ bias: Variable?, _ function: String) -> Variable {
    guard let bias else { return y }
    require(bias.shape == [y.shape[1]], "\(function): expected a bias of shape [\(y.shape[1])], got \(bias.shape)")
    return y + bias.reshaped(to: Shape([y.shape[1]] + Array(repeating: 1, count: y.rank - 2)))
}

/// The trilinear form's gradient with respect to y.
private func convolve(_ x: Variable, _ w: Variable, _ geometry: ConvolutionGeometry) -> Variable {
    if x.isSymbolicZero || w.isSymbolicZero { return .symbolicZero(geometry.outputShape(x.shape, w.shape), dtype: x.dtype) }
    return FunctionNode.recorded(x, w, convolution(x.array, w.array, geometry), keep: .crossed) { Convolution(geometry) }
}

/// The trilinear form's gradient with respect to x, of extents `spatial`.
private func dataGradient(_ y: Variable, _ w: Variable, _ spatial: [Int], _ geometry: ConvolutionGeometry) -> Variable {
    if y.isSymbolicZero || w.isSymbolicZero {
        return .symbolicZero(geometry.inputShape(y.shape, w.shape, spatial: spatial), dtype: y.dtype)
    }
    return FunctionNode.recorded(
        y, w, convolutionDataGradient(y.array, w.array, inputSpatial: spatial, geometry), keep: .crossed
    ) { ConvolutionDataGradient(geometry, spatial) }
}

/// The trilinear form's gradient with respect to w, of extents `kernel`.
private func weightGradient(_ x: Variable, _ y: Variable, _ kernel: [Int], _ geometry: ConvolutionGeometry) -> Variable {
    if x.isSymbolicZero || y.isSymbolicZero {
        return .symbolicZero(geometry.weightShape(x.shape, y.shape, kernel: kernel), dtype: x.dtype)
    }
    return FunctionNode.recorded(
        x, y, convolutionWeightGradient(x.array, y.array, kernelSpatial: kernel, geometry), keep: .crossed
    ) { ConvolutionWeightGradient(geometry, kernel) }
}

/// (x, w) to y.
private final class Convolution: BilinearFunction {
    let geometry: ConvolutionGeometry
    init(_ geometry: ConvolutionGeometry) { self.geometry = geometry }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [convolution(inputs[0], inputs[1], geometry)] }
    override func again(_ a: Variable, _ b: Variable) -> Variable { convolve(a, b, geometry) }
    override func applied(to batch: Batch) -> [Variable]? {
        let stack = ConvolutionStack(batch, geometry)
        switch (batch.isBatched[0], batch.isBatched[1]) {
        case (true, false): return [batch.separated(convolve(batch.joined(0), batch[1], geometry))]
        case (false, true): return [stack.fromGroups(convolve(batch[0], stack.asKernels(1), geometry))]
        default: return [stack.fromChannels(convolve(stack.asChannels(0), batch.joined(1), stack.grouped))]
        }
    }
    override func transpose(_ g: Variable, _ index: Int) -> Variable {
        index == 0
            ? dataGradient(g, retainedInput(1), spatial(edge0), geometry)
            : weightGradient(retainedInput(0), g, spatial(edge1), geometry)
    }
}

/// (y, w) to x.
private final class ConvolutionDataGradient: BilinearFunction {
    let geometry: ConvolutionGeometry
    let extents: [Int]
    init(_ geometry: ConvolutionGeometry, _ extents: [Int]) { (self.geometry, self.extents) = (geometry, extents) }
    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        [convolutionDataGradient(inputs[0], inputs[1], inputSpatial: extents, geometry)]
    }
    override func again(_ a: Variable, _ b: Variable) -> Variable { dataGradient(a, b, extents, geometry) }
    override func applied(to batch: Batch) -> [Variable]? {
        let stack = ConvolutionStack(batch, geometry)
        switch (batch.isBatched[0], batch.isBatched[1]) {
        case (true, false): return [batch.separated(dataGradient(batch.joined(0), batch[1], extents, geometry))]
        case (false, true): return [stack.fromGroups(dataGradient(batch[0], stack.asChannels(1), extents, geometry))]
        default: return [stack.fromChannels(dataGradient(stack.asChannels(0), batch.joined(1), extents, stack.grouped))]
        }
    }
    override func transpose(_ g: Variable, _ index: Int) -> Variable {
        index == 0 ? convolve(g, retainedInput(1), geometry) : weightGradient(g, retainedInput(0), spatial(edge1), geometry)
    }
}

/// (x, y) to w.
private final class ConvolutionWeightGradient: BilinearFunction {
    let geometry: ConvolutionGeometry
    let extents: [Int]
    init(_ geometry: ConvolutionGeometry, _ extents: [Int]) { (self.geometry, self.extents) = (geometry, extents) }
    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        [convolutionWeightGradient(inputs[0], inputs[1], kernelSpatial: extents, geometry)]
    }
    override func again(_ a: Variable, _ b: Variable) -> Variable { weightGradient(a, b, extents, geometry) }
    override func applied(to batch: Batch) -> [Variable]? {
        let stack = ConvolutionStack(batch, geometry)
        switch (batch.isBatched[0], batch.isBatched[1]) {
        case (true, false): return [stack.fromChannels(weightGradient(stack.asGroups(0), batch[1], extents, geometry))]
        case (false, true): return [stack.fromKernels(weightGradient(batch[0], stack.asGroups(1), extents, geometry))]
        default: return [batch.separated(weightGradient(stack.asChannels(0), stack.asChannels(1), extents, stack.grouped))]
        }
    }
    override func transpose(_ g: Variable, _ index: Int) -> Variable {
        index == 0 ? dataGradient(retainedInput(1), g, spatial(edge0), geometry) : convolve(retainedInput(0), g, geometry)
    }
}

/// The extents of a variable's spatial axes.
private func spatial(_ edge: Edge) -> [Int] { Array(edge.layout.0[2...]) }
