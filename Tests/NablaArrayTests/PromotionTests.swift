import NablaArray
import Testing

/// The type in which arrays of two types meet.
@Suite struct PromotionTests {
    /// The results of all pairs in the order float32, float64, int32, int64, bool: of two arrays or two single numbers.
    private static let equalRanks: [[DType]] = [
        [.float32, .float64, .float32, .float32, .float32],
        [.float64, .float64, .float64, .float64, .float64],
        [.float32, .float64, .int32, .int64, .int32],
        [.float32, .float64, .int64, .int64, .int64],
        [.float32, .float64, .int32, .int64, .bool],
    ]

    /// The same of a single number (row) and an array (column): it makes an array real, but no real array wider.
    private static let numberBesideArray: [[DType]] = [
        [.float32, .float64, .float32, .float32, .float32],
        [.float32, .float64, .float64, .float64, .float64],
        [.float32, .float64, .int32, .int64, .int32],
        [.float32, .float64, .int64, .int64, .int64],
        [.float32, .float64, .int32, .int64, .bool],
    ]

    @Test func allPairsAndRanks() {
        for (i, a) in DType.allCases.enumerated() {
            for (j, b) in DType.allCases.enumerated() {
                for (rankA, shapeA) in [[], [1], [2, 1], [1, 1, 2]].enumerated() {
                    for (rankB, shapeB) in [[], [2], [1, 2], [2, 1, 2]].enumerated() {
                        let expected: DType
                        switch (rankA == 0, rankB == 0) {
                        case (true, false): expected = Self.numberBesideArray[i][j]
                        case (false, true): expected = Self.numberBesideArray[j][i]
                        default: expected = Self.equalRanks[i][j]
                        }
                        #expect(DType.promoted(a, rank: rankA, b, rank: rankB) == expected, "\(a)\(shapeA) \(b)\(shapeB)")
                        let (x, y) = (NDArray.ones(Shape(shapeA), dtype: a), NDArray.ones(Shape(shapeB), dtype: b))
                        #expect((x + y).dtype == expected && (x * y).dtype == expected && maximum(x, y).dtype == expected)
                        #expect((x / y).dtype == (expected.isFloating ? expected : .float32))
                        #expect(`where`(NDArray([true, false]), x, y).dtype == expected)
                    }
                }
            }
        }
    }

    /// Values, not types alone: the number is rounded to the array's type.
    @Test func theNumberIsRounded() {
        let x = NDArray([1, 2] as [Float]), tenth = NDArray(0.1)
        #expect(x * tenth == NDArray([Float(0.1), Float(0.2)]))
        #expect(atan2(x, tenth).dtype == .float32 && pow(tenth, x).dtype == .float32)
        var sum = x
        sum += tenth
        #expect(sum == NDArray([Float(1) + Float(0.1), Float(2) + Float(0.1)]))
        #expect(x.addingAt(indices: NDArray([0]), tenth).dtype == .float32)
        // An array of one element is an array.
        #expect((x * NDArray([0.1])).dtype == .float64)
    }

    /// Comparisons have no type to keep, and are of the numbers as they are.
    @Test func comparisonsAreExact() {
        #expect((NDArray([Float(0.1)]) .> NDArray(0.1)) == NDArray([true]))
        #expect((NDArray([Int32(7)]) .< NDArray(1 << 40)) == NDArray([true]))
    }
}
