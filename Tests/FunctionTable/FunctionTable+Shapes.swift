import Nabla

extension FunctionTable {
    private static let family = "Shapes"

    /// Functions that only move elements are linear, and polynomials of degree one.
    private static func row(
        _ name: String, of declaration: String, _ shapes: [Int]..., reference: @escaping @Sendable (FlatArray) -> FlatArray,
        _ function: @escaping @Sendable (Variable) -> Variable
    ) -> TableRow {
        TableRow(
            name, of: declaration, family: family, linear: true, polynomial: true,
            samples: .at(cases: shapes.map { [TableInput.real($0)] }, seed: name), reference: .naive { [reference($0[0])] }
        ) { [function($0[0])] }
    }

    static let shapes: [TableRow] = [
        row(
            "x.reshaped(to: [3, -1])", of: "reshaped(to: [Int])", [2, 3], [3], [3, 1, 2], [3, 2],
            reference: {
                $0.reshaped([3, $0.values.count / 3])
            }
        ) { $0.reshaped(to: [3, -1]) },
        row(
            "x.reshaped(to: [x.count] as Shape)", of: "reshaped(to: Shape)", [2, 3], [], [0, 2], [1],
            reference: {
                $0.reshaped([$0.values.count])
            }
        ) { $0.reshaped(to: [$0.count] as Shape) },
        row(
            "x.flattened()", of: "flattened(fromAxis: Int)", [2, 3], [], [2, 0], [4],
            reference: {
                $0.reshaped([$0.values.count])
            }
        ) { $0.flattened() },
        row(
            "x.flattened(fromAxis: 1)", of: "flattened(fromAxis: Int)", [2, 3, 2], [2, 0, 3], [1, 2], [2, 1, 1],
            reference: {
                $0.reshaped([$0.shape[0], $0.shape.dropFirst().reduce(1, *)])
            }
        ) { $0.flattened(fromAxis: 1) },
        row(
            "x.expandingDimensions(at: -1)", of: "expandingDimensions(at: Int)", [2, 3], [], [0], [1, 1],
            reference: {
                $0.reshaped($0.shape + [1])
            }
        ) { $0.expandingDimensions(at: -1) },
        row(
            "x.squeezed()", of: "squeezed(axes: [Int]?)", [1, 3, 1], [1], [], [1, 0], [2, 2],
            reference: { x in
                x.reshaped(x.shape.filter { $0 != 1 })
            }
        ) { $0.squeezed() },
        row(
            "x.squeezed(axes: [1])", of: "squeezed(axes: [Int]?)", [2, 1, 1], [1, 1], [0, 1], [1, 1, 2],
            reference: { x in
                x.reshaped([x.shape[0]] + x.shape.dropFirst(2))
            }
        ) { $0.squeezed(axes: [1]) },
        row(
            "x.transposed()", of: "transposed([Int]?)", [2, 3], [], [2], [2, 0], [2, 3, 2],
            reference: { x in
                FlatArray(x.shape.reversed()) { x[$0.reversed()] }
            }
        ) { $0.transposed() },
        row(
            "x.transposed([1, 2, 0])", of: "transposed([Int]?)", [2, 3, 2], [1, 2, 3], [0, 1, 2], [1, 1, 1],
            reference: { x in
                FlatArray([x.shape[1], x.shape[2], x.shape[0]]) { x[$0[2], $0[0], $0[1]] }
            }
        ) { $0.transposed([1, 2, 0]) },
        row(
            "x.swappingAxes(0, -1)", of: "swappingAxes(Int, Int)", [2, 3], [2], [2, 1, 3], [3, 0],
            reference: { x in
                let swapped = { (list: [Int]) in [list.last!] + list.dropFirst().dropLast() + (list.count > 1 ? [list[0]] : []) }
                return FlatArray(swapped(x.shape)) { x[swapped($0)] }
            }
        ) { $0.swappingAxes(0, -1) },
        row(
            "x.broadcast(to: [2, 2, 3])", of: "broadcast(to: Shape)", [2, 3], [], [3], [2, 1], [1, 1, 1], [2, 2, 3],
            reference: { x in
                FlatArray([2, 2, 3]) { x.stretched($0) }
            }
        ) { $0.broadcast(to: [2, 2, 3]) },
        row(
            "x.broadcast(to: [2, 0])", of: "broadcast(to: Shape)", [2, 1], [], [1], [2, 0],
            reference: { _ in
                FlatArray([2, 0], [])
            }
        ) { $0.broadcast(to: [2, 0]) },
        row(
            "x.summed(to: [1, 3])", of: "summed(to: Shape)", [2, 3], [2, 2, 3], [1, 3], [0, 3],
            reference: { x in
                FlatArray([1, 3]) { place in
                    FlatArray.indices(of: x.shape).filter { $0.last == place[1] }.reduce(0) { $0 + x[$1] }
                }
            }
        ) { $0.summed(to: [1, 3]) },
        row("x.summed(to: [])", of: "summed(to: Shape)", [2, 3], [], [3], [2, 0], reference: { $0.reduced(nil) { $0.reduce(0, +) } }) {
            $0.summed(to: [])
        },
        row("x.cast(to: x.dtype)", of: "cast(to: DType)", [2, 3], [], [0, 2], [3], reference: { $0 }) { $0.cast(to: $0.dtype) },
        // From float32, so that every number tried is exact in both types.
        TableRow(
            "x.cast(to: .float64)", of: "cast(to: DType)", family: family, linear: true, polynomial: true,
            samples: [
                TableSample("[2, 2] of float32", [NDArray([[0.5, -1.25], [2, 0.1]], dtype: .float32)]),
                TableSample("[] of float32", [NDArray(0.3, dtype: .float32)]),
                TableSample("[0] of float32", [.zeros([0], dtype: .float32)]),
            ], reference: .naive { $0 }
        ) { [$0[0].cast(to: .float64)] },
        row(
            "x.flipped()", of: "flipped(axes: [Int]?)", [2, 3], [], [4], [0, 2],
            reference: { x in
                FlatArray(x.shape) { place in x[zip(place, x.shape).map { $1 - 1 - $0 }] }
            }
        ) { $0.flipped() },
        row(
            "x.flipped(axes: [-1])", of: "flipped(axes: [Int]?)", [2, 3], [2], [2, 2, 2], [2, 0],
            reference: { x in
                x.alongLines(-1) { $0.reversed() }
            }
        ) { $0.flipped(axes: [-1]) },
    ]
}
