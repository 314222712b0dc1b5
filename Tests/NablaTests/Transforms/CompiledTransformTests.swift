import Nabla
import Testing

/// Checkpoints and transforms inside compiled functions.
@Suite(.serialized) struct CompiledTransformTests {
    /// The gradient through a checkpoint that draws numbers: fresh ones at each call, the same in both runs of the closure.
    @Test func numbersDrawnInsideAreTheSameInBothRuns() {
        let f: (Variable) -> Variable = { x in
            let y = checkpoint(x) { sin(dropout($0, ratio: 0.5)) * $0 }
            return grad(of: y.sum(), wrt: x)
        }
        let compiled = compile(f)
        for seed in [1, 2, 3, 4] as [UInt64] {
            let x = Variable(NDArray.linspace(0.1, 2, count: 50, dtype: .float64) * Double(seed))
            setRandomSeed(seed)
            let replayed = compiled(x)
            let afterwards = RandomGenerator.shared
            setRandomSeed(seed)
            #expect(f(x).array == replayed.array)
            #expect(RandomGenerator.shared == afterwards)
        }
    }

    /// x f′ with f = x³: the derivative of 3x³ is 9x².
    @Test func gradientsInsideAreDifferentiated() {
        let compiled = compile { (x: Variable) in x * gradient(of: { ($0 * $0 * $0).sum() }, at: x) }
        for value in [1.0, 2, 3, 4] {
            let x = Variable(NDArray([value, -value]))
            let y = compiled(x)
            #expect(y.array.doubles == [3 * value * value * value, -3 * value * value * value])
            #expect(grad(of: y.sum(), wrt: x).array.doubles == [9 * value * value, 9 * value * value])
        }
    }
}
