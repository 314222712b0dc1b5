// Products of arrays: as one product of matrices where they are matrices, as one for each matrix of a stack otherwise.

/// A matrix in memory: `rows` × `columns`, neighbours `rowStride` and `columnStride` elements apart.
package struct MatrixOperand {
    package var data: UnsafeMutableRawPointer
    package var rows: Int
    package var columns: Int
    package var rowStride: Int
    package var columnStride: Int
}

extension Product {
    @inline(__always)
    package func runOnHost(_ a: NDArray, _ b: NDArray, into out: NDArray) {
        if out.rank == 2 { multiplyMatrices(a, b, into: out) } else { multiplyStacks(a, b, transposesA, transposesB, into: out) }
    }

    private func multiplyMatrices(_ a: NDArray, _ b: NDArray, into out: NDArray) {
        let (left, right) = (MatrixOperand(of: a), MatrixOperand(of: b))
        if _fastPath(left.suitsBLAS && right.suitsBLAS) {
            return multiply(left, right, transposesA, transposesB, into: out)
        }
        let (a, b) = (left.suitsBLAS ? a : Host.copy(a), right.suitsBLAS ? b : Host.copy(b))
        withExtendedLifetime((a, b)) { multiply(MatrixOperand(of: a), MatrixOperand(of: b), transposesA, transposesB, into: out) }
    }
}

private func multiply(_ left: MatrixOperand, _ right: MatrixOperand, _ transposeA: Bool, _ transposeB: Bool, into out: NDArray) {
    let (a, b) = (transposeA ? left.transposed : left, transposeB ? right.transposed : right)
    multiply(a, b, MatrixOperand(rowMajor: out.data, a.rows, b.columns), dtype: out.dtype)
}

/// The products of stacks of matrices that BLAS can read; the stacks broadcast to that of `out`.
private func multiplyStacks(_ a: NDArray, _ b: NDArray, _ transposeA: Bool, _ transposeB: Bool, into out: NDArray) {
    let (left, right) = (a.matrices(transposed: transposeA), b.matrices(transposed: transposeB))
    var (batchA, batchB, batch) = (a.shape, b.shape, out.shape)
    batchA.rank32 -= 2
    batchB.rank32 -= 2
    batch.rank32 -= 2
    let (n, m) = (left.first.rows, right.first.columns)
    let size = a.dtype.size
    let (stepsA, stepsB) = (left.array.batchSteps(batchA, in: batch), right.array.batchSteps(batchB, in: batch))
    withExtendedLifetime((left.array, right.array)) {
        var (x, y, z) = (left.first, right.first, MatrixOperand(rowMajor: out.data, n, m))
        var index = InlineArray<8, Int>(repeating: 0)
        for _ in 0..<batch.elementCount {
            multiply(x, y, z, dtype: a.dtype)
            z.data += n * m * size
            var axis = batch.rank - 1
            while axis >= 0 {
                index[axis] += 1
                x.data += stepsA[axis]
                y.data += stepsB[axis]
                if index[axis] < batch[axis] { break }
                x.data -= index[axis] * stepsA[axis]
                y.data -= index[axis] * stepsB[axis]
                index[axis] = 0
                axis -= 1
            }
        }
    }
}

/// `out = a b` for operands that BLAS can read.
private func multiply(_ a: MatrixOperand, _ b: MatrixOperand, _ out: MatrixOperand, dtype: DType) {
    if out.rows == 0 || out.columns == 0 { return }
    if a.columns == 0 {
        (out.data).initializeMemory(as: UInt8.self, repeating: 0, count: out.rows * out.columns * dtype.size)
        return
    }
    Host.matmul(a, b, into: out, dtype: dtype, accumulating: false)
}

extension NDArray {
    /// The last two axes as matrices that BLAS can read, in the array that holds them: this one, or a copy.
    fileprivate func matrices(transposed: Bool) -> (array: NDArray, first: MatrixOperand) {
        let first = MatrixOperand(of: self)
        if first.suitsBLAS { return (self, transposed ? first.transposed : first) }
        let copy = Host.copy(self)
        let whole = MatrixOperand(of: copy)
        return (copy, transposed ? whole.transposed : whole)
    }

    /// How many bytes lie between the matrices of a stack, along each axis of `batch`, to which the leading axes `own` broadcast.
    fileprivate func batchSteps(_ own: Shape, in batch: Shape) -> Strides {
        let strides = stridesInline
        var steps = Strides()
        let shift = batch.rank - own.rank
        for i in 0..<own.rank where own[i] != 1 { steps[i + shift] = strides[i] * dtype.size }
        return steps
    }
}

extension MatrixOperand {
    /// The last two axes of `array` (of the first matrix of a stack).
    init(of array: NDArray) {
        let body = array.body
        let (r, c) = (body.header.shape.rank - 2, body.header.shape.rank - 1)
        let (rows, columns) = (body.header.shape[r], body.header.shape[c])
        if body.header.isContiguous {
            self.init(data: body.header.data, rows: rows, columns: columns, rowStride: columns, columnStride: 1)
        } else {
            let strides = body.strides
            self.init(data: body.header.data, rows: rows, columns: columns, rowStride: strides[r], columnStride: strides[c])
        }
    }

    fileprivate init(rowMajor data: UnsafeMutableRawPointer, _ rows: Int, _ columns: Int) {
        self.init(data: data, rows: rows, columns: columns, rowStride: columns, columnStride: 1)
    }

    var transposed: MatrixOperand {
        MatrixOperand(data: data, rows: columns, columns: rows, rowStride: columnStride, columnStride: rowStride)
    }
}
