import ExampleGANToys
import NablaNN
import Testing

@Suite struct ModeMetricsTests {
    private let ring = ToyData.eightGaussians.mixture!

    /// Points at the given modes' centres, moved by so many standard deviations to the right.
    private func points(_ modes: [Int], of mixture: Mixture, away deviations: Double = 0) -> NDArray {
        mixture.centres.take(NDArray(modes)) + NDArray([deviations * mixture.deviation, 0])
    }

    @Test func everyModeAlike() throws {
        for mixture in [ring, ToyData.twentyFiveGaussians.mixture!] {
            let modes = mixture.centres.shape[0]
            let metrics = try ModeMetrics(points((0..<(10 * modes)).map { $0 % modes }, of: mixture), of: mixture)
            #expect(metrics.covered == modes && metrics.highQualityShare == 1)
            #expect(metrics.counts == [Int](repeating: 10, count: modes))
            #expect(abs(metrics.reverseKL) < 1e-15)
        }
    }

    /// Everything at one mode: the divergence is log 8, and with two modes in equal parts log 4.
    @Test func collapse() throws {
        let one = try ModeMetrics(points([Int](repeating: 3, count: 100), of: ring), of: ring)
        #expect(one.covered == 1 && one.highQualityShare == 1)
        #expect(abs(one.reverseKL - 2.0794415416798357) < 1e-12)
        let two = try ModeMetrics(points((0..<100).map { $0 % 2 }, of: ring), of: ring)
        #expect(two.covered == 2)
        #expect(abs(two.reverseKL - 1.3862943611198906) < 1e-12)
    }

    /// Shares 3/4 and 1/4 of two modes: log 8 + ¾ log ¾ + ¼ log ¼, by hand.
    @Test func unequalShares() throws {
        let metrics = try ModeMetrics(points((0..<80).map { $0 % 4 == 0 ? 5 : 6 }, of: ring), of: ring)
        #expect(metrics.counts == [0, 0, 0, 0, 0, 20, 60, 0])
        #expect(abs(metrics.reverseKL - (2.0794415416798357 - 0.5623351446188083)) < 1e-12)
    }

    /// Three standard deviations are the border; what lies outside is not good, and does not count in the shares of modes.
    @Test func goodIsNearerThanThreeDeviations() throws {
        let modes = (0..<80).map { $0 % 8 }
        #expect(try ModeMetrics(points(modes, of: ring, away: 2.99), of: ring).highQualityShare == 1)
        #expect(try ModeMetrics(points(modes, of: ring, away: 3.01), of: ring).highQualityShare == 0)
        let none = try ModeMetrics(points(modes, of: ring, away: 3.01), of: ring)
        #expect(none.covered == 0 && none.reverseKL == .infinity)
        let mixed = concatenate([points(modes, of: ring), points([Int](repeating: 0, count: 80), of: ring, away: 4)])
        let metrics = try ModeMetrics(mixed, of: ring)
        #expect(metrics.highQualityShare == 0.5 && metrics.covered == 8 && abs(metrics.reverseKL) < 1e-15)
    }

    /// The data themselves: within three deviations in the plane lies 1 - exp(-9/2) of a Gaussian, 98.89 %.
    @Test func theDataThemselves() throws {
        for data in [ToyData.eightGaussians, .twentyFiveGaussians] {
            var random = RandomGenerator(seed: 5)
            let count = 20_000
            let metrics = try ModeMetrics(data.points(count, using: &random), of: data.mixture!)
            let share = 0.988891003461758
            #expect(abs(metrics.highQualityShare - share) < 5 * (share * (1 - share) / Double(count)).squareRoot())
            #expect(metrics.covered == data.mixture!.centres.shape[0])
            // Expected to be (modes - 1) / 2 count.
            #expect(metrics.reverseKL < 3 * Double(metrics.covered - 1) / Double(2 * count))
        }
    }

    @Test func samplesThatSayNothing() {
        func message(_ points: NDArray) -> String {
            do {
                _ = try ModeMetrics(points, of: ring)
                return ""
            } catch {
                return error.description
            }
        }
        #expect(message(.zeros([79, 2])) == "mode metrics: expected at least 80 points for 8 modes, got 79")
        #expect(message(.zeros([80, 2])) == "")
        #expect(message(.zeros([80, 3])) == "mode metrics: expected points of shape (count, 2), got [80, 3]")
        #expect(message(.full([80, 2], Double.nan)) == "mode metrics: expected finite points, got some that are not")
    }
}
