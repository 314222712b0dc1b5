import Testing

@testable import Nabla

@Suite struct NormalizationTests {
    private let x = NDArray([[0.3, -1.2], [1.1, 0.4], [-0.7, 0.9], [0.2, -0.1]])
    private let gamma = NDArray([1.3, -0.6])
    private let beta = NDArray([0.2, 0.5])

    /// The mean of the result is beta and its variance gamma² σ² / (σ² + eps), by construction.
    @Test func momentsOfTheResult() {
        let y = batchNormalization(Variable(x), gamma: Variable(gamma), beta: Variable(beta), eps: 0.25).array
        let variances = x.variance(axes: [0]).doubles
        #expect(zip(y.mean(axis: 0).doubles, beta.doubles).allSatisfy { abs($0 - $1) < 1e-15 })
        for i in 0..<2 {
            let expected = gamma.doubles[i] * gamma.doubles[i] * variances[i] / (variances[i] + 0.25)
            #expect(abs(y.variance(axes: [0]).doubles[i] - expected) < 1e-15)
        }
    }

    @Test func batchStatisticsAsFixedOnesGiveTheSame() {
        let (places, g, b) = (Variable(x), Variable(gamma), Variable(beta))
        let own = batchNormalization(places, gamma: g, beta: b)
        let fixed = fixedBatchNormalization(
            places, gamma: g, beta: b, mean: places.mean(axis: 0), variance: places.variance(axes: [0]))
        #expect(zip(own.array.doubles, fixed.array.doubles).allSatisfy { abs($0 - $1) < 1e-14 })
        // The derivatives are those of the whole too, because the moments are variables.
        let (one, two) = (
            grad(of: square(own).sum() + own[0].sum(), wrt: places), grad(of: square(fixed).sum() + fixed[0].sum(), wrt: places)
        )
        #expect(zip(one.array.doubles, two.array.doubles).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test func layerNormalizationIsBatchNormalizationOfTheTranspose() {
        let (g, b) = (Variable(NDArray([1.0, 1, 1, 1])), Variable(NDArray([0.0, 0, 0, 0])))
        let layers = layerNormalization(Variable(x.transposed()), gamma: g, beta: b)
        let batches = batchNormalization(Variable(x), gamma: Variable(NDArray([1.0, 1])), beta: Variable(NDArray([0.0, 0])))
        #expect(zip(layers.transposed().array.doubles, batches.array.doubles).allSatisfy { abs($0 - $1) < 1e-15 })
    }

    /// A rule that saves the statistics as numbers agrees with the function at orders 0, 1 and 2, and is wrong at order 3. The function
    /// agrees with differences of its second derivative there.
    @Test func thirdDerivativeIsNotThatOfConstantStatistics() {
        let (start, eps) = (NDArray([0.3, -1.2, 1.1, 0.4, -0.7]), 1e-2)
        let weights = NDArray([0.9, -0.4, 0.3, 1.2, -0.8])
        let directions = [NDArray([0.5, 1, -0.2, 0.7, 0.1]), NDArray([-0.3, 0.2, 0.8, -1, 0.4]), NDArray([0.6, -0.9, 0.1, 0.3, 1.1])]
        let one = Variable(constant: NDArray(1.0))
        let zero = Variable(constant: NDArray(0.0))
        func right(_ x: Variable) -> Variable { batchNormalization(x, gamma: one, beta: zero, eps: eps) }
        func wrong(_ x: Variable) -> Variable { SavedStatistics(eps: eps).apply([x])[0] }

        /// The value Σ w y³ (whose own derivatives do not vanish) and its derivatives along the directions, up to `order`.
        func derivatives(_ f: (Variable) -> Variable, at array: NDArray, order: Int) -> [Double] {
            let x = Variable(array)
            var level = (pow(f(x), 3) * weights).sum()
            var numbers = [level.item()]
            for direction in directions.prefix(order) {
                level = (grad(of: level, wrt: x, enableDoubleBackprop: true) * direction).sum()
                numbers.append(level.item())
            }
            return numbers
        }

        let (ours, saved) = (derivatives(right, at: start, order: 3), derivatives(wrong, at: start, order: 3))
        for order in 0...2 { #expect(abs(ours[order] - saved[order]) < 1e-12 * max(1, abs(ours[order])), "order \(order)") }
        func second(_ t: Double) -> Double { derivatives(right, at: start + t * directions[2], order: 2)[2] }
        let step = 1e-3
        let difference = (second(-2 * step) - 8 * second(-step) + 8 * second(step) - second(2 * step)) / (12 * step)
        #expect(abs(ours[3] - difference) < 1e-7 * abs(difference))
        #expect(abs(saved[3] - difference) > 0.05 * abs(difference))
    }
}

/// Batch normalisation of a vector, with its mean and inverse deviation saved as numbers by the forward pass.
private final class SavedStatistics: FunctionNode {
    private let eps: Double
    private var (mean, scale) = (0.0, 0.0)
    init(eps: Double) { self.eps = eps }
    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        retainInputs([0])
        mean = inputs[0].mean().item()
        scale = 1 / (inputs[0].variance().item() + eps).squareRoot()
        return [scale * (inputs[0] - mean)]
    }
    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        SavedStatisticsGradient(mean, scale).apply([retainedInput(0), gradOutputs[0]])
    }
}

/// s (g - ḡ - x̂ mean(g x̂)), with the derivatives of this expression written by hand:
/// for a cotangent v, with a = ⟨v, x̂⟩, b = ⟨g, x̂⟩ and c = ⟨v - v̄, g⟩,
///
///     -(s²/n) (x̂ (c - a b/n) + b (v - v̄ - x̂ a/n) + a (g - ḡ - x̂ b/n))   with respect to x,
///     s (v - v̄ - x̂ a/n)                                                 with respect to g.
private final class SavedStatisticsGradient: FunctionNode {
    private let (mean, scale): (Double, Double)
    init(_ mean: Double, _ scale: Double) { (self.mean, self.scale) = (mean, scale) }
    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        retainInputs([0, 1])
        let (standard, g) = (scale * (inputs[0] - mean), inputs[1])
        return [scale * (g - g.mean() - standard * (g * standard).mean())]
    }
    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        let (x, g, v) = (retainedInput(0), retainedInput(1), gradOutputs[0])
        let n = Double(x.count)
        let standard = scale * (x - mean)
        let (centredV, centredG) = (v - v.mean(), g - g.mean())
        let (a, b, c) = ((v * standard).sum(), (g * standard).sum(), (centredV * g).sum())
        let alongV = centredV - standard * a / n
        let alongG = centredG - standard * b / n
        return indexes.map { index in
            if index == 1 { return scale * alongV }
            let curvature = standard * (c - a * b / n) + b * alongV + a * alongG
            return (-scale * scale / n) * curvature
        }
    }
}
