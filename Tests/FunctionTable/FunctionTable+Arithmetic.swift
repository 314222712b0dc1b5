import Nabla

extension FunctionTable {
    static let arithmetic: [TableRow] = betweenVariables + withScalars + withArrays + assignments

    private static let family = "Arithmetic"
    private static let nonzero = TableInput.sized(in: 0.7...2)
    /// The numbers of the array beside a variable, the same in both floating types.
    private static let constant = FlatArray([3], [0.5, -1.5, 2])
    /// The array in the type of `x`, since a single number takes the type of an array beside it.
    private static func array(beside x: Variable) -> NDArray { NDArray(constant.values, dtype: x.dtype) }

    private static func mixed(
        _ name: String, of declaration: String, at input: TableInput = .real(), linear: Bool = true,
        _ reference: @escaping @Sendable (Double, Double) -> Double, _ function: @escaping @Sendable (Variable) -> Variable
    ) -> TableRow {
        TableRow(
            name, of: declaration, family: family, linear: linear, polynomial: linear,
            samples: TableRow.unarySamples(input, seed: name),
            reference: .naive { [FlatArray.elementwise([$0[0], constant]) { reference($0[0], $0[1]) }] }
        ) { [function($0[0])] }
    }

    private static let betweenVariables: [TableRow] = [
        .binary("a + b", of: "+(Variable, Variable)", family: family, linear: true, polynomial: true, +) { $0 + $1 },
        .binary("a - b", of: "-(Variable, Variable)", family: family, linear: true, polynomial: true, -) { $0 - $1 },
        .binary("a * b", of: "*(Variable, Variable)", family: family, polynomial: true, *) { $0 * $1 },
        .binary("a / b", of: "/(Variable, Variable)", family: family, and: nonzero, /) { $0 / $1 },
        .unary("-x", of: "-(Variable)", family: family, linear: true, polynomial: true, -) { -$0 },
    ]

    private static let withScalars: [TableRow] = [
        .unary("x + 2.5", of: "+(Variable, S)", family: family, linear: true, polynomial: true, { $0 + 2.5 }) { $0 + 2.5 },
        .unary("2 + x", of: "+(S, Variable)", family: family, linear: true, polynomial: true, { 2 + $0 }) { 2 + $0 },
        .unary("x - 2.5", of: "-(Variable, S)", family: family, linear: true, polynomial: true, { $0 - 2.5 }) { $0 - 2.5 },
        .unary("2 - x", of: "-(S, Variable)", family: family, linear: true, polynomial: true, { 2 - $0 }) { 2 - $0 },
        .unary("x * -2.5", of: "*(Variable, S)", family: family, linear: true, polynomial: true, { $0 * -2.5 }) { $0 * -2.5 },
        .unary("3 * x", of: "*(S, Variable)", family: family, linear: true, polynomial: true, { 3 * $0 }) { 3 * $0 },
        .unary("x / 4", of: "/(Variable, S)", family: family, linear: true, polynomial: true, { $0 / 4 }) { $0 / 4 },
        .unary("1.5 / x", of: "/(S, Variable)", family: family, at: nonzero, { 1.5 / $0 }) { 1.5 / $0 },
    ]

    private static let withArrays: [TableRow] = [
        mixed("x + array", of: "+(Variable, NDArray)", { $0 + $1 }) { $0 + array(beside: $0) },
        mixed("array + x", of: "+(NDArray, Variable)", { $1 + $0 }) { array(beside: $0) + $0 },
        mixed("x - array", of: "-(Variable, NDArray)", { $0 - $1 }) { $0 - array(beside: $0) },
        mixed("array - x", of: "-(NDArray, Variable)", { $1 - $0 }) { array(beside: $0) - $0 },
        mixed("x * array", of: "*(Variable, NDArray)", { $0 * $1 }) { $0 * array(beside: $0) },
        mixed("array * x", of: "*(NDArray, Variable)", { $1 * $0 }) { array(beside: $0) * $0 },
        mixed("x / array", of: "/(Variable, NDArray)", { $0 / $1 }) { $0 / array(beside: $0) },
        mixed("array / x", of: "/(NDArray, Variable)", at: nonzero, linear: false, { $1 / $0 }) { array(beside: $0) / $0 },
    ]

    private static let assignments: [TableRow] = [
        assignment("a += b", of: "+=(Variable, Variable)", linear: true, polynomial: true, +) { $0 += $1 },
        assignment("a -= b", of: "-=(Variable, Variable)", linear: true, polynomial: true, -) { $0 -= $1 },
        assignment("a *= b", of: "*=(Variable, Variable)", polynomial: true, *) { $0 *= $1 },
        assignment("a /= b", of: "/=(Variable, Variable)", at: nonzero, /) { $0 /= $1 },
    ]

    private static func assignment(
        _ name: String, of declaration: String, at b: TableInput = .real(), linear: Bool = false, polynomial: Bool = false,
        _ reference: @escaping @Sendable (Double, Double) -> Double, _ assign: @escaping @Sendable (inout Variable, Variable) -> Void
    ) -> TableRow {
        .binary(name, of: declaration, family: family, and: b, linear: linear, polynomial: polynomial, reference) { a, b in
            var result = a
            assign(&result, b)
            return result
        }
    }
}
