import Glibc
import Nabla

extension FunctionTable {
    private static let family = "Trigonometry"
    private static let insideOne = TableInput.real(in: -0.6...0.6)

    static let trigonometry: [TableRow] = [
        .unary("sin(x)", family: family, at: .real(in: -3...3), { Glibc.sin($0) }) { sin($0) },
        .unary("cos(x)", family: family, at: .real(in: -3...3), { Glibc.cos($0) }) { cos($0) },
        .unary("tan(x)", family: family, at: .real(in: -0.8...0.8), { Glibc.tan($0) }) { tan($0) },
        .unary("asin(x)", family: family, at: insideOne, { Glibc.asin($0) }) { asin($0) },
        .unary("acos(x)", family: family, at: insideOne, { Glibc.acos($0) }) { acos($0) },
        .unary("atan(x)", family: family, at: .real(in: -2...2), { Glibc.atan($0) }) { atan($0) },
        .binary(
            "atan2(y, x)", of: "atan2(Variable, Variable)", family: family, at: .sized(in: 0.7...2), and: .sized(in: 0.7...2),
            {
                Glibc.atan2($0, $1)
            }
        ) { atan2($0, $1) },
        .unary("sinh(x)", family: family, { Glibc.sinh($0) }) { sinh($0) },
        .unary("cosh(x)", family: family, { Glibc.cosh($0) }) { cosh($0) },
        .unary("tanh(x)", family: family, { Glibc.tanh($0) }) { tanh($0) },
        .unary("asinh(x)", family: family, at: .real(in: -2...2), { Glibc.asinh($0) }) { asinh($0) },
        .unary("acosh(x)", family: family, at: .real(in: 1.6...3), { Glibc.acosh($0) }) { acosh($0) },
        .unary("atanh(x)", family: family, at: insideOne, { Glibc.atanh($0) }) { atanh($0) },
        .unary("sinc(x)", family: family, at: .real(in: -0.3...0.3), { $0 == 0 ? 1 : Glibc.sin(.pi * $0) / (.pi * $0) }) { sinc($0) },
        .unary(
            "sinc(x), far from 0", of: "sinc(Variable)", family: family, at: .sized(in: 0.4...1.5),
            {
                Glibc.sin(.pi * $0) / (.pi * $0)
            }
        ) { sinc($0) },
        .unary("erf(x)", family: family, at: .real(in: -1.5...1.5), { Glibc.erf($0) }) { erf($0) },
    ]
}
