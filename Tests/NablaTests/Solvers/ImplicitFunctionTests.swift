import Foundation
import Nabla
import Testing

/// Solutions as functions of what the equations depend on, against closed forms.
@Suite struct ImplicitFunctionTests {
    private static func number(_ value: Double) -> Variable { Variable(value, dtype: .float64) }

    // MARK: Roots

    /// E - e sin E = M, with E = 1.2 chosen and M from it. With d = 1 - e cos E: E_M = 1 / d, E_e = sin E / d, E_MM = -e sin E / d³,
    /// E_Me = (cos E - e) / d³, and E_MMM = (-e cos E · d + 3 e² sin² E) / d⁵.
    @Test func keplersEquation() {
        let (anomaly, e) = (1.2, 0.4)
        let (s, c) = (Foundation.sin(anomaly), Foundation.cos(anomaly))
        let d = 1 - e * c
        let (eccentricity, mean) = (Self.number(e), Self.number(anomaly - e * s))
        let solution = root(of: { $0 - eccentricity * sin($0) - mean }, at: Self.number(0.8))
        #expect(isClose([solution.item()], [anomaly]))
        let first = grad(of: solution, wrt: [mean, eccentricity], enableDoubleBackprop: true)
        #expect(isClose(first.map { $0.item() }, [1 / d, s / d]))
        let second = grad(of: first[0], wrt: [mean, eccentricity], enableDoubleBackprop: true)
        #expect(isClose(second.map { $0.item() }, [-e * s / (d * d * d), (c - e) / (d * d * d)], 1e-11))
        let third = grad(of: second[0], wrt: mean)
        #expect(isClose([third.item()], [(-e * c * d + 3 * e * e * s * s) / Foundation.pow(d, 5)], 1e-10))

        // By forward mode, and by both.
        let one = Variable(constant: NDArray(1.0))
        let tangent = jvp(of: [solution], wrt: [mean], along: [one], enableDoubleBackprop: true)[0]
        #expect(isClose([tangent.item()], [1 / d]))
        #expect(isClose([grad(of: tangent, wrt: eccentricity).item()], [(c - e) / (d * d * d)], 1e-11))
        #expect(isClose([jvp(of: [tangent], wrt: [mean], along: [one])[0].item()], [-e * s / (d * d * d)], 1e-11))
        #expect(isClose([jvp(of: first, wrt: [eccentricity], along: [one])[0].item()], [(c - e) / (d * d * d)], 1e-11))
    }

    /// x² = a + b elementwise, at the negative root, in a structure; a solver of the user's.
    @Test func structuresAndOtherSolvers() throws {
        let a = NDArray([1.5, 3, 0.75], dtype: .float64)
        let f: ([Variable]) -> [Variable] = { inputs in
            let start = ["x": Variable(-NDArray.ones([3], dtype: .float64)), "y": Self.number(1)]
            let solution = root(
                of: { ["x": square($0["x"]!) - inputs[0] - inputs[1], "y": $0["y"]! - $0["x"]!.sum() * inputs[1]] }, at: start)
            return solution.variables
        }
        let expected = a.doubles.map { -($0 + 0.5).squareRoot() }
        let values = f([Variable(a), Self.number(0.5)])
        #expect(isClose(values[0].array.doubles, expected))
        #expect(isClose([values[1].item()], [expected.reduce(0, +) * 0.5]))
        try checkGradients(of: f, at: [a, NDArray(0.5)], order: 3, name: "root of a structure")

        let x = Variable(a)
        let other = root(of: { square($0) - x }, at: x, solver: { sqrt($0) })
        #expect(isClose(grad(of: other.sum(), wrt: x).array.doubles, a.doubles.map { 0.5 / $0.squareRoot() }))
    }

    /// The matrix square root: X X = A.
    @Test func gradientsOfAMatrixRoot() throws {
        let a = NDArray([[2.0, 0.5], [-0.3, 1.5]])
        try checkGradients(
            of: { a in [root(of: { matmul($0, $0) - a[0] }, at: Variable(.eye(2, dtype: .float64)))] }, at: [a], order: 2,
            name: "matrix root")
    }

    // MARK: Fixed points

    /// x = a cos x: dx/da = cos x / (1 + a sin x), and the second derivative by differentiating that.
    @Test func fixedPointOfTheCosine() {
        let a = Self.number(1.3)
        let x = fixedPoint(of: { a * cos($0) }, at: Self.number(0.5))
        let (value, slope) = (x.item(), grad(of: x, wrt: a, enableDoubleBackprop: true))
        let (s, c) = (Foundation.sin(value), Foundation.cos(value))
        #expect((value - 1.3 * c).magnitude < 1e-12)
        let (q, x1) = (1 + 1.3 * s, c / (1 + 1.3 * s))
        #expect(isClose([slope.item()], [x1], 1e-11))
        let x2 = (-s * x1) / q - c * (s + 1.3 * c * x1) / (q * q)
        #expect(isClose([grad(of: slope, wrt: a).item()], [x2], 1e-10))
    }

    /// x = W x + b with a captured matrix: x = (1 - W)⁻¹ b. The iterations alone would take a hundred steps.
    @Test func linearFixedPoint() throws {
        let w = NDArray([[0.5, 0.3, 0], [-0.2, 0.6, 0.1], [0.1, 0, 0.7]], dtype: .float64)
        let b = NDArray([1, -2, 0.5], dtype: .float64)
        try checkGradients(
            of: { inputs in
                [fixedPoint(of: { matmul(inputs[0], $0) + inputs[1] }, at: Variable(NDArray.zeros([3], dtype: .float64)))]
            }, at: [w, b], order: 2, name: "linear fixed point")
        let x = fixedPoint(of: { matmul(Variable(constant: w), $0) + Variable(constant: b) }, at: Variable(b))
        #expect(!x.requiresGrad)
        #expect(isClose((x.array - matmul(w, x.array)).doubles, b.doubles, 1e-11))
    }

    // MARK: Minima

    /// ½ xᵀ A x - bᵀ x: x* = A⁻¹ b.
    @Test func quadratic() {
        let (a, b) = (Variable(NDArray([[3.0, 1], [1, 2]])), Variable(NDArray([1.0, 4])))
        let x = argmin(of: { (0.5 * $0 * matmul(a, $0) - b * $0).sum() }, at: Variable(NDArray([0.0, 0])))
        #expect(isClose(x.array.doubles, [-0.4, 2.2]))
        // d(1ᵀx)/db = A⁻¹ 1, and d/dA = -½ (λ xᵀ + x λᵀ) with λ = A⁻¹ 1.
        let slopes = grad(of: x.sum(), wrt: [b, a])
        #expect(isClose(slopes[0].array.doubles, [0.2, 0.4]))
        #expect(isClose(slopes[1].array.doubles, [0.08, -0.14, -0.14, -0.88]))
    }

    /// Ridge regression: w = (XᵀX + s)⁻¹ Xᵀ y. With M = XᵀX + s: w′ = -M⁻¹ w and w″ = 2 M⁻² w in s.
    @Test func hyperGradientOfRidgeRegression() {
        let x = NDArray([[1.0, 0.5], [-0.3, 2], [0.7, -1]], dtype: .float64)
        let y = NDArray([1.0, -0.5, 2], dtype: .float64)
        let strength = Self.number(0.3)
        let weights = argmin(
            of: { square(matmul(Variable(constant: x), $0) - Variable(constant: y)).sum() + strength * square($0).sum() },
            at: Variable(NDArray.zeros([2], dtype: .float64)))
        let gram = matmul(x, x, transposeA: true) + 0.3 * NDArray.eye(2, dtype: .float64)
        func solved(_ v: [Double]) -> [Double] {
            let m = gram.doubles
            let d = m[0] * m[3] - m[1] * m[2]
            return [(m[3] * v[0] - m[1] * v[1]) / d, (m[0] * v[1] - m[2] * v[0]) / d]
        }
        let exact = solved(matmul(x, y, transposeA: true).doubles)
        #expect(isClose(weights.array.doubles, exact))
        let second = solved(solved(exact)).map { 2 * $0 }
        for i in 0..<2 {
            let slope = grad(of: weights[i], wrt: strength, enableDoubleBackprop: true)
            #expect(isClose([slope.item()], [-solved(exact)[i]], 1e-11))
            #expect(isClose([grad(of: slope, wrt: strength).item()], [second[i]], 1e-11))
        }
        let one = Variable(constant: NDArray(1.0))
        #expect(isClose(jvp(of: [weights], wrt: [strength], along: [one])[0].array.doubles, solved(exact).map { -$0 }, 1e-11))
    }

    /// The minimum of a function that is not quadratic, started where it curves downward: (x² - a)² at x = 0.1.
    @Test func fromWhereTheFunctionCurvesDownward() {
        let a = Self.number(2)
        let x = argmin(of: { square($0 * $0 - a) }, at: Self.number(0.1))
        #expect(isClose([x.item()], [Foundation.sqrt(2.0)], 1e-11))
        #expect(isClose([grad(of: x, wrt: a).item()], [0.5 / Foundation.sqrt(2.0)], 1e-10))
    }

    // MARK: Linear systems

    @Test func linearSystems() throws {
        let matrix = NDArray([[2, 0.5, 0], [-1, 1.5, 0.3], [0.2, 0, 1]], dtype: .float64)
        let b = NDArray([1, -2, 0.5], dtype: .float64)
        try checkGradients(
            of: { inputs in [linearSolve({ matmul(inputs[0], $0) }, rightHandSide: inputs[1])] }, at: [matrix, b], order: 3,
            name: "linearSolve")
        let symmetric = matmul(matrix, matrix, transposeA: true)
        try checkGradients(
            of: { inputs in [linearSolve({ matmul(inputs[0], $0) }, rightHandSide: inputs[1], using: .conjugateGradients())] },
            at: [symmetric, b], order: 1, name: "linearSolve, the matrix alone")
    }

    // MARK: With other transforms

    /// A root inside a checkpoint inside a gradient, and single precision.
    @Test func insideOtherTransforms() {
        let f: (Variable) -> Variable = { a in checkpoint(a) { a in root(of: { $0 * $0 * $0 - a }, at: Variable(1.0, dtype: a.dtype)) } }
        let x = Self.number(8)
        #expect(isClose([gradient(of: f, at: x).item()], [1.0 / 12]))
        #expect(isClose([derivative(of: f, order: 2)(x).item()], [-2.0 / 9 / 32], 1e-11))
        #expect(isClose([gradient(of: gradient(of: f))(x).item()], [-2.0 / 9 / 32], 1e-11))
        let single = Variable(8.0, dtype: .float32)
        #expect((gradient(of: f, at: single).item() - 1.0 / 12).magnitude < 1e-6)
        #expect(!noBackprop { root(of: { $0 * $0 - x }, at: x) }.requiresGrad)
    }

    /// Nothing of the iterations is kept.
    @Test func graphsAreSmall() {
        let a = Self.number(1.3)
        let before = GraphStatistics.liveNodes
        do {
            let x = fixedPoint(of: { a * cos($0) }, at: Self.number(0.5))
            #expect(GraphStatistics.liveNodes - before <= 3)
            let slope = grad(of: x, wrt: a, enableDoubleBackprop: true)
            _ = grad(of: slope, wrt: a)
        }
        #expect(GraphStatistics.liveNodes == before)
    }
}
