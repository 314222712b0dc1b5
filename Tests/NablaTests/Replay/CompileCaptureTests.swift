import Nabla
import NablaArray
import Testing

/// What closures leave behind or do by turns, which a replay would not repeat.
@Suite struct CompileCaptureTests {
    @Test func anotherResultByTurns() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var calls = 0
            let f = compile { (x: [Variable]) -> [Variable] in
                calls += 1
                let (a, b) = (x[0] * 2, x[0] * 3)
                return [calls % 2 == 0 ? a : b]
            }
            for _ in 0..<3 { _ = f([Variable(1.0)]) }
        }
        expectMessageHere("whose second run differs from the first: result 0 was another array", in: result)
    }

    @Test func anotherNumberOfResults() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var calls = 0
            let f = compile { (x: [Variable]) -> [Variable] in
                calls += 1
                let a = x[0] * 2
                return calls == 1 ? [a, a] : [a]
            }
            for _ in 0..<3 { _ = f([Variable(1.0)]) }
        }
        expectMessageHere("there were 2 results, then 1", in: result)
    }

    /// Padding moves the window, with the same shapes.
    @Test func anotherConvolutionOfTheSameShapes() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var calls = 0
            let f = compile { (x: Variable, w: Variable) -> Variable in
                calls += 1
                return calls == 1 ? convolution(x, w, stride: 2) : convolution(x, w, stride: 3, padding: 1)
            }
            for _ in 0..<3 { _ = f(Variable(NDArray.ones([1, 1, 3])), Variable(NDArray.ones([1, 1, 1]))) }
        }
        expectMessageHere("operation 0 was convolution", in: result)
    }

    @Test func anArrayThatIsKeptOutside() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var history: [NDArray] = []
            let f = compile { (x: Variable) -> Variable in
                let y = tanh(x)
                history.append(y.array)
                return y * 2
            }
            _ = f(Variable(NDArray([1.0, 2.0])))
        }
        expectMessageHere(
            "expected a closure that keeps no array beyond the call, got one that keeps what unary computes, float64[2]", in: result)
    }

    @Test func aResultThatIsKeptOutside() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var last: Variable?
            let f = compile { (x: Variable) -> Variable in
                last = tanh(x)
                return last!
            }
            _ = f(Variable(NDArray([1.0, 2.0])))
        }
        expectMessageHere("expected a closure that keeps no array beyond the call", in: result)
    }

    @Test func anArgumentThatIsKeptOutside() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var last: NDArray?
            let f = compile { (x: Variable) -> Variable in
                last = x.array[0]
                return tanh(x)
            }
            _ = f(Variable(NDArray([1.0, 2.0])))
            _ = last
        }
        expectMessageHere("expected a closure that keeps no array beyond the call, got one that keeps an argument", in: result)
    }

    @Test func theProcessWideGeneratorIsReplaced() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let f = compile { (x: Variable) -> Variable in
                setRandomSeed(1)
                return dropout(x, ratio: 0.5)
            }
            for _ in 0..<3 { _ = f(Variable(NDArray.ones([8]))) }
        }
        expectMessageHere("which replays would not repeat, got one that sets RandomGenerator.shared", in: result)
    }

    @Test func theGivenGeneratorIsReplaced() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let f = compile { (x: [Variable], generator: inout RandomGenerator) in
                generator = RandomGenerator(seed: 1)
                return [dropout(x[0], ratio: 0.5, using: &generator)]
            }
            var generator = RandomGenerator(seed: 2)
            _ = f([Variable(NDArray.ones([8]))], using: &generator)
        }
        expectMessageHere(
            "expected a closure that draws from the generator it is given, got one that puts another in its place", in: result)
    }

    /// While both generators stand at the same place, a draw does not tell from which it came.
    @Test func twoGeneratorsAtOnePlace() {
        let f = compile { (arguments: [Variable], generator: inout RandomGenerator) in
            [arguments[0] + Variable(constant: .randomNormal([4])), arguments[0] + Variable(constant: generator.normal([4]))]
        }
        let x = Variable(constant: .zeros([4]))
        for call in 0..<5 {
            RandomGenerator.shared = RandomGenerator(seed: 7)
            var generator = RandomGenerator(seed: call < 3 ? 7 : 8)
            let got = f([x], using: &generator)
            var (shared, given) = (RandomGenerator(seed: 7), RandomGenerator(seed: call < 3 ? 7 : 8))
            #expect(got[0].array == shared.normal([4]) && got[1].array == given.normal([4]), "call \(call)")
            #expect(RandomGenerator.shared == shared && generator == given)
        }
    }

    /// Two layouts of arguments, and other numbers of arguments, have derivatives of their own.
    @Test func derivativesOfEachLayout() {
        let f = compile { (x: [Variable]) -> [Variable] in
            x.count == 1 ? [square(x[0]).sum()] : [(x[0] * x[1]).sum()]
        }
        for _ in 0..<4 {
            let (a, b) = (Variable(NDArray([2.0, 3.0])), Variable(NDArray([5.0, 7.0])))
            #expect(grad(of: f([a])[0], wrt: a).array == NDArray([4.0, 6.0]))
            #expect(grad(of: f([a, b])[0], wrt: a).array == b.array)
            let both = grad(of: f([a, b])[0], wrt: [a, b])
            #expect(both[0].array == b.array && both[1].array == a.array)
        }
    }

    /// A compiled function of constants gives a constant, also within another.
    @Test func constantsInsideAnotherCompiledFunction() {
        let inner = compile { x in square(x) }
        let body = { (x: Variable) -> Variable in
            let y = inner(Variable(constant: x.array))
            #expect(!y.requiresGrad)
            return grad(of: (y * y * x).sum(), wrt: x)
        }
        let outer = compile(body)
        for _ in 0..<4 {
            let x = Variable(NDArray([2.0, 3.0]))
            #expect(outer(x).array == body(x).array)
        }
    }

    /// Nothing is drawn for an array without elements.
    @Test func drawsWithoutNumbers() {
        let f = compile { x in dropout(x, ratio: 0.5) }
        for seed in 0..<4 {
            setRandomSeed(UInt64(seed))
            #expect(f(Variable(constant: .zeros([0, 3]))).shape == [0, 3])
        }
    }

    /// Every way to look at numbers is noticed.
    @Test func waysToLookAtNumbers() {
        let ways: [(name: String, look: (NDArray) -> Void)] = [
            ("item", { _ = $0[0].item() }), ("doubles", { _ = $0.doubles }), ("floats", { _ = $0.floats }),
            ("integers", { _ = $0.integers }), ("bools", { _ = $0.bools }), ("elements", { _ = $0.elements(as: Int32.self) }),
            ("description", { _ = $0.description }), ("interpolation", { _ = "\($0)" }), ("a variable's", { _ = "\(Variable($0))" }),
            ("==", { _ = $0 == $0 * 1 }), ("!=", { _ = $0 != .zeros([2], dtype: .float64) }),
            ("withUnsafeElements", { $0.withUnsafeElements(as: Double.self) { _ in } }),
            (
                "withUnsafeMutableElements",
                {
                    var x = $0; x.withUnsafeMutableElements(as: Double.self) { _ in }
                }
            ),
            ("nonzero", { _ = $0.nonzero() }), ("a mask", { _ = $0[$0 .> 0] }), ("all", { _ = ($0 .> 0).all().bools }),
            ("isNaN", { _ = isNaN($0).any().item() }), ("a view", { _ = $0[1...].item() }),
            ("a cast", { _ = $0.cast(to: .int64).integers }),
            ("a variable's item", { _ = Variable($0).sum().item() }),
        ]
        for (name, look) in ways {
            let trace = ArrayTrace()
            var looked = 0
            trace.onRead = { _, _ in looked += 1 }
            let x = NDArray([1.0, 2.0])
            trace.addInput(x, 0)
            trace.watch { look(x) }
            #expect(looked > 0, "\(name)")
        }
    }
}
