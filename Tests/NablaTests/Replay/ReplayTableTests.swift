import FunctionTable
import Testing

@testable import Nabla

/// Every function of the table, compiled, beside itself.
@Suite struct ReplayTableTests {
    /// Values and gradients to order 2, of a replay of each and of the whole as one: the same bits as without.
    @Test(arguments: FunctionTable.rows) func replayIsTheOriginalToTheLastBit(_ row: TableRow) {
        for sample in row.samples {
            let function = sample.restricted(row.function)
            let floating = sample.inputs.indices.filter { sample.inputs[$0].dtype.isFloating }
            for order in 0...2 {
                let whole: ([Variable]) -> [Variable] = { inputs in
                    let places = floating.map { inputs[$0] }
                    var level = function(inputs)
                    var all = level
                    for k in 0..<order {
                        level = grad(
                            of: level, wrt: places,
                            gradOutputs: level.enumerated().map { SampleDerivatives.weights(like: $1, seed: UInt64(10 * k + $0)) },
                            enableDoubleBackprop: k + 1 < order)
                        all += level
                    }
                    return all
                }
                let compiled = compile(whole)
                // Two recordings, then replays; at other numbers too, which a stale constant would not see.
                for (call, factor) in [1.0, 1.0, 1.0, 1.0625].enumerated() {
                    let inputs = sample.inputs.map { Variable($0.dtype.isFloating ? $0 * factor : $0) }
                    let expected = whole(inputs)
                    let got = noBackprop { compiled(inputs) }
                    #expect(got.count == expected.count)
                    for (a, b) in zip(got, expected) {
                        let isSame = a.shape == b.shape && a.dtype == b.dtype && sameBits(a.array, b.array)
                        #expect(isSame, "\(sample), order \(order), call \(call): \(a.array) instead of \(b.array)")
                    }
                }
            }
        }
    }

    /// Derivatives of the compiled function, not within it.
    @Test(arguments: FunctionTable.rows) func gradientsOfACompiledFunctionAreThoseOfTheOriginal(_ row: TableRow) {
        for sample in row.samples {
            let function = sample.restricted(row.function)
            let compiled = compile(function)
            for _ in 0..<3 {
                let (expected, got) = (derivatives(of: function, sample), derivatives(of: { compiled($0) }, sample))
                for (a, b) in zip(got, expected) {
                    let size = b.doubles.reduce(1e-3) { max($0, $1.magnitude) }
                    let isClose = a.shape == b.shape && zip(a.doubles, b.doubles).allSatisfy { ($0 - $1).magnitude <= 1e-12 * size }
                    #expect(isClose, "\(sample): \(a) instead of \(b)")
                }
            }
        }
    }

    private func derivatives(of function: ([Variable]) -> [Variable], _ sample: TableSample) -> [NDArray] {
        let inputs = sample.inputs.map { Variable($0) }
        let places = inputs.filter(\.requiresGrad)
        var level = function(inputs)
        var all = level
        for k in 0..<2 {
            level = grad(
                of: level, wrt: places,
                gradOutputs: level.enumerated().map { SampleDerivatives.weights(like: $1, seed: UInt64(10 * k + $0)) },
                enableDoubleBackprop: true)
            all += level
        }
        return all.map(\.array)
    }

    private func sameBits(_ a: NDArray, _ b: NDArray) -> Bool {
        a.cast(to: .float64).doubles.map(\.bitPattern) == b.cast(to: .float64).doubles.map(\.bitPattern)
    }
}
