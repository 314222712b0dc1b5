import Dispatch
import Synchronization
import Testing

@testable import NablaArray

/// oneDNN's kernels for convolution, against products of matrices in float64.
@Suite struct DirectConvolutionTests {
    /// Cases for which oneDNN has direct kernels on processors with AVX-512, and for most of them on others.
    static let regular: [ConvolutionCase] = [
        ConvolutionCase(batch: 3, input: [9, 7], kernel: [3, 3], inputChannels: 16, outputChannels: 32, padding: [1]),
        ConvolutionCase(batch: 1, input: [14, 13], kernel: [5, 5], inputChannels: 32, outputChannels: 64, stride: [2], padding: [2]),
        // Its 43 images make 16 tiles, of three images and of two.
        ConvolutionCase(batch: 43, input: [14, 14], kernel: [5, 5], inputChannels: 32, outputChannels: 32, stride: [2], padding: [2]),
        ConvolutionCase(
            batch: 2, input: [17, 12], kernel: [3, 2], inputChannels: 64, outputChannels: 64, padding: [1, 0, 1, 1], dilation: [2, 1]),
        // The last columns are never read.
        ConvolutionCase(batch: 9, input: [12, 12], kernel: [3, 3], inputChannels: 16, outputChannels: 16, stride: [4]),
        ConvolutionCase(batch: 4, input: [30], kernel: [5], inputChannels: 32, outputChannels: 16, padding: [2, 1]),
        ConvolutionCase(
            batch: 2, input: [5, 6, 4], kernel: [3, 3, 3], inputChannels: 16, outputChannels: 16, stride: [1, 2, 1], padding: [1]),
        ConvolutionCase(
            batch: 5, input: [8, 9], kernel: [3, 3], inputChannels: 64, outputChannels: 32, stride: [2, 1], padding: [1], groups: 2),
        // Depthwise.
        ConvolutionCase(batch: 6, input: [16, 15], kernel: [3, 3], inputChannels: 64, outputChannels: 64, padding: [1], groups: 64),
        ConvolutionCase(
            batch: 1, input: [31, 30], kernel: [3, 3], inputChannels: 96, outputChannels: 96, stride: [2], padding: [1], groups: 96),
        // So few taps that images are divided for the gradient with respect to w.
        ConvolutionCase(batch: 33, input: [12, 12], kernel: [3, 3], inputChannels: 32, outputChannels: 32, padding: [1]),
        // Few images, so that channels are divided.
        ConvolutionCase(batch: 1, input: [24, 24], kernel: [3, 3], inputChannels: 64, outputChannels: 128, padding: [1]),
        ConvolutionCase(batch: 2, input: [20, 20], kernel: [4, 4], inputChannels: 96, outputChannels: 64, stride: [2], padding: [1]),
    ]
    /// Channels that fill no vector, padding beyond the kernel: few processors have direct kernels for them.
    static let uneven: [ConvolutionCase] = [
        ConvolutionCase(batch: 8, input: [28, 28], kernel: [5, 5], inputChannels: 1, outputChannels: 16, stride: [2], padding: [2]),
        ConvolutionCase(batch: 3, input: [15, 16], kernel: [3, 3], inputChannels: 3, outputChannels: 32, padding: [1]),
        ConvolutionCase(batch: 3, input: [9, 9], kernel: [3, 3], inputChannels: 20, outputChannels: 10, stride: [2], padding: [1]),
        ConvolutionCase(batch: 2, input: [9, 9], kernel: [5, 5], inputChannels: 48, outputChannels: 1, padding: [2]),
        ConvolutionCase(batch: 2, input: [7, 6], kernel: [2, 3], inputChannels: 12, outputChannels: 18, padding: [1], groups: 6),
        ConvolutionCase(
            batch: 2, input: [17, 12], kernel: [3, 2], inputChannels: 64, outputChannels: 64, stride: [2, 3], padding: [1, 0, 2, 1],
            dilation: [2, 1]),
        ConvolutionCase(batch: 5, input: [6, 6], kernel: [1, 1], inputChannels: 24, outputChannels: 32, stride: [2]),
    ]

    struct Arrays {
        var x: NDArray
        var w: NDArray
        var y: NDArray

        init(_ c: ConvolutionCase, dtype: DType = .float32) {
            var generator = RandomGenerator(seed: 7)
            x = generator.normal(c.x, dtype: dtype)
            w = generator.normal(c.w, dtype: dtype)
            y = generator.normal(c.y, dtype: dtype)
        }

        init(_ arrays: Arrays, _ f: (NDArray) -> NDArray) { (x, w, y) = (f(arrays.x), f(arrays.w), f(arrays.y)) }
    }

    /// What `convolution` and its gradients make of arrays that are given.
    func whole(_ pass: ConvolutionPass, _ c: ConvolutionCase, _ arrays: Arrays) -> NDArray {
        switch pass {
        case .forward: convolution(arrays.x, arrays.w, c.geometry)
        case .dataGradient: convolutionDataGradient(arrays.y, arrays.w, inputSpatial: c.input, c.geometry)
        case .weightGradient: convolutionWeightGradient(arrays.x, arrays.y, kernelSpatial: c.kernel, c.geometry)
        }
    }

    /// The same by oneDNN, if it has a kernel.
    func direct(_ pass: ConvolutionPass, _ c: ConvolutionCase, _ arrays: Arrays) -> NDArray? {
        let shape = pass == .forward ? c.y : pass == .dataGradient ? c.x : c.w
        // Not a number shows what was left unwritten.
        let out = NDArray(Float.nan).broadcast(to: shape).copied()
        let (x, w, y) = (
            pass == .dataGradient ? out : arrays.x, pass == .weightGradient ? out : arrays.w, pass == .forward ? out : arrays.y
        )
        return withExtendedLifetime((x, w, y)) { Host.convolve(pass, c.geometry, x: x, w: w, y: y) } ? out : nil
    }

    /// A sum of n products in float32, in any order, is within n u / (1 - n u) of the sum of the products' magnitudes, u = 2⁻²⁴.
    func expectRounded(_ pass: ConvolutionPass, _ c: ConvolutionCase, _ value: NDArray, _ arrays: Arrays) {
        let exact = Arrays(arrays) { $0.cast(to: .float64) }
        let expected = whole(pass, c, exact).doubles
        let magnitudes = whole(pass, c, Arrays(exact) { abs($0) }).doubles
        let (taps, positions) = (c.kernel.reduce(1, *), c.y[2...].reduce(1, *))
        let terms =
            switch pass {
            case .forward: taps * c.inputChannels / c.groups
            case .dataGradient: taps * c.outputChannels / c.groups
            case .weightGradient: positions * c.batch
            }
        let u = 0x1p-24 * Double(terms)
        var worst = 0.0
        for (i, number) in value.doubles.enumerated() {
            let excess = abs(number - expected[i]) / Swift.max(magnitudes[i] * u / (1 - u), .leastNormalMagnitude)
            worst = excess.isNaN ? .infinity : Swift.max(worst, excess)
        }
        #expect(value.count == expected.count && worst <= 1, "\(pass): \(worst) times the bound of rounding")
    }

    @Test(arguments: regular + uneven + ConvolutionCase.all) func agreesWithProductsInFloat64(_ c: ConvolutionCase) {
        let arrays = Arrays(c)
        for pass in ConvolutionPass.allCases {
            if let value = direct(pass, c, arrays) { expectRounded(pass, c, value, arrays) }
            expectRounded(pass, c, whole(pass, c, arrays), arrays)
        }
    }

    /// Which kernels there are depends on the processor. A kernel that is named runs, `convolution` takes it, and where none is there is no
    /// result either.
    @Test(arguments: regular + uneven) func theKernelThatIsNamedRuns(_ c: ConvolutionCase) {
        let arrays = Arrays(c)
        for pass in ConvolutionPass.allCases {
            let name = Host.kernelName(pass, c.geometry, x: c.x, w: c.w, y: c.y)
            let value = direct(pass, c, arrays)
            #expect((name == nil) == (value == nil), "\(pass): \(name ?? "none")")
            guard let value, pass.prefersDirectKernel(c.geometry, x: c.x, w: c.w, y: c.y) else { continue }
            let isTheLibrarys = value == whole(pass, c, arrays)
            #expect(isTheLibrarys, "\(pass): \(name ?? "none")")
        }
    }

    /// The report says what `convolution` does: a kernel's name, or products.
    @Test func theReportNamesKernelsOrProducts() {
        for c in Self.regular + Self.uneven {
            let report = ArrayKernels.ofConvolution(
                c.x, c.w, stride: c.geometry.stride, padding: zip(c.geometry.low, c.geometry.high).flatMap { [$0, $1] },
                dilation: c.geometry.dilation, groups: c.geometry.groups)
            for (pass, name) in zip(ConvolutionPass.allCases, [report.forward, report.dataGradient, report.weightGradient]) {
                let runs = pass.prefersDirectKernel(c.geometry, x: c.x, w: c.w, y: c.y) && direct(pass, c, Arrays(c)) != nil
                #expect((name != "matrix products") == runs, "\(pass): \(name)")
            }
        }
    }

    /// In a process of its own: the number of threads is everyone's.
    @Test func everyNumberOfThreadsGivesTheSameBits() async {
        await #expect(processExitsWith: .success) {
            let tests = DirectConvolutionTests()
            for c in DirectConvolutionTests.regular + DirectConvolutionTests.uneven {
                let arrays = Arrays(c)
                for pass in ConvolutionPass.allCases {
                    setThreadCount(1)
                    guard let alone = tests.direct(pass, c, arrays) else { continue }
                    for count in [2, 3, 2, 8] {
                        setThreadCount(count)
                        if tests.direct(pass, c, arrays) != alone { fatalError("\(pass) of \(c) differs on \(count) threads") }
                    }
                }
            }
        }
    }

    /// Kernels are remembered for a number of geometries; what is forgotten is made again.
    @Test func moreGeometriesThanAreRemembered() {
        let cases = (1...100).map {
            ConvolutionCase(
                batch: 1, input: [3 + $0 % 10, 3 + $0 / 10], kernel: [3, 3], inputChannels: 16, outputChannels: 16, padding: [1])
        }
        let first = cases.map { c in ConvolutionPass.allCases.map { whole($0, c, Arrays(c)) } }
        let second = cases.map { c in ConvolutionPass.allCases.map { whole($0, c, Arrays(c)) } }
        let isTheSame = first == second
        #expect(isTheSame)
        let c = cases[99]
        for pass in ConvolutionPass.allCases { expectRounded(pass, c, whole(pass, c, Arrays(c)), Arrays(c)) }
    }

    @Test func severalThreadsMayConvolveAtOnce() {
        let cases = DirectConvolutionTests.regular[0..<4]
        let expected = cases.map { c in ConvolutionPass.allCases.map { whole($0, c, Arrays(c)) } }
        let results = Mutex([[[NDArray]]]())
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            let found = cases.map { c in ConvolutionPass.allCases.map { whole($0, c, Arrays(c)) } }
            results.withLock { $0.append(found) }
        }
        for found in results.withLock({ $0 }) {
            for (index, c) in cases.enumerated() {
                for (number, pass) in ConvolutionPass.allCases.enumerated() {
                    // Products, where the processor has no kernel, may round otherwise: their parts depend on which threads were free.
                    if Host.kernelName(pass, c.geometry, x: c.x, w: c.w, y: c.y) == nil {
                        expectRounded(pass, c, found[index][number], Arrays(c))
                    } else {
                        let isTheSame = found[index][number] == expected[index][number]
                        #expect(isTheSame, "\(pass)")
                    }
                }
            }
        }
    }

    @Test func viewsGiveWhatTheirCopiesGive() {
        let c = DirectConvolutionTests.regular[0]
        let arrays = Arrays(c)
        // Channels innermost, and every second image.
        let views = Arrays(arrays) { array in
            let moved = array.transposed([0, 2, 3, 1]).copied()
            return moved.transposed([0, 3, 1, 2])
        }
        let spaced = Arrays(arrays) { array in
            let copy = NDArray.zeros(Shape([2 * array.shape[0]] + Array(array.shape[1...])), dtype: .float32)
            let view = copy.strided(axis: 0, start: 1, step: 2, count: array.shape[0])
            view.overwrite(with: array)
            return view
        }
        for pass in ConvolutionPass.allCases {
            let expected = whole(pass, c, arrays)
            let (isSameOfViews, isSameOfSpaced) = (whole(pass, c, views) == expected, whole(pass, c, spaced) == expected)
            #expect(isSameOfViews && isSameOfSpaced)
        }
    }
}
