import Foundation
import Testing

@testable import Nabla

/// A cut makes leaves: of one output by `unchain`, of all that lies behind by `unchainBackward`.
@Suite struct CuttingTests {
    private let x = Variable(NDArray([1.0, 2]))

    @Test func aCutVariableIsALeaf() {
        let h = x * x
        let copy = h
        let y = (h * x).sum()
        h.unchain()
        #expect(h.isLeaf && copy.isLeaf)
        #expect(h.creator == nil && copy.creator == nil)
        #expect(h.requiresGrad)
        #expect(copy.debugDescription.contains("leaf"))
        #expect(!isConnected(y + h.sum(), to: x * 1))
        #expect(isConnected(y, to: h) && isConnected(y, to: x) && !isConnected(h, to: x))
        #expect(grad(of: y, wrt: [x, h]).map(\.array.doubles) == [[1, 4], [1, 2]])
        y.backward()
        #expect(h.grad!.array.doubles == [1, 2])
        #expect(copy.grad!.array.doubles == [1, 2])
        #expect(x.grad!.array.doubles == [1, 4])
        // Used anew, and added to.
        (3 * copy).sum().backward()
        #expect(h.grad!.array.doubles == [4, 5])
        copy.clearGrad()
        #expect(h.grad == nil)
    }

    /// 3 for the output that was not cut, as before.
    @Test func aCutIsOfOneOutput() {
        let parts = x.split(into: 2)
        let early = (2 * parts[0] + 3 * parts[1]).sum()
        parts[0].unchain()
        let late = (2 * parts[0] + 3 * parts[1]).sum()
        #expect(parts[0].isLeaf && !parts[1].isLeaf && parts[1].creator != nil)
        for loss in [early, late] {
            x.clearGrad()
            parts[0].clearGrad()
            loss.backward(retainGraph: true)
            #expect(x.grad!.array.doubles == [0, 3])
            #expect(parts[0].grad!.item() == 2)
            #expect(parts[1].grad == nil)
            #expect(grad(of: loss, wrt: [x] + parts).map(\.array.doubles) == [[0, 3], [2], [3]])
        }
        parts[1].unchain()
        #expect(grad(of: early, wrt: [x] + parts).map(\.array.doubles) == [[0, 0], [2], [3]])
        #expect(GraphStatistics(of: late).functions["Split"] == nil)
    }

    @Test func theGraphBehindIsForgotten() {
        let h = x.split(into: 2)
        let z = (h[0] * exp(h[1])).sum()
        let sibling = h[1]
        z.unchainBackward()
        #expect(z.isLeaf && sibling.isLeaf && x.isLeaf)
        #expect(grad(of: (z * z).sum() + x.sum(), wrt: x).array.doubles == [1, 1])
        // Every function behind gives up its inputs, and its outputs are leaves.
        let loss = (sibling * sibling).sum()
        loss.backward()
        #expect(isClose(sibling.grad!.array.doubles, [4]))
        #expect(x.grad == nil)
    }

    @Test func cuttingALeafOrAConstantDoesNothing() {
        x.unchain()
        x.unchainBackward()
        Variable(constant: NDArray(1.0)).unchain()
        (x * 3).sum().backward()
        #expect(x.grad!.array.doubles == [3, 3])
    }

    /// d/dx of ∇f · x with ∇f = 3x² held fixed, and with respect to it.
    @Test func aCutInARecordedGradient() {
        let slope = grad(of: pow(x, 3).sum(), wrt: x, enableDoubleBackprop: true)
        let z = (slope * slope * x).sum()
        slope.unchain()
        let g = grad(of: z, wrt: [x, slope], enableDoubleBackprop: true)
        #expect(isClose(g[0].array.doubles, [9, 144]))  // s²
        #expect(isClose(g[1].array.doubles, [6, 48]))  // 2 s x
        #expect(isClose(grad(of: g[1].sum(), wrt: x).array.doubles, [6, 24]))  // 2 s
        #expect(grad(of: g[0].sum(), wrt: x).array.doubles == [0, 0])
        #expect(isClose(grad(of: g[0].sum(), wrt: slope).array.doubles, [6, 24]))
    }

    @Test func forwardModeEndsAtACut() {
        let h = x * x
        let y = h * x
        h.unchain()
        let ones = Variable(constant: NDArray([1.0, 1]))
        #expect(jvp(of: [y], wrt: [x], along: [ones])[0].array.doubles == [1, 4])
        #expect(jvp(of: [y], wrt: [h], along: [ones])[0].array.doubles == [1, 2])
    }

    /// A recorded gradient refers to the graph; it may not keep itself alive there.
    @Test func recordedGradientsOfCutVariables() {
        let h = x * x
        let old = sin(h)
        h.unchain()
        (h * h * h).sum().backward(enableDoubleBackprop: true)
        #expect(isClose(h.grad!.array.doubles, [3, 48]))
        #expect(isClose(grad(of: h.grad!.sum(), wrt: h).array.doubles, [6, 24]))
        h.clearGrad()
        // A seed that was computed from the variable before it was cut.
        (h * h).backward(seed: old, enableDoubleBackprop: true)
        let expected = [1.0, 4].map { 2 * (Foundation.sin($0) + $0 * Foundation.cos($0)) }  // d/dh of 2 h sin h
        #expect(isClose(grad(of: h.grad!.sum(), wrt: h).array.doubles, expected))
    }

    @Test func outputsOfCheckpointsAreCutOneByOne() {
        let parts = checkpoint([x]) { [exp($0[0]), square($0[0])] }
        let loss = (2 * parts[0] + 3 * parts[1]).sum()
        parts[0].unchain()
        loss.backward()
        #expect(x.grad!.array.doubles == [6, 12])
        #expect(parts[0].grad!.array.doubles == [2, 2])
    }

    /// What a checkpoint captured is cut before the checkpoint runs again.
    @Test func whatACheckpointCapturedIsCut() {
        let h = x * x
        let y = checkpoint([]) { _ in [h * h * x] }[0]
        h.unchain()
        y.sum().backward()
        #expect(x.grad!.array.doubles == [1, 16])
        #expect(h.grad!.array.doubles == [2, 16])
    }

    @Test func aCutInsideOfACheckpoint() {
        let y = checkpoint(x) { x in
            let h = x * x
            h.unchain()
            return h * x
        }
        y.sum().backward()
        #expect(x.grad!.array.doubles == [1, 4])
    }

    /// x with x³ = a has the slope 1/3 at 1; cut, it is a leaf.
    @Test func aRootIsCut() {
        let a = Variable(1.0)
        let r = root(of: { $0 * $0 * $0 - a }, at: Variable(constant: NDArray(1.1)))
        let y = r * a
        r.unchain()
        let g = grad(of: y, wrt: [a, r])
        #expect(isClose(g.map { $0.item() }, [1, 1], 1e-9))
        r.unchainBackward()
        #expect(r.isLeaf)
    }

    @Test func outputsOfAnOwnFunctionAreCutOneByOne() {
        final class SumAndProduct: FunctionNode {
            override func forward(_ inputs: [NDArray]) -> [NDArray] {
                retainInputs([0, 1])
                return [inputs[0] + inputs[1], inputs[0] * inputs[1]]
            }
            override func backward(_ indexes: [Int], _ g: [Variable]) -> [Variable] {
                indexes.map { g[0] + g[1] * retainedInput(1 - $0) }
            }
        }
        let b = Variable(NDArray([3.0, 5]))
        let y = SumAndProduct().apply([x, b])
        y[0].unchain()
        let loss = (y[0] * y[1]).sum()
        let g = grad(of: loss, wrt: [x, b, y[0]], enableDoubleBackprop: true)
        #expect(g.map(\.array.doubles) == [[12, 35], [4, 14], [3, 10]])
        #expect(grad(of: g[2].sum(), wrt: x).array.doubles == [3, 5])
    }

    @Test func drawingsAndHooksSeeALeaf() {
        final class Names: FunctionHook {
            var pulled: [String] = []
            func beforeBackward(_ function: FunctionNode, order: Int, gradOutputs: [Variable?]) { pulled.append(function.label) }
        }
        let parts = x.split(into: 2)
        let loss = (parts[0] * parts[1]).sum()
        parts[0].unchain()
        let drawing = graph(of: loss, names: ["a": parts[0], "b": parts[1]])
        #expect(drawing.nodes.filter { $0.kind == .leaf }.map(\.name).sorted() == ["", "a"])
        #expect(drawing.nodes.contains { $0.kind == .variable && $0.name == "b" })
        #expect(GraphStatistics(of: loss).leafCount == 2)
        parts[1].unchain()
        #expect(GraphStatistics(of: loss).functionCount == 2)
        let hook = Names()
        withHooks([hook]) { loss.backward() }
        #expect(hook.pulled == ["Sum", "Multiply"])
        #expect(parts.map { $0.grad!.item() } == [2, 1])
    }

    /// A cut inside of what is compiled is a cut.
    @Test func compiledFunctionsKeepTheirCuts() {
        func f(_ x: Variable) -> Variable {
            let h = x * x
            h.unchain()
            return (h * x).sum()
        }
        let compiled: (Variable) -> Variable = compile(f)
        #expect(grad(of: compiled(x), wrt: x).array.doubles == [1, 4])
        #expect(grad(of: compiled(x), wrt: x).array.doubles == [1, 4])
    }

    /// One example after the other: a list of functions knows of no cuts.
    @Test func batchedFunctionsKeepTheirCuts() {
        func f(_ x: Variable) -> Variable {
            let h = x * x
            let y = h * x
            h.unchain()
            return y
        }
        #expect(grad(of: vmap(f)(x).sum(), wrt: x).array.doubles == [1, 4])
        #expect(batchingObstacle(of: { [f($0[0])] }, over: [x], inAxes: [0]) == "unchain(), which changes the graph")
    }

    @Test func cuttingInsideAWalkStops() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            final class Cutter: FunctionHook {
                var h: Variable?
                func beforeBackward(_ function: FunctionNode, order: Int, gradOutputs: [Variable?]) { h?.unchain() }
            }
            let h = exp(Variable(NDArray([1.0, 2])))
            let cutter = Cutter()
            cutter.h = h
            let loss = (h * h).sum()
            withHooks([cutter]) { loss.backward() }
        }
        expectMessage(
            "unchain: expected a call before or after a walk, got one while a walk passes Exp, which made the variable", in: result)
    }

    /// ∂(ab)/∂a = b depends on the node that owns a's gradient.
    @Test func aGradientThatACutOutputCannotKeep() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let parts = Variable(NDArray([1.0, 2])).split(into: 2)
            parts[0].unchain()
            (parts[0] * parts[1]).sum().backward(enableDoubleBackprop: true)
            _ = parts[0].grad
        }
        expectMessage("grad: expected a handle made by retainingGrad(), or grad(of:wrt:), for a recorded gradient", in: result)
    }

    @Test func aHandleKeepsTheGradientOfACutOutput() {
        let parts = x.split(into: 2)
        parts[0].unchain()
        // One that came too late is lost, and forgotten.
        (parts[0] * parts[1]).sum().backward(enableDoubleBackprop: true)
        let a = parts[0].retainingGrad()
        (a * parts[1]).sum().backward(enableDoubleBackprop: true)
        #expect(a.grad!.item() == 2)
        #expect(parts[0].grad!.item() == 2)
        #expect(grad(of: a.grad!.sum(), wrt: x).array.doubles == [0, 1])
    }

    /// A handle that retains the gradient of what is cut later goes on doing so.
    @Test func handlesThatRetainGradientsFollowTheCut() {
        let h = (x * x).retainingGrad()
        let y = (h * h).sum()
        h.unchain()
        y.backward()
        #expect(h.grad!.array.doubles == [2, 8])
        #expect(x.grad == nil && h.isLeaf)
    }

    /// The rule of the output that is left needs the one that is cut, as a function of the inputs: the cut is of what others see. y = 2 eˣ has the
    /// derivatives y of every order, through y and through the output eˣ that was cut.
    @Test func recordedWalksThatNeedACutOutput() {
        final class Exponentials: FunctionNode {
            override func forward(_ inputs: [NDArray]) -> [NDArray] {
                retainOutputs([0])
                return [exp(inputs[0]), 2 * exp(inputs[0])]
            }
            override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
                [retainedOutput(0) * (gradOutputs[0] + 2 * gradOutputs[1])]
            }
        }
        let x = Variable(NDArray([0.7, -0.3]))
        let outputs = Exponentials().apply([x])
        outputs[0].unchain()
        let expected = x.array.doubles.map { 2 * Foundation.exp($0) }
        var y = outputs[1]
        for _ in 1...4 {
            #expect(isClose(grad(of: y.sum(), wrt: x).array.doubles, expected))
            #expect(isClose(jvp(of: [y], wrt: [x], along: [Variable(constant: NDArray([1.0, 1]))])[0].array.doubles, expected))
            y = grad(of: y.sum(), wrt: x, enableDoubleBackprop: true)
            #expect(isClose(y.array.doubles, expected))
        }
        // For everybody else it is a leaf.
        #expect(outputs[0].isLeaf && !isConnected(outputs[0], to: x))
        #expect(grad(of: (outputs[0] * outputs[1]).sum(), wrt: outputs[0]).array == outputs[1].array)
        (outputs[0] * outputs[1]).sum().backward(enableDoubleBackprop: true)
        #expect(isClose(x.grad!.array.doubles, x.array.doubles.map { 2 * Foundation.exp(2 * $0) }))
    }

    /// The cell of a recurrent network cut, its output not: the derivatives of the output by the gates are those of a network that is not cut.
    @Test func theCellOfALongShortTermMemoryIsCut() {
        let c = Variable(NDArray([0.3, -0.6])), gates = Variable(NDArray((0..<8).map { 0.2 * Double($0) - 0.7 }))
        let derivatives = [false, true].map { isCut -> [[Double]] in
            let (next, h) = lstm(c, gates)
            if isCut { next.unchain() }
            let first = grad(of: h.sum(), wrt: [c, gates], enableDoubleBackprop: true)
            let second = grad(of: square(first[0]).sum() + square(first[1]).sum(), wrt: [c, gates], enableDoubleBackprop: true)
            return (first + second + grad(of: square(second[1]).sum(), wrt: [c, gates])).map(\.array.doubles)
        }
        for (whole, cut) in zip(derivatives[0], derivatives[1]) { #expect(isClose(whole, cut)) }
    }
}
