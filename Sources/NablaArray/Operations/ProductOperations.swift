/// The matrix product over the last two axes of operands of one floating type and rank 2 or more; leading axes broadcast.
package struct Product: BinaryOperation {
    package let transposesA, transposesB: Bool
    @inline(__always)
    package init(transposeA: Bool, transposeB: Bool) { (transposesA, transposesB) = (transposeA, transposeB) }

    package var name: String { "matmul" }
    package func layout(_ a: Layout, _ b: Layout, for function: StaticString) -> Layout {
        var (batchA, batchB) = (a.shape, b.shape)
        batchA.rank32 -= 2
        batchB.rank32 -= 2
        guard var shape = Shape.broadcast(batchA, batchB) else {
            fail("\(function): expected leading axes that broadcast together, got \(a.shape) and \(b.shape)")
        }
        shape.append(a.shape[a.shape.rank - (transposesA ? 1 : 2)])
        shape.append(b.shape[b.shape.rank - (transposesB ? 2 : 1)])
        return Layout(shape, a.dtype)
    }
}
