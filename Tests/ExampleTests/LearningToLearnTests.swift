import ExampleLearningToLearn
import NablaNN
import Testing

@Suite struct LearningToLearnTests {
    private func settings(_ order: Order = .second) -> LearningToLearnSettings {
        var settings = LearningToLearnSettings()
        (settings.order, settings.functions, settings.steps, settings.unroll, settings.seed) = (order, 4, 8, 3, 5)
        settings.design.hidden = [5, 4]
        return settings
    }

    // MARK: - Problems

    /// ∇|Wθ - y|² = 2 Wᵀ(Wθ - y)
    @Test func quadraticsHaveTheirGradient() {
        var random = RandomGenerator(seed: 1)
        let problem = QuadraticSource().draw(functions: 3, dtype: .float64, using: &random)
        #expect(problem.start == NDArray.zeros([3, 10], dtype: .float64))
        let theta = Variable(random.normal([3, 10], dtype: .float64))
        let (losses, gradient) = problem.evaluate(theta, at: 0, order: .first)
        let (w, y) = (problem.weights.array, problem.targets.array)
        let residual = matmul(w, theta.array.expandingDimensions(at: 2)) - y
        #expect(abs(losses.array - square(residual).sum(axes: [1, 2])).max().item() < 1e-12)
        let expected = (2 * matmul(w.swappingAxes(1, 2), residual)).reshaped(to: [3, 10])
        #expect(abs(gradient.array - expected).max().item() < 1e-12)
    }

    /// E f(0) = E|y|² = 10, within four standard errors: the variance of a sum of ten squares of normal numbers is 20.
    @Test func quadraticsBeginAtTen() {
        var random = RandomGenerator(seed: 2)
        let problem = QuadraticSource().draw(functions: 4000, steps: 1, using: &random)
        let mean = problem.losses(Variable(problem.start), at: 0).mean().item()
        #expect(abs(mean - 10) < 4 * (20.0 / 4000).squareRoot())
    }

    /// 784 · 20 + 20 + 20 · 10 + 10 weights and biases, within ± 1/28 and ± 1/√20; an untrained classifier knows nothing.
    @Test func classifiersAreThePapers() {
        var random = RandomGenerator(seed: 3)
        let images = LabeledImages(pixels: random.uniform([40, 784]), labels: random.integers([40], in: 0..<10))
        let training = ClassifierSource(images: images).draw(functions: 2, steps: 3, using: &random)
        #expect(ClassifierShape().coordinates == 15910)
        #expect(training.start.shape == [2, 15910])
        let hidden = abs(training.start[.all, 0..<15700]).max().item(), output = abs(training.start[.all, 15700..<15910]).max().item()
        #expect(hidden <= 1.0 / 28 && hidden > 0.9 / 28)
        #expect(output <= 1 / 20.0.squareRoot() && output > 0.9 / 20.0.squareRoot())
        let theta = Variable(training.start)
        let first = training.losses(theta, at: 0)
        #expect(first.shape == [2])
        #expect(first.array.doubles.allSatisfy { (1.8...3.2).contains($0) })
        // Each step has a minibatch of its own, and the same one whenever it is asked for.
        #expect(training.losses(theta, at: 1).array != first.array)
        #expect(training.losses(theta, at: 0).array == first.array)
    }

    /// Against -log p of the label, with p by the definition of softmax, one classifier after the other.
    @Test func classifiersLossIsTheMeanCrossEntropy() {
        let pixels = NDArray([0.5, -1, 2, 0.25], shape: [2, 2]), labels = NDArray([1, 1])
        let source = ClassifierSource(
            ClassifierShape(pixels: 2, hidden: [], classes: 2), images: LabeledImages(pixels: pixels[0..<1], labels: labels[0..<1]),
            batch: 3)
        var random = RandomGenerator(seed: 4)
        let training = source.draw(functions: 2, steps: 1, using: &random)
        // Weights (pixels, classes) and biases.
        let theta = Variable(NDArray([0.1, 0.2, 0.3, 0.4, 0, 1, 1, 0, 0, 1, -1, 0.5], shape: [2, 6]))
        // Logits: 0.5 · 0.1 - 0.3, 0.5 · 0.2 - 0.4 + 1, and 0.5 - 1, -1 + 0.5
        let expected = [(-0.25, 0.7), (0.5 - 1, -1 + 0.5)].map { a, b in log1p(exp(NDArray(a - b))).item() }
        let losses = training.losses(theta, at: 0).array.doubles
        for (loss, value) in zip(losses, expected) { #expect(abs(loss - value) < 1e-6) }
    }

    // MARK: - The learned optimiser

    /// (log|g|/p, sign g) or (-1, eᵖ g), on both sides of e⁻¹⁰ = 4.54e-5.
    @Test func preprocessing() {
        let e = 2.718281828459045
        let gradient = NDArray([1, -e, 1e-4, 1e-5, -2e-5, 0, 100])
        let features = GradientPreprocessing.logAndSign(p: 10)(Variable(gradient)).array
        let e10 = 22026.465794806718
        let expected: [[Double]] = [
            [0, 1], [0.1, -1], [-0.9210340371976184, 1], [-1, 1e-5 * e10], [-1, -2e-5 * e10], [-1, 0], [0.46051701859880917, 1],
        ]
        #expect(features.shape == [7, 2])
        for (value, wanted) in zip(features.doubles, expected.flatMap { $0 }) { #expect(abs(value - wanted) < 1e-12) }
        #expect(GradientPreprocessing.identity(Variable(gradient)).array == gradient.reshaped(to: [7, 1]))
    }

    /// d/dg of the features: 1 / (p g) and 0 above e⁻ᵖ, 0 and eᵖ below, at 0 too.
    @Test func preprocessingHasFiniteDerivatives() {
        let gradient = Variable(NDArray([2, -0.5, 1e-5, 0]))
        let features = GradientPreprocessing.logAndSign(p: 10)(gradient)
        let ofSize = grad(of: features[.all, 0].sum(), wrt: gradient).array.doubles
        let ofSign = grad(of: features[.all, 1].sum(), wrt: gradient).array.doubles
        for (value, wanted) in zip(ofSize, [0.05, -0.2, 0, 0]) { #expect(abs(value - wanted) < 1e-15) }
        for (value, wanted) in zip(ofSign, [0, 0, 22026.465794806718, 22026.465794806718]) { #expect(abs(value - wanted) < 1e-9) }
    }

    @Test func coordinatesDoNotSeeEachOther() {
        var random = RandomGenerator(seed: 6)
        let optimizer = LearnedOptimizer(LearnedOptimizer.Design(), using: &random)
        // Two gate matrices, two biases, and the output: (1 + 20) · 80 + 80 + 40 · 80 + 80 + 20 + 1.
        #expect(optimizer.parameterCount == 5061)
        let gradients = (0..<3).map { _ in random.normal([2, 6]) }
        func updates(_ order: NDArray) -> [NDArray] {
            var state = optimizer.initialState(for: [2, 6])
            return gradients.map { gradient in
                let (update, next) = optimizer(Variable(gradient.take(order, axis: 1)), state)
                state = next
                return update.array
            }
        }
        let order = NDArray([3, 0, 5, 1, 4, 2])
        for (plain, permuted) in zip(updates(NDArray([0, 1, 2, 3, 4, 5])), updates(order)) {
            #expect(abs(permuted - plain.take(order, axis: 1)).max().item() < 1e-6)
            #expect(Set(plain.floats).count == 12)
        }
    }

    /// DeepMind's `convergence_test.py`: no LSTM, all parameters 0, f(x) = x² from 1, 500 times 5 unrolls of 20 steps, and at the end
    /// f < 1e-5. The best such optimiser, x - g/2, is there in one step.
    @Test(arguments: Order.allCases) func parabolaIsSolved(order: Order) {
        var settings = settings(order)
        (settings.functions, settings.steps, settings.unroll, settings.alpha) = (1, 100, 20, 1e-2)
        (settings.design.hidden, settings.validateEvery) = ([], .max)
        let learning = LearningToLearn(settings, problems: ParabolaSource(), initializer: .zero)
        let problem = Quadratics.parabola()
        #expect(learning.optimizer.trajectory(of: problem, steps: 100).means == Array(repeating: 1, count: 101))
        #if DEBUG
            // The long way is walked in release; here the target is a hundred times as high.
            for _ in 0..<60 { _ = learning.iterate() }
            #expect(learning.optimizer.trajectory(of: problem, steps: 100).final[0] < 1e-3)
        #else
            for _ in 0..<500 { _ = learning.iterate() }
            #expect(learning.optimizer.trajectory(of: problem, steps: 100).final[0] < 1e-5)
            #expect(abs(learning.optimizer.parameters[0].item() + 0.5) < 0.05)
        #endif
    }

    // MARK: - Competitors

    /// Two steps on f = x² from 1 with rate 0.1, by hand; g = 2x.
    @Test func competitorsTakeTheirSteps() {
        func losses(_ optimizer: HandDesignedOptimizer) -> [Double] {
            optimizer.trajectory(of: Quadratics.parabola(functions: 2, dtype: .float64), steps: 2, rate: 0.1).means
        }
        func expect(_ optimizer: HandDesignedOptimizer, _ points: [Double], sourceLocation: SourceLocation = #_sourceLocation) {
            for (loss, x) in zip(losses(optimizer), points) { #expect(abs(loss - x * x) < 1e-7, sourceLocation: sourceLocation) }
        }
        // x - 0.2 x
        expect(.sgd, [1, 0.8, 0.64])
        // v = -0.2, x = 1 + 0.9 v - 0.2 = 0.62; v = -0.18 - 0.124, x = 0.62 + 0.9 v - 0.124
        expect(.nag, [1, 0.62, 0.2224])
        // m̂ / √v̂ = 1; then m = 0.9 · 0.2 + 0.1 · 1.8, m̂ = 0.36 / 0.19, v = 0.999 · 0.004 + 0.001 · 3.24, v̂ = 0.007236 / 0.001999
        expect(.adam, [1, 0.9, 0.9 - 0.1 * (0.36 / 0.19) / (0.007236 / 0.001999).squareRoot()])
        // ms = 0.01 · 4, a step of 0.1 · 2 / 0.2 to 0; there it stays
        expect(.rmsprop, [1, 0, 0])
    }

    @Test func theBestRateIsFound() {
        // On x², gradient descent with rate ½ is there in one step; 1 never moves on, 2 flies off to infinity.
        let rate = HandDesignedOptimizer.sgd.bestRate(on: Quadratics.parabola(), steps: 400, among: [2, 1e-3, 0.5, 1])
        #expect(rate == 0.5)
    }

    // MARK: - Training

    /// Exact and dropped begin alike and meet the same problems.
    @Test func ordersOfOneSeedArePaired() {
        let exact = LearningToLearn(settings(.second), problems: QuadraticSource(dimension: 3))
        let dropped = LearningToLearn(settings(.first), problems: QuadraticSource(dimension: 3))
        for (a, b) in zip(exact.optimizer.parameters, dropped.optimizer.parameters) { #expect(a.array == b.array) }
        _ = (exact.iterate(), dropped.iterate())
        #expect(exact.snapshot.generators == dropped.snapshot.generators)
        #expect(zip(exact.optimizer.parameters, dropped.optimizer.parameters).contains { $0.array != $1.array })
    }

    @Test(arguments: Order.allCases) func firstIterationsLearn(order: Order) {
        var settings = settings(order)
        (settings.functions, settings.steps, settings.unroll) = (16, 20, 10)
        let learning = LearningToLearn(settings, problems: QuadraticSource(dimension: 4))
        var random = RandomGenerator(seed: 7)
        let test = QuadraticSource(dimension: 4).draw(functions: 100, steps: 20, using: &random)
        for _ in 0..<40 { _ = learning.iterate() }
        let means = learning.optimizer.trajectory(of: test, steps: 20).means
        #expect(means[20] < 0.5 * means[0], "\(means)")
    }

    @Test func aRestoredTrainingGoesOnAsIfNothingHadHappened() throws {
        let whole = LearningToLearn(settings(), problems: QuadraticSource(dimension: 3))
        for _ in 0..<3 { _ = whole.iterate() }
        let snapshot = whole.snapshot
        let losses = (0..<3).map { _ in whole.iterate() }

        let resumed = LearningToLearn(settings(), problems: QuadraticSource(dimension: 3))
        try resumed.restore(snapshot)
        #expect(resumed.iteration == 3)
        #expect((0..<3).map { _ in resumed.iterate() } == losses)
        for (a, b) in zip(whole.optimizer.parameters, resumed.optimizer.parameters) { #expect(a.array == b.array) }
    }

    /// The best is kept when training spoils the optimiser, and a snapshot keeps it too.
    @Test func theBestOptimizerIsKept() throws {
        var settings = settings()
        (settings.validateEvery, settings.alpha, settings.steps) = (2, 2, 12)
        let learning = LearningToLearn(settings, problems: QuadraticSource(dimension: 3))
        var kept: [NDArray] = []
        // The last iteration is not validated, so that its optimiser is another one, however the others went.
        for _ in 0..<21 {
            let before = learning.bestLoss
            _ = learning.iterate()
            if learning.bestLoss < before {
                #expect(learning.iteration.isMultiple(of: 2))
                kept = learning.optimizer.parameters.map(\.array)
            }
            if !kept.isEmpty { #expect(learning.best.parameters.map(\.array) == kept) }
        }
        #expect(!kept.isEmpty && learning.optimizer.parameters.map(\.array) != kept)
        let restored = LearningToLearn(settings, problems: QuadraticSource(dimension: 3))
        try restored.restore(learning.snapshot)
        #expect(restored.best.parameters.map(\.array) == kept && restored.bestLoss == learning.bestLoss)
    }

    @Test func memoryIsFlat() {
        let learning = LearningToLearn(settings(), problems: QuadraticSource(dimension: 3))
        _ = learning.iterate()
        let nodes = GraphStatistics.liveNodes
        for _ in 0..<10 { _ = learning.iterate() }
        // Other tests run beside this one, so the count is compared only loosely: an iteration makes thousands of nodes.
        #expect(GraphStatistics.liveNodes < nodes + 1000)
    }
}
