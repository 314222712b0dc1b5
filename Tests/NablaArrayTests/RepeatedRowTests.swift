import NablaArray
import Testing

/// Short rows that stand beside many rows: a path of its own in the kernels.
@Suite struct RepeatedRowTests {
    /// Lengths and numbers of rows around those of a buffer, with an axis before the rows.
    @Test(arguments: [1, 2, 7, 20, 63, 64, 65], [1, 7, 8, 26, 73, 600])
    func rowsBesideManyRows(_ length: Int, _ rows: Int) {
        let x = NDArray.arange(3 * rows * length).cast(to: .float64).reshaped(to: [3, rows, length])
        let shared = NDArray.arange(length).cast(to: .float64) / 8
        let own = NDArray.arange(3 * length).cast(to: .float64).reshaped(to: [3, 1, length]) / 4
        let half = (NDArray.arange(length) .< length / 2).reshaped(to: [1, 1, length])
        var sums: [Double] = []
        var differences: [Double] = []
        var choices: [Double] = []
        var reversed: [Double] = []
        for stack in 0..<3 {
            for row in 0..<rows {
                for column in 0..<length {
                    let element = Double((stack * rows + row) * length + column)
                    let mirrored = Double((stack * rows + rows - 1 - row) * length + column)
                    let ownElement = Double(stack * length + column) / 4
                    sums.append(element + Double(column) / 8)
                    differences.append(ownElement - element)
                    choices.append(column < length / 2 ? ownElement : element)
                    reversed.append(mirrored + ownElement)
                }
            }
        }
        #expect((x + shared).doubles == sums)
        #expect((own - x).doubles == differences)
        // Two operands that repeat, one of them in other rows than the other, and of another type.
        #expect(`where`(half, own, x).doubles == choices)
        // Rows that follow each other backwards.
        #expect((x.flipped(axes: [1]) + own).doubles == reversed)
    }
}
