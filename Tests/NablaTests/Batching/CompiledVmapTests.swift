import Nabla
import Testing

/// `vmap` and `compile` in each other.
@Suite struct CompiledVmapTests {
    private let x = Variable(NDArray([[0.3, -1.2, 0.7], [1.1, 0.4, -0.2]]))
    private let f: (Variable) -> Variable = { grad(of: (sin($0) * $0).sum(), wrt: $0, enableDoubleBackprop: true) }  // sin x + x cos x

    @Test func compiledVmap() {
        let compiled = compile(vmap(f))
        for scale in [1.0, 0.5, -2] {
            let z = x * scale
            let expected = sin(z.array) + z.array * cos(z.array)
            #expect(isClose(compiled(z).array.doubles, expected.doubles))
        }
    }

    @Test func vmapOfACompiledFunction() {
        let compiled = compile(f)
        let y = vmap { compiled($0) }(x)
        #expect(isClose(y.array.doubles, (sin(x.array) + x.array * cos(x.array)).doubles))
        // ∂(sin x + x cos x)/∂x = 2 cos x - x sin x
        #expect(isClose(grad(of: y.sum(), wrt: x).array.doubles, (2 * cos(x.array) - x.array * sin(x.array)).doubles))
        let j = jacobian(of: { compiled($0) }, at: x[0])
        let diagonal = 2 * cos(x.array[0]) - x.array[0] * sin(x.array[0])
        #expect(isClose(j.array.doubles, (diagonal * NDArray.eye(3, dtype: .float64)).doubles))
    }

    /// Transforms inside a compiled function are recorded, as they are for its own derivative.
    @Test func vmapOfACompiledGradient() {
        let compiled = compile { (x: Variable) in gradient(of: { (sin($0) * $0).sum() }, at: x) }
        let slopes = [compiled, { x in vmap { compiled($0) }(x) }].map { grad(of: $0(x).sum(), wrt: x).array.doubles }
        let expected = (2 * cos(x.array) - x.array * sin(x.array)).doubles
        #expect(isClose(slopes[0], expected) && isClose(slopes[1], expected))
    }
}
