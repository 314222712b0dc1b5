// Convolution and its two transposes. With x, w and y of shapes (N, C, spatial…), (O, C/groups, kernel…) and (N, O, out…),
//
//     ⟨convolution(x, w), y⟩ = ⟨x, convolutionDataGradient(y, w)⟩ = ⟨w, convolutionWeightGradient(x, y)⟩
//
// is one trilinear form, and each function is its gradient with respect to the array that it does not take.

/// y[n, o, p] = Σ over c and k of w[o, c, k] x[n, c, p stride - low + k dilation], with zeros beyond the ends of x; channels `c` run over
/// the group of `o`. (A cross-correlation: the kernel is not reversed.)
package func convolution(_ x: NDArray, _ w: NDArray, _ geometry: ConvolutionGeometry) -> NDArray {
    let dtype = commonType(x, w, "convolution")
    let shape = geometry.outputShape(x.shape, w.shape)
    if x.count == 0 || w.count == 0 { return .zeros(shape, dtype: dtype) }
    return perform(Convolve(.forward, geometry, shape: shape), x.cast(to: dtype), w.cast(to: dtype), for: "convolution")
}

/// The transpose of `convolution` with respect to x, for x of extents `inputSpatial`; also called deconvolution:
/// x[n, c, i] = Σ of w[o, c, k] g[n, o, p] over all o, p and k with i = p stride - low + k dilation.
package func convolutionDataGradient(
    _ g: NDArray, _ w: NDArray, inputSpatial: [Int], _ geometry: ConvolutionGeometry
) -> NDArray {
    let dtype = commonType(g, w, "deconvolution")
    let shape = geometry.inputShape(g.shape, w.shape, spatial: inputSpatial)
    if g.count == 0 || w.count == 0 || shape.elementCount == 0 { return .zeros(shape, dtype: dtype) }
    return perform(Convolve(.dataGradient, geometry, shape: shape), g.cast(to: dtype), w.cast(to: dtype), for: "deconvolution")
}

/// The transpose of `convolution` with respect to w, for w of extents `kernelSpatial`:
/// w[o, c, k] = Σ over n and p of g[n, o, p] x[n, c, p stride - low + k dilation].
package func convolutionWeightGradient(
    _ x: NDArray, _ g: NDArray, kernelSpatial: [Int], _ geometry: ConvolutionGeometry
) -> NDArray {
    let dtype = commonType(x, g, "convolutionWeightGradient")
    let shape = geometry.weightShape(x.shape, g.shape, kernel: kernelSpatial)
    if x.count == 0 || g.count == 0 { return .zeros(shape, dtype: dtype) }
    return perform(
        Convolve(.weightGradient, geometry, shape: shape), x.cast(to: dtype), g.cast(to: dtype), for: "convolutionWeightGradient")
}

private func commonType(_ a: NDArray, _ b: NDArray, _ function: String) -> DType {
    let dtype = DType.promoted(a.dtype, b.dtype)
    require(dtype.isFloating, "\(function): expected float32 or float64 arrays, got \(a.dtype) and \(b.dtype)")
    return dtype
}
