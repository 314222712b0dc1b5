/// The geometry of a convolution or pooling over one to three spatial axes.
package struct WindowGeometry: Hashable, Sendable {
    package var batch: Int
    package var channels: Int
    package var input: [Int]
    package var kernel: [Int]
    package var output: [Int]
    package var stride: [Int]
    /// Zeros in front of the first element of each axis; what is needed behind the last follows from `output`.
    package var padding: [Int]
    package var dilation: [Int]

    package init(batch: Int, channels: Int, input: [Int], kernel: [Int], output: [Int], stride: [Int], padding: [Int], dilation: [Int]) {
        self.batch = batch
        self.channels = channels
        self.input = input
        self.kernel = kernel
        self.output = output
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
    }
}
