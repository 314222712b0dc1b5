import Testing

@testable import NablaArray

/// Programming errors stop the process with one line: the function, what it expected and what it got.
enum Misuse: String, CaseIterable, Codable, Sendable {
    case add, addInPlace, integerDivision, truthValues, logicalNumbers, reshaped, reshapedOpen, transposed, broadcast, axis, axesTwice
    case emptyMax, matmul, concatenate, split, elements, item, unsafeType, shapeRank, squeezed, position, bound, step, tooMany, ellipses
    case indexArray, indexType, mask, indexShapes, assignShape, assignKind, take, addingAt, takeAlong, oneHot, repeated, diagonal
    case uniformRange, integersType, probability, choice, whereCondition, arange, fill

    func commit() {
        let x = NDArray.zeros([2, 3])
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
        case .arange: "arange: expected a step that is not 0, got 0.0"
        case .fill: "fill: expected an integer for an array of int64, got 0.5"
        }
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
