import Foundation
import Nabla
import Testing

@Suite struct ConjugateGradientsTests {
    // MARK: Known systems

    @Test(arguments: [1, 2, 5, 12]) func solvesInAsManyStepsAsUnknowns(size: Int) {
        var generator = RandomGenerator(seed: UInt64(size))
        for _ in 0..<5 {
            let matrix = positiveDefinite(size, shift: 1, &generator)
            let b = generator.normal([size], dtype: .float64)
            let result = conjugateGradients({ [product(matrix, $0[0])] }, rightHandSide: [b], iterations: size, tolerance: 1e-9)
            #expect(result.iterations <= size)
            #expect(isClose(result.solution[0].doubles, eliminated(rows(matrix), b.doubles), 1e-7))
        }
    }

    /// As many steps as distinct eigenvalues: 2, however many unknowns.
    @Test func stepsAreCountedByDistinctEigenvalues() {
        let eigenvalues = NDArray((0..<40).map { $0 % 2 == 0 ? 1.0 : 5.0 })
        let b = NDArray((0..<40).map { Foundation.sin(Double($0) + 1) })
        let result = conjugateGradients({ [$0[0] * eigenvalues] }, rightHandSide: [b], iterations: 40)
        #expect(result.stopReason == .converged)
        #expect(result.iterations == 2)
        #expect(isClose(result.solution[0].doubles, (b / eigenvalues).doubles))
    }

    /// A list of arrays is one vector: the system couples its parts.
    @Test func listsOfArraysAreOneVector() {
        var generator = RandomGenerator(seed: 3)
        let matrix = positiveDefinite(7, shift: 1, &generator)
        let b = generator.normal([7], dtype: .float64)
        func joined(_ parts: [NDArray]) -> NDArray { concatenate(parts.map { $0.flattened() }) }
        func divided(_ x: NDArray) -> [NDArray] { [x[0..<4].reshaped(to: [2, 2]), x[4], x[5...]] }
        let result = conjugateGradients(
            { divided(product(matrix, joined($0))) }, rightHandSide: divided(b), iterations: 7, tolerance: 1e-9)
        #expect(result.solution.map(\.shape) == [[2, 2], [], [2]])
        #expect(isClose(joined(result.solution).doubles, eliminated(rows(matrix), b.doubles), 1e-7))
    }

    /// Condition number κ: the error in the metric of A falls by (√κ - 1) / (√κ + 1) a step or faster, and twice that bound times √κ holds
    /// for the residual.
    @Test func residualsOfWellConditionedSystemsFall() {
        let eigenvalues = NDArray.linspace(1, 4, count: 200, dtype: .float64)
        let b = NDArray((0..<200).map { Foundation.cos(Double($0)) })
        let result = conjugateGradients({ [$0[0] * eigenvalues] }, rightHandSide: [b], iterations: 60, tolerance: 1e-10)
        #expect(result.stopReason == .converged)
        #expect(isClose([result.residualNorms[0]], [Foundation.sqrt(b.doubles.reduce(0) { $0 + $1 * $1 })]))
        for (step, norm) in result.residualNorms.enumerated() {
            #expect(norm <= 2 * 2 * Foundation.pow(1.0 / 3, Double(step)) * result.residualNorms[0])
        }
        for (before, after) in zip(result.residualNorms, result.residualNorms.dropFirst()) { #expect(after < before) }
        let remainder = (b - result.solution[0] * eigenvalues).doubles.map { $0 * $0 }.reduce(0, +).squareRoot()
        #expect((remainder - result.residualNorms.last!).magnitude < 1e-13 * result.residualNorms[0])
    }

    @Test func dampingIsAddedToTheDiagonal() {
        var generator = RandomGenerator(seed: 4)
        // Rank 2 of 6: singular without damping.
        let factor = generator.normal([6, 2], dtype: .float64)
        let matrix = matmul(factor, factor.transposed())
        let b = generator.normal([6], dtype: .float64)
        let result = conjugateGradients(
            { [product(matrix, $0[0])] }, rightHandSide: [b], iterations: 6, tolerance: 1e-10, damping: 0.1)
        let damped = rows(matrix + 0.1 * NDArray.eye(6, dtype: .float64))
        #expect(result.stopReason == .converged)
        #expect(result.iterations <= 4)
        #expect(isClose(result.solution[0].doubles, eliminated(damped, b.doubles), 1e-7))
    }

    /// 10⁶ equal float32 terms: a float32 sum of squares would be off in the third digit.
    @Test func innerProductsAreSummedInDoublePrecision() {
        let b = NDArray.full([1_000_000], Float(0.1), dtype: .float32)
        let result = conjugateGradients({ [$0[0] * Float(2)] }, rightHandSide: [b], tolerance: 1e-6)
        #expect((result.residualNorms[0] / (Double(Float(0.1)) * 1000) - 1).magnitude < 1e-12)
        #expect(result.solution[0].dtype == .float32)
        #expect(result.iterations == 1)
        #expect(result.solution[0].floats.allSatisfy { ($0 - 0.05).magnitude < 1e-8 })
    }

    // MARK: Ends

    @Test func zeroRightHandSideNeedsNoProduct() {
        let result = conjugateGradients(
            { _ in
                Issue.record("no product is needed")
                return [NDArray.zeros([3])]
            }, rightHandSide: [NDArray.zeros([3])])
        #expect(result.solution[0] == NDArray.zeros([3]))
        #expect(result.residualNorms == [0])
        #expect(result.stopReason == .converged)
    }

    @Test func endsAreNamed() {
        let b = NDArray([1.0, 2, 3])
        let limited = conjugateGradients({ [$0[0] * NDArray([1.0, 2, 3])] }, rightHandSide: [b], iterations: 2)
        #expect(limited.stopReason == .iterationLimit)
        #expect(limited.residualNorms.count == 3)
        let none = conjugateGradients({ $0 }, rightHandSide: [b], iterations: 0)
        #expect(none.stopReason == .iterationLimit)
        #expect(none.solution[0].doubles == [0, 0, 0])
        let indefinite = conjugateGradients({ [$0[0] * NDArray([1.0, -5, 1])] }, rightHandSide: [b])
        #expect(indefinite.stopReason == .notPositiveDefinite)
        #expect(indefinite.solution[0].doubles == [0, 0, 0])
        let broken = conjugateGradients({ [$0[0] * Double.nan] }, rightHandSide: [b])
        #expect(broken.stopReason == .notFinite)
        #expect(broken.solution[0].doubles == [0, 0, 0])
        #expect(conjugateGradients({ $0 }, rightHandSide: [b * Double.infinity]).stopReason == .notFinite)
    }

    @Test func productsOfTheWrongShapeAreNamed() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = conjugateGradients({ _ in [NDArray.zeros([2])] }, rightHandSide: [NDArray.ones([3])])
        }
        let text = String(decoding: result.standardErrorContent, as: UTF8.self)
        #expect(text.contains("conjugateGradients: expected a product of float32[3], got float32[2]"), "\(text.prefix(400))")
    }

    // MARK: Matrices known by double backpropagation

    /// A policy with one hidden layer on four observations: the product from differentiating KL(old‖new) twice is E[∇log p ∇log pᵀ] v, with the
    /// expectation taken class by class, and the solver inverts it.
    @Test func fisherVectorProductsOfACategoricalPolicy() {
        var generator = RandomGenerator(seed: 5)
        let observations = generator.normal([4, 3], dtype: .float64)
        let parameters = Policy.parameters(outputs: 3, &generator)
        let old = Categorical(logits: Policy.run(observations, parameters.map { $0.detached() }))
        let policy = Categorical(logits: Policy.run(observations, parameters))
        let multiply = fisherProduct(klDivergence(old, policy).mean(), parameters)

        let count = parameters.map(\.count).reduce(0, +)
        var fisher = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
        for row in 0..<4 {
            for label in 0..<3 {
                let weight = old.probabilities.array[row, label].item() / 4
                let score = flat(grad(of: policy.logProbabilities[row, label], wrt: parameters).map(\.array))
                for i in 0..<count { for j in 0..<count { fisher[i][j] += weight * score[i] * score[j] } }
            }
        }
        expectSolved(multiply, fisher, parameters, &generator)
    }

    /// The same for a normal policy with a learnt log σ. With ∂μ, ∂log σ the derivatives of its parameters, the expectation is
    /// Σ ∂μ ∂μᵀ / σ² + 2 ∂log σ ∂log σᵀ, a mean over observations and a sum over components.
    @Test func fisherVectorProductsOfANormalPolicy() {
        var generator = RandomGenerator(seed: 6)
        let observations = generator.normal([4, 3], dtype: .float64)
        let logDeviation = Variable(NDArray([0.2, -0.3]))
        let network = Policy.parameters(outputs: 2, &generator)
        let parameters = network + [logDeviation]
        func policy(_ parameters: [Variable]) -> Normal {
            Normal(
                mean: Policy.run(observations, Array(parameters.dropLast())), logStandardDeviation: parameters.last!,
                independentOverLastAxis: true)
        }
        let (old, new) = (policy(parameters.map { $0.detached() }), policy(parameters))
        let multiply = fisherProduct(klDivergence(old, new).mean(), parameters)

        let count = parameters.map(\.count).reduce(0, +)
        var fisher = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
        for component in 0..<2 {
            for row in 0..<4 {
                let slope = flat(grad(of: new.mean[row, component], wrt: parameters).map(\.array))
                let weight = 1 / (4 * Foundation.exp(2 * logDeviation.array[component].item()))
                for i in 0..<count { for j in 0..<count { fisher[i][j] += weight * slope[i] * slope[j] } }
            }
            fisher[count - 2 + component][count - 2 + component] += 2
        }
        expectSolved(multiply, fisher, parameters, &generator)
    }

    private func fisherProduct(_ divergence: Variable, _ parameters: [Variable]) -> ([NDArray]) -> [NDArray] {
        let slopes = grad(of: divergence, wrt: parameters, enableDoubleBackprop: true)
        for slope in slopes { #expect(slope.array.doubles.allSatisfy { $0.magnitude < 1e-15 }) }
        return { v in grad(of: slopes, wrt: parameters, gradOutputs: v.map(Variable.init(constant:))).map(\.array) }
    }

    private func expectSolved(
        _ multiply: ([NDArray]) -> [NDArray], _ fisher: [[Double]], _ parameters: [Variable], _ generator: inout RandomGenerator,
        location: SourceLocation = #_sourceLocation
    ) {
        let v = parameters.map { generator.normal($0.shape, dtype: .float64) }
        let expected = fisher.map { row in zip(row, flat(v)).reduce(0) { $0 + $1.0 * $1.1 } }
        #expect(isClose(flat(multiply(v)), expected, 1e-12), sourceLocation: location)
        let result = conjugateGradients(multiply, rightHandSide: v, iterations: 60, tolerance: 1e-11, damping: 0.1)
        #expect(result.stopReason == .converged, sourceLocation: location)
        var damped = fisher
        for i in damped.indices { damped[i][i] += 0.1 }
        #expect(isClose(flat(result.solution), eliminated(damped, flat(v)), 1e-8), sourceLocation: location)
    }
}

/// tanh(x W₁ᵀ + b₁) W₂ᵀ + b₂ with three inputs and four hidden units.
private enum Policy {
    static func parameters(outputs: Int, _ generator: inout RandomGenerator) -> [Variable] {
        [[4, 3], [4], [outputs, 4], [outputs]].map { Variable(generator.normal(Shape($0), standardDeviation: 0.7, dtype: .float64)) }
    }

    static func run(_ x: NDArray, _ parameters: [Variable]) -> Variable {
        linear(tanh(linear(Variable(constant: x), parameters[0], parameters[1])), parameters[2], parameters[3])
    }
}

private func flat(_ arrays: [NDArray]) -> [Double] { arrays.flatMap(\.doubles) }

private func rows(_ matrix: NDArray) -> [[Double]] { (0..<matrix.shape[0]).map { matrix[$0].doubles } }

private func product(_ matrix: NDArray, _ x: NDArray) -> NDArray { (matrix * x).sum(axis: 1) }

/// G Gᵀ + shift I with normal G.
private func positiveDefinite(_ size: Int, shift: Double, _ generator: inout RandomGenerator) -> NDArray {
    let factor = generator.normal([size, size], dtype: .float64)
    return matmul(factor, factor.transposed()) + shift * NDArray.eye(size, dtype: .float64)
}

/// Gaussian elimination with partial pivoting.
private func eliminated(_ matrix: [[Double]], _ b: [Double]) -> [Double] {
    var a = zip(matrix, b).map { $0 + [$1] }
    let n = b.count
    for column in 0..<n {
        let pivot = (column..<n).max { a[$0][column].magnitude < a[$1][column].magnitude }!
        a.swapAt(column, pivot)
        for row in (column + 1)..<Swift.max(n, column + 1) {
            let factor = a[row][column] / a[column][column]
            for k in column...n { a[row][k] -= factor * a[column][k] }
        }
    }
    var x = [Double](repeating: 0, count: n)
    for row in (0..<n).reversed() {
        x[row] = ((row + 1)..<Swift.max(n, row + 1)).reduce(a[row][n]) { $0 - a[row][$1] * x[$1] } / a[row][row]
    }
    return x
}
