import Foundation
import Nabla

// The points: derivatives of orders 0, 1, 2, 3, 4 (and more) from formulas on plain numbers.

extension SingularPoint {
    static let all: [SingularPoint] = [products, powers, saturated, exponentialSums, lengths, kinks, determinants].flatMap { $0 }

    private static let products: [SingularPoint] = [
        productPoint([0, 1.5, -2, 0.5, 3]), productPoint([0, 1.5, 0, 0.5, 3]), productPoint([0, 0, -2, 0, 3]),
        productPoint([0, 0, 0, 0, 0]), prefixPoint([2, 0, -1.5, 3]), prefixPoint([0, 0.5, 0, 2]), prefixPoint([0, 0, 0, 0]),
    ]

    /// Π (xᵢ + t vᵢ)
    private static func productPoint(_ x: [Double]) -> SingularPoint {
        let v = [1, -0.5, 2, 0.75, -1.25]
        return SingularPoint("product", at: x, along: v, taylor(lineProduct(x, v))) { $0.product(axis: 0) }
    }

    /// Σⱼ uⱼ Π over i ≤ j of (xᵢ + t vᵢ)
    private static func prefixPoint(_ x: [Double]) -> SingularPoint {
        let (v, u) = ([1, -0.5, 2, 0.75], [0.5, -1, 2, 1.5])
        var sum = [Double](repeating: 0, count: 5)
        for j in x.indices {
            for (k, c) in lineProduct(Array(x[...j]), v).enumerated() { sum[k] += u[j] * c }
        }
        return SingularPoint("cumulativeProduct", at: x, along: v, taylor(sum)) {
            $0.cumulativeProduct(axis: 0) * NDArray(u, dtype: .float64)
        }
    }

    private static let powers: [SingularPoint] =
        (0...4).flatMap { n -> [SingularPoint] in
            let exact = (0...5).map { $0 == n ? tgamma(Double(n) + 1) : 0 }
            let exponent = NDArray(Double(n), dtype: .float64)
            return [
                SingularPoint("pow(x, \(n))", at: 0, exact) { pow($0, n) },
                SingularPoint("pow(x, \(n).0)", at: 0, exact) { pow($0, Double(n)) },
                SingularPoint("pow(x, \(n)), exponent a constant variable", at: 0, exact) { pow($0, Variable(constant: exponent)) },
                SingularPoint("pow(x, \(n)), exponent a variable", at: 0, exact) { pow($0, Variable(exponent)) },
            ]
        } + [
            // 0ᵇ is 0 for all b > 0; its derivatives in b are taken as 0.
            SingularPoint("pow(0, x)", at: 2, [0, 0, 0, 0, 0]) { pow(Variable(0.0, dtype: .float64), $0) },
            // aᵇ = exp(b log a) along b, through b = 0.
            SingularPoint("pow(2, x)", at: 0, (0...4).map { Foundation.pow(log(2), Double($0)) }) {
                pow(Variable(2.0, dtype: .float64), $0)
            },
            // Along (1, 1) from (1.5, 0): (1.5 + t)ᵗ = exp(t log(1.5 + t)), whose exponent is c₁ t + c₂ t² + c₃ t³ + c₄ t⁴.
            SingularPoint("pow(a, b) through b = 0", at: [1.5, 0], along: [1, 1], powerThroughZero) { pow($0[0], $0[1]) },
        ]

    private static let powerThroughZero: [Double] = {
        let (a, b, c, d) = (log(1.5), 1 / 1.5, -1 / (2 * 1.5 * 1.5), 1 / (3 * 1.5 * 1.5 * 1.5))
        return taylor([1, a, b + a * a / 2, c + a * b + a * a * a / 6, d + a * c + b * b / 2 + a * a * b / 2 + a * a * a * a / 24])
    }()

    private static let saturated: [SingularPoint] = [
        SingularPoint("sinc", at: 0, [1, 0, -pow(.pi, 2) / 3, 0, pow(.pi, 4) / 5, 0, -pow(.pi, 6) / 7]) { sinc($0) },
        SingularPoint("sigmoid", at: 800, [1, 0, 0, 0, 0]) { sigmoid($0) },
        SingularPoint("sigmoid", at: -800, [0, 0, 0, 0, 0]) { sigmoid($0) },
        SingularPoint("softplus", at: 800, [800, 1, 0, 0, 0]) { softplus($0) },
        SingularPoint("softplus", at: -800, [0, 0, 0, 0, 0]) { softplus($0) },
        SingularPoint("logSigmoid", at: 800, [0, 0, 0, 0, 0]) { logSigmoid($0) },
        SingularPoint("logSigmoid", at: -800, [-800, 1, 0, 0, 0]) { logSigmoid($0) },
        SingularPoint("mish", at: 800, [800, 1, 0, 0, 0]) { mish($0) },
        SingularPoint("mish", at: -800, [0, 0, 0, 0, 0]) { mish($0) },
        SingularPoint("silu", at: 800, [800, 1, 0, 0, 0]) { silu($0) },
        SingularPoint("silu", at: -800, [0, 0, 0, 0, 0]) { silu($0) },
        SingularPoint("gelu", at: 800, [800, 1, 0, 0, 0]) { gelu($0) },
        SingularPoint("gelu", at: -800, [0, 0, 0, 0, 0]) { gelu($0) },
        SingularPoint("elu", at: 800, [800, 1, 0, 0, 0]) { elu($0) },
        SingularPoint("elu", at: -800, [-1, 0, 0, 0, 0]) { elu($0) },
        SingularPoint("tanh", at: 800, [1, 0, 0, 0, 0]) { tanh($0) },
        SingularPoint("erf", at: -40, [-1, 0, 0, 0, 0]) { erf($0) },
        SingularPoint("expm1", at: 0, [0, 1, 1, 1, 1]) { expm1($0) },
        SingularPoint("log1p", at: 0, [0, 1, -1, 2, -6]) { log1p($0) },
        SingularPoint("tanh", at: 0, [0, 1, 0, -2, 0, 16]) { tanh($0) },
        SingularPoint("asin", at: 0, [0, 1, 0, 1, 0, 9]) { asin($0) },
        SingularPoint("atan2 across the axis", at: [0, -1], along: [0, 1], [.pi, 0, 0, 0, 0]) { atan2($0[0], $0[1]) },
        SingularPoint("sigmoidCrossEntropy", at: [800, -800], along: [1, 1], [500, 0.125, 0, 0, 0]) {
            sigmoidCrossEntropy($0, NDArray([0.25, 0.5], dtype: .float64))
        },
    ]

    private static let far: [(String, Double)] = [("-1e30", -1e30), ("-∞", -.infinity)]

    private static let exponentialSums: [SingularPoint] =
        far.flatMap { name, other in
            [
                SingularPoint("logAddExp(x, \(name))", at: 0.3, [0.3, 1, 0, 0, 0]) { logAddExp($0, Variable(other, dtype: .float64)) },
                SingularPoint("logAddExp(\(name), x)", at: 0.3, [0.3, 1, 0, 0, 0]) { logAddExp(Variable(other, dtype: .float64), $0) },
                SingularPoint("logAddExp of both", at: [0.3, other], along: [1, 2], [0.3, 1, 0, 0, 0]) { logAddExp($0[0], $0[1]) },
                sum("logSumExp", [0.3, other, -0.2]) { logSumExp($0) },
                sum("logSumExp of rows", [0.3, -0.2, other]) { logSumExp($0.reshaped(to: [1, 3]), axis: 1) },
                sum("logCumulativeSumExp", [other, 0.3, -0.2]) { $0.logCumulativeSumExp(axis: 0)[2] },
                weighted("softmax", [0.3, other, -0.2]) { softmax($0) },
                weighted("exp of logSoftmax", [0.3, other, -0.2]) { exp(logSoftmax($0)) },
            ]
        } + [
            SingularPoint("logAddExp of equal numbers", at: [0.5, 0.5], along: [1, -1], [0.5 + log(2), 0, 1, 0, -2]) {
                logAddExp($0[0], $0[1])
            },
            sum("logCumulativeSumExp", [0.4, -1.1, 0.8]) { $0.logCumulativeSumExp(axis: 0)[2] },
            sum("logSumExp of huge numbers", [1000.5, 999, 1001.25]) { logSumExp($0) },
            sum("logSumExp of huge numbers", [-1e15, -1e15, -1e15 + 1]) { logSumExp($0) },
            sum("logSumExp of far numbers", [1e300, -1e300, 0]) { logSumExp($0) },
            weighted("softmax of huge numbers", [1000.5, 999, 1001.25]) { softmax($0) },
            weighted("softmax of far numbers", [1e300, -1e300, 0]) { softmax($0) },
            SingularPoint("softmaxCrossEntropy of far numbers", at: [2000, 0, -2000], along: [1, 2, 3], [4000, -2, 0, 0, 0]) {
                softmaxCrossEntropy($0.reshaped(to: [1, 3]), NDArray([2]))
            },
        ]

    private static let lengths: [SingularPoint] = [
        SingularPoint("squaredNorm", at: [0, 0, 0], along: [1, 2, -2], [0, 0, 18, 0, 0]) { squaredNorm($0) },
        // By convention: the derivatives of the length at zero are zero.
        SingularPoint("norm", at: [0, 0, 0], along: [1, 2, -2], [0, 0, 0, 0, 0]) { norm($0) },
        SingularPoint("norm with eps", at: [0, 0, 0], along: [1, 2, -2], [0.5, 0, 18, 0, -1944]) { norm($0, eps: 0.25) },
        // A row of zeros beside one that is not: |(3, 4) + t (1, 2)| = √(25 + 22 t + 5 t²).
        SingularPoint("norm of rows", at: [0, 0, 3, 4], along: [1, 1, 1, 2], [5, 2.2, 0.032, -0.04224, 0.073728]) {
            norm($0.reshaped(to: [2, 2]), axis: 1)
        },
        SingularPoint("variance of equal numbers", at: [2, 2, 2, 2], along: [1, 2, 3, -2], [0, 0, 7, 0, 0]) { $0.variance() },
        SingularPoint("square", at: 0, [0, 0, 2, 0, 0]) { square($0) },
        SingularPoint("masked sqrt", at: [0, -4, 4], along: [1, 1, 1], [2, 0.25, -1.0 / 32, 3.0 / 256, -15.0 / 2048]) { x in
            `where`(x .> 0, x, otherwise: 0) { sqrt($0) }
        },
        SingularPoint("masked log", at: [0, 1], along: [1, 1], [0, 1, -1, 2, -6]) { x in `where`(x .> 0, x, otherwise: 0) { log($0) } },
    ]

    /// At kinks and ties the derivative is a convention, documented with each function.
    private static let kinks: [SingularPoint] = [
        SingularPoint("relu", at: 0, [0, 0, 0, 0, 0]) { relu($0) },
        SingularPoint("leakyRelu", at: 0, [0, 0.2, 0, 0, 0]) { leakyRelu($0) },
        SingularPoint("elu", at: 0, [0, 0.5, 0.5, 0.5, 0.5]) { elu($0, scale: 0.5) },
        SingularPoint("abs", at: 0, [0, 0, 0, 0, 0]) { abs($0) },
        SingularPoint("abs times x", at: 0, [0, 0, 0, 0, 0]) { $0 * abs($0) },
        SingularPoint("clip at the lower limit", at: -1, [-1, 1, 0, 0, 0]) { clip($0, -1, 1) },
        SingularPoint("clip at the upper limit", at: 1, [1, 1, 0, 0, 0]) { clip($0, -1, 1) },
        SingularPoint("maximum of equal numbers", at: [2, 2], along: [1, 3], [2, 2, 0, 0, 0]) { maximum($0[0], $0[1]) },
        SingularPoint("minimum of equal numbers", at: [2, 2], along: [1, 3], [2, 2, 0, 0, 0]) { minimum($0[0], $0[1]) },
        SingularPoint("maximum(x, 2)", at: 2, [2, 0.5, 0, 0, 0]) { maximum($0, 2) },
        SingularPoint("minimum(x, 2)", at: 2, [2, 0.5, 0, 0, 0]) { minimum($0, 2) },
        SingularPoint("max of equal numbers", at: [2, 1, 2, 2], along: [1, 5, 3, 2], [2, 2, 0, 0, 0]) { $0.max() },
        SingularPoint("min of equal numbers", at: [-2, 1, -2], along: [1, 5, 3], [-2, 2, 0, 0, 0]) { $0.min() },
        SingularPoint("square of the max of equal numbers", at: [3, 3], along: [1, 3], [9, 12, 8, 0, 0]) { square($0.max()) },
        SingularPoint("meanAbsoluteError", at: [1, 2], along: [1, 1], [0.5, 0.5, 0, 0, 0]) {
            meanAbsoluteError($0, Variable(constant: NDArray([1, 1], dtype: .float64)))
        },
    ]

    // MARK: Exact derivatives

    /// The coefficients of Π (xᵢ + t vᵢ).
    private static func lineProduct(_ x: [Double], _ v: [Double]) -> [Double] {
        zip(x, v).reduce([1]) { polynomial, factor in
            var next = [Double](repeating: 0, count: polynomial.count + 1)
            for (k, c) in polynomial.enumerated() {
                next[k] += c * factor.0
                next[k + 1] += c * factor.1
            }
            return next
        }
    }

    /// Derivatives at 0 of the polynomial with these coefficients.
    private static func taylor(_ coefficients: [Double]) -> [Double] {
        coefficients.enumerated().map { $1 * tgamma(Double($0) + 1) }
    }

    private static let slope = [1.5, -0.5, 2]

    /// The expectation of a function of the position, with probabilities exp(xᵢ) / Σ exp(x).
    private static func expectation(_ x: [Double]) -> ((Int) -> Double) -> Double {
        let shift = x.max()!
        let weights = x.map { exp($0 - shift) }
        let total = weights.reduce(0, +)
        return { f in weights.indices.reduce(0) { $0 + weights[$1] / total * f($1) } }
    }

    /// log Σ exp(x + t v), whose derivatives are the cumulants of v.
    private static func sum(_ name: String, _ x: [Double], _ function: @escaping @Sendable (Variable) -> Variable) -> SingularPoint {
        let mean = expectation(x)
        let center = mean { slope[$0] }
        func moment(_ k: Int) -> Double { mean { pow(slope[$0] - center, Double(k)) } }
        let shift = x.max()!
        let value = shift + log(x.reduce(0) { $0 + exp($1 - shift) })
        return SingularPoint(
            name, at: x, along: slope, [value, center, moment(2), moment(3), moment(4) - 3 * moment(2) * moment(2)], function)
    }

    /// Σ uᵢ softmax(x + t v)ᵢ, whose derivatives are the joint cumulants of u and v, v, ….
    private static func weighted(_ name: String, _ x: [Double], _ function: @escaping @Sendable (Variable) -> Variable) -> SingularPoint {
        let u = [0.5, 1, -2]
        let mean = expectation(x)
        let (centerU, centerV) = (mean { u[$0] }, mean { slope[$0] })
        func moment(_ k: Int, withU: Bool = true) -> Double {
            mean { (withU ? u[$0] - centerU : 1) * pow(slope[$0] - centerV, Double(k)) }
        }
        let (second, third) = (moment(2, withU: false), moment(3, withU: false))
        let derivatives = [
            centerU, moment(1), moment(2), moment(3) - 3 * moment(1) * second, moment(4) - 4 * moment(1) * third - 6 * moment(2) * second,
        ]
        return SingularPoint(name, at: x, along: slope, derivatives) { function($0) * NDArray(u, dtype: .float64) }
    }

    // MARK: Determinants

    private static let determinants: [SingularPoint] = [
        ("identity", [1, 0, 0, 0, 1, 0, 0, 0, 1]), ("rank 2", [1, 2, 3, 4, 5, 6, 7, 8, 9]), ("rank 1", [1, 2, 3, 2, 4, 6, -1, -2, -3]),
        ("zero", [0, 0, 0, 0, 0, 0, 0, 0, 0]), ("a column of zeros", [1, 0, 2, 3, 0, -1, 2, 0, 1]),
    ].map { name, x in
        let v = [0.5, -1, 2, 1, 1, -0.5, 3, 0.25, -2]
        return SingularPoint("det, \(name)", at: x, along: v, taylor(lineDeterminant(x, v))) { det($0.reshaped(to: [3, 3])) }
    }

    /// The coefficients of det(X + t V) for 3 × 3 matrices, from the six products of the definition.
    private static func lineDeterminant(_ x: [Double], _ v: [Double]) -> [Double] {
        let permutations: [([Int], Double)] = [
            ([0, 1, 2], 1), ([1, 2, 0], 1), ([2, 0, 1], 1), ([0, 2, 1], -1), ([1, 0, 2], -1), ([2, 1, 0], -1),
        ]
        var sum = [Double](repeating: 0, count: 5)
        for (columns, sign) in permutations {
            let places = columns.enumerated().map { 3 * $0 + $1 }
            for (k, c) in lineProduct(places.map { x[$0] }, places.map { v[$0] }).enumerated() { sum[k] += sign * c }
        }
        return sum
    }
}
