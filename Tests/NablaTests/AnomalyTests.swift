import Foundation
import Nabla
import Testing

/// Where the first NaN or infinity comes from.
@Suite struct AnomalyTests {
    private func expect(_ fragments: String..., in result: ExitTest.Result, location: SourceLocation = #_sourceLocation) {
        let text = String(decoding: result.standardErrorContent, as: UTF8.self)
        for fragment in fragments { #expect(text.contains(fragment), "\(text.prefix(900))", sourceLocation: location) }
    }

    // Code inside a macro's argument has lines in the macro's expansion, so what runs has functions of its own.

    private static func logarithmOfZero() {
        let h = Variable(NDArray([1.0, 0])) * 2
        _ = log(h)
    }

    @Test func theFunctionThatMakesInfinityIsNamedWithTheUsersLine() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            detectAnomaly { AnomalyTests.logarithmOfZero() }
        }
        expect(
            "detectAnomaly: expected finite numbers, got infinity from Log", "in: forward", "AnomalyTests.swift:16",
            "shapes: (float64[2]) -> float64[2]", "all inputs are finite; where this is masked afterwards", in: result)
    }

    /// The root is finite at 0, and its derivative is not.
    private static func slopeOfRoot() {
        let root = sqrt(Variable(NDArray([4.0, 0])))
        (root * 3).sum().backward()
    }

    @Test func theGradientThatMakesInfinityIsNamedWithTheLineOfItsFunctionAndThePath() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            detectAnomaly { AnomalyTests.slopeOfRoot() }
        }
        expect(
            "got infinity in the gradient of Sqrt with respect to input 0", "in: gradient", "AnomalyTests.swift:30",
            "shapes: (float64[2]) -> float64[2]", "path from the loss: Sum <- MultiplyScalar <- Sqrt", in: result)
    }

    /// x^1.5 has a finite slope at 0 and no finite curvature.
    private static func curvatureOfPower() {
        let x = Variable(NDArray([0.0, 1]))
        let y = pow(x, 1.5).sum()
        let g = grad(of: y, wrt: x, enableDoubleBackprop: true)
        _ = grad(of: g.sum(), wrt: x)
    }

    @Test func theOrderOfDerivativeIsTold() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            detectAnomaly { AnomalyTests.curvatureOfPower() }
        }
        expect("in the gradient of PowScalar", "in: gradient of gradient", "AnomalyTests.swift:46", in: result)
    }

    private static func curvatureOfPowerInside() {
        let x = Variable(NDArray([0.0, 1]))
        let y = checkpoint(x) { x in checkpoint(x) { 3 * pow($0, 1.5) } }.sum()
        let g = grad(of: y, wrt: x, enableDoubleBackprop: true)
        _ = grad(of: g.sum(), wrt: x)
    }

    private static func slopeOfEquation() {
        let x = Variable(0.0, dtype: .float64)
        root(of: { $0 - sqrt(x) }, at: x).backward()
    }

    private static func tangentOfRoot() {
        let (x, v) = (Variable(NDArray([4.0, 0])), Variable(constant: NDArray([1.0, 1])))
        _ = jvp(of: { 3 * sqrt($0) }, at: x, along: v)
    }

    @Test func theFunctionWhoseTangentIsInfiniteIsNamed() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            detectAnomaly { AnomalyTests.tangentOfRoot() }
        }
        expect(
            "got infinity in the tangent of Sqrt\n", "in: gradient\n", "AnomalyTests.swift:72", "shapes: (float64[2]) -> float64[2]",
            in: result)
    }

    /// Not the checkpoint or the equation is named, but the function in it, with its line.
    @Test func functionsInsideCheckpointsAndEquationsAreNamed() async throws {
        let second = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            detectAnomaly { AnomalyTests.curvatureOfPowerInside() }
        }
        expect(
            "in the gradient of PowScalar", "in: gradient of gradient", "AnomalyTests.swift:60",
            "path from the loss: Sum <- checkpoint <- checkpoint <- ", in: second)
        let equation = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            detectAnomaly { AnomalyTests.slopeOfEquation() }
        }
        expect("in the gradient of Sqrt", "in: gradient\n", "AnomalyTests.swift:67", "loss: root <- ", in: equation)
    }

    @Test func aNaNThatComesInStopsAtTheFirstFunction() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            detectAnomaly { _ = sin(Variable(NDArray([1.0, .nan]))) }
        }
        expect("got NaN from Sin", "input 0 holds NaN already, and no function made it", in: result)
    }

    @Test func infinitiesThatAreMeantPass() {
        let x = Variable(NDArray([1.0, 2]))
        let masked = detectAnomaly { () -> Variable in
            let y = softmax(x + Variable(constant: NDArray([0.0, -.infinity])), axis: 0)
            return grad(of: y[0], wrt: x)
        }
        #expect(masked.array.doubles == [0, 0])
    }

    @Test func outsideNothingIsLookedFor() {
        detectAnomaly {}
        #expect(log(Variable(0.0)).item() == -.infinity)
    }

    @Test func finiteRunsKeepTheirNumbers() {
        let x = Variable(NDArray([0.3, 1.2]))
        func run() -> [Double] {
            let g = grad(of: (sin(x) * exp(x)).sum(), wrt: x, enableDoubleBackprop: true)
            return grad(of: square(g).sum(), wrt: x).array.doubles
        }
        #expect(detectAnomaly { run() } == run())
    }

    @Test func statisticsCountFunctionsAndWhatTheyKeep() {
        let x = Variable(NDArray.ones([4, 8], dtype: .float64))
        let y = (tanh(x) * tanh(x)).sum()
        let statistics = GraphStatistics(of: y)
        #expect(statistics.functions["Tanh"]?.count == 2 && statistics.functions["Tanh"]?.retainedBytes == 1024)
        // The hyperbolic tangents keep one input and two outputs, and the product these outputs.
        #expect(statistics.functions["Multiply"]?.count == 1 && statistics.functions["Multiply"]?.retainedBytes == 512)
        #expect(statistics.retainedBytes == 768 && statistics.functionCount == 4 && statistics.leafCount == 1)
        #expect("\(statistics)".contains("Tanh"))
    }

    /// The C library's sort has no frame pointers, and keeps something else in their place while it calls a function.
    private static func logarithmInsideASort() {
        var numbers = [3, 1, 2]
        qsort(&numbers, numbers.count, MemoryLayout<Int>.stride) { _, _ in
            AnomalyTests.logarithmOfZero()
            return 0
        }
    }

    @Test func codeWithoutFramePointersIsInNobodysWay() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            detectAnomaly { AnomalyTests.logarithmInsideASort() }
        }
        expect("got infinity from Log", "AnomalyTests.swift:16", in: result)
    }

    nonisolated(unsafe) private static let compiledLogarithm = compile { (x: Variable) -> Variable in log(x - 1) }

    private static func replayedLogarithm() {
        for number in [4.0, 3, 2, 1] { _ = compiledLogarithm(Variable(number)) }
    }

    /// Also where calls before have been replayed.
    @Test func theClosureOfACompiledFunctionIsSearched() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            for number in [7.0, 6, 5, 4] { _ = AnomalyTests.compiledLogarithm(Variable(number)) }
            detectAnomaly { AnomalyTests.replayedLogarithm() }
        }
        expect("detectAnomaly: expected finite numbers, got infinity from Log", "AnomalyTests.swift:155", in: result)
    }

    @Test func searchingChangesNoNumbers() {
        let x = Variable(NDArray([2.0, 3]))
        let f = compile { (x: Variable) -> Variable in (log(x) * x).sum() }
        for _ in 0..<4 {
            let searched = detectAnomaly { () -> [Variable] in
                let y = f(x)
                return [y, grad(of: y, wrt: x)]
            }
            let y = f(x)
            #expect(searched[0].array == y.array && searched[1].array == grad(of: y, wrt: x).array)
        }
    }

    @Test func aSearchThatReplaysWouldSkip() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let f = compile { (x: Variable) -> Variable in detectAnomaly { log(x) } }
            _ = f(Variable(1.0))
        }
        expect("detectAnomaly: expected a call that runs each time, got one in the closure of a compiled function", in: result)
    }
}

/// Counts are of the whole process, which is why the suites run one after another.
@Suite(.serialized) struct LeakCheckTests {
    @Test func aStepThatKeepsNothingPasses() throws {
        let x = Variable(NDArray.ones([64, 64], dtype: .float64))
        try checkNoLeaks { _ = grad(of: sin(x).sum(), wrt: x, enableDoubleBackprop: true) }
    }

    @Test func whatIsKeptIsFound() {
        let x = Variable(NDArray.ones([64, 64], dtype: .float64))
        var kept: [Variable] = []
        let error = #expect(throws: LeakError.self) { try checkNoLeaks { kept.append(sin(x)) } }
        #expect(error?.nodes == 1 && error?.bytes == 64 * 64 * 8)
        #expect("\(error!)" == "checkNoLeaks: expected nothing to outlive the body, got 1 nodes of graphs and 32768 bytes of arrays")
    }
}
