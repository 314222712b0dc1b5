import NablaNN

/// Trains an optimiser by gradient descent through the optimisations it carries out: Andrychowicz, Denil, Gómez, Hoffman, Pfau, Schaul,
/// Shillingford and de Freitas, *Learning to learn by gradient descent by gradient descent*, NIPS 2016 (arXiv 1606.04474).
public final class LearningToLearn<Source: ProblemSource> {
    public let settings: LearningToLearnSettings
    public let source: Source
    public let optimizer: LearnedOptimizer
    /// Iterations so far.
    public internal(set) var iteration = 0
    let adam: Adam
    var generator: RandomGenerator

    /// An optimiser that has learned nothing yet. Those of one seed, whatever their order, begin with the same weights and meet the same
    /// problems.
    public init(_ settings: LearningToLearnSettings, problems source: Source) {
        (self.settings, self.source) = (settings, source)
        var seed = RandomGenerator(seed: settings.seed)
        var weights = seed.split()
        generator = seed.split()
        optimizer = LearnedOptimizer(settings.design, using: &weights)
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
        return sum / Double(settings.steps)
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
    /// Everything random follows from it.
    public var seed: UInt64 = 0

    public init() {}
}
