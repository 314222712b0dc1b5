import COneDNN

extension Host {
    package static func convolve(_ pass: ConvolutionPass, _ geometry: ConvolutionGeometry, x: NDArray, w: NDArray, y: NDArray) -> Bool {
        var convolution = nd_convolution(geometry, x: x.shape, w: w.shape, y: y.shape)
        func floats(_ array: NDArray) -> UnsafeMutablePointer<Float> { array.data.assumingMemoryBound(to: Float.self) }
        return nd_convolve(&convolution, pass.code, floats(x), floats(w), floats(y))
    }

    /// oneDNN's name of the kernel that `convolve` runs for arrays of these shapes, if it has one.
    static func kernelName(_ pass: ConvolutionPass, _ geometry: ConvolutionGeometry, x: Shape, w: Shape, y: Shape) -> String? {
        var convolution = nd_convolution(geometry, x: x, w: w, y: y)
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 100) { name in
            nd_kernel_name(&convolution, pass.code, name.baseAddress!, name.count) ? String(cString: name.baseAddress!) : nil
        }
    }
}

extension nd_convolution {
    fileprivate init(_ geometry: ConvolutionGeometry, x: Shape, w: Shape, y: Shape) {
        self.init(
            batch: Int64(x[0]), groups: Int64(geometry.groups), inputs: Int64(w[1]), outputs: Int64(w[0] / geometry.groups),
            input: three(x[2...], filler: 1), kernel: three(w[2...], filler: 1), output: three(y[2...], filler: 1),
            stride: three(geometry.stride, filler: 1), padding: three(geometry.low, filler: 0),
            dilation: three(geometry.dilation, filler: 1))
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
