import Glibc
import Nabla

extension FunctionTable {
    private static let family = "Scans"

    /// The running result of a function of lists.
    private static func prefixes(_ f: @escaping ([Double]) -> Double) -> ([Double]) -> [Double] {
        { line in line.indices.map { f(Array(line[...$0])) } }
    }

    static let scans: [TableRow] = [
        TableRow(
            "x.cumulativeSum(axis: 1)", of: "cumulativeSum(axis: Int, reverse: Bool)", family: family, linear: true, polynomial: true,
            samples: .at([.real(2, 3)], [.real(1, 1)], [.real(2, 0)], [.real(2, 3, 2)], seed: "cumulativeSum"),
            reference: .naive { [$0[0].alongLines(1, prefixes { $0.reduce(0, +) })] }
        ) { [$0[0].cumulativeSum(axis: 1)] },
        TableRow(
            "x.cumulativeSum(axis: 0, reverse: true)", of: "cumulativeSum(axis: Int, reverse: Bool)", family: family, linear: true,
            polynomial: true, samples: .at([.real(3, 2)], [.real(4)], [.real(0)], seed: "cumulativeSum reverse"),
            reference: .naive { [$0[0].alongLines(0) { Array(prefixes { $0.reduce(0, +) }($0.reversed()).reversed()) }] }
        ) { [$0[0].cumulativeSum(axis: 0, reverse: true)] },
        TableRow(
            "x.cumulativeProduct(axis: 0)", of: "cumulativeProduct(axis: Int)", family: family, polynomial: true,
            samples: .at([.real(4)], [.real(3, 2)], [.real(1)], [.real(0)], [.real(2, 0)], seed: "cumulativeProduct"),
            reference: .naive { [$0[0].alongLines(0, prefixes { $0.reduce(1, *) })] }
        ) { [$0[0].cumulativeProduct(axis: 0)] },
        TableRow(
            "x.logCumulativeSumExp(axis: -1)", of: "logCumulativeSumExp(axis: Int)", family: family,
            samples: .at([.real(2, 3)], [.real(1)], [.real(5)], [.real(0, 2)], [.real(2, 0)], seed: "logCumulativeSumExp"),
            reference: .naive { [$0[0].alongLines(-1, prefixes { Glibc.log($0.reduce(0) { $0 + Glibc.exp($1) }) })] }
        ) { [$0[0].logCumulativeSumExp(axis: -1)] },
    ]
}
