import Testing

@testable import Nabla

/// Programs drawn at random: `vmap` of each is the loop over its examples, and so are the derivatives of both, of the first and second order and
/// in forward mode.
@Suite struct RandomProgramTests {
    @Test func vmapIsTheLoop() {
        var batchCount = 0
        for seed in 0..<150 {
            var random = RandomGenerator(seed: UInt64(seed))
            let program = RandomProgram(length: 5, depth: seed % 3, &random)
            let count = 1 + seed % 3
            func uniform(_ shape: Shape) -> Variable { Variable(random.uniform(shape, in: -1.3..<1.3, dtype: .float64)) }
            let (x, y, shared) = (uniform([2, count, 3]), uniform([count]), uniform([3]))
            let indices = Variable(constant: random.integers([count, 2], in: -1..<1))
            let captured = uniform([2, 3])
            let f: ([Variable]) -> [Variable] = { [program.run([captured] + $0.dropLast(), indices: $0[3])] }
            let axes = [1, 0, nil, 0]
            func batch(_ x: Variable, _ y: Variable) -> Variable { vmap(f, inAxes: axes, outAxes: [-1])([x, y, shared, indices])[0] }
            func loop(_ x: Variable, _ y: Variable) -> Variable {
                let examples = (0..<count).map { f([x[.all, $0], y[$0], shared, indices[$0]].map(\.withPlace))[0] }
                return stack(examples, axis: -1)
            }
            let places = [x, y, shared, captured]
            func results(_ function: (Variable, Variable) -> Variable) -> [NDArray] {
                // Recorded also where all that the program made is detached.
                let value = function(x, y) + 0 * x.sum()
                let first = grad(of: sin(value).sum(), wrt: places, enableDoubleBackprop: true)
                let second = grad(of: first.map { square($0).sum() }, wrt: places)
                let tangents = jvp(of: { [function($0[0], $0[1])] }, at: [x, y], along: [cos(x).detached(), y.detached()]).tangents
                return ([value] + first + second + tangents).map(\.array)
            }
            for (index, (got, expected)) in zip(results(batch), results(loop)).enumerated() {
                let scale = expected.doubles.reduce(1) { max($0, $1.magnitude) }
                let difference = zip(got.doubles, expected.doubles).reduce(0) { max($0, ($1.0 - $1.1).magnitude / scale) }
                #expect(got.shape == expected.shape && difference < 1e-10, "seed \(seed), result \(index): \(difference), \(program)")
            }
            if batchingObstacle(of: f, over: [x, y, shared, indices], inAxes: axes) == nil { batchCount += 1 }
        }
        // Otherwise loops would be compared with loops.
        #expect(batchCount > 100, "\(batchCount)")
    }
}

/// A list of functions of earlier results, of which some are transforms of programs.
private struct RandomProgram: CustomStringConvertible {
    private struct Step {
        let choice: Int
        let numbers: [Int]
        let inner: RandomProgram?
    }

    private let steps: [Step]

    init(length: Int, depth: Int, _ random: inout RandomGenerator) {
        func number(below count: Int) -> Int { Int(random.integers([], in: 0..<count).item()) }
        steps = (0..<length).map { _ in
            let choice = number(below: depth > 0 ? 28 : 17)
            let inner = choice >= 17 ? RandomProgram(length: 2, depth: depth - 1, &random) : nil
            return Step(choice: choice, numbers: (0..<3).map { _ in number(below: 12) }, inner: inner)
        }
    }

    var description: String { steps.map { "\($0.choice)\($0.inner.map { "[\($0)]" } ?? "")" }.joined(separator: " ") }

    /// The last result. Some of the `given` variables and earlier results decide it.
    func run(_ given: [Variable], indices: Variable) -> Variable {
        var pool = given
        for step in steps {
            let a = pool[pool.count - 1 - step.numbers[0] % min(4, pool.count)]
            let b = pool[pool.count - 1 - step.numbers[1] % min(4, pool.count)]
            let fitting = Shape.broadcast(a.shape, b.shape) == nil ? b.sum() : b
            let result = RandomProgram.result(of: step, a, fitting, pool, indices)
            // Bounded, and small.
            pool.append(sin(result.rank > 3 || result.count > 48 ? result.mean() : result))
        }
        return pool[pool.count - 1] + 0.1 * pool[pool.count - 2].sum()
    }

    private static func result(of step: Step, _ a: Variable, _ b: Variable, _ pool: [Variable], _ indices: Variable) -> Variable {
        let (choice, other) = (step.choice, step.numbers[2])
        let axis = a.rank == 0 ? 0 : other % a.rank
        if let inner = step.inner { return transform(choice, other, a, b) { inner.run(pool + $0, indices: indices) } }
        switch choice {
        case 0: return a + b
        case 1: return a * b
        case 2: return a / (2 + square(b))
        case 3: return [tanh(a), exp(a), softplus(a), gelu(a)][other % 4]
        case 4: return `where`(a .> b, a, 2 * b)
        case 5: return `where`(a .> 0.1, a, otherwise: 0.5) { sqrt($0 + 1) }
        case 6: return a.detached() * b + Variable(constant: a.array)
        case 7: return a.rank < 2 ? a : matmul(a, a, transposeA: other % 2 == 0, transposeB: other % 2 == 1)
        case 8: return a.rank < 2 || a.shape[a.rank - 1] < 2 || a.shape[a.rank - 2] < 2 ? a : det(a[.ellipsis, 0..<2, 0..<2])
        case 9: return a.flattened()
        default: break
        }
        if a.rank == 0 { return a.expandingDimensions(at: 0) * b }
        switch choice {
        case 10: return [a.sum(axis: axis), a.max(axis: axis, keepsAxes: true), logSumExp(a, axis: axis), a.product(axis: axis)][other % 4]
        case 11: return a.transposed()
        case 12: return stack([a, cos(a)], axis: axis)[.ellipsis, .stride(by: -1)]
        case 13: return a.take(indices.array, axis: axis)
        case 14: return a.addingAt(indices: indices.array, b.sum(), axis: axis)
        case 15: return softmax(a, axis: axis)
        default: return a.cumulativeProduct(axis: axis)
        }
    }

    /// A transform of `f`, a function of the variables it is given and of others.
    private static func transform(
        _ choice: Int, _ other: Int, _ a: Variable, _ b: Variable, _ f: @escaping ([Variable]) -> Variable
    ) -> Variable {
        let one: (Variable) -> Variable = { f([$0]) }
        let number: (Variable) -> Variable = { sin(f([$0])).sum() }
        switch choice {
        case 17: return gradient(of: number, at: a).detached()
        case 18: return gradient(of: number, at: a, enableDoubleBackprop: true)
        case 19:
            let (value, places) = (f([a]).sum(), [a, b].filter(\.requiresGrad))
            if !value.requiresGrad || places.isEmpty { return a * b }
            return grad(of: value, wrt: places, enableDoubleBackprop: true)[0] * b
        case 20: return jvp(of: one, at: a, along: cos(a)).tangent
        case 21:
            return hessianVectorProduct(of: number, at: a, along: sin(a), mode: .forwardOverReverse, enableDoubleBackprop: other % 2 == 0)
                .meant
        case 22 where a.count <= 12: return jacobian(of: { f([$0]).flattened()[..<1] }, at: a, enableDoubleBackprop: other % 2 == 0).meant
        case 23 where a.count <= 9: return laplacian(of: number, at: a, enableDoubleBackprop: other % 2 == 0).meant
        case 24, 25: return checkpoint(a, one)
        case 26, 27:
            if a.rank == 0 { return vmap(one)(a.expandingDimensions(at: 0)) }
            return vmap({ f([$1, $0]) }, inAxes: (-1, nil), outAxis: 0)(a, b)
        default: return derivative(of: { tanh($0 * b.sum()) * $0 }, order: 2, enableDoubleBackprop: other % 2 == 0)(a).meant
        }
    }
}

extension Variable {
    /// This derivative, dropped by name where it was not recorded.
    fileprivate var meant: Variable { requiresGrad ? self : detached() }
}
