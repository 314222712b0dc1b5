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

    /// Images on a line, so that the distance of every direction is known: shifting them all by s along a direction u of length 1 moves
    /// their shadow on v by s |u·v|, whose mean over directions in d dimensions is s Γ(d/2) / (√π Γ((d+1)/2)): 2/π in the plane.
    @Test func slicedDistanceOfAShift() {
        var random = RandomGenerator(seed: 1)
        let points = random.normal([50, 2], dtype: .float64)
        let shifted = points + NDArray([3.0, 4.0])
        let distance = slicedDistance(points, shifted, directions: 20000, using: &random)
        #expect(abs(distance - 5 * 2 / Double.pi) < 0.05)
        #expect(slicedDistance(points, points, using: &random) == 0)
        let shuffled = points.take(random.permutation(50))
        #expect(slicedDistance(points, shuffled, using: &random) == 0)
    }

    /// With clipping the loss is the estimate alone, and the critic's weights stay in their bounds.
    @Test func clipping() {
        var settings = settings()
        (settings.method, settings.rate, settings.limit) = (.clipping, 1e-3, 0.1)
        let model = WGANGP(settings, images: images)
        let losses = (0..<8).map { _ in model.iterate() }
        #expect(losses.allSatisfy { $0.critic == -$0.wasserstein && $0.slope > 0 })
        #expect(model.critic.parameters.allSatisfy { abs($0.array).max().item() <= 0.1 * 1.0001 })
        #expect(losses.last!.wasserstein > losses.first!.wasserstein)
        // Pictures come from the running averages: looking changes nothing, and one image does not depend on the others.
        let latent = model.fixedLatent(count: 4)
        #expect(abs(model.samples(latent)[0..<1] - model.samples(latent[0..<1])).max().item() < 1e-5)
    }

    @Test(arguments: WGANGP.Method.allCases) func restoredTrainingGoesOn(method: WGANGP.Method) throws {
        var settings = settings()
        settings.method = method
        let whole = WGANGP(settings, images: images)
        for _ in 0..<3 { _ = whole.iterate() }
        let stopped = whole.snapshot
        let losses = (0..<3).map { _ in whole.iterate().critic }
        let resumed = WGANGP(settings, images: images)
        try resumed.restore(stopped)
        #expect((0..<3).map { _ in resumed.iterate().critic } == losses)
        #expect(resumed.snapshot.arrays == whole.snapshot.arrays)
        #expect(resumed.iteration == 6)
    }

    @Test func damagedOrdersAreRefused() throws {
        let model = WGANGP(settings(), images: images)
        _ = model.iterate()
        let count = images.shape[0]
        func expectRefusal(_ text: String, _ change: (inout Snapshot) -> Void) {
            var snapshot = model.snapshot
            change(&snapshot)
            let error = #expect(throws: SnapshotError.self) { try model.restore(snapshot) }
            #expect(error?.description.contains(text) == true, "\(String(describing: error))")
        }
        try model.restore(model.snapshot)
        let order = "expected an order of \(count) images"
        expectRefusal(order) { $0.arrays["images/order"] = NDArray((1...count).map { $0 }) }
        expectRefusal(order) { $0.arrays["images/order"] = NDArray([0]) }
        expectRefusal(order) { $0.arrays["images/order"] = .zeros([count, 1], dtype: .int64) }
        expectRefusal(order) { $0.arrays["images/order"] = .zeros([0], dtype: .float32) }
        expectRefusal("expected a place in an order of \(count) images") { $0.counters["images/next"] = .max }
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
