import ExampleTRPO
import NablaNN
import Testing

@Suite struct TRPOTests {
    private func settings() -> TRPO.Settings {
        var settings = TRPO.Settings()
        (settings.steps, settings.hidden, settings.epochs, settings.batch) = (60, 8, 3, 32)
        (settings.normalizesObservations, settings.normalizesRewards) = (true, true)
        settings.trustRegion.subsampling = 2
        settings.seed = 5
        return settings
    }

    @Test func iterationsReport() {
        let agent = TRPO(settings()) { Pendulum() }
        let reports = (0..<4).map { _ in agent.iterate() }
        #expect(agent.iteration == 4 && agent.steps == 480)
        // 60 steps an iteration in each of 2 environments: episodes of 200 end in the fourth.
        #expect(reports.map(\.episodes) == [0, 0, 0, 2])
        #expect(reports[0].meanReturn == nil)
        // The smallest reward is that of hanging down at full speed with full torque.
        #expect(((-200 * (Double.pi * Double.pi + 6.4 + 0.004))..<0).contains(reports[3].meanReturn!))
        for report in reports {
            #expect(report.step.divergence <= 0.01 && report.step.residual < 1 && report.explainedVariance <= 1)
            #expect(report.step.isAccepted == (report.step.improvement > 0))
        }
        // One standard normal component: ½ log 2πe.
        #expect(abs(reports[0].step.entropy - 1.4189385) < 1e-6)
    }

    @Test(arguments: [false, true]) func aRestoredAgentGoesOnAsIfNothingHadHappened(isDiscrete: Bool) throws {
        func agent() -> TRPO { isDiscrete ? TRPO(settings()) { CartPole() } : TRPO(settings()) { Pendulum() } }
        let whole = agent()
        for _ in 0..<3 { whole.iterate() }
        let snapshot = whole.snapshot
        let reports = (0..<2).map { _ in whole.iterate() }

        let resumed = agent()
        try resumed.restore(snapshot)
        #expect(resumed.iteration == 3)
        let again = (0..<2).map { _ in resumed.iterate() }
        #expect(again.map(\.step.improvement) == reports.map(\.step.improvement))
        #expect(again.map(\.meanReturn) == reports.map(\.meanReturn))
        let (a, b) = (whole.snapshot, resumed.snapshot)
        #expect(a.arrays == b.arrays && a.generators == b.generators && a.counters == b.counters)
        #expect(whole.evaluation(episodes: 3, .stochastic) == resumed.evaluation(episodes: 3, .stochastic))
    }

    @Test func damagedSnapshotsAreRefused() {
        let agent = TRPO(settings()) { Pendulum() }
        func expectRefusal(_ change: (inout Snapshot) -> Void) {
            var snapshot = agent.snapshot
            change(&snapshot)
            #expect(throws: SnapshotError.self) { try agent.restore(snapshot) }
        }
        expectRefusal { $0.arrays["environments"] = .zeros([2, 3], dtype: .float64) }
        expectRefusal { $0.arrays["environments"] = .full([2, 4], Double.nan, dtype: .float64) }
        for steps in [-1, 0.5, 1e300] {
            expectRefusal { $0.arrays["environments"] = .full([2, 4], steps, dtype: .float64) }
        }
        expectRefusal { $0.counters["observations/count"] = -1 }
        expectRefusal { $0.counters["observations/count"] = .max }
        expectRefusal { $0.arrays["returns/squaredDeviations"] = NDArray(-1.0) }
        expectRefusal { $0.generators = [:] }
    }

    @Test func evaluationLeavesTrainingAlone() {
        let (watched, alone) = (TRPO(settings()) { CartPole() }, TRPO(settings()) { CartPole() })
        for _ in 0..<2 {
            watched.iterate()
            alone.iterate()
            let returns = watched.evaluation(episodes: 5, .deterministic)
            #expect(returns.values.count == 5 && returns.smallest >= 1 && returns.mean <= 500)
            #expect(returns == watched.evaluation(episodes: 5, .deterministic))
        }
        #expect(watched.snapshot.arrays == alone.snapshot.arrays)
    }

    /// 10 000 steps suffice to balance much longer than the 22 steps of an agent that knows nothing.
    @Test func cartPoleImproves() {
        var settings = TRPO.Settings()
        (settings.steps, settings.hidden, settings.normalizesRewards) = (512, 32, true)
        (settings.epochs, settings.advantages.decay) = (5, 0.98)
        let agent = TRPO(settings) { CartPole() }
        let returns = (0..<10).map { _ in agent.iterate().meanReturn ?? 0 }
        let (before, after) = (returns[0], (returns[8] + returns[9]) / 2)
        #expect(before < 35 && after > 70, "\(before) to \(after)")
    }

    @Test func memoryIsFlat() {
        let agent = TRPO(settings()) { CartPole() }
        agent.iterate()
        let nodes = GraphStatistics.liveNodes
        for _ in 0..<5 { agent.iterate() }
        // Other tests run beside this one, so the count is compared only loosely: an iteration makes thousands of nodes.
        #expect(GraphStatistics.liveNodes < nodes + 1000)
    }
}
