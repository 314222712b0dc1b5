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
    let out = NDArray(uninitialized: shape, dtype)
    ArrayTrace.compound("convolution", geometry, reads: [x.cast(to: dtype), w.cast(to: dtype)], writes: [out]) { reads, writes in
        computeConvolution(reads[0], reads[1], geometry, into: writes[0])
    }
    return out
}

private func computeConvolution(_ x: NDArray, _ w: NDArray, _ geometry: ConvolutionGeometry, into out: NDArray) {
    if directly(.forward, geometry, x: x, w: w, y: out) { return }
    let dtype = out.dtype
    let plan = ConvolutionPlan(geometry, x: x.shape, w: w.shape, y: out.shape, dtype)
    let image = plan.readable(input: x)
    let kernel = w.contiguous()
    let blocks = OutputBlocks(plan, out)
    withExtendedLifetime((image, kernel, blocks, plan)) {
        plan.forEachBlock { images, group in
            blocks.write(images, group) { product in
                plan.forEachPart(images, group) { part in
                    backend.matmul(
                        plan.kernelMatrix(kernel, part), plan.columns(of: image, part), into: product, dtype: dtype,
                        accumulating: part.channels.lowerBound > 0)
                }
            }
        }
    }
}

/// The transpose of `convolution` with respect to x, for x of extents `inputSpatial`; also called deconvolution:
/// x[n, c, i] = Σ of w[o, c, k] g[n, o, p] over all o, p and k with i = p stride - low + k dilation.
package func convolutionDataGradient(
    _ g: NDArray, _ w: NDArray, inputSpatial: [Int], _ geometry: ConvolutionGeometry
) -> NDArray {
    let dtype = commonType(g, w, "deconvolution")
    let shape = geometry.inputShape(g.shape, w.shape, spatial: inputSpatial)
    if g.count == 0 || w.count == 0 || shape.elementCount == 0 { return .zeros(shape, dtype: dtype) }
    let out = NDArray(uninitialized: shape, dtype)
    ArrayTrace.compound("deconvolution", geometry, reads: [g.cast(to: dtype), w.cast(to: dtype)], writes: [out]) { reads, writes in
        computeDataGradient(reads[0], reads[1], geometry, into: writes[0])
    }
    return out
}

private func computeDataGradient(_ g: NDArray, _ w: NDArray, _ geometry: ConvolutionGeometry, into out: NDArray) {
    if directly(.dataGradient, geometry, x: out, w: w, y: g) { return }
    let dtype = out.dtype
    let plan = ConvolutionPlan(geometry, x: out.shape, w: w.shape, y: g.shape, dtype)
    let kernel = w.contiguous()
    let blocks = OutputBlocks(plan, plan.readable(output: g))
    withExtendedLifetime((kernel, blocks, plan)) {
        plan.forEachBlock { images, group in
            let gradient = blocks.read(images, group)
            plan.forEachPart(images, group) { part in
                plan.addColumns(to: out, part) { columns in
                    backend.matmul(
                        plan.kernelMatrix(kernel, part).transposed, gradient, into: columns, dtype: dtype, accumulating: false)
                }
            }
        }
    }
}

/// The transpose of `convolution` with respect to w, for w of extents `kernelSpatial`:
/// w[o, c, k] = Σ over n and p of g[n, o, p] x[n, c, p stride - low + k dilation].
package func convolutionWeightGradient(
    _ x: NDArray, _ g: NDArray, kernelSpatial: [Int], _ geometry: ConvolutionGeometry
) -> NDArray {
    let dtype = commonType(x, g, "convolutionWeightGradient")
    let shape = geometry.weightShape(x.shape, g.shape, kernel: kernelSpatial)
    if x.count == 0 || g.count == 0 { return .zeros(shape, dtype: dtype) }
    let out = NDArray(uninitialized: shape, dtype)
    ArrayTrace.compound("convolutionWeightGradient", geometry, reads: [x.cast(to: dtype), g.cast(to: dtype)], writes: [out]) {
        reads, writes in
        computeWeightGradient(reads[0], reads[1], geometry, into: writes[0])
    }
    return out
}

private func computeWeightGradient(_ x: NDArray, _ g: NDArray, _ geometry: ConvolutionGeometry, into out: NDArray) {
    if directly(.weightGradient, geometry, x: x, w: out, y: g) { return }
    let dtype = out.dtype
    let plan = ConvolutionPlan(geometry, x: x.shape, w: out.shape, y: g.shape, dtype)
    let image = plan.readable(input: x)
    let blocks = OutputBlocks(plan, plan.readable(output: g))
    withExtendedLifetime((image, blocks, plan)) {
        plan.forEachBlock { images, group in
            let gradient = blocks.read(images, group)
            plan.forEachPart(images, group) { part in
                backend.matmul(
                    gradient, plan.columns(of: image, part).transposed, into: plan.kernelMatrix(out, part), dtype: dtype,
                    accumulating: images.lowerBound > 0)
            }
        }
    }
}

/// Computes one of the three arrays by the backend's own kernel, if it has a faster one than the product with a column matrix.
private func directly(_ pass: ConvolutionPass, _ geometry: ConvolutionGeometry, x: NDArray, w: NDArray, y: NDArray) -> Bool {
    guard x.dtype == .float32 && pass.prefersDirectKernel(geometry, x: x.shape, w: w.shape, y: y.shape) else { return false }
    let (x, w, y) = (x.contiguous(), w.contiguous(), y.contiguous())
    return withExtendedLifetime((x, w, y)) { backend.convolve(pass, geometry, x: x, w: w, y: y) }
}

private func commonType(_ a: NDArray, _ b: NDArray, _ function: String) -> DType {
    let dtype = DType.promoted(a.dtype, b.dtype)
    require(dtype.isFloating, "\(function): expected float32 or float64 arrays, got \(a.dtype) and \(b.dtype)")
    return dtype
}

extension MatrixOperand {
    fileprivate var transposed: MatrixOperand {
        MatrixOperand(data: data, rows: columns, columns: rows, rowStride: columnStride, columnStride: rowStride)
    }
}
