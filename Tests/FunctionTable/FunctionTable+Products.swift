import Nabla

extension FunctionTable {
    private static let family = "Products"

    /// The matrix product by definition, with its rules for vectors and stacks.
    private static func product(_ a: FlatArray, _ b: FlatArray) -> FlatArray {
        if a.rank == 1 {
            let full = product(a.reshaped([1] + a.shape), b)
            return full.reshaped(b.rank == 1 ? [] : full.shape.dropLast(2) + [full.shape.last!])
        }
        if b.rank == 1 {
            let full = product(a, b.reshaped(b.shape + [1]))
            return full.reshaped(Array(full.shape.dropLast()))
        }
        let stack = FlatArray.common([Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2))])
        let inner = a.shape[a.rank - 1]
        return FlatArray(stack + [a.shape[a.rank - 2], b.shape[b.rank - 1]]) { place in
            let (outer, row, column) = (Array(place.dropLast(2)), place[place.count - 2], place[place.count - 1])
            return (0..<inner).reduce(0) { $0 + a.stretched(outer + [row, $1]) * b.stretched(outer + [$1, column]) }
        }
    }

    private static func linearMap(_ x: FlatArray, _ weight: FlatArray, _ bias: FlatArray?) -> FlatArray {
        FlatArray(x.shape.dropLast() + [weight.shape[0]]) { place in
            (0..<weight.shape[1]).reduce(bias?[place.last!] ?? 0) { $0 + x[place.dropLast() + [$1]] * weight[place.last!, $1] }
        }
    }

    /// With the last two axes exchanged.
    private static func exchanged(_ a: FlatArray) -> FlatArray {
        FlatArray(a.shape.dropLast(2) + [a.shape[a.rank - 1], a.shape[a.rank - 2]]) { place in
            a[place.dropLast(2) + [place[place.count - 1], place[place.count - 2]]]
        }
    }

    private static let exchanging = "matmul(Variable, Variable, transposeA: Bool, transposeB: Bool)"

    static let products: [TableRow] = [
        TableRow(
            "matmul(a, b)", of: exchanging, family: family, polynomial: true,
            samples: .at(
                [.real(2, 3), .real(3, 2)], [.real(3), .real(3)], [.real(3), .real(3, 2)], [.real(2, 3), .real(3)],
                [.real(2, 2, 3), .real(3, 2)], [.real(2, 2), .real(2, 2, 1)], [.real(2, 1, 1, 2), .real(2, 2, 2)],
                [.real(2), .real(2, 2, 2)],
                [.real(2, 0), .real(0, 2)], [.real(0, 2), .real(2, 2)], [.real(0, 2, 2), .real(2, 2)], [.real(2, 2, 3), .real(3)],
                seed: "matmul")
                + [.repeated(.real(2, 2), seed: "matmul"), .repeated(.real(3), seed: "matmul of vectors"), mixed],
            reference: .naive { [product($0[0], $0[1])] }
        ) { [matmul($0[0], $0[1])] },
        TableRow(
            "matmul(a, b, transposeA: true)", of: exchanging, family: family, polynomial: true,
            samples: .at(
                [.real(3, 2), .real(3, 2)], [.real(3, 2), .real(3)], [.real(2, 3, 2), .real(3, 2)], [.real(2, 2), .real(2, 2, 1)],
                [.real(2, 1, 3, 2), .real(2, 3, 2)], [.real(0, 2), .real(0, 2)], [.real(0, 2, 2), .real(2, 2)], seed: "transposed left")
                + [.repeated(.real(2, 2), seed: "transposed left")],
            reference: .naive { [product(exchanged($0[0]), $0[1])] }
        ) { [matmul($0[0], $0[1], transposeA: true)] },
        TableRow(
            "matmul(a, b, transposeB: true)", of: exchanging, family: family, polynomial: true,
            samples: .at(
                [.real(2, 3), .real(2, 3)], [.real(3), .real(2, 3)], [.real(2, 2, 3), .real(2, 3)], [.real(2, 2), .real(2, 1, 2)],
                [.real(2, 1, 1, 2), .real(2, 2, 2)], [.real(2, 0), .real(2, 0)], [.real(0, 2, 2), .real(2, 2)], seed: "transposed right")
                + [.repeated(.real(2, 2), seed: "transposed right")],
            reference: .naive { [product($0[0], exchanged($0[1]))] }
        ) { [matmul($0[0], $0[1], transposeB: true)] },
        TableRow(
            "matmul(a, b, transposeA: true, transposeB: true)", of: exchanging, family: family, polynomial: true,
            samples: .at(
                [.real(3, 2), .real(2, 3)], [.real(2, 3, 2), .real(2, 3)], [.real(2, 2), .real(2, 1, 2)],
                [.real(2, 1, 3, 2), .real(2, 2, 3)], seed: "both transposed")
                + [.repeated(.real(2, 2), seed: "both transposed")],
            reference: .naive { [product(exchanged($0[0]), exchanged($0[1]))] }
        ) { [matmul($0[0], $0[1], transposeA: true, transposeB: true)] },
        TableRow(
            "linear(x, weight)", of: "linear(Variable, Variable, Variable?)", family: family, polynomial: true,
            samples: .at(
                [.real(2, 3), .real(2, 3)], [.real(3), .real(2, 3)], [.real(2, 2, 2), .real(3, 2)], [.real(0, 2), .real(1, 2)],
                seed: "linear"),
            reference: .naive { [linearMap($0[0], $0[1], nil)] }
        ) { [linear($0[0], $0[1])] },
        TableRow(
            "linear(x, weight, bias)", of: "linear(Variable, Variable, Variable?)", family: family, polynomial: true,
            samples: .at(
                [.real(2, 3), .real(2, 3), .real(2)], [.real(2), .real(1, 2), .real(1)], [.real(2, 1, 2), .real(3, 2), .real(3)],
                seed: "biased"),
            reference: .naive { [linearMap($0[0], $0[1], $0[2])] }
        ) { [linear($0[0], $0[1], $0[2])] },
    ]

    private static let mixed = TableSample(
        "[1, 2] of float32, [2, 2] of float64",
        [NDArray([[0.5, -1.5]], dtype: .float32), NDArray([[0.25, 1], [-0.5, 2]], dtype: .float64)])
}
