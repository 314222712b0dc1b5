import Testing

@testable import NablaArray

/// A convolution to be checked: its shapes and its geometry.
struct ConvolutionCase: Sendable, CustomTestStringConvertible {
    var batch = 2
    var input: [Int]
    var kernel: [Int]
    var inputChannels = 3
    var outputChannels = 4
    var stride = [1]
    var padding = [0]
    var dilation = [1]
    var groups = 1

    var geometry: ConvolutionGeometry {
        ConvolutionGeometry(axes: input.count, stride: stride, padding: padding, dilation: dilation, groups: groups)
    }
    var x: Shape { Shape([batch, inputChannels] + input) }
    var w: Shape { Shape([outputChannels, inputChannels / groups] + kernel) }
    var y: Shape { Shape([batch, outputChannels] + geometry.outputExtents(input: input, kernel: kernel)) }
    var testDescription: String { "\(x) by \(w), stride \(stride), padding \(padding), dilation \(dilation), groups \(groups)" }

    static let all = [
        ConvolutionCase(input: [9], kernel: [3]),
        ConvolutionCase(input: [10], kernel: [4], stride: [3], padding: [2, 1], dilation: [2]),
        ConvolutionCase(batch: 1, input: [7], kernel: [7], inputChannels: 1, outputChannels: 1),
        ConvolutionCase(input: [5], kernel: [2], inputChannels: 4, outputChannels: 4, padding: [5, 0], groups: 4),
        ConvolutionCase(input: [12], kernel: [2], stride: [3], padding: [1, 2], dilation: [3]),
        ConvolutionCase(input: [40], kernel: [2], stride: [5], dilation: [7]),
        ConvolutionCase(input: [50], kernel: [4], padding: [3]),
        ConvolutionCase(input: [6, 5], kernel: [3, 2]),
        ConvolutionCase(batch: 3, input: [7, 6], kernel: [5, 5], inputChannels: 2, stride: [2], padding: [2]),
        ConvolutionCase(input: [8, 7], kernel: [2, 3], stride: [3, 2], padding: [1, 0, 2, 3], dilation: [2, 1]),
        ConvolutionCase(input: [6, 6], kernel: [3, 3], inputChannels: 4, outputChannels: 6, stride: [2, 1], padding: [1], groups: 2),
        ConvolutionCase(input: [5, 6], kernel: [1, 1]),
        ConvolutionCase(input: [9, 8], kernel: [1, 1], inputChannels: 4, groups: 2),
        ConvolutionCase(batch: 3, input: [9, 9], kernel: [1, 1], stride: [2], padding: [1]),
        ConvolutionCase(input: [4, 5, 3], kernel: [2, 3, 2]),
        ConvolutionCase(
            input: [5, 4, 6], kernel: [2, 2, 3], inputChannels: 4, outputChannels: 2, stride: [2, 1, 3], padding: [1, 0, 0, 2, 2, 1],
            dilation: [1, 2, 2], groups: 2),
    ]
}

@Suite struct ConvolutionTests {
    /// The three gradients of the trilinear form by its definition, one term at a time.
    struct Reference {
        var y: [Double]
        var dataGradient: [Double]
        var weightGradient: [Double]

        init(_ c: ConvolutionCase, x: [Double], w: [Double], g: [Double]) {
            let geometry = c.geometry
            let (inputs, outputs) = (c.inputChannels / c.groups, c.outputChannels / c.groups)
            let out = Array(c.y[2...])
            y = Array(repeating: 0, count: g.count)
            dataGradient = Array(repeating: 0, count: x.count)
            weightGradient = Array(repeating: 0, count: w.count)
            for n in 0..<c.batch {
                for o in 0..<c.outputChannels {
                    for (i, position) in Reference.positions(out).enumerated() {
                        for channel in 0..<inputs {
                            for (j, tap) in Reference.positions(c.kernel).enumerated() {
                                var place = 0
                                var isInside = true
                                for axis in 0..<out.count {
                                    let p =
                                        position[axis] * geometry.stride[axis] - geometry.low[axis] + tap[axis] * geometry.dilation[axis]
                                    if p < 0 || p >= c.input[axis] { isInside = false }
                                    place = place * c.input[axis] + p
                                }
                                if !isInside { continue }
                                let yi = (n * c.outputChannels + o) * out.reduce(1, *) + i
                                let xi = (n * c.inputChannels + o / outputs * inputs + channel) * c.input.reduce(1, *) + place
                                let wi = (o * inputs + channel) * c.kernel.reduce(1, *) + j
                                y[yi] += x[xi] * w[wi]
                                dataGradient[xi] += g[yi] * w[wi]
                                weightGradient[wi] += g[yi] * x[xi]
                            }
                        }
                    }
                }
            }
        }

        static func positions(_ extents: [Int]) -> [[Int]] {
            extents.reduce([[]]) { prefixes, extent in prefixes.flatMap { prefix in (0..<extent).map { prefix + [$0] } } }
        }
    }

    func random(_ shape: Shape, seed: UInt64, dtype: DType = .float64) -> NDArray {
        var generator = RandomGenerator(seed: seed)
        return generator.normal(shape, dtype: dtype)
    }

    func expectClose(
        _ a: NDArray, _ expected: [Double], _ tolerance: Double = 1e-12, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let scale = expected.reduce(1) { Swift.max($0, abs($1)) }
        let error = zip(a.doubles, expected).reduce(0) { Swift.max($0, abs($1.0 - $1.1)) }
        #expect(a.count == expected.count && error <= tolerance * scale, "error \(error)", sourceLocation: sourceLocation)
    }

    @Test(arguments: ConvolutionCase.all) func agreesWithTheDefinition(_ c: ConvolutionCase) {
        for (dtype, tolerance) in [(DType.float64, 1e-13), (.float32, 1e-5)] {
            let (x, w, g) = (random(c.x, seed: 1, dtype: dtype), random(c.w, seed: 2, dtype: dtype), random(c.y, seed: 3, dtype: dtype))
            let expected = Reference(c, x: x.doubles, w: w.doubles, g: g.doubles)
            let y = convolution(x, w, c.geometry)
            #expect(y.shape == c.y && y.dtype == dtype)
            expectClose(y, expected.y, tolerance)
            let dx = convolutionDataGradient(g, w, inputSpatial: c.input, c.geometry)
            #expect(dx.shape == c.x && dx.dtype == dtype)
            expectClose(dx, expected.dataGradient, tolerance)
            let dw = convolutionWeightGradient(x, g, kernelSpatial: c.kernel, c.geometry)
            #expect(dw.shape == c.w && dw.dtype == dtype)
            expectClose(dw, expected.weightGradient, tolerance)
        }
    }

    @Test(arguments: ConvolutionCase.all) func theThreeAreTransposesOfEachOther(_ c: ConvolutionCase) {
        let (x, w, g) = (random(c.x, seed: 4), random(c.w, seed: 5), random(c.y, seed: 6))
        let form = (convolution(x, w, c.geometry) * g).sum().item()
        let byData = (x * convolutionDataGradient(g, w, inputSpatial: c.input, c.geometry)).sum().item()
        let byWeight = (w * convolutionWeightGradient(x, g, kernelSpatial: c.kernel, c.geometry)).sum().item()
        let scale = ((x * x).sum() * (w * w).sum() * (g * g).sum()).item().squareRoot()
        #expect(abs(form - byData) <= 1e-12 * scale)
        #expect(abs(form - byWeight) <= 1e-12 * scale)
    }

    /// The three functions take several images at a time, as many as their column matrix has room for.
    @Test func aBatchGivesWhatItsImagesGive() {
        let c = ConvolutionCase(batch: 23, input: [16, 16], kernel: [3, 3], inputChannels: 32, outputChannels: 2, padding: [1])
        let (x, w, g) = (random(c.x, seed: 1), random(c.w, seed: 2), random(c.y, seed: 3))
        let y = convolution(x, w, c.geometry)
        let dx = convolutionDataGradient(g, w, inputSpatial: c.input, c.geometry)
        var dw = NDArray.zeros(c.w, dtype: .float64)
        for n in 0..<c.batch {
            func image(_ array: NDArray) -> NDArray { array.strided(axis: 0, start: n, step: 1, count: 1) }
            expectClose(image(y), convolution(image(x), w, c.geometry).doubles)
            expectClose(image(dx), convolutionDataGradient(image(g), w, inputSpatial: c.input, c.geometry).doubles)
            dw += convolutionWeightGradient(image(x), image(g), kernelSpatial: c.kernel, c.geometry)
        }
        expectClose(convolutionWeightGradient(x, g, kernelSpatial: c.kernel, c.geometry), dw.doubles)
    }

    /// Where the column matrix of a single image has no room, the three functions take some of its channels at a time.
    @Test func anImageGivesWhatItsChannelsGive() {
        let c = ConvolutionCase(batch: 1, input: [170, 160], kernel: [5, 5], inputChannels: 8, outputChannels: 2, padding: [2])
        let (x, w, g) = (random(c.x, seed: 1), random(c.w, seed: 2), random(c.y, seed: 3))
        let dx = convolutionDataGradient(g, w, inputSpatial: c.input, c.geometry)
        let dw = convolutionWeightGradient(x, g, kernelSpatial: c.kernel, c.geometry)
        var y = NDArray.zeros(c.y, dtype: .float64)
        for n in 0..<c.inputChannels {
            func channel(_ array: NDArray) -> NDArray { array.strided(axis: 1, start: n, step: 1, count: 1) }
            y += convolution(channel(x), channel(w), c.geometry)
            expectClose(channel(dx), convolutionDataGradient(g, channel(w), inputSpatial: c.input, c.geometry).doubles)
            expectClose(channel(dw), convolutionWeightGradient(channel(x), g, kernelSpatial: c.kernel, c.geometry).doubles)
        }
        expectClose(convolution(x, w, c.geometry), y.doubles)
    }

    @Test(arguments: [[1, 1], [3, 2]]) func viewsGiveWhatTheirCopiesGive(_ kernel: [Int]) {
        let c = ConvolutionCase(batch: 3, input: [9, 8], kernel: kernel, inputChannels: 2)
        let views: [(Shape) -> NDArray] = [
            { self.random(Shape(Array($0.reversed())), seed: 1).transposed() },
            { self.random(Shape([9] + Array($0[1...])), seed: 2).strided(axis: 0, start: 1, step: 2, count: $0[0]) },
            { self.random(Shape([$0[0], 9] + Array($0[2...])), seed: 3).strided(axis: 1, start: 2, step: 2, count: $0[1]) },
            { self.random($0, seed: 4).flipped(axes: [3]) },
            { self.random([], seed: 5).broadcast(to: $0) },
            { self.random([$0[1], 1, 1], seed: 6).broadcast(to: $0) },
        ]
        for view in views {
            let (x, w, g) = (view(c.x), view(c.w), view(c.y))
            let (xc, wc, gc) = (x.copied(), w.copied(), g.copied())
            expectClose(convolution(x, w, c.geometry), convolution(xc, wc, c.geometry).doubles)
            expectClose(
                convolutionDataGradient(g, w, inputSpatial: c.input, c.geometry),
                convolutionDataGradient(gc, wc, inputSpatial: c.input, c.geometry).doubles)
            expectClose(
                convolutionWeightGradient(x, g, kernelSpatial: c.kernel, c.geometry),
                convolutionWeightGradient(xc, gc, kernelSpatial: c.kernel, c.geometry).doubles)
        }
    }

    @Test func emptyArraysGiveZerosOfTheRightShape() {
        let cases = [
            ConvolutionCase(batch: 0, input: [5, 5], kernel: [3, 3]),
            ConvolutionCase(input: [5, 5], kernel: [3, 3], inputChannels: 0),
            ConvolutionCase(input: [5, 5], kernel: [3, 3], outputChannels: 0),
            ConvolutionCase(input: [0, 5], kernel: [3, 3], padding: [2]),
        ]
        for c in cases {
            let (x, w, g) = (NDArray.ones(c.x), NDArray.ones(c.w), NDArray.ones(c.y))
            #expect(convolution(x, w, c.geometry) == .zeros(c.y))
            #expect(convolutionDataGradient(g, w, inputSpatial: c.input, c.geometry) == .zeros(c.x))
            #expect(convolutionWeightGradient(x, g, kernelSpatial: c.kernel, c.geometry) == .zeros(c.w))
        }
    }

    @Test(arguments: DType.allCases) func columnsOfEveryType(_ dtype: DType) {
        let window = WindowGeometry(
            batch: 2, channels: 3, input: [6, 21], kernel: [3, 2], output: [4, 11], stride: [2, 2], padding: [2, 1], dilation: [1, 1])
        let image = NDArray((0..<756).map { $0 % 7 }).reshaped(to: [2, 3, 6, 21] as Shape)
        func columns(_ image: NDArray) -> NDArray {
            let out = NDArray(uninitialized: [18, 88], image.dtype)
            Host.im2col(window, image, into: out)
            return out
        }
        #expect(columns(image.cast(to: dtype)) == columns(image).cast(to: dtype))
        if dtype == .bool { return }
        func sums(_ columns: NDArray) -> NDArray {
            let out = NDArray(uninitialized: image.shape, columns.dtype)
            Host.col2im(window, columns, into: out)
            return out
        }
        #expect(sums(columns(image).cast(to: dtype)) == sums(columns(image)).cast(to: dtype))
    }

    @Test func extents() {
        let geometry = ConvolutionGeometry(axes: 2, stride: [2, 3], padding: [1, 0, 2, 1], dilation: [1, 2])
        #expect(geometry.outputExtents(input: [8, 12], kernel: [3, 2]) == [4, 5])
        #expect(geometry.inputExtents(output: [4, 5], kernel: [3, 2]) == [8, 12])
        #expect(geometry.inputExtents(output: [4, 5], kernel: [3, 2], extra: [1, 2]) == [9, 14])
        for extent in [[8, 12], [9, 13], [9, 14]] { #expect(geometry.outputExtents(input: extent, kernel: [3, 2]) == [4, 5]) }
    }
}
