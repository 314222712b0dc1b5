/// How far results may be from the true ones, in units of the type's epsilon (2⁻²³ and 2⁻⁵²) relative to the result: the value, the first and
/// the second derivatives, over all numbers of the type.
///
/// Where a function is made of steps, the error of a result is compared to the sum of the magnitudes that the steps' rounding errors
/// have in it, where that is larger than the result: no formula can do better when large terms cancel. `Scripts/edge_values.py` computes it.
package struct ErrorBounds: Sendable, Equatable {
    package let value: Double
    package let first: Double
    package let second: Double
    /// Why a bound is larger than those of the other functions, or what it is relative to.
    package let remark: String?

    init(_ value: Double, _ first: Double, _ second: Double, _ remark: String? = nil) {
        (self.value, self.first, self.second, self.remark) = (value, first, second, remark)
    }

    package subscript(order: Int) -> Double { [value, first, second][order] }

    /// Numbers are moved, not computed with: they come through to the bit, and so do derivatives.
    static let exact = ErrorBounds(0, 0, 0)
}

extension TableRow {
    /// The row's own bounds, or its family's.
    package var bounds: ErrorBounds {
        if movesNumbersOnly { return .exact }
        let bounds = ErrorBounds.ofRows[name] ?? ErrorBounds.ofFamilies[family]!
        // The derivative is a constant, rounded once, and its own is 0.
        return isLinear ? ErrorBounds(bounds.value, min(bounds.first, 1), 0, bounds.remark) : bounds
    }

    /// Whether every element of the results is one of the inputs', or a constant.
    package var movesNumbersOnly: Bool {
        switch family {
        case "Shapes": !name.contains("summed")
        case "Joining": true
        case "Indexing": !name.contains("adding")
        case "Selection": name.hasPrefix("where(c")
        default: name == "dropout(x, ratio: 0, using: &generator)"
        }
    }
}

extension ErrorBounds {
    private static let ofSteps = "relative to the steps' rounding errors"

    private static let ofShares = "\(ofSteps): what a leading element leaves, 1 - p, is a difference, right to 1 and not to its own digits"
    private static let ofDirections = "\(ofSteps): what a leading element leaves, 1 - (x/‖x‖)², is a difference, right to 1"

    private static let ofLevel = "the distance from the level is made of a rounded value down to 1/32"
    private static let ofOscillation = "relative to the height of the oscillation, beyond 1/3"

    static let ofFamilies: [String: ErrorBounds] = [
        "Arithmetic": .init(1, 2, 2),
        "Exponentials": .init(2, 2, 3),
        "Trigonometry": .init(2, 2, 5),
        "Activations": .init(2, 2, 3),
        "Selection": .init(1, 2, 3),
        "Shapes": .init(1, 0, 0, ofSteps),
        "Indexing": .init(1, 0, 0, ofSteps),
        "Reductions": .init(1, 1, 1, ofSteps),
        "Scans": .init(1, 1, 1, ofSteps),
        "Softmax": .init(1, 1, 1, ofSteps),
        "Products": .init(1, 1, 1, ofSteps),
        "Norms": .init(1, 1, 1, ofSteps),
        "Normalization": .init(1, 1, 1, ofSteps),
        "Losses": .init(1, 1, 1, ofSteps),
        "Determinant": .init(1, 1, 1, ofSteps),
        "Convolution": .init(1, 1, 1, ofSteps),
        "Pooling": .init(1, 1, 0, ofSteps),
        "Recurrent": .init(1, 2, 2, ofSteps),
        "Noise": .init(1, 1, 0),
    ]

    package static var namesOfRows: [String] { Array(ofRows.keys) }

    /// Rows whose bounds are not their family's.
    static let ofRows: [String: ErrorBounds] = [
        "expm1(x)": .init(2, 16, 16, ofLevel),
        "tanh(x)": .init(2, 128, 128, "1 - y² is made of a rounded y down to 1/256"),
        "sigmoid(x)": .init(2, 64, 64, ofLevel),
        "softplus(x)": .init(2, 2, 64, ofLevel),
        "logSigmoid(x)": .init(2, 2, 64, ofLevel),
        "elu(x, scale: 0.5)": .init(2, 16, 16, ofLevel),
        "rsqrt(x)": .init(2, 4, 6, "a product of three rounded roots"),
        "tan(x)": .init(2, 3, 4),
        "acosh(x)": .init(2, 3, 5, "a product of two rounded roots"),
        "logAddExp(a, b)": .init(1, 2, 8, ofLevel),
        "sigmoidCrossEntropy(x, array)": .init(1, 1, 3, ofLevel),
        "softmax(x)": .init(1, 1, 1, ofShares),
        "softmax(x, axis: 0)": .init(1, 1, 1, ofShares),
        "logSumExp(x)": .init(1, 1, 1, ofShares),
        "logSumExp(x, axes: [0, -1], keepsAxes: true)": .init(1, 1, 1, ofShares),
        "logSumExp(x, axis: 1)": .init(1, 1, 1, ofShares),
        "norm(x)": .init(1, 1, 1, ofDirections),
        "norm(x, axes: [0, 1], eps: 0.5)": .init(1, 1, 1, ofDirections),
        "norm(x, axis: -1, keepsAxes: true)": .init(1, 1, 1, ofDirections),
        "sinc(x)": .init(2, 3, 3, ofOscillation),
        "sinc(x), far from 0": .init(2, 3, 3, ofOscillation),
    ]
}
