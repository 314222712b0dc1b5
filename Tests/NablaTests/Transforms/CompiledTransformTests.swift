import Foundation
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

    /// A closure that takes a gradient itself, differentiated in any of the first calls: with f = sin x e^(x/2), f′ = (cos x + ½ sin x) e^(x/2) and
    /// f″ = (cos x - ¾ sin x) e^(x/2).
    @Test(arguments: Array(0..<5)) func gradientsInsideAreDifferentiatedFromTheFirstCallOn(differentiated: Int) {
        let compiled = compile { x in gradient(of: { sin($0) * exp(0.5 * $0) }, at: x) }
        let curved = compile { x in laplacian(of: { (sin($0) * exp(0.5 * $0)).sum() }, at: x) }
        for call in 0..<5 {
            let value = 0.3 + 0.1 * Double(call)
            let (s, c, e) = (Foundation.sin(value), Foundation.cos(value), Foundation.exp(0.5 * value))
            let x = Variable(value, dtype: .float64)
            if call == differentiated {
                #expect(isClose([gradient(of: { compiled($0) }, at: x).item()], [(c - 0.75 * s) * e]))
                // f‴ = (-¼ cos x - 11/8 sin x) e^(x/2)
                let third = -0.25 * c - 1.375 * s
                #expect(isClose([gradient(of: gradient(of: { compiled($0) }))(x).item()], [third * e]))
                #expect(isClose([gradient(of: { curved($0) }, at: x).item()], [third * e]))
                #expect(isClose([checkpoint(x) { compiled($0) }.item()], [(c + 0.5 * s) * e]))
                let shift = Variable(0.01, dtype: .float64)
                let y = root(of: { compiled($0) - compiled(x) - shift }, at: x)
                #expect(isClose([compiled(y).item()], [(c + 0.5 * s) * e + 0.01]))
            } else {
                #expect(isClose([compiled(x).item()], [(c + 0.5 * s) * e]))
                #expect(isClose([curved(x).item()], [(c - 0.75 * s) * e]))
            }
        }
    }
}
