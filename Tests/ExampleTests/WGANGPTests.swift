import ExampleWGANGP
import NablaNN
import Testing

@Suite struct WGANGPTests {
    private func settings(seed: UInt64 = 3) -> WGANGP.Settings {
        var settings = WGANGP.Settings()
        (settings.width, settings.batch, settings.criticSteps, settings.seed) = (2, 8, 3, seed)
        return settings
    }

    /// Bright squares on a dark ground.
    private let images: NDArray = {
        var images = NDArray.zeros([40, 1, 28, 28])
        images[.all, .all, 8..<20, 8..<20] = NDArray.ones([40, 1, 12, 12])
        return images
    }()

    @Test func shapesAndSizes() {
        let model = WGANGP(WGANGP.Settings(), images: .zeros([50, 1, 28, 28]))
        #expect(model.samples(model.fixedLatent(count: 3)).shape == [3, 1, 28, 28])
        #expect(model.critic(Variable(constant: .zeros([3, 1, 28, 28]))).shape == [3])
        var settings = WGANGP.Settings()
        settings.width = 64
        let authors = WGANGP(settings, images: .zeros([50, 1, 28, 28]))
        #expect(authors.generator.parameterCount == 1_554_177)
        #expect(authors.critic.parameterCount == 1_030_145)
    }

    @Test func firstIterationsBehave() {
        let model = WGANGP(settings(), images: images)
        let before = model.critic.parameters.map(\.array)
        let losses = (0..<8).map { _ in model.iterate() }
        #expect(losses.allSatisfy { $0.critic.isFinite && $0.generator.isFinite && $0.penalty >= 0 && $0.slope > 0 })
        #expect(losses.allSatisfy { abs($0.critic - (10 * $0.penalty - $0.wasserstein)) < 1e-4 })
        #expect(losses.last!.critic < losses.first!.critic)
        #expect(losses.last!.wasserstein > losses.first!.wasserstein)
        for (old, new) in zip(before, model.critic.parameters.map(\.array)) { #expect(old.shape == new.shape) }
        #expect(zip(before, model.critic.parameters.map(\.array)).contains { $0 != $1 })
    }

    @Test func oneSeedOneRun() {
        func run(_ seed: UInt64, looking: Bool) -> (losses: [Double], values: [NDArray]) {
            let model = WGANGP(settings(seed: seed), images: images)
            var losses: [Double] = []
            for _ in 0..<4 {
                let now = model.iterate()
                losses += [now.critic, now.generator, now.slope]
                if looking { _ = model.samples(model.fixedLatent(count: 5)) }
            }
            return (losses, (model.critic.parameters + model.generator.parameters).map(\.array))
        }
        let (a, b, c) = (run(3, looking: false), run(3, looking: true), run(4, looking: false))
        #expect(a.losses == b.losses)
        for (x, y) in zip(a.values, b.values) { #expect(x == y) }
        #expect(a.losses != c.losses)
    }

    @Test func memoryIsFlat() {
        let model = WGANGP(settings(), images: images)
        _ = model.iterate()
        let nodes = GraphStatistics.liveNodes
        for _ in 0..<3 { _ = model.iterate() }
        // Other tests run beside this one, so the count is compared only loosely: an iteration makes thousands of nodes.
        #expect(GraphStatistics.liveNodes < nodes + 2000)
    }

    @Test func batchesShowEachImageOnce() {
        let numbers = NDArray.arange(10, dtype: .float32)
        var batches = ImageBatches(of: numbers, size: 3, using: RandomGenerator(seed: 1))
        for _ in 0..<4 {
            let seen = (0..<3).flatMap { _ in batches.take().floats }
            #expect(Set(seen).count == 9)
        }
    }
}
