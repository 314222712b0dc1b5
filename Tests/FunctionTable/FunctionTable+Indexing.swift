import Nabla

extension FunctionTable {
    private static let family = "Indexing"

    private static func row(
        _ name: String, of declaration: String, _ samples: [TableSample],
        reference: @escaping @Sendable ([FlatArray]) -> FlatArray, _ function: @escaping @Sendable ([Variable]) -> Variable
    ) -> TableRow {
        TableRow(
            name, of: declaration, family: family, linear: true, polynomial: true, samples: samples,
            reference: .naive { [reference($0)] }
        ) { [function($0)] }
    }

    static let indexing: [TableRow] = subscripts + gathers

    private static let subscripts: [TableRow] = [
        item("x[1]", [2, 3], [3], [2, 0], reference: { x in FlatArray(Array(x.shape.dropFirst())) { x[[1] + $0] } }) { $0[1] },
        item(
            "x[-1, 0]", [2, 3], [1, 1], [2, 2, 2], [1, 1, 0],
            reference: { x in
                FlatArray(Array(x.shape.dropFirst(2))) { x[[x.shape[0] - 1, 0] + $0] }
            }
        ) { $0[-1, 0] },
        item(
            "x[.ellipsis, 1..<3]", [2, 3], [4], [0, 3],
            reference: { x in
                FlatArray(x.shape.dropLast() + [2]) { x[$0.dropLast() + [$0.last! + 1]] }
            }
        ) { $0[.ellipsis, 1..<3] },
        item(
            "x[.stride(by: -2)]", [4, 2], [3], [1], [3, 0],
            reference: { x in
                FlatArray([(x.shape[0] + 1) / 2] + x.shape.dropFirst()) { x[[x.shape[0] - 1 - 2 * $0[0]] + $0.dropFirst()] }
            }
        ) { $0[.stride(by: -2)] },
        item(
            "x[.newAxis, .all, 0]", [2, 3], [1, 1], [0, 2],
            reference: { x in
                FlatArray([1, x.shape[0]]) { x[$0[1], 0] }
            }
        ) { $0[.newAxis, .all, 0] },
        item(
            "x[[2, 0, 2]]", [3, 2], [4], [3, 0],
            reference: { x in
                FlatArray([3] + x.shape.dropFirst()) { x[[[2, 0, 2][$0[0]]] + $0.dropFirst()] }
            }
        ) { $0[[2, 0, 2]] },
        item(
            "x[[1, 0, 1], [0, 2, 0]]", [2, 3], [2, 3, 2], [2, 3, 0],
            reference: { x in
                FlatArray([3] + x.shape.dropFirst(2)) { x[[[1, 0, 1][$0[0]], [0, 2, 0][$0[0]]] + $0.dropFirst(2 - 1)] }
            }
        ) { $0[[1, 0, 1], [0, 2, 0]] },
        row(
            "x[mask]", of: "subscript(any ArrayIndex...)",
            [
                TableSample(
                    "[2, 3] by a mask",
                    [NDArray([[0.5, -1, 2], [0.25, 3, -2]], dtype: .float64), NDArray([[true, false, true], [false, false, true]])]),
                TableSample(
                    "[2, 2] by a mask of none",
                    [NDArray([[0.5, -1], [0.25, 3]], dtype: .float64), NDArray([[false, false], [false, false]])]),
            ],
            reference: { arguments in
                let chosen = zip(arguments[0].values, arguments[1].values).filter { $0.1 != 0 }.map(\.0)
                return FlatArray([chosen.count], chosen)
            }
        ) { $0[0][$0[1].array] },
    ]

    private static func item(
        _ name: String, _ shapes: [Int]..., reference: @escaping @Sendable (FlatArray) -> FlatArray,
        _ function: @escaping @Sendable (Variable) -> Variable
    ) -> TableRow {
        row(
            name, of: "subscript(any ArrayIndex...)", .at(cases: shapes.map { [TableInput.real($0)] }, seed: name),
            reference: { reference($0[0]) }
        ) { function($0[0]) }
    }

    private static let gathers: [TableRow] = [
        row(
            "x.take(i)", of: "take(NDArray, axis: Int)",
            .at(
                [.real(3, 2), .indices(4, below: 3)], [.real(3), .indices(2, 2, below: 3)], [.real(3), .indices(below: 3)],
                [.real(2, 2), .indices(0, below: 2)], [.real(2, 0), .indices(3, below: 2)], [.real(3, 2), .integers([-1, 0, -3])],
                seed: "take"),
            reference: { take($0[0], $0[1], 0) }
        ) { $0[0].take($0[1].array) },
        row(
            "x.take(i, axis: 1)", of: "take(NDArray, axis: Int)",
            .at([.real(2, 3), .indices(4, below: 3)], [.real(2, 2, 2), .indices(2, 1, below: 2)], seed: "take 1"),
            reference: { take($0[0], $0[1], 1) }
        ) { $0[0].take($0[1].array, axis: 1) },
        row(
            "x.addingAt(indices: i, v)", of: "addingAt(indices: NDArray, Variable, axis: Int)",
            .at(
                [.real(3, 2), .indices(4, below: 3), .real(4, 2)], [.real(3), .indices(2, 2, below: 3), .real(2, 2)],
                [.real(3, 2), .indices(3, below: 3), .real(2)], [.real(2), .indices(3, below: 2), .real()],
                [.real(2, 2), .indices(0, below: 2), .real(0, 2)], seed: "addingAt"),
            reference: { addingAt($0[0], $0[1], $0[2], 0) }
        ) { $0[0].addingAt(indices: $0[1].array, $0[2]) },
        row(
            "x.addingAt(indices: i, v, axis: -1)", of: "addingAt(indices: NDArray, Variable, axis: Int)",
            .at(
                [.real(2, 3), .indices(4, below: 3), .real(2, 4)], [.real(2, 3), .indices(2, below: 3), .real(1, 2)], seed: "addingAt -1"),
            reference: { addingAt($0[0], $0[1], $0[2], $0[0].rank - 1) }
        ) { $0[0].addingAt(indices: $0[1].array, $0[2], axis: -1) },
        row(
            "x.takeAlong(i, axis: 1)", of: "takeAlong(NDArray, axis: Int)",
            .at(
                [.real(2, 3), .indices(2, 4, below: 3)], [.real(1, 2), .indices(1, 1, below: 2)], [.real(2, 2), .indices(2, 0, below: 2)],
                seed: "along"),
            reference: { arguments in FlatArray(arguments[1].shape) { arguments[0][$0[0], Int(arguments[1][$0])] } }
        ) { $0[0].takeAlong($0[1].array, axis: 1) },
        row(
            "x.addingAlong(indices: i, v, axis: 1)", of: "addingAlong(indices: NDArray, Variable, axis: Int)",
            .at(
                [.real(2, 3), .indices(2, 4, below: 3), .real(2, 4)], [.real(2, 3), .indices(2, 2, below: 3), .real(2)],
                [.real(2, 2), .indices(2, 1, below: 2), .real()], [.real(2, 2), .indices(2, 0, below: 2), .real(2, 0)], seed: "addingAlong"),
            reference: { arguments in
                var sum = arguments[0]
                for place in FlatArray.indices(of: arguments[1].shape) {
                    sum[[place[0], Int(arguments[1][place])]] += arguments[2].stretched(place)
                }
                return sum
            }
        ) { $0[0].addingAlong(indices: $0[1].array, $0[2], axis: 1) },
    ]

    private static func take(_ x: FlatArray, _ indices: FlatArray, _ axis: Int) -> FlatArray {
        FlatArray(x.shape[..<axis] + indices.shape + x.shape[(axis + 1)...]) { place in
            let index = Int(indices[Array(place[axis..<axis + indices.rank])])
            return x[place[..<axis] + [index < 0 ? index + x.shape[axis] : index] + place[(axis + indices.rank)...]]
        }
    }

    private static func addingAt(_ x: FlatArray, _ indices: FlatArray, _ values: FlatArray, _ axis: Int) -> FlatArray {
        var sum = x
        for place in FlatArray.indices(of: x.shape[..<axis] + indices.shape + x.shape[(axis + 1)...]) {
            let index = Int(indices[Array(place[axis..<axis + indices.rank])])
            sum[place[..<axis] + [index] + place[(axis + indices.rank)...]] += values.stretched(place)
        }
        return sum
    }
}
