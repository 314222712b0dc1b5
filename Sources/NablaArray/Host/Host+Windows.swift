import CNablaKernels

extension Host {
    package static func im2col(_ window: WindowGeometry, _ image: NDArray, into columns: NDArray) {
        var geometry = nk_window(window, image)
        nk_im2col(image.kernelType, &geometry, image.data, columns.data)
    }

    package static func col2im(_ window: WindowGeometry, _ columns: NDArray, into image: NDArray) {
        var geometry = nk_window(window, image)
        nk_col2im(image.kernelType, &geometry, columns.data, image.data)
    }

    package static func windowSum(_ window: WindowGeometry, _ image: NDArray, into out: NDArray) {
        var geometry = nk_window(window, image)
        nk_window_sum(image.kernelType, &geometry, image.data, out.data)
    }

    package static func windowSpread(_ window: WindowGeometry, _ pooled: NDArray, into image: NDArray) {
        var geometry = nk_window(window, image)
        nk_window_spread(image.kernelType, &geometry, pooled.data, image.data)
    }

    package static func windowArgMax(_ window: WindowGeometry, _ image: NDArray, into places: NDArray) {
        var geometry = nk_window(window, image)
        nk_window_argmax(image.kernelType, &geometry, image.data, places.data.assumingMemoryBound(to: Int64.self))
    }
}

extension Pool {
    package func runOnHost(_ x: NDArray, into out: NDArray) {
        switch step {
        case .sum: Host.windowSum(window, x, into: out)
        case .spread: Host.windowSpread(window, x, into: out)
        case .argMax: Host.windowArgMax(window, x, into: out)
        }
    }
}

extension nk_window {
    /// `window` over an image of shape (batch, channels, spatial…) whose spatial axes are contiguous; missing axes lead with extent 1.
    init(_ window: WindowGeometry, _ image: NDArray) {
        self.init(
            batch: Int64(window.batch), channels: Int64(window.channels), input: three(window.input, filler: 1),
            kernel: three(window.kernel, filler: 1), output: three(window.output, filler: 1), stride: three(window.stride, filler: 1),
            padding: three(window.padding, filler: 0), dilation: three(window.dilation, filler: 1),
            batch_stride: Int64(image.stridesInline[0]), channel_stride: Int64(image.stridesInline[1]))
    }
}

/// The values of one to three axes as the kernels take them, which have three: `filler` leads.
func three(_ values: some Collection<Int>, filler: Int64) -> (Int64, Int64, Int64) {
    let all = Array(repeating: filler, count: 3 - values.count) + values.map(Int64.init)
    return (all[0], all[1], all[2])
}
