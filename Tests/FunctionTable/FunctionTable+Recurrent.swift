import Glibc
import Nabla

extension FunctionTable {
    private static let family = "Recurrent"
    private static func logistic(_ x: Double) -> Double { 1 / (1 + Glibc.exp(-x)) }

    static let recurrences: [TableRow] = [
        TableRow(
            "lstm(c, gates)", of: "lstm(Variable, Variable)", family: family,
            samples: .at(
                [.real(2, 2), .real(2, 8)], [.real(1), .real(4, in: -3...3)], [.real(2, 1, 2), .real(2, 1, 8)], [.real(0, 1), .real(0, 4)],
                [.real(2, 0), .real(2, 0)], seed: "lstm"),
            reference: .naive { inputs in
                let (c, gates) = (inputs[0], inputs[1])
                let width = c.shape.last!
                func gate(_ number: Int, _ place: [Int]) -> Double { gates[place.dropLast() + [number * width + place.last!]] }
                let next = FlatArray(c.shape) { place in
                    logistic(gate(1, place)) * c[place] + logistic(gate(0, place)) * Glibc.tanh(gate(2, place))
                }
                return [next, FlatArray(c.shape) { logistic(gate(3, $0)) * Glibc.tanh(next[$0]) }]
            }
        ) { inputs in
            let (c, h) = lstm(inputs[0], inputs[1])
            return [c, h]
        }
    ]
}
