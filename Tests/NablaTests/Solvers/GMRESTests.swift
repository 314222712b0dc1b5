import Foundation
import Nabla
import Testing

@Suite struct GMRESTests {
    private func matrix(_ size: Int, _ generator: inout RandomGenerator) -> NDArray {
        generator.normal([size, size], dtype: .float64) + 3 * NDArray.eye(size, dtype: .float64)
    }

    @Test(arguments: [1, 2, 5, 12]) func solvesInAsManyStepsAsUnknowns(size: Int) {
        var generator = RandomGenerator(seed: UInt64(size))
        for _ in 0..<5 {
            let matrix = matrix(size, &generator)
            let x = generator.normal([size], dtype: .float64)
            let result = gmres({ [matmul(matrix, $0[0])] }, rightHandSide: [matmul(matrix, x)], tolerance: 1e-12)
            #expect(result.stopReason == .converged)
            #expect(result.iterations <= size + 1)
            #expect(isClose(result.solution[0].doubles, x.doubles, 1e-8))
        }
    }

    /// A rotation by a quarter turn, on which the simplest Krylov methods stand still; and a shift, on which GMRES does until the last step.
    @Test func stepsWithoutProgress() {
        let turn = gmres({ [NDArray([-$0[0].doubles[1], $0[0].doubles[0]])] }, rightHandSide: [NDArray([3.0, 4])], tolerance: 1e-14)
        #expect(isClose(turn.solution[0].doubles, [4, -3]))
        let shift = gmres({ [concatenate([$0[0][1...], $0[0][..<1]])] }, rightHandSide: [NDArray([1.0, 0, 0, 0])], tolerance: 1e-12)
        #expect(isClose(shift.solution[0].doubles, [0, 1, 0, 0]) && shift.iterations == 4)
        #expect(shift.residualNorms.prefix(4).allSatisfy { ($0 - 1).magnitude < 1e-14 })
    }

    /// In cycles of 5, a well-conditioned system of 60 unknowns in lists of arrays; the residuals reported are those of the solution.
    @Test func restarts() {
        var generator = RandomGenerator(seed: 7)
        let matrix = NDArray.eye(60, dtype: .float64) + 0.05 * generator.normal([60, 60], dtype: .float64)
        func joined(_ parts: [NDArray]) -> NDArray { concatenate(parts.map { $0.flattened() }) }
        func divided(_ x: NDArray) -> [NDArray] { [x[..<20].reshaped(to: [4, 5]), x[20...]] }
        let b = generator.normal([60], dtype: .float64)
        let result = gmres({ divided(matmul(matrix, joined($0))) }, rightHandSide: divided(b), restart: 5, tolerance: 1e-11)
        #expect(result.stopReason == .converged && result.iterations > 5)
        let rest = (b - matmul(matrix, joined(result.solution))).doubles.map { $0 * $0 }.reduce(0, +).squareRoot()
        #expect((rest - result.residualNorms.last!).magnitude <= 1e-13 * result.residualNorms[0])
        #expect(rest <= 1e-11 * result.residualNorms[0])
    }

    @Test func waysToEnd() {
        let b = [NDArray([1.0, 1])]
        let singular = gmres({ [$0[0] * NDArray([1.0, 0])] }, rightHandSide: b)
        // Nothing was solved, and the residual says so.
        #expect(singular.stopReason == .stagnated && singular.residualNorms.last == 2.0.squareRoot())
        #expect(gmres({ [$0[0] * Double.infinity] }, rightHandSide: b).stopReason == .notFinite)
        #expect(gmres({ [$0[0] * NDArray([1.0, 2])] }, rightHandSide: b, iterations: 1).stopReason == .iterationLimit)
        #expect(gmres({ _ in [NDArray([0.0, 0])] }, rightHandSide: b).stopReason == .stagnated)
        let none = gmres({ $0 }, rightHandSide: [NDArray([0.0, 0])])
        #expect(none.iterations == 0 && none.stopReason == .converged)
    }
}
