import Glibc
import Nabla

extension FunctionTable {
    private static let family = "Losses"
    private static func average(_ x: [Double]) -> Double { x.reduce(0, +) / Double(x.count) }
    private static let fixed: [Double] = [0.25, 1, 0.5]

    /// The mean of a function of pairs.
    private static func meanOf(_ f: @escaping @Sendable (Double, Double) -> Double) -> TableReference {
        .naive { [FlatArray.elementwise($0) { f($0[0], $0[1]) }.reduced(nil, average)] }
    }

    /// The mean of a function of an element and of a fixed array of shape [3].
    private static func meanWithFixed(_ f: @escaping @Sendable (Double, Double) -> Double) -> TableReference {
        .naive { [FlatArray.elementwise([$0[0], FlatArray([3], fixed)]) { f($0[0], $0[1]) }.reduced(nil, average)] }
    }

    private static func crossEntropy(_ x: Double, _ target: Double) -> Double {
        -target * Glibc.log(1 / (1 + Glibc.exp(-x))) - (1 - target) * Glibc.log(1 - 1 / (1 + Glibc.exp(-x)))
    }

    static let losses: [TableRow] = [
        TableRow(
            "meanSquaredError(a, b)", of: "meanSquaredError(Variable, Variable)", family: family, polynomial: true,
            samples: .at([.real(2, 3), .real(2, 3)], [.real(), .real()], [.real(4), .real(4)], seed: "mse") + [
                .repeated(.real(3), seed: "mse")
            ],
            reference: meanOf { ($0 - $1) * ($0 - $1) }
        ) { [meanSquaredError($0[0], $0[1])] },
        TableRow(
            "meanSquaredError(a, array)", of: "meanSquaredError(Variable, NDArray)", family: family, polynomial: true,
            samples: .at([.real(3)], seed: "mse array"), reference: meanWithFixed { ($0 - $1) * ($0 - $1) }
        ) { [meanSquaredError($0[0], NDArray(fixed, dtype: $0[0].dtype))] },
        TableRow(
            "meanAbsoluteError(a, b)", of: "meanAbsoluteError(Variable, Variable)", family: family, linear: true,
            samples: .at([.sized(2, 3), .real(2, 3, in: -0.1...0.1)], [.sized(), .real(in: -0.1...0.1)], seed: "mae"),
            reference: meanOf { ($0 - $1).magnitude }
        ) { [meanAbsoluteError($0[0], $0[1])] },
        TableRow(
            "softmaxCrossEntropy(x, labels)", of: softmax, family: family,
            samples: .at(
                [.real(2, 3), .indices(2, below: 3)], [.real(1, 2), .indices(1, below: 2)], [.real(2, 3, 2), .indices(2, 2, below: 3)],
                [.real(4, 2), .integers([1, 1, 0, 1])], seed: "softmaxCrossEntropy"),
            reference: .naive { [FlatArray([], [average(crossEntropies($0, axis: 1))])] }
        ) { [softmaxCrossEntropy($0[0], $0[1].array)] },
        TableRow(
            "softmaxCrossEntropy(x, labels, axis: -1, reduction: .none)", of: softmax, family: family,
            samples: .at(
                [.real(3), .indices(below: 3)], [.real(2, 3), .indices(2, below: 3)], [.real(2, 2, 3), .indices(2, 2, below: 3)],
                [.real(0, 3), .indices(0, below: 3)], seed: "softmaxCrossEntropy none"),
            reference: .naive { [FlatArray($0[1].shape, crossEntropies($0, axis: $0[0].shape.count - 1))] }
        ) { [softmaxCrossEntropy($0[0], $0[1].array, axis: -1, reduction: .none)] },
        TableRow(
            "softmaxCrossEntropy(x, labels, axis: 0, reduction: .sum)", of: softmax, family: family,
            samples: .at([.real(3, 2), .indices(2, below: 3)], seed: "softmaxCrossEntropy sum"),
            reference: .naive { [FlatArray([], [crossEntropies($0, axis: 0).reduce(0, +)])] }
        ) { [softmaxCrossEntropy($0[0], $0[1].array, axis: 0, reduction: .sum)] },
        TableRow(
            "sigmoidCrossEntropy(x, t)", of: "sigmoidCrossEntropy(Variable, Variable)", family: family,
            samples: .at([.real(2, 3), .real(2, 3, in: 0...1)], [.real(), .real(in: 0...1)], seed: "sigmoidCrossEntropy"),
            reference: meanOf(crossEntropy)
        ) { [sigmoidCrossEntropy($0[0], $0[1])] },
        TableRow(
            "sigmoidCrossEntropy(x, array)", of: "sigmoidCrossEntropy(Variable, NDArray)", family: family,
            samples: .at([.real(3)], seed: "sigmoidCrossEntropy array"), reference: meanWithFixed(crossEntropy)
        ) { [sigmoidCrossEntropy($0[0], NDArray(fixed, dtype: .float64))] },
    ]
}

private let softmax = "softmaxCrossEntropy(Variable, NDArray, axis: Int, reduction: LossReduction)"

/// -log softmax of each label, by the definition.
private func crossEntropies(_ arguments: [FlatArray], axis: Int) -> [Double] {
    let (x, labels) = (arguments[0], arguments[1])
    return FlatArray.indices(of: labels.shape).map { place -> Double in
        let scores = (0..<x.shape[axis]).map { x[place.prefix(axis) + [$0] + place.dropFirst(axis)] }
        return Glibc.log(scores.reduce(0) { $0 + Glibc.exp($1) }) - scores[Int(labels[place])]
    }
}
