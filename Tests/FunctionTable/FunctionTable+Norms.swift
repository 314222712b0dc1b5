import Nabla

extension FunctionTable {
    private static let family = "Norms"
    private static func squares(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 } }

    static let norms: [TableRow] = [
        TableRow(
            "squaredNorm(x)", of: "squaredNorm(Variable, axes: [Int]?, keepsAxes: Bool)", family: family, polynomial: true,
            samples: .at([.real(2, 3)], [.real()], [.real(0, 2)], seed: "squaredNorm"), reference: .naive { [$0[0].reduced(nil, squares)] }
        ) { [squaredNorm($0[0])] },
        TableRow(
            "squaredNorm(x, axes: [0, 1], keepsAxes: true)", of: "squaredNorm(Variable, axes: [Int]?, keepsAxes: Bool)", family: family,
            polynomial: true, samples: .at([.real(2, 2, 2)], [.real(1, 3)], [.real(2, 1, 0)], seed: "squaredNorm axes"),
            reference: .naive { [$0[0].reduced([0, 1], keepsAxes: true, squares)] }
        ) { [squaredNorm($0[0], axes: [0, 1], keepsAxes: true)] },
        TableRow(
            "norm(x)", of: "norm(Variable, axes: [Int]?, keepsAxes: Bool, eps: Double)", family: family,
            samples: .at([.sized(2, 3)], [.sized()], [.sized(4)], seed: "norm"),
            reference: .naive { [$0[0].reduced(nil) { squares($0).squareRoot() }] }
        ) { [norm($0[0])] },
        TableRow(
            "norm(x, axes: [0, 1], eps: 0.5)", of: "norm(Variable, axes: [Int]?, keepsAxes: Bool, eps: Double)", family: family,
            samples: .at([.real(2, 2)], [.real(2, 1, 2)], [.real(0, 1, 2)], seed: "norm eps"),
            reference: .naive { [$0[0].reduced([0, 1]) { (squares($0) + 0.5).squareRoot() }] }
        ) { [norm($0[0], axes: [0, 1], eps: 0.5)] },
        TableRow(
            "norm(x, axis: -1, keepsAxes: true)", of: "norm(Variable, axis: Int, keepsAxes: Bool, eps: Double)", family: family,
            samples: .at([.sized(2, 3)], [.sized(3)], [.sized(0, 2)], [.sized(2, 0)], seed: "norm axis"),
            reference: .naive { [$0[0].reduced([-1], keepsAxes: true) { squares($0).squareRoot() }] }
        ) { [norm($0[0], axis: -1, keepsAxes: true)] },
    ]
}
