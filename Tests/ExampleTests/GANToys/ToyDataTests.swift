import ExampleGANToys
import NablaNN
import Testing

/// The constructions of the authors' program, in closed form.
@Suite struct ToyDataTests {
    private let count = 100_000

    private func points(_ data: ToyData) -> NDArray {
        var random = RandomGenerator(seed: 1)
        return data.points(count, dtype: .float64, using: &random)
    }

    /// Compares a mean with its expectation, to within five standard errors.
    private func expectMean(_ values: NDArray, _ expected: Double, location: SourceLocation = #_sourceLocation) {
        let mean = values.mean().item()
        let standardError = (square(values - mean).mean().item() / Double(values.count)).squareRoot()
        #expect(abs(mean - expected) < 5 * standardError, "\(mean), expected \(expected)", sourceLocation: location)
    }

    @Test func eightGaussians() {
        let p = points(.eightGaussians)
        let (x, y) = (p[.all, 0], p[.all, 1])
        let (radius, deviation) = (2 / 1.414, 0.02 / 1.414)
        for axis in [x, y] {
            expectMean(axis, 0)
            expectMean(square(axis), radius * radius / 2 + deviation * deviation)
        }
        expectMean(x * y, 0)
        expectMean(square(x) + square(y), radius * radius + 2 * deviation * deviation)
        let mixture = ToyData.eightGaussians.mixture!
        #expect(mixture.centres.shape == [8, 2])
        #expect(abs(mixture.deviation - 0.01414) < 1e-5)
        #expect(abs(mixture.centres[1, 0].item() - 1.0001) < 1e-3)  // √½ · 1.4144
    }

    @Test func twentyFiveGaussians() {
        let p = points(.twentyFiveGaussians)
        for axis in [p[.all, 0], p[.all, 1]] {
            expectMean(axis, 0)
            expectMean(square(axis), (8 + 0.0025) / (2.828 * 2.828))  // mean of 4², 2², 0, 2², 4², and the noise
        }
        expectMean(p[.all, 0] * p[.all, 1], 0)
        let mixture = ToyData.twentyFiveGaussians.mixture!
        #expect(mixture.centres.shape == [25, 2])
        #expect(Set(mixture.centres.doubles.map { ($0 / 0.7072).rounded() }) == [-2, -1, 0, 1, 2])
        #expect(abs(mixture.deviation - 0.01768) < 1e-5)
        // Every mode has its share, and its points lie as close as they should.
        let squares = square(p.expandingDimensions(at: 1) - mixture.centres).sum(axis: 2)
        let nearest = squares.argMin(axis: 1).integers
        let shares = (0..<25).map { mode in nearest.count { $0 == mode } }
        #expect(shares.allSatisfy { abs($0 - 4000) < 5 * 62 })  // √(100 000 · 0.04 · 0.96) = 62
        expectMean(squares.min(axis: 1), 2 * mixture.deviation * mixture.deviation)
    }

    /// E[t cos t] = 2, E[t sin t] = 2 / 3π and E[t²] = 9.75 π² for t uniform in [1.5 π, 4.5 π].
    @Test func swissRoll() {
        let p = points(.swissRoll)
        expectMean(p[.all, 0], 2 / 7.5)
        expectMean(p[.all, 1], 2 / (3 * Double.pi) / 7.5)
        expectMean(square(p).sum(axis: 1), (9.75 * Double.pi * Double.pi + 2 * 0.0625) / (7.5 * 7.5))
        #expect(ToyData.swissRoll.mixture == nil)
        // A spiral: the radius tells the angle, but for the noise.
        let radius = sqrt(square(p).sum(axis: 1)) * 7.5
        let angle = atan2(p[.all, 1], p[.all, 0])
        #expect(abs(sin((radius - angle) / 2)).mean().item() < 0.15)
    }

    @Test func typesAndSeeds() {
        for data in ToyData.allCases {
            var (a, b, c) = (RandomGenerator(seed: 3), RandomGenerator(seed: 3), RandomGenerator(seed: 4))
            let first = data.points(20, using: &a)
            #expect(first.dtype == .float32 && first.shape == [20, 2])
            #expect(first == data.points(20, using: &b))
            #expect(first != data.points(20, using: &c))
        }
    }
}
