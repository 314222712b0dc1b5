import Nabla
import Testing

@Suite struct ImplicitFunctionMisuseTests {
    @Test func singularDerivatives() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            // (x - a)² has a double root.
            let a = Variable(1.0, dtype: .float64)
            let x = root(of: { square($0 - a) }, at: a, solver: { $0 })
            _ = grad(of: x, wrt: a)
        }
        expectMessage(
            "root: expected a solution with an invertible derivative of the equation, to differentiate it, got one at which it is singular "
                + "within rounding", in: result)
    }

    @Test func limitedIterations() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let scale = Variable(constant: NDArray([1.0, 2, 3, 4]))
            let b = Variable(NDArray.ones([4], dtype: .float64))
            _ = linearSolve({ scale * $0 }, rightHandSide: b, using: .gmres(iterations: 2))
        }
        expectMessage("linearSolve: expected a linear system that GMRES solves to a relative residual of 1e-12, got ", in: result)
    }

    @Test func maximaAreNoMinima() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let a = Variable(1.0, dtype: .float64)
            _ = argmin(of: { -square($0 - a) }, at: a, solver: { $0 })
        }
        expectMessage("argmin: expected a way to a minimum, got a point with a gradient of norm 0.0", in: result)
        expectMessage("at which the function curves downward", in: result)
    }

    @Test func equationsWithoutSolution() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = root(of: { $0 * $0 + 1 }, at: Variable(0.5, dtype: .float64))
        }
        expectMessage("root: expected ", in: result)
    }

    @Test func iterationsThatDiverge() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = fixedPoint(of: { $0 + 1 }, at: Variable(0.5, dtype: .float64))
        }
        expectMessage("fixedPoint: expected iterations that converge within 1000, got a residual of norm 1.0", in: result)
    }

    @Test func resultsOfAnotherShape() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = root(of: { $0.sum() }, at: Variable(NDArray([1.0, 2])))
        }
        expectMessage("root: expected results of float64[2], got float64[]", in: result)
    }

    @Test func variablesThatChanged() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var a = Variable(2.0, dtype: .float64)
            let x = root(of: { $0 * $0 - a }, at: Variable(1.0, dtype: .float64))
            a = Variable(3.0, dtype: .float64)
            x.backward()
        }
        expectMessage("root: expected a closure that computes from the same variables when it runs again", in: result)
    }

    /// At 10⁻¹⁶² or at 10⁻⁸, where a search for a multiple root ends, 1 / J is a number, and no derivative.
    @Test func derivativesAtMultipleSolutions() async throws {
        let first = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let a = Variable(1.0, dtype: .float64)
            _ = grad(of: root(of: { $0 * $0 - 2 * a * $0 + a * a }, at: Variable(3.0, dtype: .float64)), wrt: a)
        }
        expectMessage("root: expected a solution with an invertible derivative of the equation, to differentiate it", in: first)
        let second = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let a = Variable(0.0, dtype: .float64)
            _ = grad(of: argmin(of: { square(square($0)) - a * $0 }, at: Variable(1.0, dtype: .float64)), wrt: a)
        }
        expectMessage("argmin: expected a minimum with positive second derivatives, to differentiate it", in: second)
        let third = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let a = Variable(0.0, dtype: .float64)
            let x = root(of: { square($0) - a }, at: Variable(1.0, dtype: .float64), solver: { _ in Variable(1e-162, dtype: .float64) })
            _ = grad(of: x, wrt: a)
        }
        expectMessage("root: expected ", in: third)
    }

    @Test func solversInCompiledClosures() async throws {
        let first = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = compile { (a: Variable) in root(of: { $0 * $0 - a }, at: Variable(1.0, dtype: .float64)) }(Variable(2.0, dtype: .float64))
        }
        expectMessage(
            "got one that calls root (whose steps depend on numbers: call it outside, and compile the closure that it is given)", in: first)
        let second = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = compile { (b: Variable) in linearSolve({ 2 * $0 }, rightHandSide: b) }(Variable(2.0, dtype: .float64))
        }
        expectMessage(
            "got one that calls linearSolve (whose steps depend on numbers: call it outside, and compile the product)", in: second)
    }

    @Test func minimaThatNobodyRecorded() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let a = Variable(2.0, dtype: .float64)
            let x = noBackprop { argmin(of: { square($0 - a) }, at: Variable(1.0, dtype: .float64)) }
            _ = grad(of: x, wrt: a)
        }
        expectMessage("grad: expected ", in: result)
        expectMessage("noBackprop", in: result)
    }

    /// The equation holds a gradient that depends on the variable, unrecorded: its part of the derivative would be missing.
    @Test func unrecordedGradientsInEquations() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let a = Variable(2.0, dtype: .float64)
            let g = grad(of: a * a, wrt: a)
            let x = root(of: { square($0) - g }, at: Variable(1.0, dtype: .float64))
            _ = grad(of: x, wrt: a)
        }
        expectMessage("made of a gradient that was not recorded", in: result)
        expectMessage("or write detached() where no derivative is to flow through it", in: result)
    }

    /// The second unknown moves by 0.1 for ever, which is nothing beside the first.
    @Test func smallUnknownsThatMoveOn() async throws {
        let first = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = fixedPoint(
                of: { (v: [Variable]) -> [Variable] in [0.5 * v[0] + 1e14, v[1] + 0.1] },
                at: [Variable(0.0, dtype: .float64), Variable(0.0, dtype: .float64)])
        }
        expectMessage("fixedPoint: expected ", in: first)
        let second = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = fixedPoint(
                of: { (v: [Variable]) -> [Variable] in [0.5 * v[0] + 1e14, v[1] + 0.1] },
                at: [Variable(0.0, dtype: .float64), Variable(0.0, dtype: .float64)],
                solver: { _ in [Variable(2e14, dtype: .float64), Variable(0.0, dtype: .float64)] })
        }
        expectMessage("fixedPoint: expected a solution from the solver, got a point with a residual of norm 0.1", in: second)
        let third = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = root(
                of: { (v: [Variable]) -> [Variable] in [v[0] - 1e14, square(v[1]) - 2] },
                at: [Variable(0.0, dtype: .float64), Variable(1.0, dtype: .float64)],
                solver: { _ in [Variable(1e14, dtype: .float64), Variable(1.0, dtype: .float64)] })
        }
        expectMessage("root: expected a solution from the solver, got a point with a residual of norm 1.0", in: third)
        let fourth = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = argmin(
                of: { (v: [Variable]) -> Variable in square(v[0] - 1e12) + square(v[1] - 2) },
                at: [Variable(0.0, dtype: .float64), Variable(1.0, dtype: .float64)],
                solver: { _ in [Variable(1e12, dtype: .float64), Variable(1.0, dtype: .float64)] })
        }
        expectMessage("argmin: expected a minimum from the solver, got a point with a gradient of norm 2.0", in: fourth)
        // cos x = x beside a large unknown is found.
        let x = fixedPoint(
            of: { (v: [Variable]) -> [Variable] in [0.5 * v[0] + 1e14, cos(v[1])] },
            at: [Variable(0.0, dtype: .float64), Variable(0.0, dtype: .float64)])
        #expect(isClose([x[0].item() / 2e14, x[1].item()], [1, 0.7390851332151607], 1e-9))
    }
}
