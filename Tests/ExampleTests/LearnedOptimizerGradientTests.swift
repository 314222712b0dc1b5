import ExampleLearningToLearn
import NablaNN
import Testing

/// The gradient of the losses of an optimisation with respect to the optimiser that carries it out, in float64.
@Suite struct LearnedOptimizerGradientTests {
    private let optimizer: LearnedOptimizer
    private let problem: Quadratics
    private let point: [NDArray]
    private static let steps = 3

    private init(_ preprocessing: GradientPreprocessing) {
        var random = RandomGenerator(seed: 17)
        var design = LearnedOptimizer.Design()
        (design.hidden, design.preprocessing, design.scale) = ([2, 2], preprocessing, 0.3)
        optimizer = LearnedOptimizer(design, dtype: .float64, using: &random)
        problem = QuadraticSource(dimension: 3).draw(functions: 2, dtype: .float64, using: &random)
        point = optimizer.parameters.map { $0.array + random.normal($0.shape, standardDeviation: 0.3, dtype: .float64) }
    }

    init() { self.init(.identity) }

    /// The sum of losses over an unroll that begins in the middle of an optimisation.
    private func loss(_ parameters: [Variable], order: Order) -> Variable {
        var run = Optimization(of: problem, by: optimizer)
        optimizer.withParameters(point.map { Variable(constant: $0) }) { _ = run.unroll(2, of: problem, by: optimizer, order: .first) }
        run = run.detached()
        return optimizer.withParameters(parameters) { run.unroll(Self.steps, of: problem, by: optimizer, order: order) }
    }

    private func metaGradient(_ order: Order) -> [NDArray] {
        let leaves = point.map { Variable($0) }
        return grad(of: loss(leaves, order: order), wrt: leaves).map(\.array)
    }

    private func numericalGradient(_ f: ([Variable]) -> Variable) -> [NDArray] {
        numericalGradients(
            of: { [f($0.map { Variable(constant: $0) }).array] }, at: point, weights: [.ones([], dtype: .float64)], step: 1e-4)
    }

    /// The same optimisation, with gradients given beforehand in place of those at θ.
    private func loss(_ parameters: [Variable], shown gradients: [NDArray]) -> Variable {
        var run = Optimization(of: problem, by: optimizer)
        optimizer.withParameters(point.map { Variable(constant: $0) }) { _ = run.unroll(2, of: problem, by: optimizer, order: .first) }
        return optimizer.withParameters(parameters) {
            var (theta, state) = (Variable(constant: run.theta.array), run.detached().state)
            var sum = problem.losses(theta, at: 0).mean()
            for gradient in gradients {
                let (update, next) = optimizer(Variable(constant: gradient), state)
                (theta, state) = (theta + update, next)
                sum = sum + problem.losses(theta, at: 0).mean()
            }
            return sum
        }
    }

    /// The gradients that the optimiser reads in `loss`.
    private var gradientsMet: [NDArray] {
        var run = Optimization(of: problem, by: optimizer)
        var met: [NDArray] = []
        optimizer.withParameters(point.map { Variable(constant: $0) }) {
            for step in 0..<(2 + Self.steps) {
                if step >= 2 { met.append(problem.evaluate(run.theta, at: step, order: .first).gradient.array) }
                _ = run.unroll(1, of: problem, by: optimizer, order: .first)
            }
        }
        return met
    }

    private func expectEqual(_ a: [NDArray], _ b: [NDArray], sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(a.count == b.count)
        let scale = 1 + b.map { abs($0).max().item() }.max()!
        for (index, (x, y)) in zip(a, b).enumerated() {
            #expect(abs(x - y).max().item() < 1e-8 * scale, "parameter \(index)", sourceLocation: sourceLocation)
        }
    }

    /// Every element of every parameter, with raw and with preprocessed gradients. Only the exact gradient is that of the loss.
    @Test(arguments: [GradientPreprocessing.identity, .logAndSign(p: 10)])
    func exactIsTheDifferenceQuotient(preprocessing: GradientPreprocessing) {
        let suite = Self(preprocessing)
        let numeric = suite.numericalGradient { suite.loss($0, order: .second) }
        suite.expectEqual(suite.metaGradient(.second), numeric)
        // How far off the dropped gradient is, as a share of the exact one's length: much further than differences err.
        let dropped = suite.metaGradient(.first)
        func length(_ arrays: [NDArray]) -> Double { arrays.reduce(0) { $0 + square($1).sum().item() }.squareRoot() }
        let error = length(zip(dropped, numeric).map { $0 - $1 }) / length(numeric)
        #expect(error > 1e-4, "\(error)")
    }

    /// The dropped gradient is exact for another loss: that of an optimiser which is shown the same gradients whatever it does.
    @Test(arguments: [GradientPreprocessing.identity, .logAndSign(p: 10)])
    func droppedIsTheDifferenceQuotientWithGradientsHeldFixed(preprocessing: GradientPreprocessing) {
        let suite = Self(preprocessing)
        let gradients = suite.gradientsMet
        let replay = suite.point.map { Variable(constant: $0) }
        #expect(abs(suite.loss(replay, shown: gradients).item() - suite.loss(replay, order: .first).item()) < 1e-12)
        suite.expectEqual(suite.metaGradient(.first), suite.numericalGradient { suite.loss($0, shown: gradients) })
    }

    /// Order tells the gradients apart, not the losses.
    @Test func ordersShareTheirLoss() {
        let leaves = point.map { Variable($0) }
        #expect(loss(leaves, order: .first).item() == loss(leaves, order: .second).item())
    }

    /// The same through the training of a classifier, along one direction.
    @Test(arguments: [ClassifierShape.Activation.sigmoid, .relu])
    func exactThroughAClassifier(activation: ClassifierShape.Activation) {
        var random = RandomGenerator(seed: 23)
        let images = LabeledImages(
            pixels: random.uniform([12, 5], dtype: .float64), labels: random.integers([12], in: 0..<3))
        let shape = ClassifierShape(pixels: 5, hidden: [4], classes: 3, activation: activation)
        let training = ClassifierSource(shape, images: images, batch: 6).draw(functions: 2, steps: 3, using: &random)
        func loss(_ parameters: [Variable]) -> Variable {
            var run = Optimization(of: training, by: optimizer)
            return optimizer.withParameters(parameters) { run.unroll(3, of: training, by: optimizer, order: .second) }
        }
        let leaves = point.map { Variable($0) }
        let gradients = grad(of: loss(leaves), wrt: leaves)
        let direction = point.map { random.normal($0.shape, dtype: .float64) }
        let numeric = numericalDirectionalDerivative(
            of: { [loss($0.map { Variable(constant: $0) }).array] }, at: point, along: direction, weights: [.ones([], dtype: .float64)],
            step: 1e-5)
        let exact = zip(gradients, direction).reduce(0) { $0 + ($1.0.array * $1.1).sum().item() }
        #expect(abs(exact - numeric) < 1e-7 * (1 + abs(numeric)))
        #expect(abs(numeric) > 1e-3)
    }
}
