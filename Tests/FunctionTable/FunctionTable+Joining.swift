import Nabla

extension FunctionTable {
    private static let family = "Joining"

    private static func row(
        _ name: String, of declaration: String, _ samples: [TableSample],
        reference: @escaping @Sendable ([FlatArray]) -> [FlatArray], _ function: @escaping @Sendable ([Variable]) -> [Variable]
    ) -> TableRow {
        TableRow(
            name, of: declaration, family: family, linear: true, polynomial: true, samples: samples, reference: .naive(reference), function)
    }

    /// The part of `x` with indices in `range` along `axis`.
    private static func part(_ x: FlatArray, _ axis: Int, _ range: Range<Int>) -> FlatArray {
        var shape = x.shape
        shape[axis] = range.count
        return FlatArray(shape) { place in
            var source = place
            source[axis] += range.lowerBound
            return x[source]
        }
    }

    private static func joined(_ parts: [FlatArray], _ axis: Int) -> FlatArray {
        var shape = parts[0].shape
        shape[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
        return FlatArray(shape) { place in
            var (source, part) = (place, 0)
            while source[axis] >= parts[part].shape[axis] {
                source[axis] -= parts[part].shape[axis]
                part += 1
            }
            return parts[part][source]
        }
    }

    static let joining: [TableRow] = [
        row(
            "concatenate([a, b, c])", of: "concatenate([Variable], axis: Int)",
            .at(
                [.real(2, 2), .real(1, 2), .real(3, 2)], [.real(0), .real(2), .real(1)], [.real(1, 0), .real(2, 0), .real(0, 0)],
                seed: "cat"),
            reference: { [joined($0, 0)] }
        ) { [concatenate($0)] },
        row(
            "concatenate([a, b], axis: -1)", of: "concatenate([Variable], axis: Int)",
            .at([.real(2, 2), .real(2, 1)], [.real(1), .real(2)], [.real(2, 0), .real(2, 1)], seed: "cat -1")
                + [.repeated(.real(2, 2), seed: "cat"), mixed],
            reference: { [joined($0, $0[0].rank - 1)] }
        ) { [concatenate($0, axis: -1)] },
        row(
            "stack([a, b])", of: "stack([Variable], axis: Int)",
            .at([.real(2, 3), .real(2, 3)], [.real(), .real()], [.real(0), .real(0)], seed: "stack")
                + [.repeated(.real(2, 2), seed: "stack")],
            reference: { parts in [FlatArray([2] + parts[0].shape) { parts[$0[0]][Array($0.dropFirst())] }] }
        ) { [stack($0)] },
        row(
            "stack([a, b], axis: -1)", of: "stack([Variable], axis: Int)",
            .at([.real(2, 3), .real(2, 3)], [.real(), .real()], [.real(0), .real(0)], seed: "stack -1"),
            reference: { parts in [FlatArray(parts[0].shape + [2]) { parts[$0.last!][Array($0.dropLast())] }] }
        ) { [stack($0, axis: -1)] },
        row(
            "x.split([1, 0, 2], axis: 1)", of: "split([Int], axis: Int)",
            .at([.real(2, 3)], [.real(1, 3, 2)], [.real(0, 3)], seed: "split"),
            reference: { [part($0[0], 1, 0..<1), part($0[0], 1, 1..<1), part($0[0], 1, 1..<3)] }
        ) { $0[0].split([1, 0, 2], axis: 1) },
        row(
            "x.split(into: 2)", of: "split(into: Int, axis: Int)",
            .at([.real(4)], [.real(2, 2)], [.real(0, 2)], [.real(4, 0)], seed: "halves"),
            reference: { x in
                let half = x[0].shape[0] / 2
                return [part(x[0], 0, 0..<half), part(x[0], 0, half..<2 * half)]
            }
        ) { $0[0].split(into: 2) },
        row(
            "x.padded([(1, 2), (0, 1)])", of: "padded([(low: Int, high: Int)], value: Double)",
            .at([.real(2, 3)], [.real(1, 1)], [.real(0, 2)], seed: "padded"), reference: { [padded($0[0], 0)] }
        ) { [$0[0].padded([(1, 2), (0, 1)])] },
        row(
            "x.padded([(1, 2), (0, 1)], value: -0.5)", of: "padded([(low: Int, high: Int)], value: Double)",
            .at([.real(2, 3)], [.real(1, 1)], [.real(2, 0)], seed: "padded value"), reference: { [padded($0[0], -0.5)] }
        ) { [$0[0].padded([(1, 2), (0, 1)], value: -0.5)] },
    ]

    private static let mixed = TableSample(
        "[2, 1] of float64, [2, 2] of float32",
        [NDArray([[0.5], [-1]], dtype: .float64), NDArray([[0.25, 1], [-0.5, 2]], dtype: .float32)])

    private static func padded(_ x: FlatArray, _ value: Double) -> FlatArray {
        FlatArray([x.shape[0] + 3, x.shape[1] + 1]) { place in
            let (i, j) = (place[0] - 1, place[1])
            return 0..<x.shape[0] ~= i && j < x.shape[1] ? x[i, j] : value
        }
    }
}
