import Testing

@testable import NablaTraining

@Suite struct AxisTests {
    private func labels(_ range: ClosedRange<Double>, count: Int, wholeNumbers: Bool = false) -> [String] {
        Axis.linearTicks(range, wholeNumbers: wholeNumbers, count: count).map(\.label)
    }

    private func logarithmicLabels(_ range: ClosedRange<Double>, count: Int) -> [String]? {
        Axis.logarithmicTicks(range, count: count)?.map(\.label)
    }

    @Test func stepsAreOneTwoOrFive() {
        let cases: [(Double, Double)] = [(1, 1), (1.1, 2), (2, 2), (2.01, 5), (5.5, 10), (0.03, 0.05), (73, 100), (1e-9, 1e-9), (0.1, 0.1)]
        for (least, step) in cases {
            #expect(abs(Axis.niceStep(atLeast: least) / step - 1) < 1e-12, "\(least)")
        }
    }

    @Test func labelsHaveTheDecimalsOfTheStep() {
        #expect(labels(0...1, count: 5) == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"])
        #expect(labels(0...5000, count: 5) == ["0", "1000", "2000", "3000", "4000", "5000"])
        #expect(labels(-1...1, count: 4) == ["-1.0", "-0.5", "0", "0.5", "1.0"])
        #expect(labels(0.02...0.1, count: 4) == ["0.02", "0.04", "0.06", "0.08", "0.10"])
        #expect(labels(0.3...0.7, count: 2) == ["0.4", "0.6"])
    }

    @Test func largeAndSmallNumbersShareOnePowerOfTen() {
        #expect(labels(0...2e6, count: 4) == ["0", "0.5e6", "1.0e6", "1.5e6", "2.0e6"])
        #expect(labels(0...3e-5, count: 3) == ["0", "1e-5", "2e-5", "3e-5"])
        #expect(labels(-2e10...0, count: 2) == ["-2e10", "-1e10", "0"])
        #expect(labels(1_234_567...1_234_569, count: 2) == ["1234567", "1234568", "1234569"])
    }

    @Test func wholeNumbersHaveNoFractions() {
        #expect(labels(0...2, count: 10, wholeNumbers: true) == ["0", "1", "2"])
        #expect(labels(-0.5...0.5, count: 10, wholeNumbers: true) == ["0"])
    }

    @Test func powersOfTen() {
        #expect(logarithmicLabels(0.001...10, count: 5) == ["0.001", "0.01", "0.1", "1", "10"])
        #expect(logarithmicLabels(0.0007...20, count: 5) == ["0.001", "0.01", "0.1", "1", "10"])
        #expect(logarithmicLabels(1e-9...1, count: 5) == ["1e-8", "1e-6", "1e-4", "1e-2", "1"])
        #expect(logarithmicLabels(1...1e6, count: 3) == ["1", "1e2", "1e4", "1e6"])
    }

    @Test func shortLogarithmicAxesHaveMultiples() {
        #expect(logarithmicLabels(1...100, count: 6) == ["1", "2", "5", "10", "20", "50", "100"])
        #expect(logarithmicLabels(0.1...10, count: 3) == ["0.1", "1", "10"])
        #expect(logarithmicLabels(0.2...0.9, count: 6) == nil)
    }

    @Test func positionsRunFromZeroToOne() {
        let linear = Axis(range: 2...6, scale: .linear, count: 4) { _ in true }
        #expect([2, 3, 6].map(linear.position) == [0, 0.25, 1])
        let logarithmic = Axis(range: 0.01...100, scale: .logarithmic, count: 4) { _ in true }
        #expect([0.01, 1, 100].map { (logarithmic.position(of: $0) * 1e9).rounded() / 1e9 } == [0, 0.5, 1])
    }

    @Test func ticksGiveWayUntilTheyFit() {
        let axis = Axis(range: 0...10, scale: .linear, count: 10) { $0.ticks.count <= 6 }
        #expect(axis.ticks.map(\.value) == [0, 2, 4, 6, 8, 10])
    }
}
