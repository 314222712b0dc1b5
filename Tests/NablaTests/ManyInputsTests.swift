import Foundation
import Nabla
import Testing

/// Functions of thousands of variables: time goes with their number, not with its square.
@Suite struct ManyInputsTests {
    /// Seconds of this thread's own work.
    private func seconds(_ body: () -> Void) -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
        }
        let start = now()
        body()
        return now() - start
    }

    /// Eight times as many may take twenty times as long; with the square they would take 64 times.
    private func expectLinear(_ name: String, _ run: (Int) -> Void, sourceLocation: SourceLocation = #_sourceLocation) {
        func best(_ count: Int) -> Double { (0..<3).map { _ in seconds { run(count) } }.min()! }
        let (few, many) = (best(1000), best(8000))
        #expect(many < 20 * few, "\(name): \(few) s and \(many) s", sourceLocation: sourceLocation)
    }

    private func leaves(_ count: Int) -> [Variable] { (0..<count).map { Variable(Double($0)) } }

    @Test func gradientsTakeTimeInProportion() {
        expectLinear("stack") { count in
            square(stack(leaves(count))).sum().backward()
        }
        expectLinear("concatenate, recorded twice") { count in
            let x = leaves(count).map { $0.reshaped(to: [1]) }
            let g = grad(of: (square(concatenate(x)) * concatenate(x)).sum(), wrt: x, enableDoubleBackprop: true)
            _ = grad(of: concatenate(g).sum(), wrt: x)
        }
        expectLinear("split, recorded twice") { count in
            let x = Variable(NDArray.ones([count], dtype: .float64))
            let parts = x.split(into: count)
            let g = grad(of: concatenate(parts.map { $0 * square($0) }).sum(), wrt: x, enableDoubleBackprop: true)
            _ = grad(of: square(g).sum(), wrt: x)
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
