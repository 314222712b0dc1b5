import Testing

@testable import NablaTraining

@Suite struct RunningMeanTests {
    @Test func meanOfTheLastValues() {
        #expect(runningMean(of: [1, 2, 3, 4, 5, 9], window: 3) == [1, 1.5, 2, 3, 4, 6])
        #expect(runningMean(of: [4, 2], window: 5) == [4, 3])
        #expect(runningMean(of: [4, 2], window: 1) == [4, 2])
        #expect(runningMean(of: [], window: 3) == [])
    }

    @Test(arguments: 1...12)
    func agreesWithTheDefinition(window: Int) {
        var values = (0..<40).map { Double($0 * $0 % 17) }
        for i in [5, 12, 14, 39] { values[i] = .nan }
        for i in [3, 13, 20, 21] { values[i] = -.infinity }
        for (i, mean) in runningMean(of: values, window: window).enumerated() where window > 1 {
            let finite = values[max(0, i - window + 1)...i].filter { $0.isFinite }
            if values[i].isFinite {
                let expected = finite.reduce(0, +) / Double(finite.count)
                #expect(abs(mean - expected) < 1e-12, "\(i)")
            } else {
                #expect(mean.isNaN, "\(i)")
            }
        }
    }

    @Test func aHugeValueLeavesNoTrace() {
        #expect(runningMean(of: [1e300, 1, 2, 3], window: 2) == [1e300, 5e299, 1.5, 2.5])
    }
}
