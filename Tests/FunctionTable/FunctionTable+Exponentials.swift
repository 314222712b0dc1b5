import Glibc
import Nabla

extension FunctionTable {
    private static let family = "Exponentials"
    private static let positive = TableInput.real(in: 0.6...2)

    static let exponentials: [TableRow] = [
        .unary("exp(x)", family: family, { Glibc.exp($0) }) { exp($0) },
        .unary("expm1(x)", family: family, { Glibc.expm1($0) }) { expm1($0) },
        .unary("log(x)", family: family, at: positive, { Glibc.log($0) }) { log($0) },
        .unary("log1p(x)", family: family, at: .real(in: -0.4...1), { Glibc.log1p($0) }) { log1p($0) },
        .unary("sqrt(x)", family: family, at: positive, { $0.squareRoot() }) { sqrt($0) },
        .unary("rsqrt(x)", family: family, at: positive, { 1 / $0.squareRoot() }) { rsqrt($0) },
        .unary("square(x)", family: family, polynomial: true, { $0 * $0 }) { square($0) },
        .unary("reciprocal(x)", family: family, at: .sized(in: 0.7...2), { 1 / $0 }) { reciprocal($0) },
        .unary("pow(x, 0)", of: "pow(Variable, S)", family: family, linear: true, polynomial: true, { _ in 1 }) { pow($0, 0) },
        .unary("pow(x, 1)", of: "pow(Variable, S)", family: family, linear: true, polynomial: true, { $0 }) { pow($0, 1) },
        .unary("pow(x, 3)", of: "pow(Variable, S)", family: family, polynomial: true, { $0 * $0 * $0 }) { pow($0, 3) },
        .unary("pow(x, -2)", of: "pow(Variable, S)", family: family, at: .sized(in: 0.7...2), { 1 / ($0 * $0) }) { pow($0, -2) },
        .unary("pow(x, 2.5)", of: "pow(Variable, S)", family: family, at: positive, { Glibc.pow($0, 2.5) }) { pow($0, 2.5) },
        .unary("pow(1.7, x)", of: "pow(S, Variable)", family: family, { Glibc.pow(1.7, $0) }) { pow(1.7, $0) },
        .binary("pow(a, b)", family: family, at: positive, and: .real(in: -1...2), repeats: false, { Glibc.pow($0, $1) }) { pow($0, $1) },
        // aᵇ near b = 0, where the exponent b - 1 of its derivative is not to be cut off.
        TableRow(
            "pow(a, b) at b = 0", of: "pow(Variable, Variable)", family: family,
            samples: .at([positive.shaped([3]), .real(3, in: 0...0)], seed: "pow at 0"), reference: .scalar { Glibc.pow($0[0], $0[1]) }
        ) { [pow($0[0], $0[1])] },
        .unary("pow(x, x)", of: "pow(Variable, Variable)", family: family, at: positive, { Glibc.pow($0, $0) }) { pow($0, $0) },
    ]
}
