import Testing

@testable import Nabla

/// Random programs with checkpoints in them against the same programs without.
@Suite struct CheckpointedProgramTests {
    /// Functions, gradients, checkpoints in checkpoints, detached and unrecorded parts, of vectors of three numbers: all decided by a seed.
    private struct Program {
        let isCheckpointed: Bool
        let drawsNumbers: Bool
        var state: UInt64

        init(seed: Int, isCheckpointed: Bool, drawsNumbers: Bool = false) {
            (self.isCheckpointed, self.drawsNumbers, state) = (isCheckpointed, drawsNumbers, UInt64(seed) &* 77777 &+ 5)
        }

        private mutating func choice(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(count))
        }

        private mutating func pick(_ pool: [Variable]) -> Variable { pool[choice(pool.count)] }

        mutating func run(_ inputs: [Variable], captured: [Variable] = [], depth: Int = 0) -> [Variable] {
            var pool = inputs + captured
            for _ in 0..<(2 + choice(4)) {
                let (a, b) = (pick(pool), pick(pool))
                switch choice(drawsNumbers ? 14 : 13) {
                case 0: pool.append(a * b)
                case 1: pool.append(sin(a) + b)
                case 2: pool.append(tanh(a) * b)
                case 3: pool.append(softmax(a))
                case 4: pool.append(a.sum() * b)
                case 5: pool.append(a.detached() * b)
                case 6: pool.append(noBackprop { sin(a) } + b)
                case 7:
                    // Of a place of its own: results of one checkpoint do not see each other.
                    let place = a + 0
                    let value = (sin(place) * b).sum()
                    if place.requiresGrad && value.requiresGrad { pool.append(grad(of: value, wrt: place, enableDoubleBackprop: true)) }
                case 13: pool.append(dropout(a, ratio: 0.4))
                default:
                    if depth == 3 { continue }
                    let given = (0..<choice(3)).map { _ in pick(pool) }
                    let caught = (0..<(1 + choice(2))).map { _ in pick(pool) }
                    let start = self
                    let body: ([Variable]) -> [Variable] = { x in
                        var own = start
                        return own.run(x, captured: caught, depth: depth + 1)
                    }
                    pool += isCheckpointed ? checkpoint(given, body) : body(given)
                    for _ in 0..<17 { _ = choice(2) }
                }
            }
            // Inputs may be among the results, a result may stand there twice, and constants too.
            let results = (0..<(1 + choice(3))).map { _ in pick(pool) } + [pool[pool.count - 1]]
            return choice(4) == 0 ? results + [Variable(constant: NDArray([1.0, 2, 3]))] : results
        }

        /// One number of all results.
        func callAsFunction(_ inputs: [Variable]) -> Variable {
            let weights = Variable(constant: NDArray([1.0, 0.7, -0.4]))
            var own = self
            // Something recorded leads to every input, also where all results are unrecorded.
            let start = inputs.reduce(Variable(constant: NDArray(0.0))) { $0 + 0 * $1.sum() }
            return own.run(inputs).enumerated().reduce(start) {
                $0 + ($1.element * (0.5 + Double($1.offset)) * weights).sum()
            }
        }
    }

    private static let points = [NDArray([0.3, -0.8, 1.1]), NDArray([0.5, 0.2, -0.4])]

    private func expectSame(_ a: [[Double]], _ b: [[Double]], _ what: String) {
        #expect(a.map(\.count) == b.map(\.count), "\(what)")
        for (u, v) in zip(a.joined(), b.joined()) where !((u - v).magnitude <= 1e-10 * max(1, u.magnitude)) {
            Issue.record("\(what): \(u), \(v)")
            return
        }
    }

    @Test(arguments: [false, true]) func threeOrders(drawsNumbers: Bool) {
        func derivatives(_ program: Program) -> [[Double]] {
            setRandomSeed(9)
            let x = Self.points.map { Variable($0) }
            var y = program(x)
            var all = [y.array.doubles]
            for order in 1...3 where y.requiresGrad {
                let slopes = grad(of: y, wrt: x, enableDoubleBackprop: order < 3)
                all += slopes.map(\.array.doubles)
                y = slopes[0].sum() - (slopes[1] * 0.6).sum()
            }
            return all
        }
        for seed in 0..<60 {
            let checkpointed = Program(seed: seed, isCheckpointed: true, drawsNumbers: drawsNumbers)
            let plain = Program(seed: seed, isCheckpointed: false, drawsNumbers: drawsNumbers)
            expectSame(derivatives(checkpointed), derivatives(plain), "seed \(seed)")
        }
    }

    @Test func otherTransforms() {
        let (x, v) = (Variable(Self.points[0]), Variable(constant: Self.points[1]))
        let rows = Variable(NDArray([[0.3, -0.8, 1.1], [0.1, 0.2, 0.3]]))
        func all(_ program: Program) -> [[Double]] {
            let f: (Variable) -> Variable = { program([$0, $0 * 0.5]) }
            let compiled = compile { gradient(of: f, at: $0) }
            let results = [
                jvp(of: { jvp(of: f, at: $0, along: v).tangent }, at: x, along: v).tangent, hessian(of: f, at: x),
                hessianVectorProduct(of: f, at: x, along: v, mode: .forwardOverReverse), vmap { gradient(of: f, at: $0) }(rows),
                gradient(of: { square(vmap(f)($0)).sum() }, at: rows), compiled(x), compiled(x), compiled(x * 1.1),
                gradient(of: { square(compiled($0)).sum() }, at: x), detectAnomaly { hessian(of: f, at: x) },
            ]
            return results.map(\.array.doubles)
        }
        for seed in 0..<20 {
            expectSame(all(Program(seed: seed, isCheckpointed: true)), all(Program(seed: seed, isCheckpointed: false)), "seed \(seed)")
        }
    }

    /// A trace looks into the inner checkpoint when the outer one runs again, which sums the gradients inside in another order.
    @Test func checkpointsRunAgainInsideATrace() {
        let f: (Variable) -> Variable = { x in
            checkpoint(x) { x in
                let inner = checkpoint(x) { sin($0) * $0 + exp($0) / 3 + tanh($0) }
                return grad(of: (inner * tanh(x) + inner * inner).sum(), wrt: x, enableDoubleBackprop: true)
            }.sum()
        }
        let plain: (Variable) -> Variable = { x in
            let inner = sin(x) * x + exp(x) / 3 + tanh(x)
            return grad(of: (inner * tanh(x) + inner * inner).sum(), wrt: x, enableDoubleBackprop: true).sum()
        }
        var generator = RandomGenerator(seed: 4)
        let x = Variable(generator.normal([20], dtype: .float64))
        #expect(isClose(hessian(of: f, at: x).array.doubles, hessian(of: plain, at: x).array.doubles))
    }

    /// Numbers drawn inside are the same when the closure runs again, also compiled, mapped, and around compiled functions.
    @Test func drawnNumbersAreThoseOfTheFirstRun() {
        let x = Variable(NDArray.ones([5, 32], dtype: .float64))
        let kept: (Variable) -> Variable = { dropout($0 * $0, ratio: 0.5) }
        let difference: (Variable) -> Variable = { x in
            let y = checkpoint(x, kept)
            return grad(of: y.sum(), wrt: x, enableDoubleBackprop: true) - 2 * y
        }
        let (compiled, compiledKept) = (compile(difference), compile { checkpoint($0, kept) })
        for _ in 0..<4 {
            let around: [(Variable) -> Variable] = [
                { compiledKept($0) }, { x in checkpoint(x) { compiledKept($0) } }, { x in checkpoint(x) { vmap(kept)($0) } },
                { vmap { checkpoint($0, kept) }($0) },
            ]
            for f in around {
                let y = f(x)
                let slope = grad(of: y.sum(), wrt: x, enableDoubleBackprop: true)
                #expect(slope.array == (2 * y).array && grad(of: slope.sum(), wrt: x).array == (2 * y).array)
            }
            #expect(compiled(x).array.doubles.allSatisfy { $0 == 0 })
            #expect(vmap(difference)(x).array.doubles.allSatisfy { $0 == 0 })
        }
        let masks = Set((0..<4).map { _ in compiledKept(x).array.doubles })
        #expect(masks.count == 4)
    }
}
