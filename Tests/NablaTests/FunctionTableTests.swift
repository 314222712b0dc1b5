import FunctionTable
import Testing

@testable import Nabla

/// Every function of the table against what it is by definition, and its derivatives in both modes up to order 3.
@Suite struct FunctionTableTests {
    @Test(arguments: FunctionTable.rows) func derivatives(_ row: TableRow) throws {
        var tolerance = GradientCheckTolerance()
        if row.isPolynomial {
            // The differences are exact up to rounding.
            tolerance.step = 1
            tolerance.relative = 1e-10
            tolerance.absolute = 1e-11
        }
        for sample in row.samples {
            try checkGradients(
                of: sample.restricted(row.function), at: sample.inputs, order: 3, name: "\(row.name) at \(sample)", tolerance: tolerance,
                holdsConstants: true)
        }
    }

    @Test(arguments: FunctionTable.rows) func values(_ row: TableRow) {
        for sample in row.samples {
            expectValues(row, sample, sample.inputs, within: 1e-13)
            expectValues(row, sample, sample.inputs.map { $0.dtype.isFloating ? $0.cast(to: .float32) : $0 }, within: 2e-6)
        }
    }

    private func expectValues(_ row: TableRow, _ sample: TableSample, _ inputs: [NDArray], within tolerance: Double) {
        let results = sample.restricted(row.function)(inputs.map { Variable($0) })
        let arguments = inputs.map { FlatArray($0) }
        let expected = row.reference.values(sample.isRepeated ? arguments + arguments : arguments)
        #expect(results.count == expected.count, "\(row) at \(sample)")
        for (result, wanted) in zip(results, expected) {
            #expect(result.shape == wanted.shape, "\(row) at \(sample)")
            for (got, number) in zip(result.array.doubles, wanted.values) {
                #expect((got - number).magnitude <= tolerance * max(1, number.magnitude), "\(row) at \(sample)")
            }
        }
    }
}
