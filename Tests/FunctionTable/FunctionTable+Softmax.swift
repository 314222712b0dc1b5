import Glibc
import Nabla

extension FunctionTable {
    private static let family = "Softmax"
    private static func logSum(_ x: [Double]) -> Double { Glibc.log(x.reduce(0) { $0 + Glibc.exp($1) }) }
    private static func samples(_ name: String) -> [TableSample] {
        .at([.real(2, 3)], [.real(1, 2)], [.real(3, 1)], [.real(2, 2, 2)], [.real(0, 3)], [.real(3, 4, in: -3...3)], seed: name)
    }

    static let softmaxes: [TableRow] = [
        TableRow(
            "logSumExp(x)", of: "logSumExp(Variable, axes: [Int]?, keepsAxes: Bool)", family: family,
            samples: .at([.real(2, 3)], [.real()], [.real(1)], seed: "logSumExp"),
            reference: .naive { [$0[0].reduced(nil, logSum)] }
        ) { [logSumExp($0[0])] },
        TableRow(
            "logSumExp(x, axes: [0, -1], keepsAxes: true)", of: "logSumExp(Variable, axes: [Int]?, keepsAxes: Bool)", family: family,
            samples: .at([.real(2, 2, 3)], [.real(1, 3, 2)], [.real(2, 0, 3)], seed: "logSumExp axes"),
            reference: .naive { [$0[0].reduced([0, -1], keepsAxes: true, logSum)] }
        ) { [logSumExp($0[0], axes: [0, -1], keepsAxes: true)] },
        TableRow(
            "logSumExp(x, axis: 1)", of: "logSumExp(Variable, axis: Int, keepsAxes: Bool)", family: family,
            samples: samples("logSumExp axis"), reference: .naive { [$0[0].reduced([1], logSum)] }
        ) { [logSumExp($0[0], axis: 1)] },
        TableRow(
            "softmax(x)", of: "softmax(Variable, axis: Int)", family: family, samples: samples("softmax"),
            reference: .naive { [$0[0].alongLines(-1) { line in line.map { Glibc.exp($0 - logSum(line)) } }] }
        ) { [softmax($0[0])] },
        TableRow(
            "softmax(x, axis: 0)", of: "softmax(Variable, axis: Int)", family: family,
            samples: .at([.real(3, 2)], [.real(1)], [.real(2, 0)], seed: "softmax 0"),
            reference: .naive { [$0[0].alongLines(0) { line in line.map { Glibc.exp($0 - logSum(line)) } }] }
        ) { [softmax($0[0], axis: 0)] },
        TableRow(
            "logSoftmax(x)", of: "logSoftmax(Variable, axis: Int)", family: family, samples: samples("logSoftmax"),
            reference: .naive { [$0[0].alongLines(-1) { line in line.map { $0 - logSum(line) } }] }
        ) { [logSoftmax($0[0])] },
    ]
}
