import NablaNN
import Testing

/// The one name for what every optimiser calls by its own.
@Suite struct StepSizeTests {
    private final class Point: Link {
        let position = Parameter(NDArray([1.0, 2]))
    }

    /// What `make` makes begins with steps of size 0.3 and has them under its own name too. How far the first step goes is proportional to
    /// their size, for the averages that it reads do not know it.
    private func expect<T: Optimizer>(_ own: KeyPath<T, Double>, _ make: (Link) -> T, sourceLocation: SourceLocation = #_sourceLocation) {
        func change(_ size: Double) -> [Double] {
            let point = Point()
            let optimizer = make(point)
            #expect(optimizer.stepSize == 0.3, sourceLocation: sourceLocation)
            optimizer.stepSize = size
            #expect(optimizer.stepSize == size && optimizer[keyPath: own] == size, sourceLocation: sourceLocation)
            optimizer.update(with: [Variable(constant: NDArray([0.5, -3]))])
            return (point.position.array - NDArray([1.0, 2])).doubles
        }
        let (whole, quarter) = (change(0.02), change(0.005))
        #expect(whole[0] < 0 && whole[1] > 0, sourceLocation: sourceLocation)
        #expect(zip(whole, quarter).allSatisfy { abs($0 - 4 * $1) < 1e-14 }, sourceLocation: sourceLocation)
        #expect(change(0) == [0, 0], sourceLocation: sourceLocation)
    }

    @Test func isTheOptimizersOwn() {
        expect(\SGD.rate) { SGD($0, rate: 0.3) }
        expect(\MomentumSGD.rate) { MomentumSGD($0, rate: 0.3) }
        expect(\NesterovAG.rate) { NesterovAG($0, rate: 0.3) }
        expect(\RMSprop.rate) { RMSprop($0, rate: 0.3) }
        expect(\AdaGrad.rate) { AdaGrad($0, rate: 0.3) }
        expect(\Adam.alpha) { Adam($0, alpha: 0.3) }
    }

    /// θ ← θ - rateₜ · g with rates that fall to nothing: 1 - 0.4 - 0.3 - 0.2 - 0.1 - 0.
    @Test func aScheduleIsOneLine() {
        let point = Point()
        let optimizer: Optimizer = SGD(point)
        for iteration in 0..<5 {
            optimizer.stepSize = 0.4 * (1 - Double(iteration) / 4)
            optimizer.update(with: [Variable(constant: NDArray([1.0, -1]))])
        }
        #expect(zip(point.position.array.doubles, [0, 3.0]).allSatisfy { abs($0 - $1) < 1e-15 })
    }

    @Test func anOptimizerWithoutOneSaysSo() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            final class Still: Optimizer {}
            _ = Still(Linear(1, 1)).stepSize
        }
        let message = String(decoding: result.standardErrorContent, as: UTF8.self)
        #expect(message.contains("Still: expected an override of stepSize, got none"))
    }
}
