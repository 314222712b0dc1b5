extension Convolve {
    package func runOnHost(_ a: NDArray, _ b: NDArray, into out: NDArray) {
        switch pass {
        case .forward: computeConvolution(a, b, geometry, into: out)
        case .dataGradient: computeDataGradient(a, b, geometry, into: out)
        case .weightGradient: computeWeightGradient(a, b, geometry, into: out)
        }
    }
}

private func computeConvolution(_ x: NDArray, _ w: NDArray, _ geometry: ConvolutionGeometry, into out: NDArray) {
    if directly(.forward, geometry, x: x, w: w, y: out) { return }
    let dtype = out.dtype
    let plan = ConvolutionPlan(geometry, x: x.shape, w: w.shape, y: out.shape, dtype)
    let image = plan.readable(input: x)
    let kernel = Host.contiguous(w)
    let blocks = OutputBlocks(plan, out)
    withExtendedLifetime((image, kernel, blocks, plan)) {
        plan.forEachBlock { images, group in
            blocks.write(images, group) { product in
                plan.forEachPart(images, group) { part in
                    Host.matmul(
                        plan.kernelMatrix(kernel, part), plan.columns(of: image, part), into: product, dtype: dtype,
                        accumulating: part.channels.lowerBound > 0)
                }
            }
        }
    }
}

private func computeDataGradient(_ g: NDArray, _ w: NDArray, _ geometry: ConvolutionGeometry, into out: NDArray) {
    if directly(.dataGradient, geometry, x: out, w: w, y: g) { return }
    let dtype = out.dtype
    let plan = ConvolutionPlan(geometry, x: out.shape, w: w.shape, y: g.shape, dtype)
    let kernel = Host.contiguous(w)
    let blocks = OutputBlocks(plan, plan.readable(output: g))
    withExtendedLifetime((kernel, blocks, plan)) {
        plan.forEachBlock { images, group in
            let gradient = blocks.read(images, group)
            plan.forEachPart(images, group) { part in
                plan.addColumns(to: out, part) { columns in
                    Host.matmul(
                        plan.kernelMatrix(kernel, part).transposed, gradient, into: columns, dtype: dtype, accumulating: false)
                }
            }
        }
    }
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
                Host.matmul(
                    gradient, plan.columns(of: image, part).transposed, into: plan.kernelMatrix(out, part), dtype: dtype,
                    accumulating: images.lowerBound > 0)
            }
        }
    }
}

/// Computes one of the three arrays by oneDNN, if it has a faster one than the product with a column matrix.
private func directly(_ pass: ConvolutionPass, _ geometry: ConvolutionGeometry, x: NDArray, w: NDArray, y: NDArray) -> Bool {
    guard x.dtype == .float32 && pass.prefersDirectKernel(geometry, x: x.shape, w: w.shape, y: y.shape) else { return false }
    let (x, w, y) = (Host.contiguous(x), Host.contiguous(w), Host.contiguous(y))
    return withExtendedLifetime((x, w, y)) { Host.convolve(pass, geometry, x: x, w: w, y: y) }
}
