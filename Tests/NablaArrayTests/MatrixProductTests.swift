import Testing

@testable import NablaArray

@Suite struct MatrixProductTests {
    /// The definition: sums over single elements, with leading axes broadcast.
    private func naive(_ a: NDArray, _ b: NDArray) -> [Double] {
        let left = a.rank == 1 ? a.expandingDimensions(at: 0) : a
        let right = b.rank == 1 ? b.expandingDimensions(at: 1) : b
        let (n, k, m) = (left.shape[left.rank - 2], left.shape[left.rank - 1], right.shape[right.rank - 1])
        let batch = Shape.broadcast(Shape(left.shape.dropLast(2)), Shape(right.shape.dropLast(2)))!
        let (x, y) = (left.broadcast(to: Shape(Array(batch) + [n, k])), right.broadcast(to: Shape(Array(batch) + [k, m])))
        return indices(of: Shape(Array(batch) + [n, m])).map { index in
            let (lead, i, j) = (Array(index.dropLast(2)), index[index.count - 2], index[index.count - 1])
            return (0..<k).reduce(0) { $0 + x.element(lead + [i, $1]) * y.element(lead + [$1, j]) }
        }
    }

    private func numbers(_ shape: Shape, dtype: DType) -> NDArray {
        NDArray((0..<shape.elementCount).map { ($0 * 31) % 17 - 8 }, shape: shape, dtype: dtype)
    }

    @Test(arguments: DType.allCases) func shapes(_ dtype: DType) {
        let table: [(Shape, Shape, Shape)] = [
            ([2, 3], [3, 4], [2, 4]), ([1, 1], [1, 1], [1, 1]), ([3], [3], []), ([3], [3, 2], [2]), ([2, 3], [3], [2]),
            ([5, 1], [1, 5], [5, 5]), ([4, 2, 3], [3, 5], [4, 2, 5]), ([2, 3], [4, 3, 5], [4, 2, 5]), ([4, 2, 3], [4, 3, 2], [4, 2, 2]),
            ([4, 1, 2, 3], [5, 3, 2], [4, 5, 2, 2]), ([3], [4, 3, 2], [4, 2]), ([4, 2, 3], [3], [4, 2]), ([7, 9], [9, 8], [7, 8]),
        ]
        for (left, right, result) in table {
            let (a, b) = (numbers(left, dtype: dtype), numbers(right, dtype: dtype))
            // Products of truth values count in int64.
            expect(matmul(a, b), result, naive(a, b), dtype == .bool ? .int64 : dtype)
        }
    }

    @Test func layouts() {
        let a = numbers([6, 8], dtype: .float64)
        let lefts = [
            a[.stride(by: 2), ..<4], a.transposed()[..<3, ..<4], a[..<3, .stride(by: 2)], a[.stride(by: -2), .stride(by: -2)],
            a[0..<1, ..<4].broadcast(to: [3, 4]), a[..<3, 0..<1].broadcast(to: [3, 4]), a[0..<1, 2..<6], a[.stride(by: 3), 1..<2],
            a[1..<4, 2..<3].transposed(), a.transposed()[.stride(by: 3), 0..<1],
        ]
        for x in lefts {
            let b = numbers([7, 9], dtype: .float64)
            let k = x.shape[1]
            for y in [b[..<k, 1..<4], b.transposed()[..<k, 2...], b[..<k, .stride(by: 4)], b[..<k, 3..<4]] {
                expect(matmul(x, y), [x.shape[0], y.shape[1]], naive(x, y))
            }
        }
        let stacked = numbers([3, 4, 5], dtype: .float32)
        for x in [stacked, stacked.transposed([1, 0, 2]), stacked.transposed([0, 2, 1]), stacked[.stride(by: -1), .all, .stride(by: 2)]] {
            let y = numbers([x.shape[2], 6], dtype: .float32)
            expect(matmul(x, y), [x.shape[0], x.shape[1], 6], naive(x, y))
            expect(matmul(x, x.swappingAxes(-1, -2)), [x.shape[0], x.shape[1], x.shape[1]], naive(x, x.swappingAxes(-1, -2)))
        }
    }

    @Test func zeroExtents() {
        #expect(matmul(.zeros([0, 3]), .zeros([3, 2])).shape == [0, 2])
        #expect(matmul(.zeros([2, 3]), .zeros([3, 0])).shape == [2, 0])
        expect(matmul(.ones([2, 0]), .ones([0, 2])), [2, 2], [0, 0, 0, 0])
        expect(matmul(.ones([0]), .ones([0])), [], [0])
        expect(matmul(.ones([2, 1, 0]), .ones([0, 2])), [2, 1, 2], [0, 0, 0, 0])
        #expect(matmul(.zeros([0, 2, 3]), .zeros([3, 4])).shape == [0, 2, 4])
        #expect(matmul(.zeros([0, 2, 3]), .zeros([0, 3, 4])).shape == [0, 2, 4])
    }

    @Test func typesPromote() {
        #expect(matmul(NDArray.ones([2, 2]), NDArray.ones([2, 2], dtype: .float64)).dtype == .float64)
        #expect(matmul(NDArray.ones([2, 2]), NDArray.ones([2, 2], dtype: .int64)).dtype == .float32)
        #expect(matmul(NDArray.ones([2, 2], dtype: .int32), NDArray.ones([2, 2], dtype: .int64)).dtype == .int64)
    }

    @Test func largeProducts() {
        var generator = RandomGenerator(seed: 1)
        let (a, b) = (generator.normal([150, 90], dtype: .float64), generator.normal([90, 110], dtype: .float64))
        let sums = (a[.all, .all, .newAxis] * b).sum(axis: 1)
        expect(matmul(a, b), near: sums.doubles, within: 1e-13)
        expect(matmul(a.cast(to: .float32), b.cast(to: .float32)), near: sums.doubles, within: 1e-4)
    }

    /// Extents around those at which another library multiplies, operands as they lie, transposed and as parts of larger matrices, on one
    /// thread and two; whole numbers, whose sums float32 holds exactly. What was in the result's memory does not show. In a process of its own:
    /// the number of threads is everyone's.
    @Test func narrowProducts() async {
        await #expect(processExitsWith: .success) {
            for threads in [1, 2] {
                setThreadCount(threads)
                for (m, k, n) in [
                    (16, 16, 63), (16, 16, 64), (1, 128, 128), (1, 5000, 7), (5000, 1, 7), (40, 70, 256), (40, 70, 257), (3000, 64, 64),
                    (3000, 17, 250), (64, 3000, 17), (6, 3000, 1), (2, 9, 1000), (33, 65, 129),
                ] { MatrixProductTests().multiply(m, k, n) }
            }
        }
    }

    private func multiply(_ m: Int, _ k: Int, _ n: Int) {
        func kinds(_ rows: Int, _ columns: Int) -> [NDArray] {
            let wide = numbers([rows + 1, columns + 3], dtype: .float32)
            return [
                numbers([rows, columns], dtype: .float32), numbers([columns, rows], dtype: .float32).transposed(),
                wide[1..., 2..<(columns + 2)],
            ]
        }
        for (i, a) in kinds(m, k).enumerated() {
            for (j, b) in kinds(k, n).enumerated() {
                let right = matmul(a.cast(to: .float64), b.cast(to: .float64))
                _ = NDArray.full([m, n], Double.nan)
                if matmul(a, b).cast(to: .float64) != right { fatalError("\(m) × \(k) × \(n), kinds \(i) and \(j)") }
                let sum = NDArray.full([m, n], 1.0)
                Host.matmul(MatrixOperand(of: a), MatrixOperand(of: b), into: MatrixOperand(of: sum), dtype: .float32, accumulating: true)
                if sum.cast(to: .float64) != right + 1 { fatalError("1 + \(m) × \(k) × \(n), kinds \(i) and \(j)") }
            }
        }
    }

    @Test func nanSpreads() {
        var hole = NDArray.ones([40, 40])
        hole[3, 5] = NDArray(Float.nan)
        let spread = matmul(NDArray.ones([40, 40]), hole)
        for column in 0..<40 { expect(spread[0, column], [], [column == 5 ? .nan : 40]) }
        expect(matmul(NDArray([[0.0, 1]]), NDArray([[Double.nan], [1]])), [1, 1], [.nan])
    }
}
