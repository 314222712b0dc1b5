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
        expectMessage("root: expected a linear system that GMRES solves to a relative residual of 1e-12", in: result)
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
}
