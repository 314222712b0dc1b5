import NablaNN

/// The optimiser m of the paper's figure 2: one LSTM, applied to each coordinate of θ by itself, that reads the coordinate's gradient and
/// says how far to move it. Coordinates share the parameters and differ in their states, so it serves functions of any number of
/// coordinates, in any order.
public final class LearnedOptimizer: Chain {
    /// What it is made of.
    public struct Design: Codable, Sendable, Equatable {
        /// Units in each LSTM layer.
        public var hidden = [20, 20]
        public var preprocessing = GradientPreprocessing.identity
        /// What the output is multiplied by.
        public var scale = 1.0

        public init() {}
    }

    /// What it remembers of each coordinate.
    public typealias State = [LSTMCell.State]

    public let design: Design
    private let cells: [LSTMCell]
    private let output: Linear

    /// An optimiser that has learned nothing yet.
    public init(
        _ design: Design, initializer: Initializer = .leCunNormal, dtype: DType = .float32, using generator: inout RandomGenerator
    ) {
        self.design = design
        let sizes = [design.preprocessing.features] + design.hidden
        cells = zip(sizes, design.hidden).map { LSTMCell($0, $1, initializer: initializer, dtype: dtype, using: &generator) }
        output = Linear(sizes[sizes.count - 1], 1, initializer: initializer, dtype: dtype, using: &generator)
        super.init()
    }

    /// The state before the first step, for θ of the given shape.
    public func initialState(for shape: Shape) -> State { cells.map { $0.initialState(batch: shape.elementCount) } }

    /// g and h of the paper: how far to move each coordinate, in the gradients' shape, and what is remembered.
    public func callAsFunction(_ gradient: Variable, _ state: State) -> (update: Variable, state: State) {
        var h = design.preprocessing(gradient.flattened())
        var next: State = []
        for (cell, before) in zip(cells, state) {
            next.append(cell(h, before))
            h = next[next.count - 1].h
        }
        return ((design.scale * output(h)).reshaped(to: gradient.shape), next)
    }
}
