import ExampleGANToys
import ExampleWGANGP
import NablaNN
import Testing

@Suite struct WassersteinCriticTests {
    private static let lambda = 0.1
    private let real: NDArray, generated: NDArray, epsilon: NDArray, latent: NDArray

    init() {
        var random = RandomGenerator(seed: 21)
        real = ToyData.swissRoll.points(6, dtype: .float64, using: &random)
        generated = random.normal([6, 2], dtype: .float64)
        epsilon = random.uniform([6, 1], dtype: .float64)
        latent = random.normal([6, 2], dtype: .float64)
    }

    private func critic(_ method: Method, seed: UInt64 = 22) -> WassersteinCritic {
        var random = RandomGenerator(seed: seed)
        return WassersteinCritic(MLP(2, 1, width: 7, depth: 3, dtype: .float64, using: &random), MethodSettings(method))
    }

    // MARK: Losses

    @Test(arguments: Method.allCases) func criticGradientIsTheDifferenceQuotient(method: Method) {
        let critic = critic(method)
        checkGradients(of: critic.network) { critic.loss(real: real, generated: generated, epsilon: epsilon).total }
    }

    @Test func generatorGradientIsTheDifferenceQuotient() {
        let critic = critic(.penalty)
        var random = RandomGenerator(seed: 23)
        let generator = MLP(2, 2, width: 7, depth: 3, dtype: .float64, using: &random)
        checkGradients(of: generator) { -critic.scores(generator(Variable(constant: latent))).mean() }
    }

    /// Both losses hold the same distance; the penalty is what is left.
    @Test func lossesDifferByThePenalty() {
        let (clipped, penalized) = (critic(.clipping), critic(.penalty))
        let distance = clipped.loss(real: real, generated: generated, epsilon: epsilon).total.item()
        let total = penalized.loss(real: real, generated: generated, epsilon: epsilon).total.item()
        let between = epsilon * real + (1 - epsilon) * generated
        let slopes = NDArray(penalized.slopes(at: between))
        #expect(abs(total - distance - Self.lambda * square(slopes - 1).mean().item()) < 1e-12)
    }

    /// Slopes by central differences of the scores along both axes.
    @Test func slopesAreThoseOfTheScores() {
        let critic = critic(.penalty)
        func scores(_ x: NDArray) -> NDArray { noBackprop { critic.scores(Variable(constant: x)).array } }
        let step = 1e-6
        let squares = [NDArray([step, 0]), NDArray([0, step])].map { square((scores(real + $0) - scores(real - $0)) / (2 * step)) }
        let expected = sqrt(squares[0] + squares[1])
        #expect(abs(expected - NDArray(critic.slopes(at: real))).max().item() < 1e-8)
    }

    // MARK: Clipping

    /// Weights that begin well inside are driven to the ends, and none gets beyond.
    @Test func clippingDrivesWeightsToTheEnds() {
        let settings = MethodSettings(.clipping)
        var random = RandomGenerator(seed: 25)
        let critic = WassersteinCritic(MLP(2, 1, width: 16, depth: 2, using: &random), settings)
        for (_, parameter) in critic.network.namedParameters { parameter.update { $0 = clip($0, -0.005, 0.005) } }
        #expect(WeightHistogram.saturatedShare(critic.network.weights, limit: settings.clip) == 0)
        for _ in 0..<200 {
            let real = ToyData.eightGaussians.points(64, using: &random)
            critic.step(real: real, generated: real + random.normal([64, 2]), using: &random)
        }
        let weights = critic.network.weights
        #expect(WeightHistogram.saturatedShare(weights, limit: settings.clip) > 0.5)
        #expect(critic.network.parameters.allSatisfy { abs($0.array).max().item() <= Double(Float(0.01)) })
        let histogram = WeightHistogram(weights, bins: 21, bound: 0.01)
        #expect(histogram.shares[0] + histogram.shares[20] > 0.5)
        #expect(histogram.shares[0] > histogram.shares[10] && histogram.shares[20] > histogram.shares[10])
    }

    @Test func histogramsCountEveryWeight() {
        let weights = [NDArray([-1.0, -0.6, 0, 0.1, 1]), NDArray([0.5, 0.99, 1, -1, 0.2])]
        let histogram = WeightHistogram(weights, bins: 4)
        #expect(histogram.middles == [-0.75, -0.25, 0.25, 0.75])
        #expect(histogram.shares == [0.3, 0, 0.3, 0.4])
        #expect(WeightHistogram(weights, bins: 2, bound: 0.5).shares == [0, 0.4])
        #expect(WeightHistogram.saturatedShare(weights, limit: 1) == 0.4)  // 0.99 itself is not above 0.99
    }

    // MARK: Layers

    /// A network of one hidden layer: the gradient with respect to it is the output's weight, with the sign and share of each point.
    @Test func layerGradientsOfOneLayer() {
        var random = RandomGenerator(seed: 25)
        let critic = WassersteinCritic(MLP(2, 1, width: 5, depth: 1, dtype: .float64, using: &random), MethodSettings())
        let output = critic.network.weights[1]
        let expected = (square(output).sum().item() * 12 / 36).squareRoot()  // 12 points with a share of 1/6 each
        let norms = critic.layerGradientNorms(real: real, generated: generated)
        #expect(norms.count == 1 && abs(norms[0] - expected) < 1e-12)
    }

    /// Weights between ±c of a deep network shrink what comes through each layer; He's initial values keep it.
    @Test func clippedDeepCriticsLoseTheirGradient() {
        var random = RandomGenerator(seed: 26)
        let network = MLP(2, 1, width: 32, depth: 12, using: &random)
        let critic = WassersteinCritic(network, MethodSettings())
        let points = (ToyData.swissRoll.points(64, using: &random), random.normal([64, 2]))
        let open = critic.layerGradientNorms(real: points.0, generated: points.1)
        #expect(open.count == 12)
        #expect(open[0] / open[11] > 0.03 && open[0] / open[11] < 30)
        for (_, parameter) in network.namedParameters { parameter.update { $0 = clip($0, -0.01, 0.01) } }
        let clipped = critic.layerGradientNorms(real: points.0, generated: points.1)
        #expect(clipped[0] < 1e-6 * clipped[11])
        // It shrinks by about the same share in each layer, however little is left.
        let shares = zip(clipped, clipped.dropFirst()).map { $0 / $1 }
        #expect(shares.allSatisfy { $0 > 0.01 && $0 < 0.2 }, "\(shares)")
    }

    // MARK: Fixed generator

    /// The estimate stays below √(π/2), what moving each point by its own noise costs, and in a run as short as this one below the exact
    /// cost too; the slope comes near to 1. On the very same points no critic can see more than its steepest slope times the exact cost
    /// (Kantorovich and Rubinstein).
    @Test func aFixedGeneratorIsSeenAtItsDistance() {
        var settings = ToyGAN.Settings()
        (settings.fixesGenerator, settings.width, settings.batch, settings.seed) = (true, 32, 64, 27)
        (settings.critic.alpha, settings.critic.lambda) = (2e-3, 10)
        let model = ToyGAN(settings)
        for _ in 0..<60 { model.iterate() }
        let (exact, verdict) = (model.transportCost(count: 300), model.verdict(count: 5000))
        #expect(exact < (Double.pi / 2).squareRoot())
        #expect(verdict.wasserstein < exact && verdict.wasserstein > 0.5 * exact, "\(verdict), exact \(exact)")
        #expect(abs(verdict.slope - 1) < 0.15, "\(verdict)")
        var random = RandomGenerator(seed: 28)
        let steepest = model.critic.slopes(at: random.uniform([5000, 2], in: -5..<5)).max()!
        #expect(model.verdict(count: 300).wasserstein <= steepest * exact)
    }
}
