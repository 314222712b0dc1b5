import Testing

@testable import Nabla

/// Recorded gradients that `backward` leaves in variables hold graphs that lead to the variables' places, and to nothing that holds the variables.
/// Serialized: the counts are of the whole process.
@Suite(.serialized) struct RecordedGradientMemoryTests {
    private static let size = 64

    private static func fresh(_ value: Double = 0.5) -> Variable { Variable(NDArray.full([size], value, dtype: .float64)) }

    /// A loss of variables of its own, by a function that keeps a closure.
    struct Turn: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let loss: @Sendable () -> Variable

        init(_ description: String, _ loss: @escaping @Sendable () -> Variable) { (testDescription, self.loss) = (description, loss) }
    }

    static let turns: [Turn] = [
        Turn("checkpoint") { checkpoint(fresh()) { $0 * $0 * $0 }.sum() },
        Turn("checkpoint with a captured variable") {
            let w = fresh(0.3)
            return checkpoint(fresh()) { sin($0 * w) * w }.sum()
        },
        Turn("checkpoints inside each other") {
            let w = fresh(0.3)
            return checkpoint(fresh()) { x in checkpoint(x) { $0 * w * $0 } * checkpoint(x * w) { sin($0) } }.sum()
        },
        Turn("the gradient of a checkpoint") {
            let (x, w) = (fresh(), fresh(0.3))
            let y = checkpoint(x) { sin($0 * w) }
            return square(grad(of: y.sum(), wrt: x, enableDoubleBackprop: true)).sum()
        },
        Turn("a retained gradient in between") {
            let h = (fresh() * 2).retainingGrad()
            return checkpoint(h) { $0 * h * $0 }.sum()
        },
        Turn("root") {
            let a = Variable(2.0, dtype: .float64)
            return square(root(of: { square($0) - a }, at: Variable(1.5, dtype: .float64)))
        },
        Turn("fixedPoint") {
            let a = Variable(0.5, dtype: .float64)
            return square(fixedPoint(of: { a * $0 + a }, at: Variable(1.0, dtype: .float64)))
        },
        Turn("argmin") {
            let a = Variable(0.5, dtype: .float64)
            return square(argmin(of: { square($0 - a) + a * square($0) }, at: Variable(0.1, dtype: .float64)))
        },
        Turn("linearSolve") {
            let a = Variable(2.0, dtype: .float64)
            return square(linearSolve({ square(a) * $0 }, rightHandSide: Variable(1.0, dtype: .float64)))
        },
        Turn("the gradient of a root") {
            let a = Variable(2.0, dtype: .float64)
            let x = root(of: { square($0) - a }, at: Variable(1.5, dtype: .float64))
            return square(grad(of: x, wrt: a, enableDoubleBackprop: true))
        },
        Turn("a function of the user's that keeps a variable") {
            let (x, w) = (fresh(), fresh(0.3))
            return (square(Weighted(w).apply([x])[0]) * w).sum()
        },
        Turn("a function of the user's inside a checkpoint") {
            let (x, w) = (fresh(), fresh(0.3))
            return checkpoint(x) { square(Weighted(w).apply([$0])[0]) * w }.sum()
        },
        Turn("a function of the user's that keeps variables in all ways") {
            let (x, w) = (fresh(), fresh(0.3))
            return (square(WeightedInAllWays(w).apply([x])[0]) * w).sum()
        },
        Turn("a function of the user's that keeps variables in containers of containers") {
            let (x, w) = (fresh(), fresh(0.3))
            return (square(WeightedInNests(w).apply([x])[0]) * w).sum()
        },
        Turn("an old-style function that keeps a variable") {
            let (x, w) = (fresh(), fresh(0.3))
            return (square(OldWeighted(w).apply([x])[0]) * w).sum()
        },
    ]

    @Test(arguments: turns) func memoryIsFlat(turn: Turn) {
        #if DEBUG
            let turns = 2_000
        #else
            let turns = 10_000
        #endif
        func step() { turn.loss().backward(enableDoubleBackprop: true) }
        for _ in 0..<50 { step() }
        let (bytes, nodes) = (ArrayMemory.liveBytes, GraphStatistics.liveNodes)
        for _ in 0..<turns { step() }
        // Other tests may hold a little meanwhile; a turn that leaked would have left a node at least, and its arrays.
        #expect(GraphStatistics.liveNodes - nodes < turns / 2)
        #expect(ArrayMemory.liveBytes - bytes < 8 * turns / 2)
    }

    /// A function that keeps a leaf sees its gradient as long as anybody does, and keeps its numbers.
    @Test func functionsOfTheUserKeepTheirVariables() {
        let (x, w) = (Self.fresh(), Self.fresh(0.3))
        let function = WeightedInAllWays(w)
        let y = function.apply([x])[0]
        (square(y) * w).sum().backward(enableDoubleBackprop: true)
        // y = w x² is no function of w to the graph: the gradient of y² w in w is y², and in x it is 4 w³ x³.
        let (gx, gw) = (4 * 0.027 * 0.125, 0.3 * 0.3 * 0.0625)
        #expect(isClose(x.grad!.array.doubles, Array(repeating: gx, count: Self.size)))
        #expect(isClose(w.grad!.array.doubles, Array(repeating: gw, count: Self.size)))
        for held in [function.w, function.other!, function.list[1], function.named["w"]!, function.parts.pair.1, function.some![0]] {
            #expect(held.isLeaf && held.array == w.array)
            #expect(isClose(held.grad!.array.doubles, w.grad!.array.doubles))
        }
        #expect(function.none == nil && function.list[0].grad == nil)
        #expect(isClose(grad(of: x.grad!.sum(), wrt: x).array.doubles, Array(repeating: 12 * 0.027 * 0.25, count: Self.size)))
        w.clearGrad()
        #expect(function.w.grad == nil)
    }

    @Test func nestsKeepTheirVariables() {
        let (x, w) = (Self.fresh(), Self.fresh(0.3))
        let function = WeightedInNests(w), shared = function.lists
        (square(function.apply([x])[0]) * w).sum().backward(enableDoubleBackprop: true)
        let held = function.lists.flatMap { $0 } + function.tuples.map(\.1) + function.named.values.flatMap { $0.compactMap { $0 } }
        let trees = [function.tree.value, function.tree.children[0].value, function.tree.children[0].children[0].value]
        #expect(held.count == 6)
        for variable in held + trees + Array(function.contiguous) + function.deep![0]!["x"]!.1 {
            #expect(variable.array == w.array && variable.cell == nil && variable.isLeaf)
        }
        // What somebody else has of a list is left alone.
        #expect(shared[0][0].cell != nil && isClose(shared[0][0].grad!.array.doubles, w.grad!.array.doubles))
        #expect(function.tuples.map(\.0) == ["a", "b"])
    }

    /// Their derivatives of higher order are those of `grad(of:wrt:)`.
    @Test func derivativesAreThoseOfTheClosures() {
        let point = NDArray([0.3, -0.8, 1.1], dtype: .float64)
        let losses: [(Variable, Variable) -> Variable] = [
            { x, w in checkpoint(x) { sin($0 * w) * w + checkpoint($0 * w) { $0 * $0 * x } }.sum() },
            { x, w in
                let parts = checkpoint([x]) { [exp($0[0] * w), w * w * $0[0], x] }
                return (parts[0] * parts[1] * parts[2]).sum()
            },
            { x, w in
                let slope = grad(of: checkpoint(x) { sin($0 * w) * $0 }.sum(), wrt: x, enableDoubleBackprop: true)
                return square(slope).sum()
            },
            { x, w in root(of: { $0 * $0 * $0 + $0 * square(x) - w - 2 }, at: Variable(NDArray.ones([3], dtype: .float64))).sum() },
            { x, w in fixedPoint(of: { 0.3 * cos($0 * x) + w }, at: Variable(NDArray.ones([3], dtype: .float64))).sum() },
            { x, w in
                let y = argmin(of: { (exp($0 * 0.5) - $0 * w + square($0 - x)).sum() }, at: Variable(NDArray.ones([3], dtype: .float64)))
                return (y * y * x).sum()
            },
            { x, w in square(linearSolve({ (2 + square(x)) * $0 + 0.1 * $0.sum() * w }, rightHandSide: w)).sum() },
            { x, w in
                let y = root(of: { $0 * $0 * $0 + $0 - x * w }, at: Variable(NDArray.ones([3], dtype: .float64)))
                return square(grad(of: y.sum(), wrt: x, enableDoubleBackprop: true)).sum()
            },
        ]
        for (index, loss) in losses.enumerated() {
            func derivatives(_ first: (Variable, Variable, Variable) -> [Variable]) -> [Double] {
                let (x, w) = (Variable(point), Variable(0.4 * point + 0.7))
                let slopes = first(loss(x, w), x, w)
                let sum = (square(slopes[0]) * slopes[1]).sum()
                let second = grad(of: sum, wrt: [x, w], enableDoubleBackprop: true)
                let third = grad(of: square(second[0]).sum() + second[1].sum(), wrt: [x, w])
                let tangent = jvp(of: slopes, wrt: [x, w], along: [x.detached(), w.detached()])
                return (slopes + second + third + tangent).flatMap(\.array.doubles)
            }
            let plain = derivatives { y, x, w in grad(of: y, wrt: [x, w], enableDoubleBackprop: true) }
            let left = derivatives { y, x, w in
                y.backward(enableDoubleBackprop: true)
                return [x.grad!, w.grad!]
            }
            #expect(isClose(left, plain, 1e-8), "\(index): \(left), \(plain)")
            // The loss keeps its derivatives, after the walk as before.
            let again = derivatives { y, x, w in
                y.backward(enableDoubleBackprop: true)
                return grad(of: y, wrt: [x, w], enableDoubleBackprop: true)
            }
            #expect(isClose(again, plain, 1e-8), "\(index)")
        }
    }
}

/// w x², with the weight in a property.
private class Weighted: FunctionNode {
    let w: Variable
    init(_ w: Variable) { self.w = w }
    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        retainInputs([0])
        return [inputs[0] * inputs[0] * w.array]
    }
    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] { [2 * gradOutputs[0] * retainedInput(0) * w] }
}

private final class WeightedInAllWays: Weighted {
    struct Parts { let first: Variable, pair: (Int, Variable) }
    let other: Variable?, none: Variable?, list: [Variable], named: [String: Variable], parts: Parts, some: [Variable]?
    override init(_ w: Variable) {
        (other, none, list, named, some) = (w, nil, [w.detached(), w], ["w": w], [w])
        parts = Parts(first: w, pair: (1, w))
        super.init(w)
    }
}

private final class WeightedInNests: Weighted {
    struct Tree { var value: Variable, children: [Tree] = [] }
    let lists: [[Variable]], tuples: [(String, Variable)], named: [Int: [Variable?]], deep: [[String: (Int, [Variable])]?]?
    let tree: Tree, contiguous: ContiguousArray<Variable>
    override init(_ w: Variable) {
        (lists, tuples, named) = ([[w], [w]], [("a", w), ("b", w)], [1: [w, nil], 2: [w]])
        deep = [["x": (1, [w])], nil]
        tree = Tree(value: w, children: [Tree(value: w, children: [Tree(value: w)])])
        contiguous = [w]
        super.init(w)
    }
}

private final class OldWeighted: Function {
    let w: Variable
    init(_ w: Variable) { self.w = w }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0] * inputs[0] * w.array] }
    override func backward(_ inputs: [NDArray], _ gradOutputs: [NDArray]) -> [NDArray] { [2 * gradOutputs[0] * inputs[0] * w.array] }
}
