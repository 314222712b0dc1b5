import ExampleWGANGP
import NablaNN
import Testing

/// The critic's loss, a gradient within a loss, against differences of the loss itself, in float64.
@Suite struct CriticLossTests {
    private static let batch = 3

    private struct Inputs {
        let images: NDArray, generated: NDArray, epsilon: NDArray

        init(seed: UInt64) {
            var random = RandomGenerator(seed: seed)
            images = random.uniform([batch, 1, 28, 28], dtype: .float64)
            generated = random.uniform([batch, 1, 28, 28], dtype: .float64)
            epsilon = random.uniform([batch, 1, 1, 1], dtype: .float64)
        }

        func loss(of critic: (Variable) -> Variable) -> CriticLoss {
            CriticLoss(
                of: critic, images: Variable(constant: images), generated: Variable(constant: generated), epsilon: epsilon, lambda: 10)
        }
    }

    @Test func smoothMLP() {
        var random = RandomGenerator(seed: 1)
        let mlp = Sequential(
            Apply { $0.flattened(fromAxis: 1) }, Linear(784, 12, dtype: .float64, using: &random), Apply(tanh),
            Linear(12, 6, dtype: .float64, using: &random), Apply(softplus), Linear(6, 1, dtype: .float64, using: &random))
        let inputs = Inputs(seed: 2)
        checkGradients(of: mlp) { inputs.loss { mlp($0).flattened() }.total }
    }

    @Test func rectifiedMLP() {
        var random = RandomGenerator(seed: 3)
        let mlp = Sequential(
            Apply { $0.flattened(fromAxis: 1) }, Linear(784, 12, initializer: .heNormal, dtype: .float64, using: &random), Apply(relu),
            Linear(12, 1, dtype: .float64, using: &random))
        let inputs = Inputs(seed: 4)
        checkGradients(of: mlp) { inputs.loss { mlp($0).flattened() }.total }
    }

    @Test func convolutions() {
        var random = RandomGenerator(seed: 5)
        let critic = Critic(width: 2, dtype: .float64, using: &random)
        let inputs = Inputs(seed: 6)
        checkGradients(of: critic) { inputs.loss { critic($0) }.total }
        checkGradients(of: critic) { inputs.loss { critic($0) }.penalty }
    }

    @Test func generatorThroughTheCritic() {
        var random = RandomGenerator(seed: 7)
        let critic = Critic(width: 2, dtype: .float64, using: &random)
        let generator = Generator(width: 2, dtype: .float64, using: &random)
        let latent = Variable(constant: random.normal([Self.batch, Generator.latentSize], dtype: .float64))
        checkGradients(of: generator) { -critic(generator(latent)).mean() }
    }

    /// The networks that go with clipping: statistics of the batch in both, and no penalty.
    @Test func normalizedNetworks() {
        var random = RandomGenerator(seed: 9)
        let critic = Critic(width: 2, isNormalized: true, dtype: .float64, using: &random)
        let generator = Generator(width: 2, isNormalized: true, dtype: .float64, using: &random)
        let inputs = Inputs(seed: 10)
        func loss(_ lambda: Double) -> Variable {
            CriticLoss(
                of: { critic($0) }, images: Variable(constant: inputs.images), generated: Variable(constant: inputs.generated),
                epsilon: inputs.epsilon, lambda: lambda
            ).total
        }
        checkGradients(of: critic) { loss(0) }
        checkGradients(of: critic) { loss(10) }
        let latent = Variable(constant: random.normal([Self.batch, Generator.latentSize], dtype: .float64))
        checkGradients(of: generator) { -critic(generator(latent)).mean() }
    }

    /// Without a penalty the slope costs a third look at the images, which is taken only where it is asked for and changes nothing else.
    @Test func anUnaskedSlopeIsNotMeasured() {
        let inputs = Inputs(seed: 11)
        var random = RandomGenerator(seed: 12)
        let critic = Critic(width: 2, dtype: .float64, using: &random)
        func loss(_ lambda: Double, measuresSlope: Bool) -> (loss: CriticLoss, looks: Int) {
            var looks = 0
            let loss = CriticLoss(
                of: { images in
                    looks += 1
                    return critic(images)
                }, images: Variable(constant: inputs.images), generated: Variable(constant: inputs.generated), epsilon: inputs.epsilon,
                lambda: lambda, measuresSlope: measuresSlope)
            return (loss, looks)
        }
        let (measured, blind) = (loss(0, measuresSlope: true), loss(0, measuresSlope: false))
        #expect(measured.looks == 3 && blind.looks == 2)
        #expect(blind.loss.total.array == measured.loss.total.array && blind.loss.wasserstein.array == measured.loss.wasserstein.array)
        #expect(blind.loss.slope.item().isNaN && blind.loss.penalty.item().isNaN && measured.loss.slope.item() > 0)
        for (a, b) in zip(
            grad(of: blind.loss.total, wrt: critic.parameters), grad(of: measured.loss.total, wrt: critic.parameters))
        { #expect(a.array == b.array) }
        // A penalty needs it.
        #expect(loss(10, measuresSlope: false).loss.total.array == loss(10, measuresSlope: true).loss.total.array)
    }

    /// A linear critic's slope is the length of its weight everywhere, so every term is known.
    @Test func linearCriticIsKnown() {
        let inputs = Inputs(seed: 8)
        let weight = Variable(NDArray.full([784, 1], 0.1, dtype: .float64))
        let loss = inputs.loss { matmul($0.flattened(fromAxis: 1), weight).flattened() }
        let length = 2.8  // √784 · 0.1
        #expect(abs(loss.slope.item() - length) < 1e-12)
        #expect(abs(loss.penalty.item() - (length - 1) * (length - 1)) < 1e-12)
        let distance = 0.1 * (inputs.images.sum().item() - inputs.generated.sum().item()) / Double(Self.batch)
        #expect(abs(loss.wasserstein.item() - distance) < 1e-12)
        #expect(abs(loss.total.item() - (10 * loss.penalty.item() - distance)) < 1e-12)
        // d(‖w‖ - 1)²/dw = 2 (‖w‖ - 1) w / ‖w‖
        let gradient = grad(of: loss.penalty, wrt: weight).array.doubles
        #expect(gradient.allSatisfy { abs($0 - 2 * (length - 1) * 0.1 / length) < 1e-12 })
    }
}
