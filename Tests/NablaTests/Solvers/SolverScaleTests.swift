import Foundation
@testable import Nabla
import Testing

/// Equations and functions whose roots and minima are known, counted in units from 10⁻²⁰ to 10²⁰ and moved to other places: neither changes what
/// is a solution. And what has none, because it only becomes ever smaller.
@Suite struct SolverScaleTests {
    typealias Map = @Sendable (Variable) -> Variable
    typealias Surface = @Sendable (Variable, Variable) -> Variable

    private static func scales(_ dtype: DType) -> [Double] {
        dtype == .float64 ? [1e-20, 1e-15, 1e-5, 1, 1e10, 1e20] : [1e-20, 1e-10, 1e-5, 1, 1e5, 1e10]
    }

    private func check(_ name: String, _ result: Result<[Double], NoSolution>, _ solution: [Double]?, within allowed: Double) {
        switch (result, solution) {
        case (.success(let x), let solution?):
            let isNear = zip(x, solution).allSatisfy { x, exact in (x - exact).magnitude <= allowed }
            if !isNear { Issue.record("\(name): \(x), not \(solution)") }
        case (.success(let x), nil): Issue.record("\(name): \(x) is no solution")
        case (.failure(let obstacle), .some): Issue.record("\(name): stopped: \(obstacle.message)")
        case (.failure, nil): break
        }
    }

    // MARK: Roots

    /// Functions that fall to 0 at infinity and have no root there, from starts at which numbers do not underflow and from where they do.
    @Test(arguments: [DType.float64, .float32]) func nothingAtInfinity(dtype: DType) {
        let functions: [(String, Map)] = [
            ("x^-0.1", { x in pow(x, -0.1) }),
            ("1 / x", { x in 1 / x }),
            ("x / (1 + x²)", { x in x / (1 + x * x) }),
            ("exp(-x)", { x in exp(-x) }),
            ("10⁻³⁰ exp(-x)", { x in 1e-30 * exp(-x) }),
            ("exp(-x) - exp(-2 x)", { x in exp(-x) - exp(-2 * x) }),
            ("exp(-x²)", { x in exp(-(x * x)) }),
            ("x exp(-x)", { x in x * exp(-x) }),
            ("x exp(-x²)", { x in x * exp(-(x * x)) }),
            ("softplus(-x)", { x in softplus(-x) }),
            ("sigmoid(-x)", { x in sigmoid(-x) }),
            ("1 - tanh x", { x in 1 - tanh(x) }),
        ]
        for (name, f) in functions {
            for start in [2.0, 7, 30, 99, 200, 1000, 1e6] {
                check("\(name) from \(start)", SolverVerdictTests.solvedRoot({ [f($0[0])] }, [start], dtype), nil, within: 0)
                // Beside an unknown that is solved, and as a term of its equation.
                // In float32, 1 - tanh x is less than its rounding where the steps end.
                if (start == 7 || start == 200) && !(dtype == .float32 && name == "1 - tanh x") {
                    check(
                        "(y - 2, \(name)) from \(start)", SolverVerdictTests.solvedRoot({ [$0[1] - 2, f($0[0])] }, [start, 1], dtype), nil,
                        within: 0)
                    // Steps may end where y, which came from 1, is less than its own rounding and no more than what is missing of 0, the limit that
                    // root names: at (9.6, 4e-41) here.
                    if dtype == .float64 && name == "exp(-x²)" && start == 7 { continue }
                    check(
                        "(y - \(name), y) from \(start)", SolverVerdictTests.solvedRoot({ [$0[1] - f($0[0]), $0[1]] }, [start, 1], dtype),
                        nil,
                        within: 0)
                }
            }
        }
        // Their roots at 0, and those where a power underflows.
        for start in [0.3, -0.2, 0] {
            for i in [2, 5, 7, 8] {
                check(
                    "\(functions[i].0) from \(start)", SolverVerdictTests.solvedRoot({ [functions[i].1($0[0])] }, [start], dtype), [0],
                    within: dtype == .float64 ? 1e-9 : 1e-6)
            }
        }
        for order in [2, 3, 5, 10] {
            for start in [0.0, 0.1, 1, -3, 50] {
                check("x^\(order) from \(start)", SolverVerdictTests.solvedRoot({ [pow($0[0], order)] }, [start], dtype), [0], within: 1e-2)
            }
        }
        check("relu", SolverVerdictTests.solvedRoot({ [relu($0[0])] }, [1], dtype), [0], within: 0)
    }

    @Test(arguments: [DType.float64, .float32]) func rootsInAnyUnits(dtype: DType) {
        let log2 = 0.6931471805599453
        let equations: [(String, Double?, Double, [Double], Map)] = [
            // Newton's steps from 0 and from 1 lead to each other; |g| has a lowest point at √(2/3).
            ("u³ - 2 u + 2", -1.7692923542386314, 1e-9, [-1, -2], { u in u * u * u - 2 * u + 2 }),
            ("a jump", nil, 0, [3, 1.5, 0.5, 0], { u in `where`(u .> 1, u, u - 2) }),
            ("a kink", 1, 1e-9, [3, 0.2, 0], { u in `where`(u .> 1, u - 1, 3 * (u - 1)) }),
            ("u² + 1", nil, 0, [3, 0.2, 0], { u in u * u + 1 }),
            ("exp u - 2", log2, 1e-9, [3, 0.2, 0], { u in exp(u) - 2 }),
            ("sin u", 0, 1e-9, [1, 0.2, 0], { u in sin(u) }),
            ("cos u", Double.pi / 2, 1e-9, [1, 2], { u in cos(u) }),
            ("1 - cos u at its root", 0, 0, [0], { u in 1 - cos(u) }),
            ("cos(u + π/2)", 0, 1e-9, [0.5, 0], { u in cos(u + Double.pi / 2) }),
            ("(u - 1)²", 1, 1e-6, [3, 0.2, 0], { u in square(u - 1) }),
            ("u² - 2 u + 1", 1, 1e-5, [3, 0.2, 0], { u in u * u - 2 * u + 1 }),
        ]
        for (name, solution, precision, starts, g) in equations {
            for scale in Self.scales(dtype) {
                for start in starts {
                    let result = SolverVerdictTests.solvedRoot({ [g($0[0] / scale)] }, [start * scale], dtype)
                    let allowed = dtype == .float64 ? precision : Swift.max(4e-6, 3 * precision.squareRoot())
                    check("\(name), u = x / \(scale) from u = \(start)", result, solution.map { [$0 * scale] }, within: allowed * scale)
                }
            }
        }
        // Whether these starts lead to the root is chance; what is returned is the root.
        for scale in Self.scales(dtype) {
            for start in [0.0, 1, 2, 0.9, 0.8] {
                let g: ([Variable]) -> [Variable] = { x in
                    let u = x[0] / scale
                    return [u * u * u - 2 * u + 2]
                }
                if case .success(let x) = SolverVerdictTests.solvedRoot(g, [start * scale], dtype),
                    !((x[0] / scale + 1.7692923542386314).magnitude < 1e-5)
                {
                    Issue.record("u³ - 2 u + 2, u = x / \(scale) from u = \(start): \(x)")
                }
            }
        }
    }

    // MARK: Minima

    /// One direction without curvature, the other firm: along a parabola these fall like -x⁴, -y⁴ and -5 y⁴, or rise.
    @Test(arguments: [DType.float64, .float32]) func parabolasAnywhere(dtype: DType) {
        let surfaces: [(String, Bool, [[Double]], Surface)] = [
            ("(y - x²) (y - 3 x²)", false, [[0, 0]], { x, y in (y - x * x) * (y - 3 * x * x) }),
            ("x² - 4 x y² + 3 y⁴", false, [[0, 0], [1, 0]], { x, y in square(x) - 4 * x * square(y) + 3 * square(square(y)) }),
            ("x² - 10 x y² + 20 y⁴", false, [[0, 0]], { x, y in square(x) - 10 * x * square(y) + 20 * square(square(y)) }),
            ("x² - y⁴", false, [[0, 0], [1, 0]], { x, y in square(x) - square(square(y)) }),
            ("x² - x y² + y⁴", true, [[0, 0], [1, 1]], { x, y in square(x) - x * square(y) + square(square(y)) }),
            ("x² + y⁴", true, [[0, 0], [1, 1]], { x, y in square(x) + square(square(y)) }),
            ("x² - 4 x y² + 5 y⁴", true, [[0, 0]], { x, y in square(x) - 4 * x * square(y) + 5 * square(square(y)) }),
        ]
        for (name, isMinimum, starts, f) in surfaces {
            for scale in dtype == .float64 ? [1e-20, 1e-5, 1, 1e20] : [1e-5, 1, 1e5] {
                for shift in [0.0, 1, -2, 1.0 / 3, 7] {
                    // With a start at 0 nothing tells how large the unknowns are.
                    if shift == 0 && scale != 1 { continue }
                    for start in starts {
                        let result = SolverVerdictTests.minimum(
                            { p in f((p[0] - shift * scale) / scale, (p[1] - shift * scale) / scale) }, start.map { ($0 + shift) * scale },
                            dtype)
                        check(
                            "\(name), in units of \(scale), at \(shift), from \(start)", result,
                            isMinimum ? [shift * scale, shift * scale] : nil,
                            within: (dtype == .float64 ? 3e-3 : 0.1) * scale)
                    }
                }
            }
        }
    }
}
