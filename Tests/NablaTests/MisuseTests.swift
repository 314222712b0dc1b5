import Nabla
import Testing

/// Every misuse stops with one line that names the function, what it expected and what it got.
@Suite struct MisuseTests {
    private func expect(_ fragments: String..., in result: ExitTest.Result, location: SourceLocation = #_sourceLocation) {
        let text = String(decoding: result.standardErrorContent, as: UTF8.self)
        for fragment in fragments {
            #expect(text.contains(fragment), "\(text.prefix(400))", sourceLocation: location)
        }
    }

    @Test func shapeMismatch() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Variable(NDArray.ones([2, 3])) + Variable(NDArray.ones([4]))
        }
        expect("+: expected shapes that broadcast together, got [2, 3] and [4]", in: result)
    }

    @Test func badAxis() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Variable(NDArray.ones([2, 3])).sum(axis: 2)
        }
        expect("sum: expected an axis in -2..<2 for shape [2, 3], got 2", in: result)
    }

    /// The ways to more axes than an array has.
    enum ManyAxes: String, CaseIterable, Codable, Sendable {
        case stack, vmap, hessian, jacobian, laplacian

        func run() {
            let x = Variable(NDArray.ones([1, 1, 1, 1, 1, 1, 1, 2]))
            switch self {
            case .stack: _ = Nabla.stack([x, x])
            case .vmap: _ = Nabla.vmap { (a: Variable) in a * x }(Variable(NDArray.ones([3])))
            case .hessian: _ = Nabla.hessian(of: { square($0).sum() }, at: x)
            case .jacobian: _ = Nabla.jacobian(of: { square($0) }, at: x)
            case .laplacian: _ = Nabla.laplacian(of: { square($0).sum() }, at: x)
            }
        }
    }

    @Test(arguments: ManyAxes.allCases) func moreAxesThanArraysHave(_ way: ManyAxes) async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) { [way] in way.run() }
        expect("\(way): expected a", "at most \(way == .laplacian ? 7 : 8) axes", in: result)
    }

    @Test func derivativeOfASum() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = derivative(of: { ($0 * $0).sum() }, order: 2)(Variable(NDArray([1.0, 1])))
        }
        expect(
            "derivative: expected a function of each element, with a result of the shape [2] of its argument, got []; gradient and jacobian",
            in: result)
    }

    /// One row needs no axis of rows: (Σ xᵢ²)' = 2 xᵢ, and (t x)' = x, of as many axes as an array has.
    @Test func jacobiansOfAsManyAxesAsThereCanBe() {
        let x = Variable(NDArray([0.5, 2]).reshaped(to: [1, 1, 1, 1, 1, 1, 1, 2]))
        #expect(jacobian(of: { square($0).sum() }, at: x).array == 2 * x.array)
        #expect(jacobian(of: { $0 * x }, at: Variable(3.0, dtype: .float64)).array == x.array)
    }

    @Test func matrixProductOfUnfitShapes() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = matmul(Variable(NDArray.ones([2, 3])), Variable(NDArray.ones([2, 3])))
        }
        expect("matmul: expected shapes (…, n, k) and (…, k, m), got [2, 3] and [2, 3]", in: result)
    }

    @Test func backwardOfAnArrayWithoutASeed() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            sin(Variable(NDArray.ones([2, 3]))).backward()
        }
        expect("backward: expected seed for an output that is not a single number, got an output of shape [2, 3] and none", in: result)
    }

    @Test func gradOfAnArrayWithoutASeed() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x = Variable(NDArray.ones([2]))
            _ = grad(of: sin(x), wrt: x)
        }
        expect("grad: expected gradOutputs for an output that is not a single number, got an output of shape [2] and none", in: result)
    }

    @Test func seedOfTheWrongShape() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            sin(Variable(NDArray.ones([2]))).backward(seed: Variable(constant: NDArray.ones([3])))
        }
        expect("backward: expected seed of float32[2] like the output, got float32[3]", in: result)
    }

    @Test func backwardOfAConstant() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            Variable(constant: NDArray(1.0)).backward()
        }
        expect(
            "backward: expected a result of recorded functions of variables that take gradients, got a constant of shape []; "
                + "numbers taken out by .array, and put into a variable again, are cut from what they were computed from", in: result)
    }

    @Test func differentiatingTwiceThroughAnOldStyleFunction() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x = Variable(NDArray([1.0, 2]))
            let g = grad(of: Cube().apply([x])[0].sum(), wrt: x, enableDoubleBackprop: true)
            _ = grad(of: g.sum(), wrt: x)
        }
        expect("Cube: expected a function whose backward is written on variables (FunctionNode)", "got an old-style Function", in: result)
    }

    @Test func walkingOverReleasedArrays() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let y = exp(Variable(NDArray(1.0)))
            y.backward()
            y.backward()
        }
        expect(
            "Exp.retainedOutput(0): expected retained arrays, got a graph whose arrays an earlier backward gave back", "retainGraph: true",
            in: result)
    }

    @Test func gradientOfTheWrongShapeFromAnOwnFunction() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            final class Wrong: FunctionNode {
                override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0].sum()] }
                override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] { gradOutputs }
            }
            Wrong().apply([Variable(NDArray([1.0, 2]))])[0].backward()
        }
        expect("Wrong: expected a gradient of float64[2] for input 0, got float64[]", in: result)
    }

    @Test func aNodeAppliedTwice() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            final class Identity: FunctionNode {
                override func forward(_ inputs: [NDArray]) -> [NDArray] { inputs }
            }
            let node = Identity()
            _ = node.apply([Variable(NDArray(1.0))])
            _ = node.apply([Variable(NDArray(1.0))])
        }
        expect("Identity: expected a new function node for each application, got one applied before", in: result)
    }

    @Test func retainedArraysThatWereNotRetained() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            final class Forgetful: FunctionNode {
                override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0] * inputs[0]] }
                override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
                    [2 * gradOutputs[0] * retainedInput(0)]
                }
            }
            Forgetful().apply([Variable(NDArray(1.0))])[0].backward()
        }
        expect("Forgetful.retainedInput(0): expected an array retained by forward, got none", in: result)
    }

    @Test func normalisationWithParametersOfAnotherShape() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let ones = Variable(NDArray.ones([2]))
            _ = batchNormalization(Variable(NDArray.ones([4, 3])), gamma: ones, beta: ones)
        }
        expect("batchNormalization: expected gamma and beta of shape [3], got [2] and [2]", in: result)
    }

    @Test func lstmWithTooFewGates() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = lstm(Variable(NDArray.ones([2, 3])), Variable(NDArray.ones([2, 9])))
        }
        expect("lstm: expected a cell (…, hidden) and gates (…, 4 · hidden), got [2, 3] and [2, 9]", in: result)
    }
}
