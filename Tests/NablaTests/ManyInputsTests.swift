import Nabla
import Testing

/// Functions of thousands of variables. What they cost in time is `many_inputs` of the benchmarks.
@Suite struct ManyInputsTests {
    private func leaves(_ count: Int) -> [Variable] { (0..<count).map { Variable(Double($0)) } }

    /// Eight times as many variables record eight times as many functions and keep eight times the bytes, not 64 times.
    private func expectLinear(_ name: String, _ run: (Int) -> [Variable], sourceLocation: SourceLocation = #_sourceLocation) {
        let (few, many) = (GraphStatistics(of: run(250)), GraphStatistics(of: run(2000)))
        #expect(few.functionCount > 0 && few.retainedBytes > 0, "\(name)", sourceLocation: sourceLocation)
        for (kind, (few, many)) in [
            "functions": (few.functionCount, many.functionCount), "bytes": (few.retainedBytes, many.retainedBytes),
        ] {
            #expect(many <= 8 * few, "\(name), \(kind): \(few) and \(many)", sourceLocation: sourceLocation)
        }
    }

    @Test func gradientsGrowInProportion() {
        expectLinear("stack") { count in
            let x = leaves(count)
            return grad(of: square(stack(x)).sum(), wrt: x, enableDoubleBackprop: true)
        }
        expectLinear("concatenate") { count in
            let x = leaves(count).map { $0.reshaped(to: [1]) }
            return grad(of: (square(concatenate(x)) * concatenate(x)).sum(), wrt: x, enableDoubleBackprop: true)
        }
        expectLinear("split") { count in
            let parts = Variable(NDArray.ones([count], dtype: .float64)).split(into: count)
            return grad(of: concatenate(parts.map { $0 * square($0) }).sum(), wrt: parts, enableDoubleBackprop: true)
        }
    }

    /// Σ i xᵢ³ has the gradient 3 i xᵢ² and the Hessian diag(6 i xᵢ), whichever of the variables are asked for.
    @Test func derivativesAreRightInBothModes() {
        let x = (1...70).map { Variable(Double($0) / 7) }
        let factors = Variable(constant: NDArray((1...70).map(Double.init)))
        func f(_ x: [Variable]) -> Variable {
            let joined = stack(x)
            return (factors * joined * square(joined)).sum()
        }
        for asked in [Array(0..<70), [69], [3, 68], [0, 5, 66], Array(stride(from: 0, to: 70, by: 2))] {
            let some = asked.map { x[$0] }
            let g = grad(of: f(x), wrt: some, enableDoubleBackprop: true)
            let h = grad(of: concatenate(g.map { $0.reshaped(to: [1]) }).sum(), wrt: some)
            for (place, i) in asked.enumerated() {
                let (n, value) = (Double(i + 1), Double(i + 1) / 7)
                #expect(abs(g[place].item() / (3 * n * value * value) - 1) < 1e-14)
                #expect(abs(h[place].item() / (6 * n * value) - 1) < 1e-14)
            }
            let tangents = jvp(of: g, wrt: some, along: some.map { _ in Variable(constant: NDArray(1.0)) })
            for (place, i) in asked.enumerated() {
                #expect(abs(tangents[place].item() / (6 * Double(i + 1) * Double(i + 1) / 7) - 1) < 1e-14)
            }
        }
    }
}
