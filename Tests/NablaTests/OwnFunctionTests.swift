import Foundation
import Testing

@testable import Nabla

/// Functions of one's own: any number of inputs, rules that take derivatives, old-style functions in every mode.
@Suite struct OwnFunctionTests {
    /// Σᵢ wᵢ xᵢ² with wᵢ = i + 1, of any number of inputs.
    private final class WeightedSquares: FunctionNode {
        override func forward(_ inputs: [NDArray]) -> [NDArray] {
            retainInputs(Array(inputs.indices))
            var sum = NDArray.zeros(like: inputs[0])
            for (i, x) in inputs.enumerated() { sum = sum + Double(i + 1) * x * x }
            return [sum]
        }
        override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
            indexes.map { 2 * Double($0 + 1) * gradOutputs[0] * retainedInput($0) }
        }
    }

    /// Every third input takes gradients, on both sides of a word of 64.
    @Test(arguments: [1, 2, 3, 63, 64, 65, 66, 127, 128, 129, 200]) func anyNumberOfInputs(_ count: Int) {
        let inputs = (0..<count).map { i -> Variable in Variable(NDArray(Double(i) / 10), requiresGrad: i % 3 == 0) }
        let places = inputs.filter(\.requiresGrad)
        let y = WeightedSquares().apply(inputs)[0]
        let chosen = inputs.indices.filter { $0 % 3 == 0 }
        let expected = chosen.map { i -> Double in 2 * Double(i + 1) * Double(i) / 10 }
        let slopes = grad(of: y, wrt: places, enableDoubleBackprop: true)
        #expect(isClose(slopes.map { $0.item() }, expected))
        let curvatures = places.indices.map { grad(of: slopes[$0], wrt: places[$0]).item() }
        #expect(isClose(curvatures, chosen.map { i -> Double in 2 * Double(i + 1) }))
        let tangent = jvp(of: [y], wrt: places, along: places.map { _ in Variable(constant: NDArray(1.0)) })[0]
        #expect(isClose([tangent.item()], [expected.reduce(0, +)]))
        // Of one place alone, the last.
        let last = grad(of: y, wrt: places[places.count - 1])
        #expect(isClose([last.item()], [expected[places.count - 1]]))
        #expect(
            isClose([jvp(of: [y], wrt: [places[places.count - 1]], along: [Variable(constant: NDArray(1.0))])[0].item()], [last.item()]))
        y.backward()
        #expect(isClose(places.map { $0.grad!.item() }, expected))
    }

    /// Only what is asked for is computed, of a function of the library too.
    @Test func aLongConcatenation() {
        let parts = (0..<150).map { i -> Variable in Variable(NDArray([Double(i)]), requiresGrad: i == 77 || i == 140) }
        let joined = concatenate(parts)
        let g = grad(of: square(joined).sum(), wrt: [parts[77], parts[140]])
        #expect(g.map { $0.item() } == [154, 280])
    }

    // MARK: Rules that take derivatives

    /// ∇E(x) of E = Σ x⁴/4 + cos x, by a derivative inside the rule: F(x) = E, so the gradient is gz ∇E and the Hessian ∇²E.
    private final class Energy: FunctionNode {
        static func energy(_ x: Variable) -> Variable { (square(square(x)) / 4 + cos(x)).sum() }
        override func forward(_ inputs: [NDArray]) -> [NDArray] {
            retainInputs([0])
            return [Energy.energy(Variable(constant: inputs[0])).array]
        }
        override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
            let x = retainedInput(0)
            return [gradOutputs[0] * grad(of: Energy.energy(x), wrt: x, enableDoubleBackprop: true)]
        }
    }

    @Test func aRuleThatCallsGrad() throws {
        let x = Variable(NDArray([0.5, -1.5]))
        let slope = [0.5, -1.5].map { $0 * $0 * $0 - Foundation.sin($0) }
        let curvature = [0.5, -1.5].map { 3 * $0 * $0 - Foundation.cos($0) }
        let y = Energy().apply([x])[0]
        #expect(isClose(grad(of: y, wrt: x).array.doubles, slope))
        #expect(!grad(of: y, wrt: x).requiresGrad)
        let recorded = grad(of: y, wrt: x, enableDoubleBackprop: true)
        #expect(isClose(recorded.array.doubles, slope))
        #expect(isClose(grad(of: recorded.sum(), wrt: x).array.doubles, curvature))
        y.backward(retainGraph: true)
        #expect(isClose(x.grad!.array.doubles, slope))
        let direction = Variable(constant: NDArray([1.0, 2]))
        #expect(isClose([jvp(of: [y], wrt: [x], along: [direction])[0].item()], [slope[0] + 2 * slope[1]]))
        // Behind other functions, and two of them one after the other.
        let chained = Energy().apply([sin(Energy().apply([x])[0])])[0]
        let plain = Energy.energy(sin(Energy.energy(x)))
        #expect(isClose(grad(of: chained, wrt: x).array.doubles, grad(of: plain, wrt: x).array.doubles))
        try checkGradients(of: { [Energy().apply($0)[0]] }, at: [NDArray([0.5, -1.5])], order: 3, name: "energy")
    }

    @Test func aRuleThatCallsJVP() {
        /// F(x) = x³, its slope by forward mode.
        final class Cubed: FunctionNode {
            override func forward(_ inputs: [NDArray]) -> [NDArray] {
                retainInputs([0])
                return [inputs[0] * inputs[0] * inputs[0]]
            }
            override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
                let x = retainedInput(0)
                let ones = Variable(constant: .ones(like: x.array))
                return [gradOutputs[0] * jvp(of: [x * x * x], wrt: [x], along: [ones], enableDoubleBackprop: true)[0]]
            }
        }
        let x = Variable(NDArray([1.0, -2]))
        let y = Cubed().apply([x])[0].sum()
        #expect(grad(of: y, wrt: x).array.doubles == [3, 12])
        let slope = grad(of: y, wrt: x, enableDoubleBackprop: true)
        #expect(grad(of: slope.sum(), wrt: x).array.doubles == [6, -12])
    }

    /// A rule may return what it retained; a walk that is not recorded gives numbers without a place.
    @Test func gradientsOfAPlainWalkHaveNoPlace() {
        final class HalfSquare: FunctionNode {
            override func forward(_ inputs: [NDArray]) -> [NDArray] {
                retainInputs([0])
                return [(inputs[0] * inputs[0]).sum() / 2]
            }
            override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] { [retainedInput(0)] }
        }
        let x = Variable(NDArray([1.0, 2]))
        let g = grad(of: HalfSquare().apply([x * 3])[0], wrt: x)
        #expect(g.array.doubles == [9, 18])
        #expect(!g.requiresGrad)
    }

    // MARK: Retention

    @Test func callsToRetainAddUp() {
        final class Product: FunctionNode {
            override func forward(_ inputs: [NDArray]) -> [NDArray] {
                retainInputs([0])
                retainInputs([1, 0])
                retainOutputs([0, 0])
                return [inputs[0] * inputs[1]]
            }
            override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
                #expect(retainedOutput(0).array.doubles == [6])
                return indexes.map { gradOutputs[0] * retainedInput(1 - $0) }
            }
        }
        let (a, b) = (Variable(NDArray([2.0])), Variable(NDArray([3.0])))
        #expect(grad(of: Product().apply([a, b])[0], wrt: [a, b]).map { $0.item() } == [3, 2])
    }

    /// Where the maximum lies is retained as an output of its own; it takes no gradient.
    @Test func aRetainedOutputOfIntegersIsAConstant() {
        final class Largest: FunctionNode {
            override func forward(_ inputs: [NDArray]) -> [NDArray] {
                retainOutputs([1])
                let place = inputs[0].argMax(axis: 0)
                return [NDArray(inputs[0].doubles[Int(place.item())]), place]
            }
            override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
                let place = retainedOutput(1)
                #expect(!place.requiresGrad)
                let oneHot = NDArray((0..<inputShape(0)[0]).map { Double($0) == place.item() ? 1.0 : 0 })
                return [gradOutputs[0] * Variable(constant: oneHot)]
            }
        }
        let x = Variable(NDArray([1.0, 5, 2]))
        let y = Largest().apply([x])
        #expect(grad(of: 2 * y[0], wrt: x).array.doubles == [0, 2, 0])
    }

    // MARK: Old-style functions

    /// F(x, y) = (x² y, Σ x), the old way.
    private final class Pair: Function {
        override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0] * inputs[0] * inputs[1], inputs[0].sum()] }
        override func backward(_ inputs: [NDArray], _ g: [NDArray]) -> [NDArray] {
            [2 * inputs[0] * inputs[1] * g[0] + g[1], inputs[0] * inputs[0] * g[0]]
        }
    }

    @Test func firstOrderOfAnOldStyleFunctionInBothModes() throws {
        try checkGradients(of: { Pair().apply($0) }, at: [NDArray([1.0, -2, 3]), NDArray([0.5, 1, 2])], order: 1, name: "pair")
        let (x, y) = (Variable(NDArray([1.0, 2])), Variable(NDArray([3.0, 4])))
        let results = Pair().apply([x, y])
        let tangents = jvp(
            of: results, wrt: [x, y], along: [Variable(constant: NDArray([1.0, 10])), Variable(constant: NDArray([0.5, 0]))])
        #expect(tangents[0].array.doubles == [6.5, 160])
        #expect(tangents[1].item() == 11)
        // One input that moves, behind another function.
        #expect(jvp(of: Pair().apply([x * 2, y]), wrt: [x], along: [Variable(constant: NDArray([1.0, 0]))])[0].array.doubles == [24, 0])
    }

    @Test func secondOrderOfAnOldStyleFunctionStops() async throws {
        for isForward in [false, true] {
            let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                [isForward = isForward as Bool] in
                let x = Variable(NDArray([1.0, 2]))
                let y = Pair().apply([x, x])[0]
                let ones = Variable(constant: NDArray([1.0, 1]))
                let first =
                    isForward
                    ? jvp(of: [y], wrt: [x], along: [ones], enableDoubleBackprop: true)[0]
                    : grad(of: y.sum(), wrt: x, enableDoubleBackprop: true)
                _ = jvp(of: [first], wrt: [x], along: [ones])
            }
            expectMessage(
                "Pair: expected a function whose backward is written on variables (FunctionNode) for a second derivative, got an old-style Function",
                in: result)
        }
    }
}
