import Foundation
@testable import Nabla
import Testing

/// What is a solution and what is none, by closed forms: solvers answer the first and stop at the second.
@Suite struct SolverVerdictTests {
    typealias Function = @Sendable ([Variable]) -> Variable
    typealias Equation = @Sendable ([Variable]) -> [Variable]

    struct Case<F: Sendable>: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let start: [Double]
        /// nil where there is no solution to find.
        let solution: [Double]?
        let f: F
        var precision = 1e-9

        init(_ name: String, _ start: [Double], _ solution: [Double]?, precision: Double = 1e-9, _ f: F) {
            (testDescription, self.start, self.solution, self.f, self.precision) = (name, start, solution, f, precision)
        }
    }

    static func minimum(_ f: @escaping ([Variable]) -> Variable, _ start: [Double], _ dtype: DType) -> Result<[Double], NoSolution> {
        Result { () throws(NoSolution) in
            try newtonMinimum("argmin", of: f, from: start.map { NDArray($0, dtype: dtype) }).x.map { $0.item() }
        }
    }

    static func solvedRoot(_ g: @escaping ([Variable]) -> [Variable], _ start: [Double], _ dtype: DType) -> Result<[Double], NoSolution> {
        Result { () throws(NoSolution) in
            try newtonRoot("root", of: g, from: start.map { NDArray($0, dtype: dtype) }).x.map { $0.item() }
        }
    }

    private func expect(_ result: Result<[Double], NoSolution>, _ solution: [Double]?, _ precision: Double, _ dtype: DType) {
        switch (result, solution) {
        case (.success(let x), let solution?):
            let allowed = dtype == .float64 ? precision : Swift.max(2e-6, precision.squareRoot() / 10)
            for (x, exact) in zip(x, solution) {
                #expect((x - exact).magnitude <= allowed * Swift.max(1e-3, exact.magnitude), "\(x), \(exact)")
            }
        case (.success(let x), nil): Issue.record("\(x) is no solution")
        case (.failure(let obstacle), .some): Issue.record("stopped: \(obstacle.message)")
        case (.failure, nil): break
        }
    }

    static let functions: [Case<Function>] = [
        // Points of inflection, and functions without a lower bound.
        Case("x³", [1], nil) { $0[0] * square($0[0]) },
        Case("(x - 1)³", [3], nil) { ($0[0] - 1) * square($0[0] - 1) },
        Case("x⁵", [1], nil) { pow($0[0], 5) },
        Case("x", [1], nil) { $0[0] },
        Case("-x⁴", [0], nil) { -square(square($0[0])) },
        // Saddles, of weak curvature and of none, straight and bent.
        Case("10⁹ x² + (y² - 1)²", [1, 0], nil) { 1e9 * square($0[0]) + square(square($0[1]) - 1) },
        Case("10⁶ x² - y⁴", [1, 0], nil) { 1e6 * square($0[0]) - square(square($0[1])) },
        Case("x² - 10⁻⁵ y⁴", [1, 0], nil) { square($0[0]) - 1e-5 * square(square($0[1])) },
        Case("(x - y²)² - 10⁻⁵ y⁴", [1, 0], nil) { square($0[0] - square($0[1])) - 1e-5 * square(square($0[1])) },
        Case("(y - x²) (y - 3 x²)", [0, 0], nil) { ($0[1] - square($0[0])) * ($0[1] - 3 * square($0[0])) },
        Case("the same about (1, 1)", [1, 1], nil) { p in
            let (x, y) = (p[0] - 1, p[1] - 1)
            return (y - square(x)) * (y - 3 * square(x))
        },
        Case("x² - 4 x y² + 3 y⁴ about (1, 1)", [2, 1], nil) { p in
            let (x, y) = (p[0] - 1, p[1] - 1)
            return square(x) - 4 * x * square(y) + 3 * square(square(y))
        },
        Case("x² y", [0, 0], nil) { square($0[0]) * $0[1] },
        Case("x³ - 3 x y²", [0, 0], nil) { $0[0] * (square($0[0]) - 3 * square($0[1])) },
        Case("x y", [0, 0], nil) { $0[0] * $0[1] },
        Case("x² + (y - 1)³", [1, 3], nil) { square($0[0]) + ($0[1] - 1) * square($0[1] - 1) },
        Case("(x² - 10⁻¹²)²", [0], nil) { square(square($0[0]) - 1e-12) },
        // Minima where curvature vanishes, and lines of minima.
        Case("x⁴", [1], [0], precision: 1e-3) { square(square($0[0])) },
        Case("x¹⁰", [1], [0], precision: 1e-2) { pow($0[0], 10) },
        Case("(x - 1)⁴", [3], [1], precision: 1e-3) { square(square($0[0] - 1)) },
        Case("x⁴ + (y - 1)⁴", [1, 3], [0, 1], precision: 1e-3) { square(square($0[0])) + square(square($0[1] - 1)) },
        Case("an unused unknown", [0, 5], [2, 5]) { square($0[0] - 2) + 0 * $0[1] },
        Case("(x + y - 2)²", [0, 5], [-1.5, 3.5]) { square($0[0] + $0[1] - 2) },
        Case("|x| + (y - 1)²", [0, 0], [0, 1]) { abs($0[0]) + square($0[1] - 1) },
        // Plain minima, far from 0 and among others.
        Case("10⁶ + (x - 3)²", [0], [3]) { 1e6 + square($0[0] - 3) },
        Case("(x² - 1)²", [0.1], [1]) { square(square($0[0]) - 1) },
        Case("Rosenbrock's valley", [-1.2, 1], [1, 1]) { square(1 - $0[0]) + 100 * square($0[1] - square($0[0])) },
        Case("x - 10⁻³ log x", [1], [1e-3]) { $0[0] - 1e-3 * log($0[0]) },
        Case("10⁻¹² (x - 10⁶)² + 10¹² (y - 3 · 10⁻⁶)²", [0, 0], [1e6, 3e-6]) {
            1e-12 * square($0[0] - 1e6) + 1e12 * square($0[1] - 3e-6)
        },
    ]

    @Test(arguments: [DType.float64, .float32], functions) func minima(dtype: DType, of item: Case<Function>) {
        expect(Self.minimum(item.f, item.start, dtype), item.solution, item.precision, dtype)
    }

    /// (x - s)² + (y² - 2)² for s at which the second part is rounding of the first on the way.
    @Test(arguments: [(DType.float64, 1e10), (.float32, 1e5)], [1.0, 30]) func smallUnknownsBesideLarge(
        _ type: (DType, Double), start: Double
    ) {
        let (dtype, size) = type
        let result = Self.minimum({ square($0[0] - size) + square(square($0[1]) - 2) }, [0, start], dtype)
        expect(result, [size, Self.sqrt2], 1e-9, dtype)
    }

    /// Many unknowns: the lowest curvature is one in fifty, and 10⁹ times weaker.
    @Test func saddlesOfManyUnknowns() {
        func f(_ sign: Double) -> Function {
            { v in 1e9 * square(v[0] - 1).sum() + square(square(v[1]) + sign).sum() }
        }
        let start = [NDArray.zeros([49], dtype: .float64), NDArray.zeros([1], dtype: .float64)]
        #expect(throws: NoSolution.self) { try newtonMinimum("argmin", of: f(-1), from: start) }
        #expect(throws: Never.self) { try newtonMinimum("argmin", of: f(1), from: start) }
    }

    static let sqrt2 = (2.0).squareRoot()

    static let equations: [Case<Equation>] = [
        Case("(x - 1)² + 10⁻⁹ at its lowest point", [1], nil) { [square($0[0] - 1) + 1e-9] },
        Case("(x - 1)² + 10⁻⁵", [3], nil) { [square($0[0] - 1) + 1e-5] },
        Case("(x - 100)² + 0.05 at its lowest point", [100], nil) { [square($0[0] - 100) + 0.05] },
        Case("(x - 100)² + 0.05", [50], nil) { [square($0[0] - 100) + 0.05] },
        Case("x² + 1", [0.5], nil) { [square($0[0]) + 1] },
        Case("(x - 1, y² + 1)", [0, 1], nil) { [$0[0] - 1, square($0[1]) + 1] },
        Case("x^-0.1", [1], nil) { [pow($0[0], -0.1)] },
        Case("x / (1 + x²) far out", [2], nil) { [$0[0] / (1 + $0[0] * $0[0])] },
        Case("x / (1 + x²)", [0.5], [0]) { [$0[0] / (1 + $0[0] * $0[0])] },
        Case("exp(-x) - exp(-2 x) far out", [2], nil) { [exp(-$0[0]) - exp(-2 * $0[0])] },
        Case("x²", [1], [0]) { [square($0[0])] },
        Case("x⁵", [1], [0], precision: 1e-2) { [pow($0[0], 5)] },
        Case("(x - 1)³", [3], [1], precision: 1e-4) { [($0[0] - 1) * square($0[0] - 1)] },
        Case("x² - 2 x + 1", [3], [1], precision: 1e-6) { [square($0[0]) - 2 * $0[0] + 1] },
        Case("10³⁰ (x² - 2, y - x)", [1, 1], [sqrt2, sqrt2]) {
            [1e30 * (square($0[0]) - 2), 1e30 * ($0[1] - $0[0])]
        },
        Case("10⁻³⁰ (x² - 2, y - x)", [1, 1], [sqrt2, sqrt2]) {
            [1e-30 * (square($0[0]) - 2), 1e-30 * ($0[1] - $0[0])]
        },
        Case("(10⁸ (x - 10⁸ / 3), 10⁻⁸ (y² - 2))", [0, 1], [1e8 / 3, sqrt2]) {
            [1e8 * ($0[0] - 1e8 / 3), 1e-8 * (square($0[1]) - 2)]
        },
        Case("(10¹⁶ (x - 10¹⁶ / 3), 10⁻¹⁶ (y² - 2))", [0, 1], [1e16 / 3, sqrt2]) {
            [1e16 * ($0[0] - 1e16 / 3), 1e-16 * (square($0[1]) - 2)]
        },
    ]

    @Test(arguments: [DType.float64, .float32], equations) func roots(dtype: DType, of item: Case<Equation>) {
        expect(Self.solvedRoot(item.f, item.start, dtype), item.solution, item.precision, dtype)
    }

    @Test(arguments: [1e-200, 1e200]) func rootsOfAnyScale(scale: Double) {
        let root = Self.sqrt2
        expect(
            Self.solvedRoot({ [scale * (square($0[0]) - 2), scale * ($0[1] - $0[0])] }, [1, 1], .float64), [root, root], 1e-12, .float64)
    }
}
