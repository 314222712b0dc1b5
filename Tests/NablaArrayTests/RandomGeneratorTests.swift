import Foundation
import Testing

@testable import NablaArray

@Suite struct RandomGeneratorTests {
    /// The known answers that Random123 publishes for philox4x32-10 (kat_vectors): counter, key, result.
    @Test func wordsAreThoseOfPhilox() {
        var zero = RandomGenerator(seed: 0)
        #expect(zero.words(4) == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])

        var ones = RandomGenerator(seed: .max, stream: .max)
        ones = ones.skipping(to: .max)
        #expect(ones.words(4) == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])

        // Counter 243f6a88 85a308d3 13198a2e 03707344, key a4093822 299f31d0: the digits of pi.
        var pi = RandomGenerator(seed: 0x299f_31d0_a409_3822, stream: 0x0370_7344_1319_8a2e)
        pi = pi.skipping(to: 0x85a3_08d3_243f_6a88)
        #expect(pi.words(4) == [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1])
    }

    @Test func fillsTakeTheBlocksTheyNeed() {
        var generator = RandomGenerator(seed: 1)
        func blocks(_ body: (inout RandomGenerator) -> Void) -> UInt64 {
            let start = generator.counter
            body(&generator)
            return generator.counter - start
        }
        #expect(blocks { _ = $0.uniform([5]) } == 2)
        #expect(blocks { _ = $0.uniform([5], dtype: .float64) } == 3)
        #expect(blocks { _ = $0.normal([5]) } == 3)
        #expect(blocks { _ = $0.normal([4], dtype: .float64) } == 2)
        #expect(blocks { _ = $0.integers([2, 3], in: 0..<9) } == 3)
        #expect(blocks { _ = $0.bernoulli([8]) } == 2)
        #expect(blocks { _ = $0.uniform([0]) } == 0)
        #expect(blocks { _ = $0.next() } == 1)
        #expect(blocks { _ = $0.split() } == 1)
    }

    @Test func aStoredGeneratorContinues() throws {
        var generator = RandomGenerator(seed: .max - 7, stream: 3)
        _ = generator.normal([17])
        var restored = try JSONDecoder().decode(RandomGenerator.self, from: JSONEncoder().encode(generator))
        #expect(restored == generator)
        #expect(restored.uniform([9]) == generator.uniform([9]))
    }

    @Test func uniformNumbersHaveTheMomentsOfTheDistribution() {
        var generator = RandomGenerator(seed: 2)
        let count = 200_000
        for dtype in [DType.float32, .float64] {
            let x = generator.uniform([count], in: -1..<3, dtype: dtype)
            #expect(x.dtype == dtype)
            #expect(x.min().item() >= -1 && x.max().item() < 3)
            // Five standard errors: sqrt(16 / 12 / n) for the mean, about sqrt(4 / 5 · (16/12)² / n) for the variance.
            expect(x.mean().item(), near: 1, within: 5 * (16.0 / 12 / Double(count)).squareRoot())
            expect(x.variance().item(), near: 16.0 / 12, within: 5 * 16.0 / 12 * (0.8 / Double(count)).squareRoot())
        }
    }

    @Test func uniformNumbersNeverReachTheUpperBound() {
        var generator = RandomGenerator(seed: 3)
        // Most float32 numbers of this range would round up to its end.
        let x = generator.uniform([1000], in: 1..<1.0000001)
        #expect(x.max().item() < 1.0000001)
        #expect(x.min().item() >= 1)
    }

    @Test func normalNumbersHaveTheMomentsOfTheDistribution() {
        var generator = RandomGenerator(seed: 4)
        let count = 200_000
        for dtype in [DType.float32, .float64] {
            let z = (generator.normal([count], mean: 3, standardDeviation: 2, dtype: dtype).cast(to: .float64) - 3) / 2
            let n = Double(count).squareRoot()
            // Moments 0, 1, 0, 3 with standard errors 1, √2, √15, √96 over √n.
            expect(z.mean().item(), near: 0, within: 5 / n)
            expect((z * z).mean().item(), near: 1, within: 5 * 2.0.squareRoot() / n)
            expect((z * z * z).mean().item(), near: 0, within: 5 * 15.0.squareRoot() / n)
            expect((z * z * z * z).mean().item(), near: 3, within: 5 * 96.0.squareRoot() / n)
            // Φ(1) - Φ(-1)
            expect((abs(z) .< 1).cast(to: .float64).mean().item(), near: 0.682689492, within: 5 * 0.4655 / n)
            // Neighbours share a block, and must not share more.
            expect((z[.stride(by: 2)] * z[.stride(from: 1, by: 2)]).mean().item(), near: 0, within: 5 * 2.0.squareRoot() / n)
        }
    }

    @Test func truncatedNumbersStayWithinTheBound() {
        var generator = RandomGenerator(seed: 5)
        let x = generator.truncatedNormal([400, 250], mean: 1, standardDeviation: 0.5, dtype: .float64)
        #expect(x.shape == [400, 250])
        #expect(x.min().item() >= 0 && x.max().item() <= 2)
        expect(x.mean().item(), near: 1, within: 0.01)
        // Var = 1 - 2 · 2 φ(2) / (Φ(2) - Φ(-2)) for a bound of 2.
        expect(x.standardDeviation().item() / 0.5, near: 0.879626, within: 0.01)
        #expect(generator.truncatedNormal([100], bound: 0.1).max().item() <= Double(Float(0.1)))
    }

    @Test func integersFillTheirRangeEvenly() {
        var generator = RandomGenerator(seed: 6)
        for dtype in [DType.int32, .int64] {
            let x = generator.integers([60_000], in: -2..<4, dtype: dtype)
            #expect(x.dtype == dtype)
            for value in -2..<4 {
                let hits = (x .== value).sum().item()
                expect(hits, near: 10_000, within: 5 * 8333.3.squareRoot())
            }
            #expect(x.min().item() == -2 && x.max().item() == 3)
        }
        let wide = generator.integers([1000], in: Int.min..<Int.max)
        #expect((wide .< 0).sum().item() > 400 && (wide .> 0).sum().item() > 400)
    }

    @Test func truthHasTheGivenProbability() {
        var generator = RandomGenerator(seed: 7)
        let x = generator.bernoulli([100_000], probability: 0.3)
        #expect(x.dtype == .bool)
        expect(x.sum().item(), near: 30_000, within: 5 * (100_000 * 0.21).squareRoot())
        #expect(generator.bernoulli([1000], probability: 0).sum().item() == 0)
        #expect(generator.bernoulli([1000], probability: 1).sum().item() == 1000)
        expect(generator.bernoulli(NDArray([0.0, 1.0, 0.0])), [3], [0, 1, 0], .bool)
    }

    @Test func permutationsHoldEveryNumberOnce() {
        var generator = RandomGenerator(seed: 8)
        let order = generator.permutation(1000)
        expect(order.sorted(), [1000], (0..<1000).map(Double.init), .int64)
        #expect(order != generator.permutation(1000))
        #expect(generator.permutation(0).shape == [0])
        // Each number comes first equally often.
        var firsts = [0, 0, 0]
        for _ in 0..<3000 { firsts[generator.permutation(3).integers[0]] += 1 }
        #expect(firsts.allSatisfy { Swift.abs($0 - 1000) < 150 })
    }

    @Test func choices() {
        var generator = RandomGenerator(seed: 9)
        #expect(Set(generator.choice(10, from: 20).integers).count == 10)
        #expect(Set(generator.choice(1000, from: 3, replacing: true).integers) == [0, 1, 2])
        let x = counting([6, 2])
        let shuffled = generator.shuffled(x)
        #expect(shuffled.sorted(axis: 0) == x)
        #expect((shuffled[.all, 1] - shuffled[.all, 0]).integers.allSatisfy { $0 == 1 })
    }

    @Test func splitStreamsAreIndependent() {
        var parent = RandomGenerator(seed: 10)
        var again = RandomGenerator(seed: 10)
        var (a, b) = (parent.split(), parent.split())
        #expect(again.split() == a)
        #expect(a.seed != b.seed && a.stream != b.stream)
        let n = 100_000
        let (x, y, z) = (a.normal([n]), b.normal([n]), parent.normal([n]))
        for (p, q) in [(x, y), (x, z), (y, z)] {
            expect((p * q).mean().item(), near: 0, within: 5 / Double(n).squareRoot())
        }
        // Neighbouring seeds, too.
        var (c, d) = (RandomGenerator(seed: 11), RandomGenerator(seed: 12))
        expect((c.normal([n]) * d.normal([n])).mean().item(), near: 0, within: 5 / Double(n).squareRoot())
    }

    @Test func servesSwiftsOwnFunctions() {
        var generator = RandomGenerator(seed: 0)
        // The first two words of the block, the first one lower.
        #expect(generator.next() == 0xe169_c58d_6627_e8d5)
        #expect((0..<10).contains(Int.random(in: 0..<10, using: &generator)))
        #expect([1, 2, 3].shuffled(using: &generator).sorted() == [1, 2, 3])
    }
}

extension RandomGenerator {
    /// This generator, `counter` blocks into its stream.
    fileprivate func skipping(to counter: UInt64) -> RandomGenerator {
        let text = #"{"seed":\#(seed),"stream":\#(stream),"counter":\#(counter)}"#
        return try! JSONDecoder().decode(RandomGenerator.self, from: Data(text.utf8))
    }
}

/// The process-wide generator: one test after another, as it is shared.
@Suite(.serialized) struct DefaultGeneratorTests {
    @Test func aSeedMakesItRepeatItself() {
        RandomGenerator.withShared { generator in
            generator = RandomGenerator(seed: 3)
            let first = generator.uniform([4])
            generator = RandomGenerator(seed: 3)
            #expect(generator.uniform([4]) == first)
        }
    }

    @Test func arraysHaveTheirShapeAndType() {
        let number: NDArray = .random(in: 0..<1)
        #expect(number.shape == [] && number.dtype == .float32)
        #expect((0..<1).contains(number.item()))
        #expect(NDArray.random([2, 3]).shape == [2, 3])
        #expect(NDArray.random([2], in: 5..<6, dtype: .float64).dtype == .float64)
        #expect(NDArray.randomNormal([4], mean: 100, standardDeviation: 0.01).min().item() > 90)
        #expect(NDArray.randomIntegers([4], in: 3..<4).integers == [3, 3, 3, 3])
    }
}
