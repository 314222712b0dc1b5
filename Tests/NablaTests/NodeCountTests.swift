import FunctionTable
import Testing

@testable import Nabla

/// How the graph grows with the order of the derivative: a change is to be seen, and to be an improvement.
@Suite struct NodeCountTests {
    @Test(arguments: FunctionTable.rows) func graphIsNoLargerThanRecorded(_ row: TableRow) throws {
        let derivatives = SampleDerivatives(row, row.samples[0], dtype: .float64, order: 3)
        let counts = ([derivatives.outputs] + derivatives.gradients).map { nodeCount(behind: $0) }
        #expect(counts == FunctionTable.nodeCounts[row.name], "\"\(row)\": \(counts),")
    }

    @Test func everyCountBelongsToARow() {
        let names = Set(FunctionTable.rows.map(\.name))
        for name in FunctionTable.nodeCounts.keys { #expect(names.contains(name)) }
    }
}
