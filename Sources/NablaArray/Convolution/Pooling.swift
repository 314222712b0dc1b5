/// How a pooling window moves over the spatial axes of arrays (N, C, spatial…), and what it makes of their extents.
package struct PoolingGeometry: Hashable, Sendable {
    package let window: [Int]
    package let stride: [Int]
    /// How far the first window of each axis begins before the input.
    package let low: [Int]
    package let input: [Int]
    package let output: [Int]

    /// - Parameters:
    ///   - input: the extents of the spatial axes, 1 to 3.
    ///   - window: one extent for all axes, or one for each; so is `stride`.
    ///   - padding: one value for all ends, one for each axis, or the low and the high end of each axis in turn; less than the window.
    ///   - coverAll: whether windows that reach beyond the high end are added until every element is in one.
    package init(input: [Int], window: [Int], stride: [Int]?, padding: [Int], coverAll: Bool, function: String) {
        let moves = ConvolutionGeometry(axes: input.count, stride: stride ?? window, padding: padding, function: function)
        require(
            window.count == 1 || window.count == input.count,
            "\(function): expected a window for all axes or for each of \(input.count), got \(window)")
        require(
            input.reduce(1.0) { $0 * Double($1) } <= Double(Int32.max),
            "\(function): expected planes of at most \(Int32.max) elements, got extents \(input)")
        let extents = window.count == input.count ? window : Array(repeating: window[0], count: input.count)
        var output = moves.outputExtents(input: input, kernel: extents, function: function)
        for axis in input.indices {
            require(
                moves.low[axis] < extents[axis] && moves.high[axis] < extents[axis],
                "\(function): expected less padding than the window's extent \(extents[axis]) along spatial axis \(axis), got "
                    + "\(moves.low[axis]) and \(moves.high[axis])")
            let step = moves.stride[axis]
            func start(_ position: Int) -> Int { position * step - moves.low[axis] }
            if coverAll { while start(output[axis] - 1) + extents[axis] < input[axis] { output[axis] += 1 } }
            // A window in the padding alone has no elements.
            while output[axis] > 0 && (input[axis] == 0 || start(output[axis] - 1) >= input[axis]) { output[axis] -= 1 }
        }
        (self.window, self.stride, low, self.input, self.output) = (extents, moves.stride, moves.low, input, output)
    }

    private func geometry(_ leading: Shape) -> WindowGeometry {
        WindowGeometry(
            batch: leading[0], channels: leading[1], input: input, kernel: window, output: output, stride: stride, padding: low,
            dilation: Array(repeating: 1, count: input.count))
    }

    /// The sum of each window, without what lies outside: (N, C, input…) to (N, C, output…).
    package func sum(_ x: NDArray) -> NDArray {
        perform(Pool(.sum, geometry(x.shape)), x.contiguous(), for: "pooling")
    }

    /// The transpose of `sum`.
    package func spread(_ y: NDArray) -> NDArray {
        perform(Pool(.spread, geometry(y.shape)), y.contiguous(), for: "pooling")
    }

    /// Where each window has its largest element, as a position in its plane in row-major order (int64); of equal ones the first, NaN before all.
    package func argMax(_ x: NDArray) -> NDArray {
        perform(Pool(.argMax, geometry(x.shape)), x.contiguous(), for: "pooling")
    }

    /// How many elements of the input each window has: shape `output`.
    package func counts(_ dtype: DType) -> NDArray { sum(.ones(Shape([1, 1] + input), dtype: dtype)).reshaped(to: Shape(output)) }
}
