import Testing

@testable import Nabla

/// What `vmap` gives is what a loop over the examples gives, whatever stands inside.
@Suite struct VmapTests {
    private let x = Variable(NDArray([[0.3, -1.2, 0.7], [1.1, 0.4, -0.2], [-0.6, 0.9, 1.3], [0.2, 0.1, -1.4]]))
    private let w = Variable(NDArray([0.5, -0.8, 1.7]))

    /// The same by a loop; the examples along the first axes.
    private func loop(_ f: (Variable) -> Variable, _ x: Variable) -> Variable { stack((0..<x.shape[0]).map { f(x[$0]) }) }

    private func expectLikeLoop(
        _ f: @escaping (Variable) -> Variable, tolerance: Double = 1e-13, location: SourceLocation = #_sourceLocation
    ) {
        let (batched, looped) = (vmap(f)(x), loop(f, x))
        #expect(batched.shape == looped.shape, sourceLocation: location)
        #expect(isClose(batched.array.doubles, looped.array.doubles, tolerance), sourceLocation: location)
        // The derivative with respect to the examples, and to what they have in common.
        func gradients(_ y: Variable) -> [Double] {
            // Recorded also where the function gives constants.
            grad(of: (y * cos(y.detached())).sum() + 0 * x.sum(), wrt: [x, w]).flatMap(\.array.doubles)
        }
        #expect(isClose(gradients(batched), gradients(looped), tolerance), sourceLocation: location)
    }

    @Test func functionsOfOneExample() {
        expectLikeLoop { norm($0) }
        expectLikeLoop { softmax($0 * w) }
        expectLikeLoop { matmul($0.reshaped(to: [3, 1]), w.reshaped(to: [1, 3])) }
        expectLikeLoop { _ in w }
        expectLikeLoop { ($0 * w).sum() * w }
    }

    @Test func gradientsInside() {
        expectLikeLoop { x in grad(of: (sin(x) * w).sum(), wrt: x, enableDoubleBackprop: true) }
        // Detached, the gradient is a constant, here too.
        expectLikeLoop { x in x * grad(of: (square(x) * w).sum(), wrt: x).detached() }
        expectLikeLoop { x in
            let step = x - 0.1 * grad(of: (square(x) * sin(w * x)).sum(), wrt: x, enableDoubleBackprop: true)
            return (step * exp(step)).sum()
        }
        expectLikeLoop { x in grad(of: (x * w).sum(), wrt: w, enableDoubleBackprop: true) }
        expectLikeLoop { x in jvp(of: { tanh($0 * w) }, at: x, along: x).tangent }
        expectLikeLoop { x in hessian(of: { (exp($0) * w).sum() }, at: x, enableDoubleBackprop: true) }
        expectLikeLoop { x in noBackprop { x * 2 } * x + x.detached() }
    }

    /// Nodes that stand for closures that run again, or for solutions of equations.
    @Test func checkpointsAndSolutions() {
        expectLikeLoop { x in checkpoint(x) { tanh($0 * w) } }
        expectLikeLoop { x in grad(of: checkpoint(x) { sin($0 * w) }.sum(), wrt: x, enableDoubleBackprop: true) }
        // Transforms inside are recorded without being told.
        expectLikeLoop { x in checkpoint(x) { gradient(of: { (sin($0) * $0 * w).sum() }, at: $0) } }
        expectLikeLoop { x in
            checkpoint(x) { jvp(of: { tanh($0 * w) }, at: $0, along: x).tangent * laplacian(of: { exp($0 * w).sum() }, at: $0) }
        }
        expectLikeLoop({ x in linearSolve({ (v: Variable) in v * (2 + square(w * x)) }, rightHandSide: x) }, tolerance: 1e-9)
        let y = checkpoint(x) { exp($0) * w }
        let columns = jacobian(of: { row in matmul(row, y) }, at: Variable(NDArray([1.0, 2, 3, 4])))
        #expect(isClose(columns.array.doubles, y.transposed().array.doubles))
        let sums = jacobian(of: { z in checkpoint(z) { sin($0) }.sum(axis: 0) }, at: x)
        let expected = (0..<3).map { j in (0..<12).map { $0 % 3 == j ? cos(x.array).doubles[$0] : 0 } }
        #expect(isClose(sums.array.doubles, expected.flatMap { $0 }))
    }

    @Test func derivativesOfABatch() {
        let f: (Variable) -> Variable = { ($0 * tanh($0 * w)).sum() }
        let tangent = jvp(of: { vmap(f)($0) }, at: x, along: x).tangent
        #expect(isClose(tangent.array.doubles, jvp(of: { loop(f, $0) }, at: x, along: x).tangent.array.doubles))
        func third(_ map: (Variable) -> Variable) -> [Double] {
            let first = grad(of: square(map(x)).sum(), wrt: x, enableDoubleBackprop: true)
            let second = grad(of: square(first).sum(), wrt: x, enableDoubleBackprop: true)
            return grad(of: square(second).sum(), wrt: [x, w]).flatMap(\.array.doubles)
        }
        #expect(isClose(third { vmap(f)($0) }, third { loop(f, $0) }, 1e-11))
    }

    @Test func vmapInsideVmap() {
        let a = Variable(NDArray([[1.0, 2], [3, 4], [5, 6]]))
        let b = Variable(NDArray([[0.5, -1], [2, 1]]))
        // All pairs of rows: a bᵀ
        let products = vmap({ row in vmap { ($0 * row).sum() }(b) })(a)
        #expect(isClose(products.array.doubles, matmul(a, b, transposeB: true).array.doubles))
        let slopes = grad(of: square(products).sum(), wrt: [a, b])
        let expected = grad(of: square(matmul(a, b, transposeB: true)).sum(), wrt: [a, b])
        #expect(isClose(slopes.flatMap(\.array.doubles), expected.flatMap(\.array.doubles)))
        // An inner function that must be looped.
        let looped = vmap({ row in vmap { c in c.item() > 0 ? (c * row).sum() : (row - c).sum() }(b[0]) })(a)
        #expect(looped.array.doubles == [1.5, 5, 3.5, 9, 5.5, 13])
        expectLikeLoop { x in grad(of: vmap { $0 * x.sum() }(w).sum(), wrt: x, enableDoubleBackprop: true) }
        expectLikeLoop { x in vmap { c in grad(of: (x * c * c).sum(), wrt: c, enableDoubleBackprop: true) }(w) }
    }

    @Test func axes() {
        let y = Variable(NDArray([[1.0, 2], [3, 4], [5, 6]]))
        let columns = vmap({ $0 * 2 }, inAxis: 1, outAxis: 0)(y)
        #expect(columns.shape == [2, 3] && columns.array.doubles == [2, 6, 10, 4, 8, 12])
        #expect(vmap({ $0 * 2 }, inAxis: -1, outAxis: -1)(y).array.doubles == [2, 4, 6, 8, 10, 12])
        let shared = vmap({ $0 * $1 }, inAxes: (0, nil))(y, Variable(NDArray([10.0, 100])))
        #expect(shared.array.doubles == [10, 200, 30, 400, 50, 600])
        let several = vmap({ [$0[0].sum() + $0[1], $0[2]] }, inAxes: [1, 0, nil], outAxes: [0, nil])(
            [y, Variable(NDArray([0.5, 0.25])), w])
        #expect(several[0].array.doubles == [9.5, 12.25] && several[1].shape == [3])
        let labels = vmap({ [$0[0].take($0[1].array)] })([y, Variable(NDArray([1, 0, 1]))])[0]
        #expect(labels.array.doubles == [2, 3, 6])
    }

    @Test func noExamples() {
        let empty = Variable(NDArray.zeros([0, 3], dtype: .float64))
        let none = vmap({ ($0 * w).sum() })(empty)
        #expect(none.shape == [0] && none.dtype == .float64)
        #expect(vmap({ [$0[0] .> 0, w] }, outAxes: [-1, nil])([empty]).map(\.shape) == [[3, 0], [3]])
        #expect(grad(of: vmap { grad(of: ($0 * w).sum(), wrt: $0) }(empty).sum(), wrt: w).array.doubles == [0, 0, 0])
    }

    /// Of one example, where there is nothing to apply again, and of examples without elements.
    @Test func smallBatches() {
        let f: (Variable) -> Variable = { x in grad(of: (sin(x) * x * w).sum(), wrt: x, enableDoubleBackprop: true) }
        let one = vmap(f, inAxis: 1, outAxis: -1)(x[..<1].transposed())
        #expect(one.shape == [3, 1] && one.array.doubles == f(x[0]).array.doubles)
        #expect(isClose(grad(of: square(one).sum(), wrt: w).array.doubles, grad(of: square(f(x[0])).sum(), wrt: w).array.doubles))
        let same = vmap({ [$0[0] * $0[1], $0[1]] }, inAxes: [0, nil], outAxes: [0, nil])([x[..<1], w])
        #expect(same.map(\.shape) == [[1, 3], [3]])
        #expect(vmap { $0.sum() }(Variable(NDArray.zeros([4, 0], dtype: .float64))).array.doubles == [0, 0, 0, 0])
    }

    /// One array of indices between brackets may differ between examples; what stands beside it stays.
    @Test func subscriptsByTheExample() {
        let table = Variable(NDArray.arange(72, dtype: .float64).reshaped(to: [3, 4, 3, 2]) / 8)
        let label = Variable(constant: NDArray([0, -1, 2])), row = Variable(constant: NDArray([[0, 1], [2, -1], [1, 1]]))
        let functions: [(Variable, NDArray, NDArray) -> Variable] = [
            { t, i, _ in t[i] }, { t, i, _ in t[.ellipsis, i - i] }, { t, i, _ in t[0, i] * t[1..., i, 1].sum() },
            { t, _, r in t[r] }, { t, _, r in t[.all, r] }, { t, _, r in t[.newAxis, .ellipsis, r, .all] },
            { t, _, r in t[.stride(by: -2), r, .newAxis] }, { t, _, r in t[1, r] }, { t, i, r in t[i, r] },
            { t, i, r in t[i][r] * t[NDArray([true, false, true, true])][i].sum() },
        ]
        for (index, f) in functions.enumerated() {
            let examples = (0..<3).map { f(table[$0], label[$0].array, row[$0].array) }
            let batched = vmap({ [f($0[0], $0[1].array, $0[2].array)] })([table, label, row])[0]
            #expect(batched.array == stack(examples).array, "\(index)")
            let slopes = [batched, stack(examples)].map { grad(of: (square($0) * $0).sum(), wrt: table).array }
            #expect(slopes[0] == slopes[1], "\(index)")
        }
        for f in [functions[0], functions[2], functions[3], functions[4], functions[5], functions[6]] {
            let obstacle = batchingObstacle(of: { [f($0[0], $0[1].array, $0[2].array)] }, over: [table, label, row], inAxes: [0, 0, 0])
            #expect(obstacle == nil, "\(obstacle ?? "none")")
        }
    }

    /// Indices that differ between examples: no loop, and negative ones count from the end of each example.
    @Test func indicesOfTheExample() {
        let table = Variable(NDArray.arange(24, dtype: .float64).reshaped(to: [3, 4, 2]) / 8)
        let indices = Variable(constant: NDArray([[0, -1, 3], [-4, 1, 1], [2, 2, -2]]))
        let places: (Variable, Variable) -> Variable = { t, i in
            let rows = t.take(i.array), columns = t.transposed().take(i.array, axis: 1)
            return sin(t.addingAt(indices: i.array, rows * columns.transposed())) * t
        }
        func looped(_ t: Variable) -> Variable { stack((0..<3).map { places(t[$0], indices[$0]) }) }
        func results(_ y: (Variable) -> Variable) -> [Double] {
            let slope = grad(of: square(y(table)).sum(), wrt: table, enableDoubleBackprop: true)
            return y(table).array.doubles + slope.array.doubles + grad(of: square(slope).sum(), wrt: table).array.doubles
        }
        #expect(isClose(results { vmap(places)($0, indices) }, results(looped)))
        // In two axes of examples at once.
        let pairs = vmap({ t in vmap { places(t, $0) }(indices) })(table)
        let expected = (0..<3).flatMap { t in (0..<3).flatMap { places(table[t], indices[$0]).array.doubles } }
        #expect(isClose(pairs.array.doubles, expected))
        #expect(batchingObstacle(of: { [places($0[0], $0[1])] }, over: [table, indices], inAxes: [0, 0]) == nil)
        func nodes(_ count: Int) -> Int {
            let before = GraphStatistics.liveNodes
            let many = Variable(NDArray.ones([count, 4, 2], dtype: .float64))
            let y = vmap(places)(many, Variable(constant: NDArray.zeros([count, 3], dtype: .int64)))
            return withExtendedLifetime(y) { GraphStatistics.liveNodes - before }
        }
        #expect(nodes(3) == nodes(30))
    }

    @Test func eightAxes() {
        let x = Variable(NDArray.ones([2, 1, 1, 1, 1, 1, 1, 3], dtype: .float64))
        #expect(vmap({ $0 + 1 })(x).array.doubles == [2, 2, 2, 2, 2, 2])
    }

    /// What the numbers of an example decide, or arrays made of them, are those of each example.
    @Test func numbersOfTheExample() {
        expectLikeLoop { $0[0].item() > 0.25 ? $0 * 2 : sin($0) }
        expectLikeLoop { x in x * (x.array .> 0).cast(to: .float64) }
        expectLikeLoop { x in x[x.array.argMax(axis: 0)] }
        expectLikeLoop { x in x.take(NDArray([x.array.argMax(axis: 0).item()]).cast(to: .int64)) }
        expectLikeLoop { x in x * Variable(constant: x.array) + x.array.sum() }
        expectLikeLoop { x in `where`(x .> 0, x, otherwise: -1) { sqrt($0) } }
        expectLikeLoop { x in
            var memory = x.array
            memory[0] = NDArray(7.0)
            return x + memory
        }
        expectLikeLoop { x in Variable(constant: x.array) }
        expectLikeLoop { x in
            let leaf = Variable(x.array)
            return x * grad(of: (leaf * leaf * w).sum(), wrt: leaf, enableDoubleBackprop: true)
        }
    }

    /// Each example has numbers of its own, as in a loop with the same generator.
    @Test func randomNumbers() {
        var one = RandomGenerator(seed: 3), two = one
        let batched = vmap({ dropout($0, using: &one) })(x)
        let looped = loop({ dropout($0, using: &two) }, x)
        #expect(batched.array.doubles == looped.array.doubles && one == two)
    }

    /// One number of Swift's for all examples would give them all the same multiple.
    @Test func swiftsRandomNumbers() {
        let ones = Variable(NDArray.ones([4, 3], dtype: .float64))
        for _ in 0..<3 {
            let y = vmap { x in x * Double.random(in: 0..<1) }(ones)
            #expect(Set(y.array.doubles).count == 4)
            let pairs = vmap { a, b in a + b * Double.random(in: 0..<1) }(ones, ones)
            #expect(Set(pairs.array.doubles).count == 4)
            var system = SystemRandomNumberGenerator()
            let lists = vmap { x in [x[0] * Variable(constant: NDArray(Double.random(in: 0..<1, using: &system)))] }([ones])
            #expect(Set(lists[0].array.doubles).count == 4)
            let slopes = perExampleGradients(of: { w, x in (w[0] * x[0]).sum() * Double.random(in: 0..<1) }, at: [w], over: [ones])
            #expect(Set(slopes[0].array.doubles).count == 4)
        }
        // In an inner function of a batch that is not looped, too.
        let nested = vmap { x in vmap { $0 * Double.random(in: 0..<1) }(x) }(ones)
        #expect(Set(nested.array.doubles).count == 12)
    }

    /// A state that one example leaves to the next is that of a loop: each example runs once, in order.
    @Test func statesThatAreCarried() {
        func carried(_ run: (@escaping (Variable) -> Variable) -> Variable) -> (values: [Double], slopes: [Double]) {
            var h = w
            let y = run { x in
                h = tanh(h + x)
                return h
            }
            return (y.array.doubles, grad(of: y.sum(), wrt: [x, w]).flatMap(\.array.doubles))
        }
        let (batched, looped) = (carried { vmap($0)(x) }, carried { loop($0, x) })
        #expect(isClose(batched.values, looped.values) && isClose(batched.slopes, looped.slopes))

        var (count, runs) = (0.0, 0)
        for call in 0..<3 {
            count = 0
            let counted = vmap { x -> Variable in
                count += 1
                runs += 1
                return x.sum() * 0 + count
            }(x)
            #expect(counted.array.doubles == [1, 2, 3, 4] && runs == 4 * (call + 1))
        }
        var sum = NDArray.zeros([3], dtype: .float64)
        let sums = vmap { x -> Variable in
            sum += x.array
            return x + sum
        }(x)
        #expect(isClose(sums.array.doubles, { (s: NDArray) in (s + x.array).doubles }(x.array.cumulativeSum(axis: 0))))
        // Of a result that is said to be the same for all.
        count = 0
        let same = vmap(
            { x -> [Variable] in
                count += 1
                return [x[0] * count, w]
            }, outAxes: [0, nil])([x])
        #expect(isClose(same[0].array.doubles, (0..<4).flatMap { i in x.array[i].doubles.map { $0 * Double(i + 1) } }))
    }

    /// A closure that treats all examples alike runs twice in some calls and once in the others.
    @Test func closuresAreTrustedByAndBy() {
        var runs: [Int] = []
        for _ in 0..<8 {
            var count = 0
            _ = vmap { x -> Variable in
                count += 1
                return sin(x) * w
            }(x)
            runs.append(count)
        }
        #expect(runs == [2, 2, 1, 2, 1, 1, 1, 2])
    }

    @Test func functionsOfTheUser() {
        expectLikeLoop { Scaled().apply([$0, w])[0] }
        expectLikeLoop { x in (x * Cubed().apply([x])[0]).sum() }
    }

    /// Gradients left in variables are those of all examples.
    @Test func backwardInside() {
        let leaf = Variable(NDArray([1.0, 2, 3]))
        let values = vmap { x -> Variable in
            let y = (x * leaf).sum()
            y.backward()
            return y
        }(x)
        #expect(values.shape == [4])
        #expect(isClose(leaf.gradient.array.doubles, x.array.sum(axis: 0).doubles))
    }

    /// A function of one example that knows all of them.
    @Test func derivativeWithRespectToAllExamples() {
        let y = vmap { [x] row in (grad(of: square(row).sum(), wrt: x) * row).sum() }(x)
        let expected = 2 * squaredNorm(x, axes: [1])
        #expect(isClose(y.array.doubles, expected.array.doubles))
        expectLikeLoop { [x] row in (row * x).sum(axis: 0) }
    }

    @Test func nothingIsLeftBehind() {
        let before = GraphStatistics.liveNodes
        autoreleased { _ = vmap { grad(of: sin($0).sum(), wrt: $0) }(x) }
        autoreleased { _ = vmap { $0.sum().item() > 0 ? $0 : -$0 }(x) }
        #expect(GraphStatistics.liveNodes == before)
    }

    private func autoreleased(_ body: () -> Void) { body() }
}

/// a b, with the rule written by hand.
private final class Scaled: FunctionNode {
    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        retainInputs([0, 1])
        return [inputs[0] * inputs[1]]
    }
    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        indexes.map { gradOutputs[0] * retainedInput(1 - $0) }
    }
}

private final class Cubed: Function {
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0] * inputs[0] * inputs[0]] }
    override func backward(_ inputs: [NDArray], _ gradOutputs: [NDArray]) -> [NDArray] { [3 * inputs[0] * inputs[0] * gradOutputs[0]] }
}
