import Testing

@testable import NablaArray

/// Programming errors stop the process with one line: the function, what it expected and what it got.
enum Misuse: String, CaseIterable, Codable, Sendable {
    case add, addInPlace, integerDivision, truthValues, logicalNumbers, reshaped, reshapedOpen, transposed, broadcast, axis, axesTwice
    case emptyMax, matmul, concatenate, split, elements, item, unsafeType, shapeRank, squeezed, position, bound, step, tooMany, ellipses
    case indexArray, indexType, mask, indexShapes, assignShape, assignKind, take, addingAt, takeAlong, oneHot, repeated, diagonal
    case uniformRange, integersType, probability, choice, whereCondition, arange, fill
    // Sizes beyond what an axis, an array or an `Int` holds.
    case hugeZeros, hugeOnes, hugeFull, hugeUniform, hugeTruncatedNormal, hugeProduct, hugeBroadcast, hugeMatmul, hugeMatmuls, noMemory,
        noMemoryForMatmul, hugeArange, hugeInfiniteArange, hugeIntegerArange,
        hugeLinspace
    case hugeEye, hugeTiled, hugeTiledBytes, hugeRepeated, hugeCounts, hugePadded, hugePaddedSum, hugeConcatenation, hugeSplit, hugeReshape
    case hugeFlattened, hugeOneHot, hugePermutation, hugePopulation, noPopulation, hugeStride, hugeDilation, hugeGroups, threads, noThreads
    case lastPosition
    // More axes than an array has.
    case stackAxes, expandedAxes, reshapedAxes, newAxis, newAxisBeforeAll, takeAxes, addingAtAxes, indexAxes, tiledAxes, oneHotAxes

    func commit() {
        let x = NDArray.zeros([2, 3])
        let full = NDArray.zeros([1, 1, 1, 1, 1, 1, 1, 2])
        var y = NDArray.zeros([2, 3])
        var n = NDArray([1, 2])
        var generator = RandomGenerator(seed: 1)
        switch self {
        case .add: _ = x + NDArray.zeros([2, 4])
        case .addInPlace:
            y += NDArray.zeros([5, 2, 3])
        case .integerDivision:
            n /= 2
        case .truthValues: _ = NDArray([true]) - NDArray([true])
        case .logicalNumbers: _ = x .&& x
        case .reshaped: _ = x.reshaped(to: [4, 2])
        case .reshapedOpen: _ = x.reshaped(to: [4, -1])
        case .transposed: _ = x.transposed([0, 0])
        case .broadcast: _ = x.broadcast(to: [3, 3])
        case .axis: _ = x.sum(axis: 2)
        case .axesTwice: _ = x.sum(axes: [1, -1])
        case .emptyMax: _ = NDArray.zeros([0, 3]).max(axis: 0)
        case .matmul: _ = NablaArray.matmul(x, x)
        case .concatenate: _ = NablaArray.concatenate([x, .zeros([2, 4])])
        case .split: _ = x.split([1, 1], axis: 1)
        case .elements: _ = NDArray([1, 2, 3], shape: [2, 2])
        case .item: _ = x.item()
        case .unsafeType: x.withUnsafeElements(as: Double.self) { _ in }
        case .shapeRank: _ = Shape(Array(repeating: 1, count: 9))
        case .squeezed: _ = x.squeezed(axes: [0])
        case .position: _ = x[1, 3]
        case .bound: _ = x[0..<3]
        case .step: _ = x[.stride(by: 0)]
        case .tooMany: _ = x[0, 0, 0]
        case .ellipses: _ = x[.ellipsis, .ellipsis]
        case .indexArray: _ = x[.all, NDArray([0, -4])]
        case .indexType: _ = x[NDArray([0.5])]
        case .mask: _ = x[NDArray([true, false, true])]
        case .indexShapes: _ = x[[0, 1], [0, 1, 2]]
        case .assignShape: y[0] = NDArray.zeros([2])
        case .assignKind: n[0] = NDArray(0.5)
        case .take: _ = x.take(NDArray([0, 3]), axis: -1)
        case .addingAt: _ = x.addingAt(indices: NDArray([0, 1]), .zeros([2, 4]))
        case .takeAlong: _ = x.takeAlong(NDArray([[0]]), axis: 1)
        case .oneHot: _ = NablaArray.oneHot(NDArray([0, 5]), classes: 3)
        case .repeated: _ = x.repeated([1], axis: 1)
        case .diagonal: _ = x.diagonal(axes: (1, -1))
        case .uniformRange: _ = generator.uniform([2], in: 1..<1)
        case .integersType: _ = generator.integers([2], in: 0..<2, dtype: .float32)
        case .probability: _ = generator.bernoulli([2], probability: 1.5)
        case .choice: _ = generator.choice(4, from: 3)
        case .whereCondition: _ = `where`(x, x, x)
        case .arange: _ = NDArray.arange(0, 1, step: 0)
        case .fill: n.fill(0.5)
        case .hugeZeros: _ = NDArray.zeros([2_000_000_000, 2_000_000_000, 2_000_000_000])
        case .hugeOnes: _ = NDArray.ones([2_000_000_000, 2_000_000_000], dtype: .int64)
        case .hugeFull: _ = NDArray.full([2_000_000_000, 2_000_000_000, 3], 0.5)
        case .hugeUniform: _ = generator.uniform([2_000_000_000, 2_000_000_000, 3])
        case .hugeTruncatedNormal: _ = generator.truncatedNormal([2_000_000_000, 2_000_000_000, 3])
        case .hugeProduct: _ = ([2_000_000_000, 2_000_000_000, 3] as Shape).elementCount
        case .hugeMatmul:
            _ = NablaArray.matmul(
                x[0..<1, 0..<1].broadcast(to: [2_000_000_000, 1]), x[0..<1, 0..<1].broadcast(to: [2_000_000_000, 1]), transposeB: true)
        case .hugeMatmuls:
            _ = NablaArray.matmul(
                x[0..<1, 0..<1].broadcast(to: [2, 2_000_000_000, 1]), x[0..<1, 0..<1].broadcast(to: [2, 1, 2_000_000_000]))
        case .noMemory: _ = x[0, 0].broadcast(to: [1 << 30, 1 << 20]) + x[0, 0]
        case .noMemoryForMatmul:
            _ = NablaArray.matmul(x[0..<1, 0..<1].broadcast(to: [1 << 30, 1]), x[0..<1, 0..<1].broadcast(to: [1, 1 << 20]))
        case .hugeBroadcast: _ = x[0, 0].broadcast(to: [2_000_000_000, 2_000_000_000, 3])
        case .hugeArange: _ = NDArray.arange(0, 1e300)
        case .hugeInfiniteArange: _ = NDArray.arange(-1e308, 1e308)
        case .hugeIntegerArange: _ = NDArray.arange(Int.min, Int.max)
        case .hugeLinspace: _ = NDArray.linspace(0, 1, count: .max)
        case .hugeEye: _ = NDArray.eye(5_000_000_000)
        case .hugeTiled: _ = NDArray([1.0]).tiled([Int.max])
        case .hugeTiledBytes: _ = x.tiled([1_500_000_000, 1])
        case .hugeRepeated: _ = x.repeated(.max, axis: 0)
        case .hugeCounts: _ = x.repeated([.max, .max], axis: 0)
        case .hugePadded: _ = x.padded([(0, 0), (.max, .max)])
        case .hugePaddedSum: _ = x.padded([(0, 0), (2_000_000_000, 2_000_000_000)])
        case .hugeConcatenation:
            let wide = x[0, 0].broadcast(to: [2_000_000_000])
            _ = NablaArray.concatenate([wide, wide])
        case .hugeSplit: _ = x.split([.max, .max, 5], axis: 1)
        case .hugeReshape: _ = x.reshaped(to: [-1, .max, .max])
        case .hugeFlattened: _ = x[0, 0].broadcast(to: [100_000, 100_000]).flattened()
        case .hugeOneHot: _ = NablaArray.oneHot(n, classes: .max)
        case .hugePermutation: _ = generator.permutation(.max)
        case .hugePopulation: _ = generator.choice(2, from: .max)
        case .noPopulation: _ = generator.choice(2, from: 0, replacing: true)
        case .hugeStride: _ = ConvolutionGeometry(axes: 1, stride: [.max])
        case .hugeDilation: _ = ConvolutionGeometry(axes: 2, dilation: [1, .max])
        case .hugeGroups: _ = ConvolutionGeometry(axes: 1, groups: .max)
        case .threads: setThreadCount(.max)
        case .noThreads: setThreadCount(0)
        case .lastPosition: _ = x[0...Int.max]
        case .stackAxes: _ = NablaArray.stack([full, full])
        case .expandedAxes: _ = full.expandingDimensions(at: 3)
        case .reshapedAxes: _ = x.reshaped(to: [1, 1, 1, 1, 1, 1, 1, 2, 3])
        case .newAxis: _ = full[.ellipsis, .newAxis]
        case .newAxisBeforeAll: _ = full[.newAxis]
        case .takeAxes: _ = full.take(NDArray([[0, 1]]), axis: 7)
        case .addingAtAxes: _ = full.addingAt(indices: NDArray([[0, 1]]), NDArray(1.0), axis: 7)
        case .indexAxes: _ = full[NDArray([[0]])]
        case .tiledAxes: _ = x.tiled([1, 1, 1, 1, 1, 1, 1, 1, 2])
        case .oneHotAxes: _ = NablaArray.oneHot(full.cast(to: .int64), classes: 2)
        }
    }

    var message: String {
        switch self {
        case .add: "+: expected shapes that broadcast together, got [2, 3] and [2, 4]"
        case .addInPlace: "+=: expected an operand that fits float32[2, 3], got float32[5, 2, 3]"
        case .integerDivision: "/=: expected an operand whose result fits int64, got 2"
        case .truthValues: "-: expected arrays of numbers, got bool"
        case .logicalNumbers: ".&&: expected arrays of bool or integers, got float32 and float32"
        case .reshaped: "reshaped: expected a shape for 6 elements ([2, 3]), got [4, 2]"
        case .reshapedOpen: "reshaped: expected a shape for 6 elements, got [4, -1]"
        case .transposed: "transposed: expected a permutation of the axes of shape [2, 3], got [0, 0]"
        case .broadcast: "broadcast: expected a shape that [2, 3] stretches to, got [3, 3]"
        case .axis: "sum: expected an axis in -2..<2 for shape [2, 3], got 2"
        case .axesTwice: "sum: expected different axes, got [1, -1]"
        case .emptyMax: "max: expected at least one element along axis 0, got shape [0, 3]"
        case .matmul: "matmul: expected shapes (…, n, k) and (…, k, m), got [2, 3] and [2, 3]"
        case .concatenate: "concatenate: expected shapes equal except along axis 0, got [2, 3] and [2, 4]"
        case .split: "split: expected extents that add up to 3, got [1, 1]"
        case .elements: "NDArray: expected 4 elements for shape [2, 2], got 3"
        case .item: "item: expected an array of one element, got shape [2, 3]"
        case .unsafeType: "withUnsafeElements: expected elements of type float32, got float64"
        case .shapeRank: "Shape: expected at most 8 axes, got more"
        case .squeezed: "squeezed: expected extent 1 along axis 0, got shape [2, 3]"
        case .position: "subscript: expected an index in -3..<3 along axis 1 of shape [2, 3], got 3"
        case .bound: "subscript: expected bounds in -2...2 along axis 0 of shape [2, 3], got 3"
        case .step: "subscript: expected a step that is not 0 along axis 0, got 0"
        case .tooMany: "subscript: expected at most 2 indices for shape [2, 3], got indices for 3 axes"
        case .ellipses: "subscript: expected at most one ellipsis, got 2"
        case .indexArray: "subscript: expected indices in -3..<3 along axis 1 of shape [2, 3], got -4"
        case .indexType: "subscript: expected index arrays of int32, int64 or bool, got float64"
        case .mask: "subscript: expected a mask of shape [2] for axes 0..<1 of shape [2, 3], got [3]"
        case .indexShapes: "subscript: expected index arrays that broadcast together, got shapes [2], [3]"
        case .assignShape: "subscript: expected values that stretch to shape [3], got shape [2]"
        case .assignKind: "subscript: expected values that can become int64, got float64"
        case .take: "take: expected indices in -3..<3 along axis 1 of shape [2, 3], got 3"
        case .addingAt: "addingAt: expected values that fit float32[2, 3], got float32[2, 4]"
        case .takeAlong: "takeAlong: expected indices of shape [2, 3] except along axis 1, got [1, 1]"
        case .oneHot: "oneHot: expected labels in 0..<3, got 5"
        case .repeated: "repeated: expected 3 counts of at least 0, got [1]"
        case .diagonal: "diagonal: expected two different axes, got (1, -1)"
        case .uniformRange: "uniform: expected a finite range that is not empty, got 1.0..<1.0"
        case .integersType: "integers: expected int32 or int64, got float32"
        case .probability: "bernoulli: expected a probability in 0...1, got 1.5"
        case .choice: "choice: expected at most 3 numbers without replacing, got 4"
        case .whereCondition: "where: expected a condition of bool, got float32"
        case .arange: "arange: expected a step that is not 0, got 0"
        case .fill: "fill: expected an integer for an array of int64, got 0.5"
        case .hugeZeros: "zeros: expected fewer than 2⁶³ bytes, got shape [2000000000, 2000000000, 2000000000] of float32"
        case .hugeOnes: "ones: expected fewer than 2⁶³ bytes, got shape [2000000000, 2000000000] of int64"
        case .hugeFull: "full: expected fewer than 2⁶³ bytes, got shape [2000000000, 2000000000, 3] of float32"
        case .hugeUniform: "uniform: expected fewer than 2⁶³ bytes, got shape [2000000000, 2000000000, 3] of float32"
        case .hugeTruncatedNormal: "truncatedNormal: expected fewer than 2⁶³ bytes, got shape [2000000000, 2000000000, 3] of float32"
        case .hugeProduct: "Shape: expected fewer than 2⁶³ elements, got shape [2000000000, 2000000000, 3]"
        case .hugeMatmul: "matmul: expected fewer than 2⁶³ bytes, got shape [2000000000, 2000000000] of float32"
        case .hugeMatmuls: "matmul: expected fewer than 2⁶³ bytes, got shape [2, 2000000000, 2000000000] of float32"
        case .noMemory: "+: expected memory for float32[1073741824, 1048576], got none from the system: it would have 4194304 GiB"
        case .noMemoryForMatmul:
            "matmul: expected memory for float32[1073741824, 1048576], got none from the system: it would have 4194304 GiB"
        case .hugeBroadcast: "Shape: expected fewer than 2⁶³ elements, got shape [2000000000, 2000000000, 3]"
        case .hugeArange: "arange: expected at most 2147483647 numbers, got bounds 0.0 and 1e+300 and a step of 1.0"
        case .hugeInfiniteArange: "arange: expected at most 2147483647 numbers, got bounds -1e+308 and 1e+308 and a step of 1.0"
        case .hugeIntegerArange:
            "arange: expected at most 2147483647 numbers, got bounds -9223372036854775808 and 9223372036854775807 and a step of 1"
        case .hugeLinspace: "linspace: expected a count in 0...2147483647, got 9223372036854775807"
        case .hugeEye: "eye: expected an extent in 0...2147483647, got 5000000000"
        case .hugeTiled: "tiled: expected an extent in 0...2147483647, got 9223372036854775807 times 1"
        case .hugeTiledBytes: "tiled: expected an extent in 0...2147483647, got 1500000000 times 2"
        case .hugeRepeated: "repeated: expected a count in 0...2147483647, got 9223372036854775807"
        case .hugeCounts:
            "repeated: expected counts that add up to at most 2147483647, got [9223372036854775807, 9223372036854775807]"
        case .hugePadded: "padded: expected a width in 0...2147483647, got 9223372036854775807"
        case .hugePaddedSum: "padded: expected an extent in 0...2147483647, got 4000000003"
        case .hugeConcatenation: "concatenate: expected an extent in 0...2147483647, got 4000000000"
        case .hugeSplit: "split: expected extents that add up to 3, got [9223372036854775807, 9223372036854775807, 5]"
        case .hugeReshape: "reshaped: expected a shape for 6 elements, got [-1, 9223372036854775807, 9223372036854775807]"
        case .hugeFlattened: "flattened: expected an extent in 0...2147483647, got 10000000000"
        case .hugeOneHot: "oneHot: expected a number of classes in 0...2147483647, got 9223372036854775807"
        case .hugePermutation: "permutation: expected a count in 0...2147483647, got 9223372036854775807"
        case .hugePopulation:
            "choice: expected a population of at most 2147483647 without replacing, got 9223372036854775807"
        case .noPopulation: "choice: expected a population of at least 1, got 0"
        case .hugeStride: "convolution: expected a stride in 0...2147483647, got 9223372036854775807"
        case .hugeDilation: "convolution: expected a dilation in 0...2147483647, got 9223372036854775807"
        case .hugeGroups: "convolution: expected a number of groups in 0...2147483647, got 9223372036854775807"
        case .threads: "setThreadCount: expected a number of threads in 1...1024, got 9223372036854775807"
        case .noThreads: "setThreadCount: expected a number of threads in 1...1024, got 0"
        case .lastPosition: "subscript: expected bounds in -2...2 along axis 0 of shape [2, 3], got 9223372036854775807"
        case .stackAxes: "stack: expected a result of at most 8 axes, got 9"
        case .expandedAxes: "expandingDimensions: expected a result of at most 8 axes, got 9"
        case .reshapedAxes: "reshaped: expected a result of at most 8 axes, got 9"
        case .newAxis, .newAxisBeforeAll, .indexAxes: "subscript: expected a result of at most 8 axes, got 9"
        case .takeAxes: "take: expected a result of at most 8 axes, got 9"
        case .addingAtAxes: "addingAt: expected a result of at most 8 axes, got 9"
        case .tiledAxes: "tiled: expected a result of at most 8 axes, got 9"
        case .oneHotAxes: "oneHot: expected a result of at most 8 axes, got 9"
        }
    }
}

/// Sizes beyond all bounds that have an answer.
@Suite struct ExtremeSizeTests {
    @Test func aShapeWithAnExtentOf0HasNoElements() {
        let shape: Shape = [2_000_000_000, 2_000_000_000, 2_000_000_000, 0]
        #expect(shape.elementCount == 0)
        let reversed: Shape = [0, 2_000_000_000, 2_000_000_000, 2_000_000_000]
        #expect(NDArray.zeros(shape).count == 0 && NDArray.ones(reversed).count == 0)
        #expect(NDArray.zeros(reversed).sum().item() == 0)
    }

    @Test func stepsBeyondTheArrayTakeOneElement() {
        let x = NDArray([1, 2, 3])
        #expect(x[.stride(by: .max)] == NDArray([1]))
        #expect(x[.stride(by: .min)] == NDArray([3]))
        #expect(x[.stride(from: 3, by: .max)].count == 0)
    }

    @Test func diagonalsBeyondTheMatrixAreEmpty() {
        let x = NDArray([[1, 2], [3, 4]])
        for offset in [Int.max, .min] {
            #expect(x.diagonal(offset: offset).shape == [0])
            #expect(x.trace(offset: offset) == NDArray(0))
            #expect(NDArray.eye(2, diagonal: offset) == .zeros([2, 2]))
        }
        #expect(tril(x, diagonal: .max) == x && tril(x, diagonal: .min) == .zeros([2, 2], dtype: .int64))
        #expect(triu(x, diagonal: .min) == x && triu(x, diagonal: .max) == .zeros([2, 2], dtype: .int64))
    }

    @Test func nothingMayBeRepeatedForEver() {
        #expect(NDArray.zeros([0, 2]).tiled([.max, 1]).shape == [0, 2])
    }
}

@Suite struct MisuseTests {
    @Test(arguments: Misuse.allCases) func stopsWithOneLine(_ misuse: Misuse) async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) { [misuse] in
            misuse.commit()
        }
        let text = String(decoding: result.standardErrorContent, as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.contains("Fatal error") } ?? ""
        #expect(line.hasSuffix(" " + misuse.message), "\(text.prefix(300))")
    }
}
