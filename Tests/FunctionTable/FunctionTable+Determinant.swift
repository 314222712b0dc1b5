import Nabla

extension FunctionTable {
    /// Σ over permutations of sign · Π xᵢ,ₚ₍ᵢ₎, by expansion along the first row.
    private static func leibniz(_ rows: [[Double]]) -> Double {
        guard let first = rows.first else { return 1 }
        return first.indices.reduce(0) { sum, column in
            let minor = rows.dropFirst().map { row in row.indices.filter { $0 != column }.map { row[$0] } }
            return sum + (column % 2 == 0 ? 1 : -1) * first[column] * leibniz(minor)
        }
    }

    static let determinants: [TableRow] = [
        TableRow(
            "det(x)", of: "det(Variable)", family: "Determinant", polynomial: true,
            samples: .at(
                [.real(3, 3)], [.real(1, 1)], [.real(2, 2, 2)], [.real(4, 4)], [.real(0, 0)], [.real(0, 2, 2)], [.real(2, 0, 0)],
                seed: "det"),
            reference: .naive { arguments in
                let x = arguments[0]
                let n = x.shape.last!
                return [
                    FlatArray(Array(x.shape.dropLast(2))) { place in
                        leibniz((0..<n).map { row in (0..<n).map { x[place + [row, $0]] } })
                    }
                ]
            }
        ) { [det($0[0])] }
    ]
}
