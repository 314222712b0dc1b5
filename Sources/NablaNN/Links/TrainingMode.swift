/// A link that does one thing in training and another in evaluation, as `BatchNormalization` and `Dropout` do.
public protocol TrainingMode: Link {
    /// Whether a call is part of training.
    var isTraining: Bool { get set }
}

extension Link {
    /// Switches this link and all below it to training, or to evaluation.
    ///
    ///     model.setTraining(false)
    ///     let right = argMax(model(testImages).array, axis: 1) .== testLabels
    ///     model.setTraining(true)
    ///
    /// It reaches every `TrainingMode` among the links of the model; a layer that is a struct and no link has no mode.
    public final func setTraining(_ isTraining: Bool) {
        var seen: Set<ObjectIdentifier> = []
        setTraining(isTraining, &seen)
    }

    private func setTraining(_ isTraining: Bool, _ seen: inout Set<ObjectIdentifier>) {
        guard seen.insert(ObjectIdentifier(self)).inserted else { return }
        (self as? any TrainingMode)?.isTraining = isTraining
        for (_, link) in children { link.setTraining(isTraining, &seen) }
    }
}

/// Sets each element of its input to 0 with probability `ratio` in training, and divides the others by 1 - `ratio`; changes nothing in
/// evaluation (Srivastava et al., *Dropout: a simple way to prevent neural networks from overfitting*, JMLR 2014).
///
/// The numbers are drawn from the process-wide generator, so that its seed and its state in a snapshot are those of the layer too.
public final class Dropout: Link, Layer, TrainingMode {
    /// The probability of a 0, at least 0 and below 1.
    public let ratio: Double
    public var isTraining = true { willSet { noteMode() } }

    public init(_ ratio: Double = 0.5) {
        require(ratio >= 0 && ratio < 1, "Dropout: expected a ratio in 0..<1, got \(ratio)")
        self.ratio = ratio
    }

    public func callAsFunction(_ x: Variable) -> Variable {
        noteMode()
        return isTraining ? inScope { dropout(x, ratio: ratio) } : x
    }

    /// Tells a trace what decides the closure it watches.
    private func noteMode() { ArrayTrace.noteCondition(self, "isTraining") { self.isTraining } }
}
