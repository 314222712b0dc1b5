/// How the window of a convolution moves over one to three spatial axes.
///
/// Position `o` of an output axis and tap `k` of the kernel meet at position `o stride - low + k dilation` of the input axis, where `low`
/// zeros stand in front of the input and `high` behind it.
package struct ConvolutionGeometry: Hashable, Sendable {
    package let stride: [Int]
    /// Zeros in front of each axis.
    package let low: [Int]
    /// Zeros behind each axis.
    package let high: [Int]
    package let dilation: [Int]
    /// Channels are divided into this many groups, each with kernels of its own.
    package private(set) var groups: Int

    /// - Parameters:
    ///   - axes: the number of spatial axes, 1 to 3.
    ///   - stride: one value for all axes, or one for each; so is `dilation`.
    ///   - padding: one value for all ends, one for each axis, or the low and the high end of each axis in turn.
    package init(
        axes: Int, stride: [Int] = [1], padding: [Int] = [0], dilation: [Int] = [1], groups: Int = 1, function: String = "convolution"
    ) {
        require((1...3).contains(axes), "\(function): expected 1 to 3 spatial axes, got \(axes)")
        func forEachAxis(_ values: [Int], atLeast least: Int, _ name: String) -> [Int] {
            require(
                values.count == 1 || values.count == axes,
                "\(function): expected a \(name) for all axes or for each of \(axes), got \(values)")
            require(values.allSatisfy { $0 >= least }, "\(function): expected a \(name) of at least \(least), got \(values)")
            for value in values { requireExtent(value, function, "a \(name)") }
            return values.count == axes ? values : Array(repeating: values[0], count: axes)
        }
        self.stride = forEachAxis(stride, atLeast: 1, "stride")
        self.dilation = forEachAxis(dilation, atLeast: 1, "dilation")
        if padding.count == 2 * axes {
            low = forEachAxis((0..<axes).map { padding[2 * $0] }, atLeast: 0, "padding")
            high = forEachAxis((0..<axes).map { padding[2 * $0 + 1] }, atLeast: 0, "padding")
        } else {
            low = forEachAxis(padding, atLeast: 0, "padding")
            high = low
        }
        require(groups >= 1, "\(function): expected at least 1 group, got \(groups)")
        requireExtent(groups, function, "a number of groups")
        self.groups = groups
    }

    package var axes: Int { stride.count }

    /// The same windows over `count` times as many groups of channels.
    package func repeated(_ count: Int) -> ConvolutionGeometry {
        var result = self
        result.groups *= count
        return result
    }

    /// Whether a kernel of extent 1 takes each place of the input to the same place of the output.
    package var visitsEachPlaceOnce: Bool { stride.allSatisfy { $0 == 1 } && (low + high).allSatisfy { $0 == 0 } }

    /// The extent that a kernel with dilation covers along `axis`.
    private func reach(_ kernel: [Int], _ axis: Int) -> Int { dilation[axis] * (kernel[axis] - 1) + 1 }

    /// The extents of the output: ⌊(input + low + high - dilation (kernel - 1) - 1) / stride⌋ + 1 along each axis.
    package func outputExtents(input: [Int], kernel: [Int], function: String = "convolution") -> [Int] {
        require(
            input.count == axes && kernel.count == axes,
            "\(function): expected \(axes) spatial axes, got an input of extents \(input) and a kernel of extents \(kernel)")
        require(kernel.allSatisfy { $0 >= 1 }, "\(function): expected kernel extents of at least 1, got \(kernel)")
        return (0..<axes).map { axis in
            let room = input[axis] + low[axis] + high[axis] - reach(kernel, axis)
            require(
                room >= 0,
                "\(function): expected a padded input of extent \(reach(kernel, axis)) or more along spatial axis \(axis), got \(room + reach(kernel, axis))"
            )
            let extent = room / stride[axis] + 1
            requireExtent(extent, function)
            return extent
        }
    }

    /// The extents of the input that a convolution takes to `output`: (output - 1) stride - low - high + dilation (kernel - 1) + 1.
    ///
    /// With a stride above 1 several inputs have the same output; `extra`, less than the stride, tells them apart.
    package func inputExtents(output: [Int], kernel: [Int], extra: [Int] = [0], function: String = "deconvolution") -> [Int] {
        require(
            output.count == axes && kernel.count == axes,
            "\(function): expected \(axes) spatial axes, got an input of extents \(output) and a kernel of extents \(kernel)")
        require(kernel.allSatisfy { $0 >= 1 }, "\(function): expected kernel extents of at least 1, got \(kernel)")
        require(output.allSatisfy { $0 >= 1 }, "\(function): expected spatial extents of at least 1, got \(output)")
        require(
            extra.count == 1 || extra.count == axes,
            "\(function): expected an output padding for all axes or for each of \(axes), got \(extra)")
        return (0..<axes).map { axis in
            let more = extra[extra.count == 1 ? 0 : axis]
            require(
                more >= 0 && more < stride[axis],
                "\(function): expected an output padding in 0..<\(stride[axis]) (the stride) along spatial axis \(axis), got \(more)")
            let extent = (output[axis] - 1) * stride[axis] - low[axis] - high[axis] + reach(kernel, axis) + more
            require(extent >= 0, "\(function): expected less padding than output along spatial axis \(axis), got an extent of \(extent)")
            requireExtent(extent, function)
            return extent
        }
    }
}

extension ConvolutionGeometry {
    /// The shape of `convolution(x, w)`: (N, C, spatial…) and (O, C/groups, kernel…) to (N, O, out…).
    package func outputShape(_ x: Shape, _ w: Shape, function: String = "convolution") -> Shape {
        require(
            x.rank == axes + 2 && w.rank == axes + 2,
            "\(function): expected x (N, C, …) and w (O, C / groups, …) with \(axes) spatial axes, got \(x) and \(w)")
        require(
            w[1] * groups == x[1] && w[0] % groups == 0,
            "\(function): expected w (O, C / groups, …) with C = \(x[1]) and O a multiple of groups = \(groups), got \(w)")
        return Shape([x[0], w[0]] + outputExtents(input: Array(x[2...]), kernel: Array(w[2...]), function: function))
    }

    /// The shape of the array that a convolution with `w` takes to one of shape `g`: (N, O, out…) and (O, C/groups, kernel…) to
    /// (N, C, spatial…).
    package func inputShape(_ g: Shape, _ w: Shape, spatial: [Int], function: String = "deconvolution") -> Shape {
        require(
            g.rank == axes + 2 && w.rank == axes + 2,
            "\(function): expected x (N, C, …) and w (C, O / groups, …) with \(axes) spatial axes, got \(g) and \(w)")
        require(
            w[0] == g[1] && w[0] % groups == 0,
            "\(function): expected w (C, O / groups, …) with C = \(g[1]), a multiple of groups = \(groups), got \(w)")
        require(
            spatial.count == axes && outputExtents(input: spatial, kernel: Array(w[2...]), function: function) == Array(g[2...]),
            "\(function): expected output extents that a convolution takes to \(Array(g[2...])), got \(spatial)")
        return Shape([g[0], w[1] * groups] + spatial)
    }

    /// The shape of the kernel of a convolution from `x` to `g`: (N, C, spatial…) and (N, O, out…) to (O, C/groups, kernel…).
    package func weightShape(_ x: Shape, _ g: Shape, kernel: [Int], function: String = "convolutionWeightGradient") -> Shape {
        require(
            x.rank == axes + 2 && g.rank == axes + 2 && x[0] == g[0],
            "\(function): expected x (N, C, …) and g (N, O, …) with \(axes) spatial axes, got \(x) and \(g)")
        require(
            x[1] % groups == 0 && g[1] % groups == 0,
            "\(function): expected numbers of channels divisible by groups = \(groups), got \(x[1]) and \(g[1])")
        require(
            outputExtents(input: Array(x[2...]), kernel: kernel, function: function) == Array(g[2...]),
            "\(function): expected g with extents \(outputExtents(input: Array(x[2...]), kernel: kernel)), got \(g)")
        return Shape([g[1], x[1] / groups] + kernel)
    }
}
