/// How a convolution is cut into matrix products.
///
/// With the column matrix X[(c, k), (n, o)] = x[n, c, o stride - low + k dilation], a convolution is y = W X, its data gradient adds up
/// Wᵀ g into x by the same correspondence, and its weight gradient is g Xᵀ. The whole column matrix is as many times larger than x as the
/// kernel has taps, so it is made in parts: some images and some channels at a time, of one group. The parts depend on sizes only, so
/// that results do not depend on the number of threads.
struct ConvolutionPlan {
    let batch: Int
    let groups: Int
    let dtype: DType
    /// Input and output channels of one group.
    let inputChannels: Int
    let outputChannels: Int
    /// Elements of the kernel and of the output along all spatial axes together.
    let taps: Int
    let positions: Int
    /// Images and channels that are worked on at once.
    let images: Int
    let channels: Int
    /// Whether the columns of a single image are the image itself: a 1×1 kernel that visits each place once.
    let isPointwise: Bool
    private let window: WindowGeometry
    private let buffer: NDArray?

    /// Columns of this size are still in cache when the matrix product reads them.
    private static let preferredBytes = 2 << 20
    /// No column matrix is larger, unless a single channel of a single image is.
    private static let maximumBytes = 32 << 20

    /// None of the shapes may be empty.
    init(_ geometry: ConvolutionGeometry, x: Shape, w: Shape, y: Shape, _ dtype: DType) {
        batch = x[0]
        groups = geometry.groups
        self.dtype = dtype
        inputChannels = w[1]
        outputChannels = w[0] / geometry.groups
        taps = w[2...].reduce(1, *)
        positions = y[2...].reduce(1, *)
        isPointwise = taps == 1 && geometry.visitsEachPlaceOnce
        let channelBytes = taps * positions * dtype.size
        let imageBytes = channelBytes * inputChannels
        let most = isPointwise && positions >= 64 ? 1 : Swift.max(1, ConvolutionPlan.preferredBytes / imageBytes)
        // Equal parts rather than a small last one.
        let parts = (batch + most - 1) / most
        images = (batch + parts - 1) / parts
        channels = Swift.max(1, Swift.min(inputChannels, ConvolutionPlan.maximumBytes / (channelBytes * images)))
        window = WindowGeometry(
            batch: images, channels: channels, input: Array(x[2...]), kernel: Array(w[2...]), output: Array(y[2...]),
            stride: geometry.stride, padding: geometry.low, dilation: geometry.dilation)
        let needsColumns = !(isPointwise && images == 1)
        buffer = needsColumns ? NDArray(uninitialized: [channels * taps, images * positions], dtype) : nil
    }

    /// A part of the column matrix: some images, and some channels of one group.
    struct Part {
        var images: Range<Int>
        /// Counted from the first channel of the group.
        var channels: Range<Int>
        var group: Int
    }

    /// Calls `body` for some images and one group at a time.
    func forEachBlock(_ body: (_ images: Range<Int>, _ group: Int) -> Void) {
        for first in stride(from: 0, to: batch, by: images) {
            for group in 0..<groups { body(first..<Swift.min(batch, first + images), group) }
        }
    }

    /// Calls `body` for each part of a block.
    func forEachPart(_ images: Range<Int>, _ group: Int, _ body: (Part) -> Void) {
        for first in stride(from: 0, to: inputChannels, by: channels) {
            body(Part(images: images, channels: first..<Swift.min(inputChannels, first + channels), group: group))
        }
    }
}

extension ConvolutionPlan {
    /// The array `x` in a layout that the functions below can read: without copying if the axes from the third on, and for a pointwise
    /// convolution the channels too, lie in row-major order.
    func readable(input x: NDArray) -> NDArray { x.packed(fromAxis: isPointwise ? 1 : 2) }
    func readable(output y: NDArray) -> NDArray { y.packed(fromAxis: images == 1 ? 1 : 2) }

    /// The columns of `x` for a part, a matrix of (channel, tap) by (image, position).
    func columns(of x: NDArray, _ part: Part) -> MatrixOperand {
        guard let buffer else { return imageMatrix(x, part) }
        Host.im2col(window(part), channelRange(x, part), into: buffer)
        return bufferMatrix(part)
    }

    /// Lets `product` write the columns of a part, and gives `x` their sums.
    func addColumns(to x: NDArray, _ part: Part, from product: (MatrixOperand) -> Void) {
        guard let buffer else { return product(imageMatrix(x, part)) }
        product(bufferMatrix(part))
        Host.col2im(window(part), buffer, into: channelRange(x, part))
    }

    /// The rows of the kernel `w` (all of them in row-major order) that belong to a group, and the columns that belong to a part.
    func kernelMatrix(_ w: NDArray, _ part: Part) -> MatrixOperand {
        let depth = inputChannels * taps
        let first = part.group * outputChannels * depth + part.channels.lowerBound * taps
        return MatrixOperand(
            data: w.data + first * dtype.size, rows: outputChannels, columns: part.channels.count * taps, rowStride: depth, columnStride: 1)
    }

    private func imageMatrix(_ x: NDArray, _ part: Part) -> MatrixOperand {
        let first =
            part.images.lowerBound * x.stridesInline[0] + (part.group * inputChannels + part.channels.lowerBound) * positions
        return MatrixOperand(
            data: x.data + first * dtype.size, rows: part.channels.count, columns: positions, rowStride: positions, columnStride: 1)
    }

    private func bufferMatrix(_ part: Part) -> MatrixOperand {
        let columns = part.images.count * positions
        return MatrixOperand(
            data: buffer!.data, rows: part.channels.count * taps, columns: columns, rowStride: columns, columnStride: 1)
    }

    private func channelRange(_ x: NDArray, _ part: Part) -> NDArray {
        x.strided(axis: 0, start: part.images.lowerBound, step: 1, count: part.images.count)
            .strided(axis: 1, start: part.group * inputChannels + part.channels.lowerBound, step: 1, count: part.channels.count)
    }

    private func window(_ part: Part) -> WindowGeometry {
        var window = window
        window.batch = part.images.count
        window.channels = part.channels.count
        return window
    }
}

/// The output of a convolution as matrices of (channel) by (image, position).
///
/// The array itself has the images outside. For one image that is the same; several are copied to or from a matrix of their own, which
/// is small beside their columns.
struct OutputBlocks {
    private let plan: ConvolutionPlan
    private let array: NDArray
    private let buffer: NDArray?

    init(_ plan: ConvolutionPlan, _ array: NDArray) {
        self.plan = plan
        self.array = array
        buffer = plan.images == 1 ? nil : NDArray(uninitialized: [plan.outputChannels, plan.images * plan.positions], plan.dtype)
    }

    /// The part of the array for some images and one group, to be read.
    func read(_ images: Range<Int>, _ group: Int) -> MatrixOperand {
        if buffer != nil { Host.cast(channelsFirst(images, group), into: gathered(images.count)) }
        return matrix(images, group)
    }

    /// The part of the array for some images and one group, as `product` writes it.
    func write(_ images: Range<Int>, _ group: Int, from product: (MatrixOperand) -> Void) {
        product(matrix(images, group))
        if buffer != nil { Host.cast(gathered(images.count), into: channelsFirst(images, group)) }
    }

    private func matrix(_ images: Range<Int>, _ group: Int) -> MatrixOperand {
        let columns = images.count * plan.positions
        return MatrixOperand(
            data: buffer?.data ?? channelsFirst(images, group).data, rows: plan.outputChannels, columns: columns, rowStride: columns,
            columnStride: 1)
    }

    private func gathered(_ count: Int) -> NDArray {
        let shape: Shape = [plan.outputChannels, count, plan.positions]
        return buffer!.view(shape: shape, strides: Strides(contiguous: shape))
    }

    private func channelsFirst(_ images: Range<Int>, _ group: Int) -> NDArray {
        var strides = Strides()
        strides[0] = array.shape[1] == 1 ? plan.positions : array.stridesInline[1]
        strides[1] = array.stridesInline[0]
        strides[2] = 1
        let first = images.lowerBound * strides[1] + group * plan.outputChannels * strides[0]
        return array.view(
            data: array.data + first * plan.dtype.size, shape: [plan.outputChannels, images.count, plan.positions], strides: strides)
    }
}

extension NDArray {
    /// This array, or a copy, with the axes from `axis` on in row-major order.
    fileprivate func packed(fromAxis axis: Int) -> NDArray {
        var step = 1
        for i in (axis..<rank).reversed() where shape[i] != 1 {
            if stridesInline[i] != step { return Host.copy(self) }
            step *= shape[i]
        }
        return self
    }
}
