import NablaNN

/// Trains an optimiser by gradient descent through the optimisations it carries out: Andrychowicz, Denil, Gómez, Hoffman, Pfau, Schaul,
/// Shillingford and de Freitas, *Learning to learn by gradient descent by gradient descent*, NIPS 2016 (arXiv 1606.04474).
public final class LearningToLearn<Source: ProblemSource> {
    public let settings: LearningToLearnSettings
    public let source: Source
    /// The optimiser that is being trained.
    public let optimizer: LearnedOptimizer
    /// The optimiser as it was when it did best on the validation problems; the untrained one before the first validation.
    public let best: LearnedOptimizer
    /// How well that was: the loss over the last steps of an unroll.
    public internal(set) var bestLoss = Double.infinity
    /// Iterations so far.
    public internal(set) var iteration = 0
    private let validation: Source.Problem
    let adam: Adam
    var generator: RandomGenerator

    /// An optimiser that has learned nothing yet. Those of one seed, whatever their order, begin with the same weights and meet the same
    /// problems.
    public init(_ settings: LearningToLearnSettings, problems source: Source, initializer: Initializer = .leCunNormal) {
        (self.settings, self.source) = (settings, source)
        var seed = RandomGenerator(seed: settings.seed)
        var weights = seed.split()
        generator = seed.split()
        var validating = seed.split()
        validation = source.draw(functions: settings.validationFunctions, steps: settings.steps, using: &validating)
        var same = weights
        optimizer = LearnedOptimizer(settings.design, initializer: initializer, using: &weights)
        best = LearnedOptimizer(settings.design, initializer: initializer, using: &same)
        adam = Adam(optimizer, alpha: settings.alpha)
    }

    /// Draws new functions, has the optimiser minimise them, and changes it after each unroll.
    ///
    /// - Returns: The losses averaged over functions and over all steps.
    public func iterate() -> Double {
        let problem = source.draw(functions: settings.functions, steps: settings.steps, using: &generator)
        var run = Optimization(of: problem, by: optimizer)
        var sum = 0.0
        while run.step < settings.steps {
            let steps = min(settings.unroll, settings.steps - run.step)
            let loss = run.unroll(steps, of: problem, by: optimizer, order: settings.order)
            adam.update(with: grad(of: loss, wrt: optimizer.parameters, retainGraph: false))
            run = run.detached()
            sum += loss.item() * Double(steps) / Double(steps + 1)
        }
        iteration += 1
        if iteration.isMultiple(of: settings.validateEvery) { validate() }
        return sum / Double(settings.steps)
    }

    /// Keeps the optimiser if it is better than it ever was: training goes up and down.
    private func validate() {
        let loss = optimizer.trajectory(of: validation, steps: settings.steps).lateLoss(over: settings.unroll)
        guard loss < bestLoss else { return }
        bestLoss = loss
        for (kept, trained) in zip(best.namedParameters, optimizer.namedParameters) { kept.parameter.array = trained.parameter.array }
    }
}

/// The settings of the algorithm.
public struct LearningToLearnSettings: Codable, Sendable, Equatable {
    public var order = Order.second
    public var design = LearnedOptimizer.Design()
    /// Functions minimised side by side in an iteration.
    public var functions = 64
    /// Steps of an optimisation.
    public var steps = 100
    /// Steps through which each update of the optimiser looks back.
    public var unroll = 20
    /// The size of the steps of Adam, which trains the optimiser.
    public var alpha = 3e-3
    /// Iterations between two validations, on the same functions each time.
    public var validateEvery = 10
    /// Functions of a validation.
    public var validationFunctions = 128
    /// Everything random follows from it.
    public var seed: UInt64 = 0

    public init() {}
}
