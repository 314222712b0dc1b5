import Nabla

// Rows of elementwise functions, which are all tried at the same shapes.

extension TableRow {
    /// f(x), for `x` in the range that `input` names.
    static func unary(
        _ name: String, of declaration: String? = nil, family: String, at input: TableInput = .real(), linear: Bool = false,
        polynomial: Bool = false, _ reference: @escaping @Sendable (Double) -> Double,
        _ function: @escaping @Sendable (Variable) -> Variable
    ) -> TableRow {
        TableRow(
            name, of: declaration ?? "\(name.prefix { $0 != "(" })(Variable)", family: family, linear: linear, polynomial: polynomial,
            samples: unarySamples(input, seed: name), reference: .scalar { reference($0[0]) }
        ) { [function($0[0])] }
    }

    /// f(a, b), for arguments in the ranges that `a` and `b` name.
    static func binary(
        _ name: String, of declaration: String? = nil, family: String, at a: TableInput = .real(), and b: TableInput = .real(),
        linear: Bool = false, polynomial: Bool = false, repeats: Bool = true,
        _ reference: @escaping @Sendable (Double, Double) -> Double,
        _ function: @escaping @Sendable (Variable, Variable) -> Variable
    ) -> TableRow {
        let shapes: [([Int], [Int])] = [
            ([2, 3], [2, 3]), ([2, 3], [3]), ([1, 3], [2, 1]), ([2], [3, 2]), ([], [3]), ([2, 2], []), ([], []), ([0, 3], [3]),
            ([1], [2, 0]),
        ]
        var samples = [TableSample].at(cases: shapes.map { [a.shaped($0), b.shaped($1)] }, seed: name)
        if repeats { samples.append(.repeated(b.shaped([2, 2]), seed: name)) }
        let pair = [TableSample].at([a.shaped([2, 3]), b.shaped([3])], seed: name + " mixed")[0].inputs
        samples.append(TableSample("[2, 3] of float64, [3] of float32", [pair[0], pair[1].cast(to: .float32)]))
        return TableRow(
            name, of: declaration ?? "\(name.prefix { $0 != "(" })(Variable, Variable)", family: family, linear: linear,
            polynomial: polynomial, samples: samples,
            reference: .scalar { reference($0[0], $0[1]) }
        ) { [function($0[0], $0[1])] }
    }

    /// Shapes for functions of one input, the last axis of extent 3 unless there is none.
    static func unarySamples(_ input: TableInput, seed name: String) -> [TableSample] {
        let samples = [TableSample].at(cases: [[2, 3], [], [0, 3], [1]].map { [input.shaped($0)] }, seed: name)
        let row = [TableSample].at([input.shaped([3])], seed: name + " stretched")[0].inputs[0]
        return samples + [TableSample("[3] stretched to [2, 3]", [row.broadcast(to: [2, 3])])]
    }
}
