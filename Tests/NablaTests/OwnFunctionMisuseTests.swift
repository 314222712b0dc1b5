import Nabla
import Testing

/// Each slip in a function of one's own stops with one line that names the function.
@Suite struct OwnFunctionMisuseTests {
    /// A function of one input whose parts are what a test makes them.
    final class Sample: FunctionNode {
        enum Slip: String, CaseIterable, Sendable, Codable {
            case inputBeyond, inputBelow, outputBeyond, lateInputs, lateOutputs, noResult, noUnrecordedResult, unrecordedInputBeyond
            case tooManyGradients, noGradient, tooManyGradientsForward, wrongType, wrongShapeForward, noSuchInput, noSuchOutput, noSuchShape
            case notRetainedOutput
        }
        let slip: Slip
        init(_ slip: Slip) { self.slip = slip }

        override func forward(_ inputs: [NDArray]) -> [NDArray] {
            switch slip {
            case .inputBeyond, .unrecordedInputBeyond: retainInputs([0, 3])
            case .inputBelow: retainInputs([-1])
            case .outputBeyond: retainOutputs([1])
            case .noResult, .noUnrecordedResult: return []
            default: break
            }
            return [inputs[0] * inputs[0]]
        }

        override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
            switch slip {
            case .lateInputs: retainInputs([0])
            case .lateOutputs: retainOutputs([0])
            case .tooManyGradients, .tooManyGradientsForward: return gradOutputs + gradOutputs
            case .noGradient: return []
            case .wrongType: return [gradOutputs[0].cast(to: .float32)]
            case .wrongShapeForward: return [gradOutputs[0].sum()]
            case .noSuchInput: return [retainedInput(1)]
            case .noSuchOutput: return [retainedOutput(-1)]
            case .noSuchShape: return [.symbolicZero(inputShape(2), dtype: .float64)]
            case .notRetainedOutput: return [retainedOutput(0)]
            default: break
            }
            return gradOutputs
        }

        func run() {
            let isConstant = slip == .noUnrecordedResult || slip == .unrecordedInputBeyond
            let x = Variable(NDArray([1.0, 2]), requiresGrad: !isConstant)
            let y = apply([x])[0]
            if slip == .tooManyGradientsForward || slip == .wrongShapeForward {
                _ = jvp(of: [y], wrt: [x], along: [Variable(constant: NDArray([1.0, 1]))])
            } else if !isConstant {
                _ = grad(of: y.sum(), wrt: x)
            }
        }

        var message: String {
            switch slip {
            case .inputBeyond, .unrecordedInputBeyond: "Sample.retainInputs: expected inputs in 0..<1, got 3"
            case .inputBelow: "Sample.retainInputs: expected inputs in 0..<1, got -1"
            case .outputBeyond: "Sample.retainOutputs: expected outputs in 0..<1, got 1"
            case .lateInputs: "Sample.retainInputs: expected a call inside forward, got one after it"
            case .lateOutputs: "Sample.retainOutputs: expected a call inside forward, got one after it"
            case .noResult, .noUnrecordedResult: "Sample: expected forward to return at least one array, got none"
            case .tooManyGradients, .tooManyGradientsForward: "Sample: expected backward to return 1 gradients (of inputs [0]), got 2"
            case .noGradient: "Sample: expected backward to return 1 gradients (of inputs [0]), got 0"
            case .wrongType: "Sample: expected a gradient of float64[2] for input 0, got float32[2]"
            case .wrongShapeForward: "Sample: expected a gradient of float64[2] for input 0, got float64[]"
            case .noSuchInput: "Sample.retainedInput: expected an input in 0..<1, got 1"
            case .noSuchOutput: "Sample.retainedOutput: expected an output in 0..<1, got -1"
            case .noSuchShape: "Sample.inputShape: expected an input in 0..<1, got 2"
            case .notRetainedOutput:
                "Sample.retainedOutput(0): expected an array retained by forward, got none; call retainInputs or retainOutputs there"
            }
        }
    }

    @Test(arguments: Sample.Slip.allCases) func stopsWithItsMessage(_ slip: Sample.Slip) async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            [slip = slip as Sample.Slip] in
            Sample(slip).run()
        }
        expectMessage(Sample(slip).message, in: result)
    }

    /// A forward that is tried on arrays alone retains nothing, and may ask for it.
    @Test func forwardAlone() {
        final class Doubling: FunctionNode {
            override func forward(_ inputs: [NDArray]) -> [NDArray] {
                retainInputs([0])
                return [inputs[0] * 2]
            }
        }
        #expect(Doubling().forward([NDArray([1.0, 2])])[0].doubles == [2, 4])
    }

    @Test func oldStyleFunctionsOfTheWrongNumberOfGradients() async throws {
        for isForward in [false, true] {
            let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                [isForward = isForward as Bool] in
                final class Half<T>: Function {
                    override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0] + inputs[1]] }
                    override func backward(_ inputs: [NDArray], _ gradOutputs: [NDArray]) -> [NDArray] { gradOutputs }
                }
                let x = Variable(NDArray([1.0, 2]))
                let y = Half<Int>().apply([x, x])[0]
                if isForward { _ = jvp(of: [y], wrt: [x], along: [x]) } else { _ = grad(of: y.sum(), wrt: x) }
            }
            expectMessage("Half: expected backward to return 2 gradients, got 1", in: result)
        }
    }

    /// The house's message is there for functions of one's own, and names the file of the check.
    @Test func requireIsPublic() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            require(Bool(true), "never made: \([Int]()[0])")
            let rank = 3
            require(rank == 2, "Spline: expected rank 2, got \(rank)")
        }
        expectMessageHere("Spline: expected rank 2, got 3", in: result)
        let second = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let knots = [2, 1]
            if knots[0] > knots[1] { fail("Spline: expected knots in ascending order, got \(knots)") }
        }
        expectMessageHere("Spline: expected knots in ascending order, got [2, 1]", in: second)
    }
}
