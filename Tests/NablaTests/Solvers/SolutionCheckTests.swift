import Foundation
import Nabla
import Testing

/// What solvers return is a solution, also where derivatives vanish; what is none stops with its residual.
@Suite struct SolutionCheckTests {
    private static func number(_ value: Double, _ dtype: DType = .float64) -> Variable { Variable(value, dtype: dtype) }

    // MARK: Solutions at which a derivative vanishes

    /// x² = 0 and (x - 1)² = 0, from a start away from the root and at it.
    @Test(arguments: [DType.float64, .float32]) func doubleRoots(dtype: DType) {
        for start in [1.0, 0, -3] {
            #expect(root(of: { square($0) }, at: Self.number(start, dtype)).item().magnitude <= 1e-14)
        }
        let one = Self.number(1, dtype)
        // The square is below rounding within the root of it.
        for start in [2.0, 1, 0.3] {
            let x = root(of: { square($0 - one) }, at: Self.number(start, dtype)).item()
            #expect((x - 1).magnitude <= (dtype == .float64 ? 1e-7 : 2e-3), "\(start): \(x)")
            let expanded = root(of: { $0 * $0 - 2 * $0 + one }, at: Self.number(start, dtype)).item()
            #expect((expanded - 1).magnitude <= (dtype == .float64 ? 1e-7 : 2e-3), "\(start): \(expanded)")
        }
        // Beside an equation of full rank: (x - 2, y²).
        let x = root(of: { (v: [Variable]) in [v[0] - 2, square(v[1])] }, at: [Self.number(5, dtype), Self.number(1, dtype)])
        #expect((x[0].item() - 2).magnitude <= 1e-6 && x[1].item().magnitude <= 1e-4)
    }

    /// x⁴, x⁴ + y², and (x + y - 1)², whose minima are a line.
    @Test(arguments: [DType.float64, .float32]) func flatMinima(dtype: DType) {
        for start in [0.0, 1, -2] {
            #expect(argmin(of: { square(square($0)) }, at: Self.number(start, dtype)).item().magnitude <= 2e-3)
        }
        let x = argmin(
            of: { (v: [Variable]) in square(square(v[0])) + square(v[1]) }, at: [Self.number(0, dtype), Self.number(1, dtype)])
        #expect(x[0].item() == 0 && x[1].item().magnitude <= 1e-6)
        let line = argmin(of: { square($0.sum() - 1) }, at: Variable(NDArray([3, 5], dtype: dtype)))
        #expect((line.array.sum().item() - 1).magnitude <= 1e-6)
    }

    /// A shift of a hundred numbers, of which cycles of fifty see nothing.
    @Test func rootsOfLongCycles() {
        let order = NDArray((0..<100).map { ($0 + 1) % 100 })
        let x = root(of: { $0.take(order) - 1 - 0.1 * sin($0) }, at: Variable(NDArray.zeros([100], dtype: .float64)))
        let rest = x.array.doubles.indices.map { i in
            x.array.doubles[(i + 1) % 100] - 1 - 0.1 * Foundation.sin(x.array.doubles[i])
        }
        #expect(rest.allSatisfy { $0.magnitude <= 1e-10 })
    }

    /// Numbers far from 1, where an absolute size would mean nothing: x² = a² and the minimum of (x² / a² - 1)².
    @Test(arguments: [1e-150, 1e-20, 1, 1e20, 1e150]) func solutionsOfAnySize(size: Double) {
        let a = Self.number(size)
        let x = root(of: { ($0 / a) * $0 - a }, at: Self.number(3 * size), solver: nil)
        #expect(isClose([x.item() / size], [1]))
        #expect(isClose([argmin(of: { square(square($0 / a) - 1) }, at: Self.number(3 * size)).item() / size], [1]))
        #expect(isClose([root(of: { $0 - a }, at: Self.number(1)).item() / size], [1]))
        // A solver of the user's, with half of the digits.
        let rough = root(of: { ($0 / a) * $0 - a }, at: Self.number(3 * size), solver: { _ in Self.number(size * (1 + 1e-7)) })
        #expect(isClose([rough.item() / size], [1], 1e-6))
    }

    @Test func solversOfTheUser() {
        let a = Self.number(2)
        // By bisection, to eight digits, of a root at zero.
        let x = root(of: { sin($0) + 0 * a }, at: Self.number(1), solver: { _ in Self.number(3e-9) })
        #expect(x.item() == 3e-9)
        let y = argmin(of: { square($0 - a) }, at: Self.number(0), solver: { _ in Self.number(2 + 1e-8) })
        #expect(isClose([grad(of: y, wrt: a).item()], [1]))
        let z = fixedPoint(of: { 0.5 * $0 + a }, at: Self.number(0), solver: { _ in Self.number(4 + 1e-8) })
        #expect(isClose([grad(of: z, wrt: a).item()], [2]))
        // Where the derivative vanishes: what the solver found of (x - 2)² and (x - 2)⁴.
        #expect(root(of: { square($0 - a) }, at: Self.number(0), solver: { _ in Self.number(2 + 1e-9) }).item() == 2 + 1e-9)
        #expect(argmin(of: { square(square($0 - a)) }, at: Self.number(0), solver: { _ in Self.number(2) }).item() == 2)
    }

    // MARK: What is none

    @Test func pointsThatAreNoRoots() async throws {
        let message = "root: expected a way to a solution, got a residual of norm 1.0 after"
        let first = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let t = Variable(1.0, dtype: .float64)
            _ = root(of: { square($0) + t }, at: Variable(1.0, dtype: .float64))
        }
        expectMessage(message, in: first)
        let second = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let t = Variable(1.0)
            _ = root(of: { $0 * 0 + t }, at: Variable(0.0))
        }
        expectMessage(message, in: second)
        let third = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            // (x + y - 1, x + y - 2)
            let t = Variable(NDArray([1.0, 2]))
            _ = root(of: { $0.sum() - t }, at: Variable(NDArray([0.0, 0])))
        }
        expectMessage("root: expected a way to a solution, got a residual of norm 0.707", in: third)
        expectMessage("where the derivative is singular and no step reduces it; start elsewhere, or pass a solver", in: third)
    }

    /// Beside a pole of 1 / (x - 1), Newton's steps are as short as at a root.
    @Test func polesAreNoRoots() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let t = Variable(1.0, dtype: .float64)
            _ = root(of: { 1 / ($0 - t) }, at: Variable(1 + 1e-13, dtype: .float64))
        }
        expectMessage("root: expected a solution within 100 Newton steps, got a residual of norm", in: result)
    }

    @Test func pointsThatAreNoMinima() async throws {
        let first = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = argmin(of: { -square($0) }, at: Variable(0.0))
        }
        let second = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            // x² - y² from (1, 0)
            _ = argmin(of: { square($0[0]) - square($0[1]) }, at: Variable(NDArray([1.0, 0])))
        }
        expectMessage(
            "argmin: expected a way to a minimum, got a point with a gradient of norm 0.0 at which the function curves downward", in: first)
        expectMessage("after 0 Newton steps: a maximum or a saddle; start elsewhere", in: first)
        expectMessage("at which the function curves downward", in: second)
    }

    /// x³, -x⁴ and x² - y⁴ have no curvature to see.
    @Test func flatPointsThatAreNoMinima() async throws {
        let message = "from which the function falls along a direction in which it does not curve after 0 Newton steps; start elsewhere"
        let first = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = argmin(of: { $0 * $0 * $0 }, at: Variable(0.0, dtype: .float64))
        }
        expectMessage(message, in: first)
        let second = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = argmin(of: { 1 - square(square($0)) }, at: Variable(0.0, dtype: .float64))
        }
        expectMessage(message, in: second)
        let third = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = argmin(of: { square($0[0]) - square(square($0[1])) }, at: Variable(NDArray([0.0, 0])))
        }
        expectMessage(message, in: third)
    }

    @Test func solversOfTheUserThatFindNone() async throws {
        let first = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let t = Variable(1.0, dtype: .float64)
            _ = root(of: { $0 * $0 - t }, at: Variable(2.0, dtype: .float64), solver: { _ in Variable(5.0, dtype: .float64) })
        }
        expectMessage(
            "root: expected a solution from the solver, got a point with a residual of norm 24.0 from which Newton's step has length 2.4",
            in: first)
        let second = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let t = Variable(1.0, dtype: .float64)
            _ = fixedPoint(of: { 0.5 * $0 + t }, at: Variable(0.0, dtype: .float64), solver: { _ in Variable(1.0, dtype: .float64) })
        }
        expectMessage("fixedPoint: expected a solution from the solver, got a point with a residual of norm 0.5", in: second)
        let third = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let t = Variable(1.0, dtype: .float64)
            _ = argmin(of: { square($0 - t) }, at: Variable(0.0, dtype: .float64), solver: { $0 })
        }
        expectMessage("argmin: expected a minimum from the solver, got a point with a gradient of norm 2.0", in: third)
        let fourth = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let t = Variable(1.0, dtype: .float64)
            _ = root(of: { square($0) + t }, at: Variable(1.0, dtype: .float64), solver: { _ in Variable(0.0, dtype: .float64) })
        }
        expectMessage("got a point with a residual of norm 1.0 and a singular derivative", in: fourth)
        let fifth = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let start = Variable(1.0, dtype: .float64)
            _ = root(of: { exp(-$0) }, at: start, solver: { _ in Variable(1000.0, dtype: .float64) })
        }
        expectMessage("root: expected a residual that falls to 0 at the solution alone, got one that is 0 around it too", in: fifth)
    }

    /// x = (1 - 10⁻¹³) x + 4 · 10⁻¹³ has the solution 4, and moves less than rounding of 1 at 1.
    @Test func slopesNearOne() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let c = Variable(4e-13, dtype: .float64)
            _ = fixedPoint(of: { (1 - 1e-13) * $0 + c }, at: Variable(1.0, dtype: .float64))
        }
        expectMessage("fixedPoint: expected a map whose fixed point its residual tells, got one that moves by", in: result)
        expectMessage("its slope is too near to 1; use root, or pass a solver", in: result)
        // A slope that the residual can tell.
        let x = fixedPoint(of: { (1 - 1e-4) * $0 + 4e-4 }, at: Self.number(1))
        #expect((x.item() - 4).magnitude < 1e-7)
    }

    @Test func startsOfIntegers() async throws {
        let first = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = argmin(of: { square($0 - 3).sum() }, at: Variable(NDArray([1, 2])))
        }
        expectMessage("argmin: expected a start of real numbers, got int64[2]; cast(to: .float64) makes them", in: first)
        let second = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = root(of: { $0 - 3 }, at: Variable(NDArray([1, 2])))
        }
        expectMessage("root: expected a start of real numbers, got int64[2]", in: second)
        let third = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = fixedPoint(of: { $0 }, at: Variable(NDArray([1, 2])))
        }
        expectMessage("fixedPoint: expected a start of real numbers, got int64[2]", in: third)
    }

    @Test func derivativesThatAreNotFinite() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = root(of: { sqrt($0) - 1 }, at: Variable(0.0, dtype: .float64))
        }
        expectMessage(
            "root: expected finite derivatives on the way to the solution, got one that is not at a residual of norm 1.0", in: result)
    }

    // MARK: Linear systems

    /// Nearly singular: what a cycle makes worse is not the solution.
    @Test func gmresKeepsItsBestSolution() {
        let a = NDArray([[1.0, 1], [1, 1 + 1e-17]])
        let result = gmres({ [matmul(a, $0[0])] }, rightHandSide: [NDArray([1.0, -1])])
        #expect(result.stopReason == .stagnated)
        let rest = (NDArray([1.0, -1]) - matmul(a, result.solution[0])).doubles
        #expect(isClose([(rest[0] * rest[0] + rest[1] * rest[1]).squareRoot()], [result.residualNorms.last!], 1e-12))
        #expect(result.residualNorms.last! <= 2.0.squareRoot() * (1 + 1e-15))
    }

    @Test func indefiniteSystems() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let a = Variable(constant: NDArray([1.0, -2]))
            _ = linearSolve({ a * $0 }, rightHandSide: Variable(NDArray([1.0, 1])), using: .conjugateGradients())
        }
        expectMessage(
            "linearSolve: expected a linear system that conjugate gradients solves to a relative residual of 1e-12, got", in: result)
        expectMessage("the matrix is not positive definite", in: result)
    }

    /// Unknowns of very different sizes: the small one is found as well.
    @Test(arguments: [1e6, 1e8, 1e11]) func unknownsOfDifferentSizes(_ size: Double) {
        let x = root(
            of: { (t: [Variable]) -> [Variable] in [t[0] - size, cos(t[1]) - t[1]] }, at: [Variable(1.0), Variable(2.0)])
        #expect((x[0].item() - size).magnitude <= 1e-10 * size && (x[1].item() - 0.7390851332151607).magnitude < 1e-9, "\(x[1])")
    }

    /// An equation that draws random numbers is another one at each evaluation.
    @Test func equationsThatDrawNumbers() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = argmin(
                of: { (v: Variable) -> Variable in square(dropout(v, ratio: 0.5) - 1).sum() + square(v).sum() }, at: Variable(.ones([4])))
        }
        expectMessage(
            "argmin: expected a closure that is the same function at each call, got one that draws random numbers from the process-wide generator",
            in: result)
    }
}
