import Glibc
import Testing

@testable import Nabla

@Suite struct CompileTests {
    private func bits(_ x: Variable) -> [UInt64] { x.array.cast(to: .float64).doubles.map(\.bitPattern) }

    /// A compiled function may stand in a batched closure of another.
    @Test func compiledInsideOfBatchesInsideOfCompiled() {
        let inner = compile { (a: Variable) -> Variable in a * a }
        let outer = compile { (x: Variable) -> Variable in vmap { inner($0).sum() }(x) }
        for round in 1...4 {
            let x = Variable(NDArray([[1.0, 2], [3, 4]]) * Double(round))
            let y = outer(x)
            #expect(y.array == NDArray([5.0, 25]) * Double(round * round))
            #expect(grad(of: y.sum(), wrt: x).array == 2 * x.array)
        }
    }

    /// Σ aᵢ xᵢ² of one to four variables, a = 1, 2, 3, 4: its derivative with respect to the last one is 2 n x.
    @Test func anyNumberOfVariables() {
        let one = compile { (x: Variable) in x * x }
        let two = compile { (x: Variable, y: Variable) in x * x + 2 * y * y }
        let three = compile { (x: Variable, y: Variable, z: Variable) in x * x + 2 * y * y + 3 * z * z }
        let four = compile { (x: Variable, y: Variable, z: Variable, w: Variable) in x * x + 2 * y * y + 3 * z * z + 4 * w * w }
        for round in 1...3 {
            let r = Double(round)
            let x = [1, 10, 100, 1000].map { Variable($0 * r) }
            let results = [one(x[0]), two(x[0], x[1]), three(x[0], x[1], x[2]), four(x[0], x[1], x[2], x[3])]
            #expect(results.map { $0.item() } == [1, 201, 30201, 4_030_201].map { $0 * r * r })
            for (index, result) in results.enumerated() {
                let n = Double(index + 1)
                #expect(grad(of: result, wrt: x[index]).item() == 2 * n * x[index].item())
            }
        }
    }

    /// Descent on a function that holds a gradient: (x - 1)² from x³ / 3.
    @Test func stepsWithGradientsOfGradients() {
        func energy(_ x: Variable) -> Variable {
            let slope = grad(of: x * x * x / 3, wrt: x, enableDoubleBackprop: true)
            return slope - 2 * x + 1
        }
        let step = compile { x in x - 0.1 * grad(of: energy(x), wrt: x) }
        var x = Variable(0.0, dtype: .float64)
        for k in 1...30 {
            x = step(x).detached()
            // The error of descent on (x - 1)² shrinks by 1 - 0.2 at each step.
            #expect(abs(x.item() - (1 - Glibc.pow(0.8, Double(k)))) < 1e-14)
        }
    }

    @Test func aNewShapeOrTypeIsRecordedAnew() {
        var runs = 0
        let f = compile { (x: Variable) -> Variable in
            runs += 1
            return square(x).sum(axis: 0)
        }
        noBackprop {
            for _ in 0..<4 {
                #expect(f(Variable(NDArray([1.0, 2.0, 3.0]))).item() == 14)
                #expect(f(Variable(NDArray([[1.0, 2.0], [3.0, 4.0]]))).array == NDArray([10.0, 20.0]))
                #expect(f(Variable(NDArray([1.0, 2.0, 3.0], dtype: .float32))).dtype == .float32)
            }
        }
        #expect(runs == 6)  // two for each layout
    }

    /// Derivatives of a compiled function: sin to third order, and a mixed one by forward over reverse.
    @Test func derivativesOfACompiledFunction() {
        let f = compile { x in sin(x) * x }
        let point = 0.7
        for _ in 0..<3 {
            let x = Variable(NDArray([point]))
            let first = grad(of: f(x).sum(), wrt: x, enableDoubleBackprop: true)
            let second = grad(of: first.sum(), wrt: x, enableDoubleBackprop: true)
            let third = grad(of: second.sum(), wrt: x, enableDoubleBackprop: true)
            let (s, c) = (Glibc.sin(point), Glibc.cos(point))
            #expect(abs(first.item() - (c * point + s)) < 1e-14)
            #expect(abs(second.item() - (2 * c - s * point)) < 1e-14)
            #expect(abs(third.item() - (-3 * s - c * point)) < 1e-14)
            let one = Variable(constant: NDArray([1.0]))
            #expect(abs(jvp(of: [first], wrt: [x], along: [one])[0].item() - (2 * c - s * point)) < 1e-14)
        }
    }

    @Test func freshNumbersFromTheProcessWideGenerator() {
        let f = compile { x in dropout(x, ratio: 0.5) }
        let x = Variable(constant: .ones([64]))
        RandomGenerator.shared = RandomGenerator(seed: 5)
        let expected = (0..<5).map { _ in bits(dropout(x, ratio: 0.5)) }
        RandomGenerator.shared = RandomGenerator(seed: 5)
        let got = (0..<5).map { _ in bits(f(x)) }
        #expect(got == expected && Set(got).count == 5)
    }

    @Test func freshNumbersFromAGivenGenerator() {
        let f = compile { (arguments: [Variable], generator: inout RandomGenerator) in
            [dropout(arguments[0], ratio: 0.5, using: &generator) + Variable(constant: generator.normal([64]))]
        }
        let x = Variable(constant: .ones([64]))
        var (a, b) = (RandomGenerator(seed: 5), RandomGenerator(seed: 5))
        for _ in 0..<5 {
            let expected = dropout(x, ratio: 0.5, using: &a) + Variable(constant: a.normal([64]))
            #expect(bits(f([x], using: &b)[0]) == bits(expected) && a == b)
        }
    }

    /// The gradient sees the mask of its own call, though draws went on.
    @Test func theGradientHasTheDrawsOfItsCall() {
        let f = compile { x in square(dropout(x, ratio: 0.5)) }
        for _ in 0..<4 {
            let x = Variable(NDArray.full([64], 3))
            let y = f(x)
            _ = f(x)
            let slope = grad(of: y.sum(), wrt: x, enableDoubleBackprop: true)
            // y = 4 m x² with m in 0, 1, so x y′ = 2 y.
            #expect((slope * x).array == (2 * y).array)
            let curvature = grad(of: slope.sum(), wrt: x)
            #expect((curvature * x).array == slope.array)
        }
    }

    @Test func oneCompiledFunctionWithinAnother() {
        let inner = compile { x in tanh(x) * x }
        let outer = compile { x in grad(of: inner(x).sum(), wrt: x) }
        for value in [0.1, 0.2, 0.3, 0.4] {
            let (x, t) = (Variable(NDArray([value])), Glibc.tanh(value))
            #expect(abs(outer(x).item() - (t + value * (1 - t * t))) < 1e-15)
        }
    }

    /// A slice, a transpose and an argument itself as results; one value twice.
    @Test func resultsThatAreViews() {
        let f = compile { (x: [Variable]) -> [Variable] in
            let y = x[0] + 1
            return [y[0], y.transposed(), x[0], y, y]
        }
        noBackprop {
            for factor in [1.0, 2.0, 3.0, 4.0] {
                let x = NDArray([[1.0, 2.0], [3.0, 4.0]]) * factor
                let got = f([Variable(x)])
                let expected = [(x + 1)[0], (x + 1).transposed(), x, x + 1, x + 1]
                for (a, b) in zip(got, expected) { #expect(a.array == b) }
            }
        }
    }

    /// An argument that is no row-major array, and results of an earlier call that are kept.
    @Test func argumentsAndResultsAreValues() {
        let f = compile { x in x * 2 + 1 }
        let wide = NDArray([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        noBackprop {
            let kept = (0..<4).map { k in f(Variable((wide * Double(k)).transposed())) }
            for (k, y) in kept.enumerated() { #expect(y.array == (wide * Double(k)).transposed() * 2 + 1) }
        }
    }

    @Test func integersAmongTheArgumentsMayBeLookedAt() {
        let f = compile { (arguments: [Variable]) -> [Variable] in
            [arguments[0].array.item() > 0 ? arguments[1] * 2 : arguments[1] * 3]
        }
        noBackprop {
            for _ in 0..<3 {
                for (sign, factor) in [(1, 2.0), (-1, 3.0)] {
                    #expect(f([Variable(constant: NDArray(sign)), Variable(5.0)])[0].item() == 5 * factor)
                }
            }
        }
    }

    /// Labels are checked at each call, and may be computed.
    @Test func labelsThatChange() {
        var runs = 0
        let f = compile { (x: Variable) -> Variable in
            runs += 1
            return Variable(constant: oneHot(x.array.argMax(axis: 1), classes: 3, dtype: .float64))
        }
        for place in [0, 1, 2, 1, 0] {
            let row = oneHot(NDArray([place, 1]), classes: 3, dtype: .float64)
            #expect(f(Variable(constant: row * 5)).array == row)
        }
        #expect(runs == 2)
    }

    /// A chain of elementwise operations is one pass over memory and needs no memory of its own.
    @Test func elementwiseChainsAreOnePass() {
        let f = compile { (x: [Variable]) -> [Variable] in
            let y = tanh(x[0]) * x[0] + exp(-x[0])
            let unused = sqrt(y)
            _ = unused
            return [grad(of: (sin(y) * y).sum(), wrt: x[0])]
        }
        noBackprop {
            for _ in 0..<3 { _ = f([Variable(NDArray.ones([1000]))]) }
            ArrayMemory.resetPeak()
            let before = ArrayMemory.liveBytes
            let x = Variable(NDArray.ones([1000]))
            let y = f([x])
            #expect(ArrayMemory.peakBytes - before == 8000)  // float32 argument and result
            withExtendedLifetime(y) {}
        }
        let lines = f.summary.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].contains("over 1000 elements") && !lines[0].contains("sqrt") && lines[1] == "0 bytes")
    }

    /// What watches functions looks at their numbers, which is no part of the closure.
    @Test func underObservation() {
        let exact = Glibc.tanh(0.5) + 0.5 * (1 - Glibc.pow(Glibc.tanh(0.5), 2))
        let f = compile { (x: Variable) -> Variable in tanh(x) * x }
        let slope = compile { (x: Variable) -> Variable in grad(of: (tanh(x) * x).sum(), wrt: x) }
        let timer = TimerHook()
        for _ in 0..<4 {
            let x = Variable(NDArray([0.5]))
            let watched = detectAnomaly { grad(of: f(x).sum(), wrt: x) }
            let timed = withHooks([timer]) { slope(x) }
            #expect(abs(watched.item() - exact) < 1e-15 && abs(timed.item() - exact) < 1e-15)
        }
    }
}
