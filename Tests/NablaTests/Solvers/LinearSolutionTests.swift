import Glibc
import Nabla
import Testing

/// Solutions that are linear in what they depend on: their second derivatives vanish, and are asked for like others.
@Suite struct LinearSolutionTests {
    private let x = Variable(NDArray([0.3, -0.5]))

    /// y = x / 2, 2 x and x, by each solver.
    @Test func secondDerivativesVanish() {
        let solutions: [(f: (Variable) -> Variable, slope: Double)] = [
            ({ x in root(of: { y in 2 * y - x }, at: x.detached()) }, 0.5),
            ({ x in fixedPoint(of: { y in 0.5 * y + x }, at: x.detached()) }, 2),
            ({ x in argmin(of: { y in squaredNorm(y - x) }, at: x.detached()) }, 1),
            ({ x in linearSolve({ 2 * $0 }, rightHandSide: x) }, 0.5),
        ]
        for (index, (f, slope)) in solutions.enumerated() {
            let first = grad(of: f(x).sum(), wrt: x, enableDoubleBackprop: true)
            #expect(first.requiresGrad, "\(index)")
            for number in first.array.doubles { #expect(abs(number - slope) < 1e-9, "\(index)") }
            #expect(grad(of: first.sum(), wrt: x).array.doubles == [0, 0], "\(index)")
            let nested = gradient(of: { a in gradient(of: { f($0).sum() }, at: a).sum() }, at: x)
            #expect(nested.array.doubles == [0, 0], "\(index)")
        }
    }

    /// argmin over y of |y / 2 - x|² is 2 x, so Σ tanh(2 x) has the second derivatives -8 tanh(2 x) / cosh²(2 x).
    @Test func secondDerivativesBehindASolution() {
        let f: (Variable) -> Variable = { x in
            argmin(of: { y in squaredNorm(root(of: { z in 2 * z - y }, at: y.detached()) - x) }, at: x.detached())
        }
        let second = gradient(of: { a in gradient(of: { tanh(f($0)).sum() }, at: a).sum() }, at: x)
        for (got, x) in zip(second.array.doubles, [0.3, -0.5]) {
            let c = Glibc.cosh(2 * x)
            #expect(abs(got + 8 * Glibc.tanh(2 * x) / (c * c)) < 1e-6)
        }
    }

    /// Batched solutions of equations with Jacobians and Hessians in them are those of a loop, with their derivatives.
    @Test func jacobiansInsideOfBatchedSolutions() {
        let points = Variable(NDArray([[0.1, 0.5], [0.7, 0.2]]))
        let slopes: [(Variable) -> Variable] = [
            { y in 0.1 * jacobian(of: { tanh($0) }, at: y).sum() }, { y in 0.1 * jacobian(of: { tanh($0) }, at: y, chunkSize: 1).sum() },
            { y in 0.1 * hessian(of: { exp(0.3 * $0).sum() }, at: y).sum() },
        ]
        for (index, slope) in slopes.enumerated() {
            for solve: (Variable) -> Variable in [
                { x in root(of: { y in y - x - slope(y) }, at: x.detached()) },
                { x in fixedPoint(of: { y in x + slope(y) }, at: x.detached()) },
            ] {
                let looped = grad(of: sin(stack([solve(points[0]), solve(points[1])])).sum(), wrt: points)
                let batched = grad(of: sin(vmap(solve)(points)).sum(), wrt: points)
                for (a, b) in zip(batched.array.doubles, looped.array.doubles) { #expect(abs(a - b) < 1e-9, "\(index)") }
            }
        }
    }
}
