import Nabla

extension FunctionTable {
    private static let family = "Normalization"

    private static func mean(_ x: [Double]) -> Double { x.reduce(0, +) / Double(x.count) }
    private static func variance(_ x: [Double]) -> Double { mean(x.map { ($0 - mean(x)) * ($0 - mean(x)) }) }

    /// gamma (x - μ) / √(σ² + eps) + beta for each element, by definition: the moments are arrays with `axes` of extent 1, the others have
    /// `x`'s extents on `parameterAxes`.
    private static func normalized(
        _ x: FlatArray, _ gamma: FlatArray, _ beta: FlatArray, on parameterAxes: [Int], _ mean: FlatArray, _ variance: FlatArray,
        eps: Double
    ) -> FlatArray {
        FlatArray(x.shape) { place in
            let own = parameterAxes.map { place[$0] }
            return gamma[own] * (x[place] - mean.stretched(place)) / (variance.stretched(place) + eps).squareRoot() + beta[own]
        }
    }

    private static func normalization(over axes: [Int], parametersOn parameterAxes: [Int], eps: Double = 2e-5) -> TableReference {
        .naive { inputs in
            let x = inputs[0]
            return [
                normalized(
                    x, inputs[1], inputs[2], on: parameterAxes, x.reduced(axes, keepsAxes: true, mean),
                    x.reduced(axes, keepsAxes: true, variance), eps: eps)
            ]
        }
    }

    private static let batch = "batchNormalization(Variable, gamma: Variable, beta: Variable, axes: [Int]?, eps: Double)"
    private static let fixed =
        "fixedBatchNormalization(Variable, gamma: Variable, beta: Variable, mean: Variable, variance: Variable, axes: [Int]?, eps: Double)"
    private static let layer = "layerNormalization(Variable, gamma: Variable, beta: Variable, axes: [Int], eps: Double)"

    static let normalizations: [TableRow] = [
        TableRow(
            "batchNormalization(x, gamma, beta)", of: batch, family: family,
            samples: .at(
                [.apart(4, 2), .real(2), .real(2)], [.apart(3, 1), .real(1), .real(1)], [.apart(5), .real(), .real()],
                [.real(3, 0), .real(0), .real(0)], [.real(0, 2), .real(2), .real(2)], seed: "batchNormalization"),
            reference: .naive { inputs in
                let axes = Array(1..<inputs[0].rank)
                return normalization(over: [0], parametersOn: axes).values(inputs)
            }
        ) { [batchNormalization($0[0], gamma: $0[1], beta: $0[2])] },
        TableRow(
            "batchNormalization(x, gamma, beta), of images", of: batch, family: family,
            samples: .at(
                [.apart(2, 2, 1, 2), .real(2), .real(2)], [.apart(2, 1, 3), .real(1), .real(1)], seed: "batchNormalization images"),
            reference: .naive { inputs in
                let axes = [0] + Array(2..<inputs[0].rank)
                return normalization(over: axes, parametersOn: [1]).values(inputs)
            }
        ) { [batchNormalization($0[0], gamma: $0[1], beta: $0[2])] },
        // Two examples with a small eps come to plus and minus one whatever they are; this eps leaves something to differentiate.
        TableRow(
            "batchNormalization(x, gamma, beta, axes: [0, -1], eps: 0.5)", of: batch, family: family,
            samples: .at([.real(2, 2, 2), .real(2), .real(2)], [.real(2, 3, 1), .real(3), .real(3)], seed: "batchNormalization axes"),
            reference: normalization(over: [0, -1], parametersOn: [1], eps: 0.5)
        ) { [batchNormalization($0[0], gamma: $0[1], beta: $0[2], axes: [0, -1], eps: 0.5)] },
        TableRow(
            "batchNormalization(x, gamma, beta, axes: [1])", of: batch, family: family,
            samples: .at([.apart(2, 3, 2), .real(2, 2), .real(2, 2)], seed: "batchNormalization axis 1"),
            reference: normalization(over: [1], parametersOn: [0, 2])
        ) { [batchNormalization($0[0], gamma: $0[1], beta: $0[2], axes: [1])] },
        TableRow(
            "fixedBatchNormalization(x, gamma, beta, mean, variance)", of: fixed, family: family,
            samples: .at(
                [.real(2, 2), .real(2), .real(2), .real(2), .real(2, in: 0.3...1.5)],
                [.real(2, 1, 2), .real(1), .real(1), .real(1), .real(1, in: 0.3...1.5)],
                [.real(0, 2), .real(2), .real(2), .real(2), .real(2, in: 0.3...1.5)], seed: "fixedBatchNormalization"),
            reference: .naive { inputs in
                let kept = [1, inputs[0].shape[1]] + Array(repeating: 1, count: inputs[0].rank - 2)
                return [
                    normalized(
                        inputs[0], inputs[1], inputs[2], on: [1], inputs[3].reshaped(kept), inputs[4].reshaped(kept), eps: 2e-5)
                ]
            }
        ) { [fixedBatchNormalization($0[0], gamma: $0[1], beta: $0[2], mean: $0[3], variance: $0[4])] },
        TableRow(
            "layerNormalization(x, gamma, beta)", of: layer, family: family,
            samples: .at(
                [.apart(2, 3), .real(3), .real(3)], [.apart(4), .real(4), .real(4)], [.real(0, 2), .real(2), .real(2)],
                [.real(2, 0), .real(0), .real(0)], seed: "layerNormalization"),
            reference: .naive { inputs in
                let last = inputs[0].rank - 1
                return normalization(over: [last], parametersOn: [last]).values(inputs)
            }
        ) { [layerNormalization($0[0], gamma: $0[1], beta: $0[2])] },
        TableRow(
            "layerNormalization(x, gamma, beta, axes: [-1, -2], eps: 0.1)", of: layer, family: family,
            samples: .at(
                [.apart(2, 2, 2), .real(2, 2), .real(2, 2)], [.apart(1, 3, 1), .real(3, 1), .real(3, 1)], seed: "layerNormalization axes"),
            reference: normalization(over: [-1, -2], parametersOn: [1, 2], eps: 0.1)
        ) { [layerNormalization($0[0], gamma: $0[1], beta: $0[2], axes: [-1, -2], eps: 0.1)] },
    ]
}
