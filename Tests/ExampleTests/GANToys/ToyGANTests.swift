import ExampleGANToys
import ExampleWGANGP
import NablaNN
import Testing

@Suite struct ToyGANTests {
    private func settings(_ method: Method = .penalty, data: ToyData = .eightGaussians, seed: UInt64 = 3) -> ToyGAN.Settings {
        var settings = ToyGAN.Settings()
        (settings.data, settings.critic.method, settings.seed) = (data, method, seed)
        (settings.width, settings.depth, settings.batch, settings.criticSteps) = (8, 2, 16, 2)
        return settings
    }

    // MARK: Networks

    /// 2-512-512-512-2 and 2-512-512-512-1, with the initial values of the authors.
    @Test func networksAreTheAuthors() {
        let model = ToyGAN(ToyGAN.Settings())
        #expect(model.generator.parameterCount == 3 * 512 + 2 * 513 * 512 + 513 * 2)
        #expect(model.critic.network.parameterCount == 3 * 512 + 2 * 513 * 512 + 513)
        let bounds = [3, 6 / 512.0, 6 / 512.0, 6 / 513.0].map { $0.squareRoot() }
        for (weights, bound) in zip(model.critic.network.weights, bounds) {
            let largest = abs(weights).max().item()
            #expect(largest <= bound && largest > 0.98 * bound)
        }
        let biases = model.critic.network.namedParameters.filter { $0.name.hasSuffix("bias") }
        #expect(biases.count == 4 && biases.allSatisfy { abs($0.parameter.array).max().item() == 0 })
        #expect(model.samples(5).shape == [5, 2])
        #expect(model.critic.scores(Variable(constant: .zeros([5, 2]))).shape == [5])
    }

    // MARK: Algorithm

    /// The generator takes no step in the first iteration, and one in each of the others; the critic learns in all.
    @Test(arguments: Method.allCases) func theCriticBegins(method: Method) {
        let model = ToyGAN(settings(method))
        func values(_ link: Link) -> [NDArray] { link.parameters.map(\.array) }
        let (generator, critic) = (values(model.generator), values(model.critic.network))
        model.iterate()
        #expect(values(model.generator) == generator && values(model.critic.network) != critic)
        model.iterate()
        #expect(values(model.generator) != generator && model.iteration == 2)
    }

    /// Steps of full size first, and none any more at the end.
    @Test(arguments: Method.allCases) func stepsShrinkToNothing(method: Method) {
        var shrinking = settings(method)
        shrinking.decayEnd = 3
        let (model, other) = (ToyGAN(shrinking), ToyGAN(settings(method)))
        func values(_ model: ToyGAN) -> [NDArray] { (model.generator.parameters + model.critic.network.parameters).map(\.array) }
        model.iterate()
        other.iterate()
        #expect(values(model) == values(other))
        for _ in 0..<2 {
            let before = values(model)
            model.iterate()
            #expect(values(model) != before)
        }
        let end = values(model)
        for _ in 0..<2 { model.iterate() }
        #expect(values(model) == end)
    }

    @Test func aFixedGeneratorAddsNoise() {
        var settings = settings()
        settings.fixesGenerator = true
        let model = ToyGAN(settings)
        let before = model.generator.parameters.map(\.array)
        for _ in 0..<3 { model.iterate() }
        #expect(model.generator.parameters.map(\.array) == before)
        // The ring has a mean square of 2.0005, and N(0, I) adds 2.
        let squares = square(model.samples(20_000)).sum(axis: 1)
        let standardError = (squares.variance().item() / 20_000).squareRoot()
        #expect(abs(squares.mean().item() - 4.0009) < 5 * standardError)
    }

    @Test func oneSeedOneRun() throws {
        func run(_ seed: UInt64, looking: Bool) throws -> (losses: [WassersteinCritic.Verdict], values: [NDArray]) {
            let model = ToyGAN(settings(seed: seed))
            var losses: [WassersteinCritic.Verdict] = []
            for _ in 0..<4 {
                losses.append(model.iterate())
                if looking { _ = (try model.modeMetrics(count: 100), model.verdict(count: 50), model.transportCost(count: 20)) }
            }
            return (losses, model.generator.parameters.map(\.array))
        }
        let (a, b, c) = (try run(3, looking: false), try run(3, looking: true), try run(4, looking: false))
        #expect(a.losses == b.losses && a.values == b.values && a.losses != c.losses)
    }

    @Test(arguments: Method.allCases) func aRestoredRunGoesOnAsIfNothingHadHappened(method: Method) throws {
        let whole = ToyGAN(settings(method))
        for _ in 0..<4 { whole.iterate() }
        let snapshot = whole.snapshot
        let losses = (0..<4).map { _ in whole.iterate() }

        let resumed = ToyGAN(settings(method))
        try resumed.restore(snapshot)
        #expect(resumed.iteration == 4)
        #expect((0..<4).map { _ in resumed.iterate() } == losses)
        for (a, b) in [(whole.generator, resumed.generator), (whole.critic.network, resumed.critic.network)] {
            #expect(a.parameters.map(\.array) == b.parameters.map(\.array))
        }
        #expect(try whole.modeMetrics(count: 100) == resumed.modeMetrics(count: 100))
    }

    @Test func aSnapshotOfAnotherNetworkIsRefused() {
        var wider = settings()
        wider.width = 9
        #expect(throws: SnapshotError.self) { try ToyGAN(settings()).restore(ToyGAN(wider).snapshot) }
    }

    @Test func memoryIsFlat() {
        let model = ToyGAN(settings())
        for _ in 0..<2 { model.iterate() }
        let nodes = GraphStatistics.liveNodes
        for _ in 0..<20 { model.iterate() }
        // Other tests run beside this one, so the count is compared only loosely: an iteration makes hundreds of nodes.
        #expect(GraphStatistics.liveNodes < nodes + 1000)
    }

    // MARK: Learning

    /// From a spread that covers the ring to one nearer to it, in the exact distance.
    @Test func thePenaltyTeaches() {
        var settings = settings()
        (settings.width, settings.batch, settings.criticSteps, settings.critic.alpha) = (32, 64, 5, 2e-3)
        let model = ToyGAN(settings)
        let before = model.transportCost(count: 150)
        for _ in 0..<150 { model.iterate() }
        let after = model.transportCost(count: 150)
        #expect(after < 0.7 * before, "\(before) to \(after)")
    }

    @Test func swissRollHasNoModes() throws { #expect(try ToyGAN(settings(data: .swissRoll)).modeMetrics() == nil) }

    @Test func tooFewSamplesAreRefused() {
        let model = ToyGAN(settings(data: .twentyFiveGaussians))
        #expect(throws: ModeMetrics.SampleError.self) { try model.modeMetrics(count: 249) }
    }
}
