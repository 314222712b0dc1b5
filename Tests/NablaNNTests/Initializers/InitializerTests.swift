import NablaNN
import Testing

@Suite struct InitializerTests {
    @Test func fansFromShape() {
        #expect(Fans([7, 3]) == Fans([7, 3, 1]))
        #expect(Fans([7, 3]).input == 3)
        #expect(Fans([7, 3]).output == 7)
        #expect(Fans([16, 8, 5, 5]).input == 200)
        #expect(Fans([16, 8, 5, 5]).output == 400)
    }

    /// The deviation each rule promises for a weight of fan-in 300 and fan-out 200.
    static let deviations: [(Initializer, Double)] = [
        (.normal(standardDeviation: 0.3), 0.3),
        (.leCunNormal, (1.0 / 300).squareRoot()),
        (.leCunNormal(scale: 2), 2 * (1.0 / 300).squareRoot()),
        (.glorotNormal, (2.0 / 500).squareRoot()),
        (.heNormal, (2.0 / 300).squareRoot()),
        (.uniform(bound: 0.3), 0.3 / 3.0.squareRoot()),
        (.leCunUniform, (1.0 / 300).squareRoot()),
        (.glorotUniform, (2.0 / 500).squareRoot()),
        (.heUniform, (2.0 / 300).squareRoot()),
        (.heUniform(scale: 0.5), 0.5 * (2.0 / 300).squareRoot()),
    ]

    @Test(arguments: 0..<deviations.count) func moments(_ index: Int) {
        let (initializer, deviation) = Self.deviations[index]
        var generator = RandomGenerator(seed: 3)
        let values = initializer([200, 300], dtype: .float64, using: &generator).doubles
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        // Five standard errors of the mean, and of the variance of a normal sample.
        #expect(abs(mean) < 5 * deviation / count.squareRoot(), "\(initializer)")
        #expect(abs(variance / (deviation * deviation) - 1) < 5 * (2 / count).squareRoot(), "\(initializer)")
    }

    @Test func uniformStaysWithinItsBound() {
        var generator = RandomGenerator(seed: 5)
        let values = Initializer.heUniform([100, 100], dtype: .float64, using: &generator).doubles
        let bound = (6.0 / 100).squareRoot()
        #expect(values.allSatisfy { abs($0) <= bound })
        #expect(values.max()! > 0.99 * bound && values.min()! < -0.99 * bound)
    }

    @Test func constants() {
        var generator = RandomGenerator(seed: 1)
        #expect(Initializer.zero([2, 3], using: &generator) == .zeros([2, 3]))
        #expect(Initializer.constant(1.5)([2], dtype: .float64, using: &generator) == NDArray([1.5, 1.5]))
        #expect(generator.counter == 0)
    }

    @Test func generatorDecides() {
        var (a, b, c) = (RandomGenerator(seed: 1), RandomGenerator(seed: 1), RandomGenerator(seed: 2))
        let first = Initializer.heNormal([4, 4], using: &a)
        #expect(first == Initializer.heNormal([4, 4], using: &b))
        #expect(first != Initializer.heNormal([4, 4], using: &c))
        #expect(first != Initializer.heNormal([4, 4], using: &a))
    }

    /// Wide, square and tall weights, and one of a convolution: the shorter side's vectors are orthogonal and of the gain's length.
    @Test(arguments: [[3, 7], [5, 5], [9, 4], [4, 2, 3, 3]]) func orthogonalVectors(extents: [Int]) {
        var generator = RandomGenerator(seed: 6)
        let weight = Initializer.orthogonal(gain: 1.5)(Shape(extents), dtype: .float64, using: &generator)
        let matrix = weight.reshaped(to: [extents[0], -1])
        let products = matrix.shape[0] <= matrix.shape[1] ? matmul(matrix, matrix.transposed()) : matmul(matrix.transposed(), matrix)
        #expect(abs(products - 2.25 * NDArray.eye(products.shape[0], dtype: .float64)).max().item() < 1e-12)
        let again = Initializer.orthogonal(gain: 1.5)(Shape(extents), dtype: .float64, using: &generator)
        #expect(again != weight)
    }

    /// Uniform among orthogonal matrices: every element has mean 0 and variance 1 / n.
    @Test func orthogonalMatricesHaveNoPreferredDirection() {
        var generator = RandomGenerator(seed: 7)
        let all = stack((0..<2000).map { _ in Initializer.orthogonal()([3, 3], dtype: .float64, using: &generator) })
        let (means, squares) = (all.mean(axis: 0).doubles, square(all).mean(axis: 0).doubles)
        // Five standard errors; the fourth moment of an element is 3 / (n (n + 2)) = 1/5.
        for mean in means { #expect(abs(mean) < 5 * (1.0 / 3 / 2000).squareRoot()) }
        for value in squares { #expect(abs(value - 1.0 / 3) < 5 * ((0.2 - 1.0 / 9) / 2000).squareRoot()) }
    }
}
