import Nabla
import Testing

/// What a replay could not repeat stops instead of becoming stale.
@Suite struct CompileMisuseTests {
    /// Said once, and only where nothing is ever replayed.
    @Test func layoutsThatNeverComeAgain() async throws {
        let result = try await #require(processExitsWith: .success, observing: [\.standardErrorContent]) {
            let f = compile { (x: Variable) -> Variable in (x * x).sum() }
            for extent in 1...100 { _ = f(Variable(NDArray.ones([extent]))) }
            let g = compile { (x: Variable) -> Variable in (x * x).sum() }
            for _ in 0..<4 { for extent in 1...16 { _ = g(Variable(NDArray.ones([extent]))) } }
        }
        let text = String(decoding: result.standardErrorContent, as: UTF8.self)
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("Nabla: ") }
        #expect(lines.count == 1)
        #expect(
            lines.first?.contains(
                "expected calls of a few layouts, got 33 that were recorded and not one of them replayed; the last two differ in argument 0: "
                    + "float32[32], then float32[33]") == true, "\(text)")
    }

    @Test func aBranchOnAValue() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let f = compile { x in x.item() > 0 ? x : -x }
            _ = f(Variable(1.0))
        }
        expectMessageHere(
            "expected a closure that does not look at the numbers it computes, which differ from call to call, got one that calls item",
            in: result)
    }

    @Test func anArrayFromOutside() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let scale = Variable(NDArray([1.0, 2.0]))
            let f = compile { x in x * scale }
            _ = f(Variable(1.0))
        }
        expectMessageHere("got one whose binary takes an array of float64[2] from outside, which may change between calls", in: result)
    }

    @Test func aNumberThatChanges() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var calls = 0.0
            let f = compile { (x: Variable) -> Variable in
                calls += 1
                return x * calls
            }
            for _ in 0..<2 { _ = f(Variable(1.0)) }
        }
        expectMessageHere(
            "got one whose second run differs from the first: operation 0 was binaryScalar with 1.0, then binaryScalar with 2.0", in: result
        )
    }

    @Test func anArrayMadeOfNumbersThatChange() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var calls = 0.0
            let f = compile { (x: Variable) -> Variable in
                calls += 1
                return x * Variable(NDArray([calls, 2 * calls]))
            }
            for _ in 0..<2 { _ = f(Variable(1.0)) }
        }
        expectMessageHere("an array of float64[2] was made of other numbers", in: result)
    }

    @Test func aGeneratorFromOutside() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = RandomGenerator(seed: 1)
            let f = compile { (x: Variable) -> Variable in dropout(x, ratio: 0.5, using: &generator) }
            for _ in 0..<2 { _ = f(Variable(NDArray.ones([8]))) }
        }
        expectMessageHere("operation 0 was a draw of a generator of its own", in: result)
    }

    @Test func aPermutation() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let f = compile { (x: [Variable], generator: inout RandomGenerator) in [x[0].take(generator.permutation(4))] }
            var generator = RandomGenerator(seed: 1)
            _ = f([Variable(NDArray.ones([4]))], using: &generator)
        }
        expectMessageHere(
            "expected random numbers in arrays, which replays draw afresh, got a closure that draws a split, a permutation or a choice",
            in: result)
    }

    @Test func aLabelOutOfRangeAtAReplay() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let f = compile { (x: Variable) -> Variable in Variable(constant: oneHot(x.array, classes: 3)) }
            for k in 0..<4 { _ = f(Variable(constant: NDArray([k, 1]))) }
        }
        #expect(String(decoding: result.standardErrorContent, as: UTF8.self).contains("oneHot: expected labels in 0..<3, got 3"))
    }

    /// A solver decides by numbers when it is done.
    @Test func aSolver() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let f = compile { (m: Variable) -> Variable in root(of: { $0 - 0.4 * sin($0) - m }, at: m) }
            _ = f(Variable(0.8))
        }
        expectMessageHere("expected a closure that does not look at the numbers it computes", in: result)
    }
}
