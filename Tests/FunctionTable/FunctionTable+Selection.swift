import Glibc
import Nabla

extension FunctionTable {
    private static let family = "Selection"
    private static let eitherSide = TableInput.sized(in: 0.2...1.5)

    static let selection: [TableRow] = choices + [masked] + extremes

    private static let extremes: [TableRow] = [
        .unary("abs(x)", family: family, at: eitherSide, linear: true, { $0.magnitude }) { abs($0) },
        // Ranges that meet no tie: a below -0.2 or above 0.2, b within ±0.15.
        .binary(
            "maximum(a, b)", family: family, at: eitherSide, and: .real(in: -0.15...0.15), linear: true, repeats: false,
            {
                Swift.max($0, $1)
            }
        ) { maximum($0, $1) },
        .binary(
            "minimum(a, b)", family: family, at: eitherSide, and: .real(in: -0.15...0.15), linear: true, repeats: false,
            {
                Swift.min($0, $1)
            }
        ) { minimum($0, $1) },
        .unary(
            "maximum(x, 0.1)", of: "maximum(Variable, some Scalar)", family: family, at: eitherSide, linear: true,
            {
                Swift.max($0, 0.1)
            }
        ) { maximum($0, 0.1) },
        .unary(
            "minimum(x, 0.1)", of: "minimum(Variable, some Scalar)", family: family, at: eitherSide, linear: true,
            {
                Swift.min($0, 0.1)
            }
        ) { minimum($0, 0.1) },
        .unary(
            "clip(x, -0.1, 0.8)", of: "clip(Variable, Double, Double)", family: family, at: .sized(in: 0.2...0.7), linear: true,
            {
                Swift.min(Swift.max($0, -0.1), 0.8)
            }
        ) { clip($0, -0.1, 0.8) },
        .binary("logAddExp(a, b)", family: family, { Glibc.log(Glibc.exp($0) + Glibc.exp($1)) }) { logAddExp($0, $1) },
    ]

    private static let choices: [TableRow] = [
        choice("where(c, a, b)", of: "where(Variable, Variable, Variable)") { `where`($0, $1, $2) },
        choice("where(c, a, b), c an array", of: "where(NDArray, Variable, Variable)") { `where`($0.array, $1, $2) },
        oneBranch("where(c, x, 0.5)", of: "where(Variable, Variable, some Scalar)", { $0 ? $1 : 0.5 }) { `where`($0, $1, 0.5) },
        oneBranch("where(c, 2, x)", of: "where(Variable, some Scalar, Variable)", { $0 ? 2 : $1 }) { `where`($0, 2, $1) },
    ]

    /// The root of negative elements is never taken.
    private static let masked = TableRow(
        "where(x .> 0, x, otherwise: -1) { sqrt($0) }", of: "where(Variable, Variable, otherwise: some Scalar, (Variable) -> Variable)",
        family: family,
        samples: .at([.sized(2, 3, in: 0.5...1.5)], [.sized(in: 0.5...1.5)], [.sized(0, 2)], [.real(2, in: -2...(-1))], seed: "masked"),
        reference: .scalar { $0[0] > 0 ? $0[0].squareRoot() : -1 }
    ) { [`where`($0[0] .> 0, $0[0], otherwise: -1) { sqrt($0) }] }

    private static func choice(
        _ name: String, of declaration: String, _ f: @escaping @Sendable (Variable, Variable, Variable) -> Variable
    ) -> TableRow {
        TableRow(
            name, of: declaration, family: family, linear: true, polynomial: true,
            samples: .at(
                [.flags(2, 3), .real(2, 3), .real(2, 3)], [.flags(2, 1), .real(3), .real(1, 3)], [.flags(3), .real(), .real(2, 1)],
                [.flags(), .real(), .real()], [.flags(2, 0), .real(1), .real(2, 1)], [.flags(), .real(2), .real(3, 1)], seed: name),
            reference: .scalar { $0[0] != 0 ? $0[1] : $0[2] }
        ) { [f($0[0], $0[1], $0[2])] }
    }

    private static func oneBranch(
        _ name: String, of declaration: String, _ reference: @escaping @Sendable (Bool, Double) -> Double,
        _ f: @escaping @Sendable (Variable, Variable) -> Variable
    ) -> TableRow {
        TableRow(
            name, of: declaration, family: family, linear: true, polynomial: true,
            samples: .at(
                [.flags(2, 3), .real(2, 3)], [.flags(2, 1), .real(3)], [.flags(3), .real()], [.flags(), .real()],
                [.flags(0, 2), .real(2)], seed: name),
            reference: .scalar { reference($0[0] != 0, $0[1]) }
        ) { [f($0[0], $0[1])] }
    }
}
