import NablaNN
import Testing

/// Checkpoints around models: parameters that the closure captures, and state.
@Suite struct CheckpointedModelTests {
    private final class MLP: Chain {
        let hidden: Linear, out: Linear
        init(inputs: Int?, _ generator: inout RandomGenerator) {
            hidden = Linear(inputs, 5, dtype: .float64, using: &generator)
            out = Linear(5, 2, dtype: .float64, using: &generator)
        }
        func callAsFunction(_ x: Variable) -> Variable { out(tanh(hidden(x))) }
    }

    private static let x = NDArray([[0.3, -0.8, 1.1], [-0.4, 0.2, 0.9]], dtype: .float64)

    /// The parameters' gradients of a penalty on the slope at the input, through checkpoints or not.
    private func gradients(_ model: MLP, checkpointed: Bool) -> [[Double]] {
        let x = Variable(Self.x)
        let y = checkpointed ? checkpoint(x) { model($0) } : model(x)
        let slope = grad(of: square(y).sum(), wrt: x, enableDoubleBackprop: true)
        model.clearGrads()
        (square(slope).sum() + y.sum()).backward()
        return model.parameters.map { $0.gradient.array.doubles }
    }

    /// Also where the first call settles the shape of a parameter inside the checkpoint.
    @Test(arguments: [3, nil]) func capturedParametersGetSecondDerivatives(inputs: Int?) {
        var (a, b) = (RandomGenerator(seed: 1), RandomGenerator(seed: 1))
        let through = gradients(MLP(inputs: inputs, &a), checkpointed: true)
        let plain = gradients(MLP(inputs: inputs, &b), checkpointed: false)
        #expect(through.count == 4)
        for (a, b) in zip(through, plain) {
            #expect(zip(a, b).allSatisfy { ($0 - $1).magnitude <= 1e-13 })
            #expect(a.contains { $0 != 0 })
        }
    }

    /// An inner step of gradient descent inside a checkpoint, and its meta-gradient: Finn et al., 2017.
    @Test func metaGradientsThroughCheckpointedInnerSteps() {
        var generator = RandomGenerator(seed: 2)
        let model = MLP(inputs: 3, &generator)
        let x = Variable(constant: Self.x)
        func adapted(_ values: [Variable]) -> [Variable] {
            model.withParameters(values) {
                let loss = square(model(x)).sum()
                return zip(values, grad(of: loss, wrt: values, enableDoubleBackprop: true)).map { $0 - 0.1 * $1 }
            }
        }
        func metaGradient(_ step: ([Variable]) -> [Variable]) -> [[Double]] {
            let values = step(step(model.parameters))
            let loss = model.withParameters(values) { (model(x) - 1).sum() }
            return grad(of: loss, wrt: model.parameters).map(\.array.doubles)
        }
        let (plain, through) = (metaGradient(adapted), metaGradient { checkpoint($0, adapted) })
        for (a, b) in zip(through, plain) { #expect(zip(a, b).allSatisfy { ($0 - $1).magnitude <= 1e-13 }) }
    }

    @Test func runningAveragesMoveOnce() {
        let (norm, plain) = (BatchNormalization(3, dtype: .float64), BatchNormalization(3, dtype: .float64))
        let x = Variable(Self.x)
        let y = checkpoint(x) { norm($0) * $0 }
        let slope = grad(of: square(y).sum(), wrt: x, enableDoubleBackprop: true)
        let expected = grad(of: square(plain(x) * x).sum(), wrt: x, enableDoubleBackprop: true)
        slope.sum().backward()
        #expect(slope.array == expected.array)
        #expect(norm.runningMean == plain.runningMean)
        #expect(norm.runningVariance == plain.runningVariance)
    }

    /// A recorded gradient in a parameter leads to no closure, which would hold the model: whether that is made afresh at each turn or kept, and
    /// whether `backward` left the gradient or somebody put it there.
    @Test(arguments: [0, 1, 2]) func memoryIsFlatOverTurns(kind: Int) {
        var generator = RandomGenerator(seed: 3)
        let kept = MLP(inputs: 3, &generator)
        func turn() {
            let model = kind == 0 ? MLP(inputs: 3, &generator) : kept
            let x = Variable(Self.x)
            model.clearGrads()
            let loss = square(checkpoint(x) { model($0) }).sum()
            if kind < 2 { return loss.backward(enableDoubleBackprop: true) }
            let other = Parameter(Self.x)
            let slope = grad(
                of: checkpoint(x) { square(model($0)) + other.variable.sum() }.sum() * other.variable.sum(), wrt: other.variable,
                enableDoubleBackprop: true)
            other.grad = slope
        }
        for _ in 0..<20 { turn() }
        let (nodes, bytes) = (GraphStatistics.liveNodes, ArrayMemory.liveBytes)
        #if DEBUG
            let turns = 2_000
        #else
            let turns = 10_000
        #endif
        for _ in 0..<turns { turn() }
        #expect(GraphStatistics.liveNodes - nodes < turns / 2)
        #expect(ArrayMemory.liveBytes - bytes < 8 * turns)
    }

    private static let otherVariables = "checkpoint: expected a closure that computes from the same variables when it runs again"

    @Test func parametersChangedBeforeTheWalk() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let w = Parameter(NDArray(3.0))
            let y = checkpoint(Variable(2.0, dtype: .float64)) { $0 * w.variable }
            w.update { $0 += 1 }
            y.backward()
        }
        expectMessage(Self.otherVariables, in: result)
    }

    @Test func parametersChangedInside() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let w = Parameter(NDArray(3.0))
            let y = checkpoint(Variable(2.0, dtype: .float64)) { x in
                w.update { $0 += 1 }
                return x * w.variable
            }
            y.backward()
        }
        expectMessage(Self.otherVariables, in: result)
    }

    @Test func substitutionAroundInsteadOfInside() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let layer = Linear(1, 1, dtype: .float64)
            let values = layer.parameters.map { $0 * 2 }
            let x = Variable(NDArray([1.0]))
            let y = layer.withParameters(values) { checkpoint(x) { layer($0) } }
            y.backward()
        }
        expectMessage(Self.otherVariables, in: result)
    }
}
