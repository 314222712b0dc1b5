import Foundation
import Nabla
import Testing

/// Solutions at zero, where rounding is all that a relative precision sees, and right-hand sides whose squares leave the range of float64.
@Suite struct SolverRangeTests {
    /// cos(x + π/2) + a = 0 at a = 0 has x = 0 and dx/da = 1; the sum rounds, so that no x makes the left side exactly 0.
    @Test(arguments: [DType.float64, .float32], [0.5, 0]) func solutionsAtZero(dtype: DType, start: Double) {
        let (a, x) = (Variable(0.0, dtype: dtype), Variable(start, dtype: dtype))
        let precision = dtype == .float64 ? 1e-13 : 1e-6
        let turned: (Variable) -> Variable = { cos($0 + Double.pi / 2) }
        let energy: (Variable) -> Variable = { a * $0 - sin($0 + Double.pi / 2) }
        let solutions: [(Variable, Double)] = [
            (root(of: { turned($0) + a }, at: x), 1),
            // x = ½ cos(x + π/2) + a: 1 / (1 + ½).
            (fixedPoint(of: { 0.5 * turned($0) + a }, at: x), 1 / 1.5),
            // The minimum of a x - cos x: dx/da = -1 / cos 0.
            (argmin(of: energy, at: x), -1),
        ]
        for (solution, slope) in solutions {
            #expect(solution.item().magnitude <= precision)
            #expect((grad(of: solution, wrt: a).item() - slope).magnitude <= 10 * precision)
        }
    }

    /// Minima at which the terms of f cancel: there |f| says nothing of how much f rounds, and no step along the slope lowers it.
    @Test(arguments: [DType.float32, .float64]) func minimaOfSumsThatCancel(dtype: DType) {
        // |z - x|² + sin z / 10 - c, of which c takes the value at the minimum; 2 (z - x) + cos z / 10 = 0 there.
        for seed in 0..<200 as Range<UInt64> {
            var generator = RandomGenerator(seed: seed)
            let x = Variable(constant: generator.normal([3]).cast(to: dtype) * 3)
            let f: (Variable) -> Variable = { z in square(z - x).sum() + sin(z).sum() * 0.1 }
            let least = noBackprop { f(argmin(of: f, at: x)) }
            let z = argmin(of: { f($0) - least }, at: x)
            let slope = abs((2 * (z - x) + 0.1 * cos(z)).array).max().item()
            #expect(slope <= (dtype == .float64 ? 1e-14 : 1e-5), "seed \(seed): \(slope)")
        }
        let x = Variable(constant: NDArray([-0.28933415, 0.3320152, -0.3114658] as [Float]))
        _ = argmin(of: { square($0 - x).sum() + sin($0).sum() * 0.1 }, at: x)
    }

    /// 3 x + y = s, x + 2 y = 4 s has x = -0.4 s, y = 2.2 s.
    @Test(arguments: [1e-300, 1e-170, 1, 1e170, 1e300]) func rightHandSidesOfAnySize(size: Double) {
        let matrix = Variable(NDArray([[3.0, 1], [1, 2]])), b = Variable(NDArray([size, 4 * size]))
        for solver in [LinearSolver.gmres(), .conjugateGradients()] {
            let x = linearSolve({ matmul(matrix, $0) }, rightHandSide: b, using: solver)
            #expect(isClose(x.array.doubles.map { $0 / size }, [-0.4, 2.2]))
            // The transposed system has a right-hand side of the seed's size.
            let seed = Variable(constant: NDArray([size, 4 * size]))
            #expect(isClose(grad(of: x, wrt: b, gradOutput: seed).array.doubles.map { $0 / size }, [-0.4, 2.2]))
        }
        let products = { (v: [NDArray]) in [matmul(matrix.array, v[0])] }
        let result = conjugateGradients(products, rightHandSide: [b.array], damping: 1)
        // 4 x + y = s, x + 3 y = 4 s.
        #expect(isClose(result.solution[0].doubles.map { $0 / size }, [-1.0 / 11, 15.0 / 11]))
        #expect(isClose([result.residualNorms[0] / size], [(17.0).squareRoot()]) && result.stopReason == .converged)
    }

    @Test func emptySystemsHaveEmptySolutions() {
        let (a, none) = (Variable(2.0, dtype: .float64), Variable(NDArray.zeros([0], dtype: .float64)))
        let solutions = [
            root(of: { square($0) - a }, at: none), fixedPoint(of: { cos($0) * a }, at: none),
            argmin(of: { square($0 - a).sum() }, at: none), linearSolve({ a * $0 }, rightHandSide: none),
        ]
        for solution in solutions {
            #expect(solution.shape == [0])
            #expect(grad(of: solution.sum(), wrt: a).item() == 0)
        }
        #expect(root(of: { (x: [Variable]) in x.map { $0 - a } }, at: []).isEmpty)
    }

    /// The cube root: derivatives a^(-2/3) / 3 and -2 a^(-5/3) / 9, by example and of all examples.
    @Test func rootsAreMapped() {
        let a = Variable(NDArray([1.0, 2, 3, 4]))
        let cubeRoot: (Variable) -> Variable = { a in root(of: { $0 * $0 * $0 - a }, at: Variable(1.0, dtype: .float64)) }
        let (values, powers) = (vmap(cubeRoot)(a), a.array.doubles)
        #expect(isClose(values.array.doubles, powers.map { Foundation.pow($0, 1.0 / 3) }))
        let first = powers.map { Foundation.pow($0, -2.0 / 3) / 3 }
        let slopes = grad(of: values.sum(), wrt: a, enableDoubleBackprop: true)
        #expect(isClose(slopes.array.doubles, first))
        #expect(isClose(vmap { gradient(of: cubeRoot, at: $0) }(a).array.doubles, first))
        #expect(isClose(grad(of: slopes.sum(), wrt: a).array.doubles, powers.map { -2 * Foundation.pow($0, -5.0 / 3) / 9 }, 1e-11))
    }

    /// A vector residual of a compiled function, and one of a mapped function.
    @Test func residualsMayBeCompiledOrMapped() {
        let (a, cube) = (Variable(NDArray([8.0, 27])), compile { x, a in x * x * x - a })
        for _ in 0..<3 {
            for residual in [{ cube($0, a) }, { x in vmap { $0 * $0 * $0 }(x) - a }] as [(Variable) -> Variable] {
                let x = root(of: residual, at: Variable(NDArray([1.0, 2])))
                #expect(isClose(x.array.doubles, [2, 3]))
                let slopes = grad(of: x.sum(), wrt: a, enableDoubleBackprop: true)
                #expect(isClose(slopes.array.doubles, [1.0 / 12, 1.0 / 27]))
                #expect(isClose(grad(of: slopes.sum(), wrt: a).array.doubles, [-2.0 / 9 / 32, -2.0 / 9 / 243], 1e-11))
            }
        }
    }
}
