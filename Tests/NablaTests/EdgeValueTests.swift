import Foundation
import FunctionTable
import Nabla
import Testing

/// Every function of the table, with its first and second derivatives, over the whole range of both types: zeros of both signs, subnormal
/// numbers, powers of ten, the largest ones, infinities and NaN, against what mpmath computes (`Scripts/edge_values.py`).
@Suite struct EdgeValueTests {
    /// First derivatives backwards, unrecorded (fused kernels) and recorded (rules), and forwards; second ones by grad of grad.
    @Test(arguments: FunctionTable.rows, [DType.float32, .float64])
    func resultsAreWithinTheirBounds(_ row: TableRow, _ dtype: DType) throws {
        if row.movesNumbersOnly || row.family == "Noise" { return }
        let cases = try #require(EdgeReference.of(dtype).cases[row.name], "\(row) has no reference")
        let results = cases.flatMap { example in EdgeEvaluation(row, example, dtype).results.map { (example.label, $0) } }
        for order in 0...2 {
            let bound = row.bounds[order]
            let beyond = results.filter { $0.1.order == order && $0.1.error > bound }
            let report = beyond.map { "\($0.0), \($0.1)" }.joined(separator: "\n")
            #expect(beyond.isEmpty, "\(row), \(dtype), bound \(bound): \(report)")
        }
    }

    /// A row without a reference, and a reference without a row, fail.
    @Test func everyRowIsSwept() {
        let swept = Set(FunctionTable.rows.filter { !$0.movesNumbersOnly && $0.family != "Noise" }.map(\.name))
        #expect(Set(EdgeReference.float32.cases.keys) == swept)
        #expect(Set(EdgeReference.float64.cases.keys) == swept)
        for row in FunctionTable.rows where !row.movesNumbersOnly {
            for dtype in [DType.float32, .float64] {
                #expect(row.family == "Noise" || EdgeReference.of(dtype).cases[row.name]?.isEmpty == false, "\(row)")
            }
        }
    }

    /// A bound is for a row that there is.
    @Test func boundsAreOfRows() {
        let names = Set(FunctionTable.rows.map(\.name))
        for name in ErrorBounds.namesOfRows { #expect(names.contains(name), "\(name)") }
    }

    /// What dropout keeps is divided by the probability of being kept, the derivative likewise.
    @Test(arguments: FunctionTable.rows.filter { $0.family == "Noise" && !$0.movesNumbersOnly }, [DType.float32, .float64])
    func dropoutScalesWhatItKeeps(_ row: TableRow, _ dtype: DType) {
        for sample in row.samples {
            let numbers = SpecialNumbers.of(dtype, count: sample.inputs[0].count).map { $0.isFinite ? $0 : 1.5 }
            let x = Variable(NDArray(numbers, dtype: .float64).reshaped(to: sample.inputs[0].shape).cast(to: dtype))
            let seed = Variable(constant: x.array.flipped())
            let y = row.function([x])[0]
            let pulled = grad(of: y, wrt: x, gradOutput: seed), pushed = jvp(of: [y], wrt: [x], along: [seed])[0]
            for (got, given) in [(y, x), (pulled, seed), (pushed, seed)] {
                let expected = row.reference.values([FlatArray(given.array)])[0].values
                for (a, b) in zip(got.array.doubles, expected) {
                    #expect(EdgeNumber(number: b, scale: 0).error(of: a, dtype) <= row.bounds.value, "\(a), \(b)")
                }
            }
        }
    }
}
