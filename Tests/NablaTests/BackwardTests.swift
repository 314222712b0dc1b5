import Nabla
import Testing

/// What `grad` and `backward` do beyond the rules of functions.
@Suite struct BackwardTests {
    let x = Variable(NDArray([1.0, 2, 3]))

    @Test func leavesAccumulate() {
        let y = (x * x).sum()
        y.backward(retainGraph: true)
        #expect(x.grad!.array.doubles == [2, 4, 6])
        y.backward()
        #expect(x.grad!.array.doubles == [4, 8, 12])
        x.clearGrad()
        #expect(x.grad == nil)
        #expect(x.gradient.array.doubles == [0, 0, 0])
        (3 * x).sum().backward()
        #expect(x.grad!.array.doubles == [3, 3, 3])
    }

    @Test func gradLeavesNothingBehind() {
        _ = grad(of: (x * x).sum(), wrt: x)
        #expect(x.grad == nil)
    }

    @Test func gradientOfALeafCanBeDifferentiatedAgain() {
        let y = (x * x * x).sum()
        y.backward(enableDoubleBackprop: true)
        let g = x.grad!
        #expect(g.array.doubles == [3, 12, 27])
        #expect(grad(of: g.sum(), wrt: x).array.doubles == [6, 12, 18])
        x.clearGrad()
        #expect(grad(of: (x * 2).sum(), wrt: x).requiresGrad == false)
    }

    @Test func repeatedOutputsCountAsOftenAsTheyOccur() {
        let y = (x * x).sum()
        #expect(grad(of: [y, y], wrt: [x])[0].array.doubles == [4, 8, 12])
    }

    @Test func anInputThatIsAnOutputGetsItsSeedToo() {
        let seed = Variable(constant: NDArray([1.0, 10, 100]))
        #expect(grad(of: x, wrt: x, gradOutput: seed).array.doubles == [1, 10, 100])
        let y = 2 * x
        let (gx, gy) = {
            let g = grad(of: [y, x], wrt: [x, y], gradOutputs: [seed, seed])
            return (g[0], g[1])
        }()
        #expect(gx.array.doubles == [3, 30, 300])
        #expect(gy.array.doubles == [1, 10, 100])
        let both = grad(of: [x], wrt: [x, x], gradOutputs: [seed])
        #expect(both[0].array.doubles == both[1].array.doubles)
    }

    @Test func intermediateVariablesAreAskedForLikeLeaves() {
        let h = x * x
        let y = (h * h).sum()
        let gradients = grad(of: [y], wrt: [h, x], enableDoubleBackprop: true)
        #expect(gradients[0].array.doubles == [2, 8, 18])
        #expect(gradients[1].array.doubles == [4, 32, 108])
        #expect(grad(of: gradients[0].sum(), wrt: h).array.doubles == [2, 2, 2])
    }

    @Test func whatDoesNotInfluenceGetsZeros() {
        let other = Variable(NDArray([[1.0, 2]], dtype: .float32))
        let y = (x * x).sum()
        let g = grad(of: [y], wrt: [other, x])
        #expect(g[0].shape == [1, 2] && g[0].dtype == .float32 && g[0].array.doubles == [0, 0])
        #expect(isConnected(y, to: x) && !isConnected(y, to: other) && isConnected(x, to: x))
    }

    @Test func secondDerivativeOfALinearFunctionIsZero() {
        let g = grad(of: (2 * x).sum(), wrt: x, enableDoubleBackprop: true)
        #expect(grad(of: g.sum(), wrt: x).array.doubles == [0, 0, 0])
    }

    @Test func nothingIsRecordedOfConstants() {
        let c = Variable(constant: NDArray([1.0, 2, 3]))
        let before = GraphStatistics.liveNodes
        let y = exp(c) * c + c
        #expect(!y.requiresGrad && GraphStatistics.liveNodes == before)
        let z = noBackprop { exp(x) }
        #expect(!z.requiresGrad)
        let w = noBackprop { forceBackprop { exp(x) } }
        #expect(w.requiresGrad)
        #expect(isRecording)
        #expect(!x.detached().requiresGrad && !(x.detached() * 2).requiresGrad)
    }

    @Test func integersAreConstants() {
        #expect(!Variable(NDArray([1, 2, 3])).requiresGrad)
    }

    @Test func retainingGradKeepsTheGradientOfAnIntermediate() {
        let h = (x * x).retainingGrad()
        let copy = h
        (h * h).sum().backward()
        #expect(h.grad!.array.doubles == [2, 8, 18])
        #expect(copy.grad!.array.doubles == [2, 8, 18])
        #expect(x.grad!.array.doubles == [4, 32, 108])
    }

    @Test func unchainStopsTheGradient() {
        let h = x * x
        let y = (h * x).sum()
        h.unchain()
        y.backward()
        #expect(x.grad!.array.doubles == [1, 4, 9])
        x.clearGrad()
        let z = exp(x * x).sum()
        z.unchainBackward()
        #expect(grad(of: z, wrt: x).array.doubles == [0, 0, 0])
    }

    @Test func aVariableUsedTwiceGetsBothGradients() {
        let y = (x * x + x / x - x).sum()
        #expect(grad(of: y, wrt: x).array.doubles == [1, 3, 5])
    }

    @Test func seedsOfTheOutputsShapeWeighElements() {
        let y = x * x
        y.backward(seed: Variable(constant: NDArray([1.0, 0, -1])))
        #expect(x.grad!.array.doubles == [2, 0, -6])
    }

    @Test func broadcastingIsUndone() {
        let a = Variable(NDArray.ones([2, 1, 3], dtype: .float64))
        let b = Variable(NDArray.ones([4, 1], dtype: .float64))
        let g = grad(of: (a * b).sum(), wrt: [a, b])
        #expect(g[0].shape == [2, 1, 3] && g[0].array.doubles.allSatisfy { $0 == 4 })
        #expect(g[1].shape == [4, 1] && g[1].array.doubles.allSatisfy { $0 == 6 })
    }

    @Test func mixedPrecisionIsPromotedAndCastBack() {
        let a = Variable(NDArray([1.5, 2.5], dtype: .float32))
        let y = a * Variable(NDArray([2.0, 4.0]))
        #expect(y.dtype == .float64)
        let g = grad(of: y.sum(), wrt: a)
        #expect(g.dtype == .float32 && g.array.doubles == [2, 4])
    }

    @Test func walksInsideRulesDoNotDisturbTheOuterWalk() {
        /// f(x) = Σ x³, whose rule itself runs a backward walk over the same nodes.
        final class Nested: FunctionNode {
            override func forward(_ inputs: [NDArray]) -> [NDArray] {
                retainInputs([0])
                return [(inputs[0] * inputs[0] * inputs[0]).sum()]
            }
            override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
                let x = retainedInput(0)
                return forceBackprop { [gradOutputs[0] * grad(of: (x * x * x).sum(), wrt: x, enableDoubleBackprop: true)] }
            }
        }
        let h = x * 2
        let y = Nested().apply([h])[0] + (h * h).sum() + (x * h).sum()
        let g = grad(of: y, wrt: x, enableDoubleBackprop: true)
        #expect(isClose(g.array.doubles, x.array.doubles.map { 24 * $0 * $0 + 12 * $0 }))
        #expect(isClose(grad(of: g.sum(), wrt: x).array.doubles, x.array.doubles.map { 48 * $0 + 12 }))
    }

    @Test func functionsOfTheOldStyleTrain() {
        let y = Cube().apply([x])[0]
        y.sum().backward()
        #expect(x.grad!.array.doubles == [3, 12, 27])
    }

    /// Sums over nothing: products of stacks with matrices whose inner or last extent is 0 have gradients of zeros, or of nothing.
    @Test func gradientsOfEmptyProducts() {
        let (a, b) = (Variable(NDArray.ones([2, 3, 0])), Variable(NDArray.ones([0, 5])))
        #expect(grad(of: matmul(a, b).sum(), wrt: [a, b]).map(\.shape) == [[2, 3, 0], [0, 5]])
        let (c, d) = (Variable(NDArray.ones([2, 3, 4])), Variable(NDArray.ones([4, 0])))
        let gradients = grad(of: matmul(c, d).sum(), wrt: [c, d])
        #expect(gradients.map(\.shape) == [[2, 3, 4], [4, 0]] && gradients[0].array == .zeros([2, 3, 4]))
    }
}

/// x³ in the old style
final class Cube: Function {
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0] * inputs[0] * inputs[0]] }
    override func backward(_ inputs: [NDArray], _ gradOutputs: [NDArray]) -> [NDArray] {
        [3 * inputs[0] * inputs[0] * gradOutputs[0]]
    }
}
