import Glibc
import Nabla

extension FunctionTable {
    private static let family = "Activations"
    private static let ofEitherSign = TableInput.sized(in: 0.2...1.5)
    private static func logistic(_ x: Double) -> Double { 1 / (1 + Glibc.exp(-x)) }
    private static func softPlus(_ x: Double) -> Double { Glibc.log(1 + Glibc.exp(x)) }

    static let activations: [TableRow] = [
        .unary("sigmoid(x)", family: family, { logistic($0) }) { sigmoid($0) },
        .unary("softplus(x)", family: family, { softPlus($0) }) { softplus($0) },
        .unary("logSigmoid(x)", family: family, { Glibc.log(logistic($0)) }) { logSigmoid($0) },
        .unary("relu(x)", family: family, at: ofEitherSign, linear: true, { $0 > 0 ? $0 : 0 }) { relu($0) },
        .unary(
            "leakyRelu(x)", of: "leakyRelu(Variable, slope: Double)", family: family, at: ofEitherSign, linear: true,
            { $0 > 0 ? $0 : 0.2 * $0 }
        ) { leakyRelu($0) },
        .unary(
            "leakyRelu(x, slope: 0.01)", of: "leakyRelu(Variable, slope: Double)", family: family, at: ofEitherSign, linear: true,
            { $0 > 0 ? $0 : 0.01 * $0 }
        ) { leakyRelu($0, slope: 0.01) },
        .unary(
            "elu(x, scale: 0.5)", of: "elu(Variable, scale: Double)", family: family, at: ofEitherSign,
            { $0 > 0 ? $0 : 0.5 * (Glibc.exp($0) - 1) }
        ) { elu($0, scale: 0.5) },
        .unary("silu(x)", family: family, { $0 * logistic($0) }) { silu($0) },
        .unary("mish(x)", family: family, { $0 * Glibc.tanh(softPlus($0)) }) { mish($0) },
        .unary("gelu(x)", family: family, { $0 * 0.5 * Glibc.erfc(-$0 / 2.0.squareRoot()) }) { gelu($0) },
    ]
}
