import Nabla

extension FunctionTable {
    private static let family = "Reductions"
    private static func total(_ x: [Double]) -> Double { x.reduce(0, +) }
    private static func average(_ x: [Double]) -> Double { total(x) / Double(x.count) }
    private static func scatter(_ x: [Double]) -> Double { total(x.map { ($0 - average(x)) * ($0 - average(x)) }) }

    private static func row(
        _ name: String, of declaration: String, at inputs: TableInput..., linear: Bool = false, polynomial: Bool = false,
        reference: @escaping @Sendable (FlatArray) -> FlatArray, _ function: @escaping @Sendable (Variable) -> Variable
    ) -> TableRow {
        TableRow(
            name, of: declaration, family: family, linear: linear, polynomial: polynomial,
            samples: .at(cases: inputs.map { [$0] }, seed: name), reference: .naive { [reference($0[0])] }
        ) { [function($0[0])] }
    }

    static let reductions: [TableRow] = sums + extrema + productRows

    private static let sums: [TableRow] = [
        row(
            "x.sum()", of: "sum(axes: [Int]?, keepsAxes: Bool)", at: .real(2, 3), .real(), .real(2, 0), linear: true, polynomial: true,
            reference: {
                $0.reduced(nil, total)
            }
        ) { $0.sum() },
        row(
            "x.sum(axes: [0, -1], keepsAxes: true)", of: "sum(axes: [Int]?, keepsAxes: Bool)", at: .real(2, 2, 3), .real(1, 2),
            .real(2, 0, 2), .real(0, 2, 1), linear: true, polynomial: true, reference: { $0.reduced([0, -1], keepsAxes: true, total) }
        ) { $0.sum(axes: [0, -1], keepsAxes: true) },
        row(
            "x.sum(axes: [])", of: "sum(axes: [Int]?, keepsAxes: Bool)", at: .real(2, 3), .real(), .real(0), linear: true, polynomial: true,
            reference: { $0 }
        ) { $0.sum(axes: []) },
        row(
            "x.sum(axis: 1)", of: "sum(axis: Int, keepsAxes: Bool)", at: .real(2, 3), .real(2, 0), .real(0, 2), .real(2, 2, 2),
            linear: true,
            polynomial: true, reference: { $0.reduced([1], total) }
        ) { $0.sum(axis: 1) },
        row(
            "x.mean()", of: "mean(axes: [Int]?, keepsAxes: Bool)", at: .real(2, 3), .real(), linear: true, polynomial: true,
            reference: {
                $0.reduced(nil, average)
            }
        ) { $0.mean() },
        row(
            "x.mean(axis: 0, keepsAxes: true)", of: "mean(axis: Int, keepsAxes: Bool)", at: .real(2, 3), .real(2), .real(3, 0),
            linear: true,
            polynomial: true, reference: { $0.reduced([0], keepsAxes: true, average) }
        ) { $0.mean(axis: 0, keepsAxes: true) },
        row(
            "x.variance()", of: "variance(axes: [Int]?, keepsAxes: Bool, correction: Int)", at: .real(2, 3), .real(), polynomial: true,
            reference: { $0.reduced(nil) { scatter($0) / Double($0.count) } }
        ) { $0.variance() },
        row(
            "x.variance(axes: [-1], correction: 1)", of: "variance(axes: [Int]?, keepsAxes: Bool, correction: Int)", at: .real(2, 3),
            .real(4), .real(0, 3), polynomial: true, reference: { $0.reduced([-1]) { scatter($0) / Double($0.count - 1) } }
        ) { $0.variance(axes: [-1], correction: 1) },
        together("[a, b, c].sum()", of: "sum()", { total($0) }) { $0.sum() },
        together("[a, b, c].mean()", of: "mean()", { average($0) }) { $0.mean() },
    ]

    private static func together(
        _ name: String, of declaration: String, _ reference: @escaping @Sendable ([Double]) -> Double,
        _ function: @escaping @Sendable ([Variable]) -> Variable
    ) -> TableRow {
        TableRow(
            name, of: declaration, family: family, linear: true, polynomial: true,
            samples: .at(
                [.real(2, 3), .real(2, 3), .real(2, 3)], [.real(), .real(), .real()], [.real(0), .real(0), .real(0)], [.real(2)], seed: name
            )
                + [.repeated(.real(3), seed: name)], reference: .scalar(reference)
        ) { [function($0)] }
    }

    private static let extrema: [TableRow] = [
        row(
            "x.max()", of: "max(axes: [Int]?, keepsAxes: Bool)", at: .apart(2, 3), .apart(), linear: true,
            reference: {
                $0.reduced(nil) { $0.max()! }
            }
        ) { $0.max() },
        row(
            "x.max(axes: [0, 2], keepsAxes: true)", of: "max(axes: [Int]?, keepsAxes: Bool)", at: .apart(2, 2, 2), .apart(1, 3, 1),
            .apart(2, 0, 2),
            linear: true, reference: { $0.reduced([0, 2], keepsAxes: true) { $0.max()! } }
        ) { $0.max(axes: [0, 2], keepsAxes: true) },
        row(
            "x.max(axis: -1)", of: "max(axis: Int, keepsAxes: Bool)", at: .apart(2, 3), .apart(3), .apart(0, 2), linear: true,
            reference: {
                $0.reduced([-1]) { $0.max()! }
            }
        ) { $0.max(axis: -1) },
        row(
            "x.min()", of: "min(axes: [Int]?, keepsAxes: Bool)", at: .apart(2, 3), .apart(), linear: true,
            reference: {
                $0.reduced(nil) { $0.min()! }
            }
        ) { $0.min() },
        row(
            "x.min(axis: 0)", of: "min(axis: Int, keepsAxes: Bool)", at: .apart(3, 2), .apart(3), .apart(2, 0), linear: true,
            reference: {
                $0.reduced([0]) { $0.min()! }
            }
        ) { $0.min(axis: 0) },
    ]

    private static let productRows: [TableRow] = [
        row(
            "x.product(axis: -1)", of: "product(axis: Int, keepsAxes: Bool)", at: .real(2, 3), .real(1), .real(4), .real(2, 0), .real(0, 3),
            polynomial: true, reference: { $0.reduced([-1]) { $0.reduce(1, *) } }
        ) { $0.product(axis: -1) },
        row(
            "x.product(axis: 0, keepsAxes: true), of seven", of: "product(axis: Int, keepsAxes: Bool)", at: .sized(7, 2, in: 0.5...1.5),
            reference: { $0.reduced([0], keepsAxes: true) { $0.reduce(1, *) } }
        ) { $0.product(axis: 0, keepsAxes: true) },
        row(
            "x.product()", of: "product()", at: .real(2, 2), .real(), .real(1), .real(0, 2), polynomial: true,
            reference: {
                $0.reduced(nil) { $0.reduce(1, *) }
            }
        ) { $0.product() },
    ]
}
