import COneDNN

extension CPUBackend {
    package func convolve(_ pass: ConvolutionPass, _ geometry: ConvolutionGeometry, x: NDArray, w: NDArray, y: NDArray) -> Bool {
        func three(_ values: some Collection<Int>, filler: Int64) -> (Int64, Int64, Int64) {
            let all = Array(repeating: filler, count: 3 - values.count) + values.map(Int64.init)
            return (all[0], all[1], all[2])
        }
        var convolution = nd_convolution(
            batch: Int64(x.shape[0]), groups: Int64(geometry.groups), inputs: Int64(w.shape[1]),
            outputs: Int64(w.shape[0] / geometry.groups), input: three(x.shape[2...], filler: 1), kernel: three(w.shape[2...], filler: 1),
            output: three(y.shape[2...], filler: 1), stride: three(geometry.stride, filler: 1),
            padding: three(geometry.low, filler: 0), dilation: three(geometry.dilation, filler: 1))
        func floats(_ array: NDArray) -> UnsafeMutablePointer<Float> { array.data.assumingMemoryBound(to: Float.self) }
        return nd_convolve(&convolution, pass.code, floats(x), floats(w), floats(y))
    }
}

extension ConvolutionPass {
    fileprivate var code: nd_pass {
        switch self {
        case .forward: ND_FORWARD
        case .dataGradient: ND_DATA_GRADIENT
        case .weightGradient: ND_WEIGHT_GRADIENT
        }
    }
}
