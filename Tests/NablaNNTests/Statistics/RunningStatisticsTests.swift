import Foundation
import NablaNN
import Testing

@Suite struct RunningStatisticsTests {
    private func values(_ count: Int, seed: UInt64, offset: Double = 0) -> NDArray {
        var generator = RandomGenerator(seed: seed)
        return generator.normal([count, 2], mean: offset, standardDeviation: 2, dtype: .float64)
    }

    /// Mean and population variance of each column by two passes over numbers from which `offset` is taken exactly.
    private func direct(_ x: NDArray, offset: Double = 0) -> (mean: [Double], variance: [Double]) {
        let columns = (0..<2).map { column in x[0..., column].doubles.map { $0 - offset } }
        let means = columns.map { $0.reduce(0, +) / Double($0.count) }
        let variances = zip(columns, means).map { column, mean in
            column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count)
        }
        return (means.map { $0 + offset }, variances)
    }

    private func isClose(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-12) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { ($0 - $1).magnitude <= tolerance * max(1, $1.magnitude) }
    }

    @Test func smallNumbersByHand() {
        var statistics = RunningStatistics(shape: [2])
        #expect(statistics.variance().doubles == [0, 0])
        statistics.update(NDArray([1.0, 10]))
        #expect(statistics.count == 1)
        #expect(statistics.mean.doubles == [1, 10])
        #expect(statistics.variance().doubles == [0, 0])
        statistics.update(NDArray([3.0, 10]))
        statistics.update(NDArray([5.0, 40]))
        // Squared deviations 4 + 0 + 4 and 100 + 100 + 400.
        #expect(isClose(statistics.mean.doubles, [3, 20]))
        #expect(isClose(statistics.squaredDeviations.doubles, [8, 600]))
        #expect(isClose(statistics.variance().doubles, [8.0 / 3, 200]))
        #expect(isClose(statistics.variance(correction: 1).doubles, [4, 300]))
        #expect(isClose(statistics.standardDeviation(correction: 1).doubles, [2, 300.0.squareRoot()]))
    }

    @Test func singlesAndBatchesAgreeWithTheDirectFormulas() {
        let x = values(500, seed: 1)
        let (mean, variance) = direct(x)
        var (singles, batches, whole) = (RunningStatistics(shape: [2]), RunningStatistics(shape: [2]), RunningStatistics(shape: [2]))
        for i in 0..<500 { singles.update(x[i]) }
        for range in [0..<1, 1..<1, 1..<200, 200..<203, 203..<500] { batches.update(batch: x[range]) }
        whole.update(batch: x)
        for statistics in [singles, batches, whole] {
            #expect(statistics.count == 500)
            #expect(isClose(statistics.mean.doubles, mean))
            #expect(isClose(statistics.variance().doubles, variance))
        }
    }

    @Test func mergingIsAssociativeAndCommutative() {
        let parts = [values(100, seed: 2), values(7, seed: 3, offset: 5), values(300, seed: 4, offset: -2)]
        let (mean, variance) = direct(concatenate(parts))
        let statistics = parts.map { part in
            var result = RunningStatistics(shape: [2])
            result.update(batch: part)
            return result
        }
        func merged(_ order: [Int]) -> RunningStatistics {
            order.reduce(into: RunningStatistics(shape: [2])) { $0.merge(statistics[$1]) }
        }
        var nested = statistics[1]
        nested.merge(statistics[2])
        var right = statistics[0]
        right.merge(nested)
        for result in [merged([0, 1, 2]), merged([2, 1, 0]), merged([1, 2, 0]), right] {
            #expect(result.count == 407)
            #expect(isClose(result.mean.doubles, mean))
            #expect(isClose(result.variance().doubles, variance))
        }
        var unchanged = statistics[0]
        unchanged.merge(RunningStatistics(shape: [2]))
        #expect(unchanged == statistics[0])
    }

    /// The mean of squares minus the square of the mean has no correct digit here: 10¹⁸ against a variance of 4.
    @Test func largeOffsetsCostNoPrecision() {
        let offset = 1e9
        let x = values(1000, seed: 5, offset: offset)
        let (mean, variance) = direct(x, offset: offset)
        var (singles, batches, merged) = (RunningStatistics(shape: [2]), RunningStatistics(shape: [2]), RunningStatistics(shape: [2]))
        for i in 0..<1000 { singles.update(x[i]) }
        batches.update(batch: x)
        for start in stride(from: 0, to: 1000, by: 100) {
            var part = RunningStatistics(shape: [2])
            part.update(batch: x[start..<(start + 100)])
            merged.merge(part)
        }
        // The mean itself is rounded to 1.2e-7.
        for statistics in [singles, batches, merged] {
            #expect(isClose(statistics.mean.doubles, mean, 1e-15))
            #expect(isClose(statistics.variance().doubles, variance, 1e-7))
        }
    }

    @Test func observationsOfOtherTypesAreConverted() {
        var statistics = RunningStatistics()
        statistics.update(batch: NDArray([1, 2, 6]))
        statistics.update(NDArray(Float(3)))
        #expect(statistics.mean.dtype == .float64)
        #expect(isClose([statistics.mean.item(), statistics.variance().item()], [3, 3.5]))
    }

    @Test func normalizedObservationsHaveMeanZeroAndVarianceOne() {
        let x = values(1000, seed: 6, offset: 3)
        var statistics = RunningStatistics(shape: [2])
        statistics.update(batch: x)
        let (mean, variance) = direct(statistics.normalized(x, epsilon: 0))
        #expect(isClose(mean, [0, 0]))
        #expect(isClose(variance, [1, 1]))
    }

    @Test func normalizationByHand() {
        var statistics = RunningStatistics(shape: [2])
        statistics.update(batch: NDArray([[0.0, 1], [4, 1]]))  // means 2 and 1, variances 4 and 0
        let x = NDArray([Float(6), 1])
        #expect(statistics.normalized(x, epsilon: 0)[0].item() == 2)
        #expect(isClose(statistics.normalized(x.cast(to: .float64), epsilon: 5).doubles, [4.0 / 3, 0]))
        #expect(statistics.normalized(NDArray([[6.0, 1], [-98, 2]]), clippedTo: 1.5).doubles == [1.5, 0, -1.5, 1.5])
        #expect(isClose(statistics.normalized(NDArray([6.0, 1]), centered: false, epsilon: 1e-4).doubles, [6 / 4.0001.squareRoot(), 100]))
        #expect(statistics.normalized(x).dtype == .float32)
        #expect(statistics.normalized(NDArray([6, 1])).dtype == .float32)
    }

    @Test func withoutSpreadOnlyTheMeanIsTakenAway() {
        var statistics = RunningStatistics(shape: [2])
        let x = NDArray([3.0, -20])
        #expect(statistics.normalized(x, clippedTo: 10).doubles == [3, -10])
        statistics.update(NDArray([1.0, 1]))
        #expect(statistics.normalized(x).doubles == [2, -21])
    }

    @Test func storedStatisticsGoOnAsIfNeverStopped() throws {
        let x = values(300, seed: 7, offset: 1e3)
        var (straight, stored) = (RunningStatistics(shape: [2]), RunningStatistics(shape: [2]))
        straight.update(batch: x[0..<100])
        stored.update(batch: x[0..<100])
        var restored = try JSONDecoder().decode(RunningStatistics.self, from: JSONEncoder().encode(stored))
        #expect(restored == straight)
        straight.update(batch: x[100...])
        restored.update(batch: x[100...])
        #expect(restored == straight)
    }

    @Test(arguments: [
        #"{"shape":[2],"count":1,"mean":[1],"squaredDeviations":[0,0]}"#,
        #"{"shape":[-2],"count":1,"mean":[],"squaredDeviations":[]}"#,
        #"{"shape":[9999999999],"count":1,"mean":[],"squaredDeviations":[]}"#,
        #"{"shape":[2000000000,2000000000,2000000000],"count":1,"mean":[],"squaredDeviations":[]}"#,
        #"{"shape":[1],"count":-1,"mean":[0],"squaredDeviations":[0]}"#,
        #"{"shape":[1],"count":1,"mean":[0],"squaredDeviations":[-1]}"#,
    ])
    func damagedStatesThrow(state: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(RunningStatistics.self, from: Data(state.utf8)) }
    }

    @Test func observationsOfTheWrongShapeAreNamed() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var statistics = RunningStatistics(shape: [2])
            statistics.update(NDArray([1.0, 2, 3]))
        }
        let text = String(decoding: result.standardErrorContent, as: UTF8.self)
        #expect(text.contains("RunningStatistics.update: expected an observation of shape [2], got [3]"), "\(text.prefix(400))")
    }
}
