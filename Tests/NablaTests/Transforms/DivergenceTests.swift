import Nabla
import Testing

@Suite struct DivergenceTests {
    /// f = (x² y, y² z, z² x): ∇·f = 2xy + 2yz + 2zx.
    private static let field: @Sendable (Variable) -> Variable = { p in p * p * concatenate([p[1...], p[..<1]]) }

    @Test func divergenceOfAField() {
        let x = Variable(NDArray([0.5, -1.5, 2]))
        #expect(isClose([divergence(of: Self.field, at: x).item()], [2 * (-0.75 - 3 + 1)]))
        // ∂/∂x 2(xy + yz + zx) = 2(y + z), …
        let slope = gradient(of: { divergence(of: Self.field, at: $0) }, at: x)
        #expect(isClose(slope.array.doubles, [1, 5, -2]))
    }

    /// Points along the other axes are on their own.
    @Test(arguments: [0, 1, -1]) func manyPoints(axis: Int) {
        let points = NDArray([[0.5, -1.5, 2], [1, 0.25, -0.5]], dtype: .float64)
        let x = Variable(axis == 0 ? points.transposed() : points)
        let along = axis == 0 ? 0 : 1
        let f: (Variable) -> Variable = { p in
            let (a, b, c) = along == 0 ? (p[0], p[1], p[2]) : (p[.all, 0], p[.all, 1], p[.all, 2])
            return stack([a * a * b, b * b * c, c * c * a], axis: along)
        }
        let values = divergence(of: f, at: x, axis: axis)
        #expect(isClose(values.array.doubles, [-5.5, 2 * (0.25 - 0.125 - 0.5)]))
        // ∇² Σ xᵢ⁴ = 12 Σ xᵢ².
        let bent = laplacian(of: { (square($0) * square($0)).sum(axis: along) }, at: x, axis: axis)
        #expect(isClose(bent.array.doubles, [12 * 6.5, 12 * 1.3125]))
    }

    /// 1 / r is harmonic in three dimensions; r² has the Laplacian 2n.
    @Test func laplacians() {
        let x = Variable(NDArray([0.5, -1.5, 2]))
        #expect(laplacian(of: { 1 / norm($0) }, at: x).item().magnitude < 1e-14)
        #expect(isClose([laplacian(of: { square($0).sum() }, at: x).item()], [6]))
        // ∇∇² Σ x⁴ = 24 x
        let slope = gradient(of: { laplacian(of: { (square($0) * square($0)).sum() }, at: $0) }, at: x)
        #expect(isClose(slope.array.doubles, [12, -36, 48]))
        // Biharmonic: ∇²∇² Σ x⁴ = 24 n
        #expect(isClose([laplacian(of: { laplacian(of: { (square($0) * square($0)).sum() }, at: $0) }, at: x).item()], [72]))
    }

    /// Exact for a diagonal Jacobian whatever the signs; otherwise right on average, within four deviations of the known variance.
    @Test func estimates() {
        let x = Variable(NDArray([0.5, -1.5, 2]))
        let generator = RandomGenerator(seed: 1)
        let diagonal = divergence(of: { $0 * $0 }, at: x, method: .hutchinson(samples: 1), using: generator)
        #expect(isClose([diagonal.item()], [2]))
        let matrix = NDArray([[1.0, 2, -1], [0.5, 3, 1], [-2, 1, 0.5]])
        let samples = 4000
        let estimate = divergence(
            of: { matmul(Variable(constant: matrix), $0) }, at: x, method: .hutchinson(samples: samples), using: generator)
        // 2 Σ_{i≠j} ((Jᵢⱼ + Jⱼᵢ) / 2)² = 4 (1.25² + 1.5² + 1²)
        let deviation = (4 * (1.5625 + 2.25 + 1) / Double(samples)).squareRoot()
        #expect((estimate.item() - 4.5).magnitude < 4 * deviation)
        #expect(estimate.item() != 4.5)
        let bent = laplacian(of: { square($0).sum() }, at: x, method: .hutchinson(samples: 2), using: generator)
        #expect(isClose([bent.item()], [6]))
    }

    @Test func emptyPoints() {
        let x = Variable(NDArray.zeros([0, 3], dtype: .float64))
        #expect(divergence(of: { $0 * $0 }, at: x, axis: 1).shape == [0])
        #expect(divergence(of: { $0 * $0 }, at: x).item() == 0)
    }

    /// In many dimensions directions are taken many at once, as long as arrays are small: of Σ x⁴ the Laplacian is 12 Σ x², its gradient 24 x and
    /// its own Laplacian 24 n.
    @Test(arguments: [(1, 8), (3, 10), (2, 300), (1000, 10)]) func manyDimensions(points: Int, dimensions: Int) {
        var generator = RandomGenerator(seed: 5)
        let x = Variable(generator.normal([points, dimensions], dtype: .float64))
        let f: (Variable) -> Variable = { (square($0) * square($0)).sum(axis: -1) }
        let sums = 12 * squaredNorm(x, axes: [1])
        let bent = laplacian(of: f, at: x, axis: 1)
        #expect(bent.shape == [points] && isClose(bent.array.doubles, sums.array.doubles) && !bent.requiresGrad)
        let across = laplacian(of: { f($0.transposed()) }, at: x.transposed(), axis: 0, enableDoubleBackprop: true)
        #expect(isClose(across.array.doubles, sums.array.doubles))
        #expect(isClose(grad(of: across.sum(), wrt: x).array.doubles, (24 * x.array).doubles))
        if points * dimensions > 600 { return }
        #expect(isClose([laplacian(of: { f($0).sum() }, at: x).item()], [sums.sum().item()]))
        #expect(isClose(vmap { laplacian(of: f, at: $0) }(x).array.doubles, sums.array.doubles))
        let twice = laplacian(of: { laplacian(of: f, at: $0, axis: 1) }, at: x, axis: 1)
        #expect(isClose(twice.array.doubles, [Double](repeating: 24 * Double(dimensions), count: points)))
        for flat in [laplacian(of: { $0.sum(axis: 1) }, at: x, axis: 1), laplacian(of: { _ in sums.detached() }, at: x, axis: 1)] {
            #expect(flat.array.doubles == [Double](repeating: 0, count: points))
        }
        let estimate = divergence(of: { $0 * $0 }, at: x, axis: 1, method: .hutchinson(samples: 20), using: generator)
        #expect(isClose(estimate.array.doubles, (2 * x.array.sum(axis: 1)).doubles))
    }
}
