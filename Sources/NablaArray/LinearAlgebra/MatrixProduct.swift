/// The matrix product, over the last two axes, with broadcasting over the others; `transposeA` and `transposeB` exchange the last two axes
/// of an operand first.
///
/// A vector on the left stands for one row and a vector on the right for one column (there is nothing to transpose); that axis is absent
/// from the result. Transposed and sliced operands go to BLAS as they lie.
public func matmul(_ a: NDArray, _ b: NDArray, transposeA: Bool = false, transposeB: Bool = false) -> NDArray {
    let (shapeA, shapeB) = (a.shape, b.shape)
    require(
        shapeA.rank >= (transposeA ? 2 : 1) && shapeB.rank >= (transposeB ? 2 : 1)
            && shapeA[shapeA.rank - (transposeA ? 2 : 1)] == shapeB[transposeB ? shapeB.rank - 1 : Swift.max(0, shapeB.rank - 2)],
        "matmul: expected shapes \(transposeA ? "(…, k, n)" : "(…, n, k)") and \(transposeB ? "(…, m, k)" : "(…, k, m)"), "
            + "got \(shapeA) and \(shapeB)")
    if a.dtype != b.dtype || !a.dtype.isFloating {
        let dtype = DType.promoted(a.dtype, b.dtype)
        // Exact up to 2^53; BLAS has no integers.
        let work = dtype.isFloating ? dtype : .float64
        return matmul(a.cast(to: work), b.cast(to: work), transposeA: transposeA, transposeB: transposeB)
            .cast(to: dtype == .bool ? .int64 : dtype)
    }
    if shapeA.rank == 1 {
        let product = matmul(a.reshaped(to: Shape(1, a.count)), b, transposeB: transposeB)
        return product.removingAxis(fromEnd: shapeB.rank == 1 ? 1 : 2)
    }
    if shapeB.rank == 1 { return matmul(a, b.reshaped(to: Shape(b.count, 1)), transposeA: transposeA).removingAxis(fromEnd: 1) }
    if shapeA.rank == 2 && shapeB.rank == 2 { return matmul(matrices: a, b, transposeA, transposeB) }
    return matmul(batches: a, b, transposeA, transposeB)
}

/// Named like the public function: an optimised build goes on here with no call on the stack, by which messages would find the name.
private func matmul(matrices a: NDArray, _ b: NDArray, _ transposeA: Bool, _ transposeB: Bool) -> NDArray {
    var (a, b) = (a, b)
    var (left, right) = (MatrixOperand(of: a), MatrixOperand(of: b))
    let (rows, columns) = (transposeA ? left.columns : left.rows, transposeB ? right.rows : right.columns)
    // Before operands are copied: where the result is too large, that is known at once.
    let out = NDArray(uninitialized: Shape(rows, columns), a.dtype, for: "matmul")
    if _slowPath(!left.suitsBLAS) {
        a = a.copied()
        left = MatrixOperand(of: a)
    }
    if _slowPath(!right.suitsBLAS) {
        b = b.copied()
        right = MatrixOperand(of: b)
    }
    multiply(left, right, transposeA, transposeB, into: out)
    if _slowPath(ArrayTrace.isActive) {
        ArrayTrace.note(.matmul(transposeA: transposeA, transposeB: transposeB), reads: [a, b], writes: [out])
    }
    return out
}

private func multiply(_ left: MatrixOperand, _ right: MatrixOperand, _ transposeA: Bool, _ transposeB: Bool, into out: NDArray) {
    let (a, b) = (transposeA ? left.transposed : left, transposeB ? right.transposed : right)
    multiply(a, b, MatrixOperand(rowMajor: out.data, a.rows, b.columns), dtype: out.dtype)
}

/// The product again, of operands that BLAS can read, into memory that there is.
func computeProduct(_ a: NDArray, _ b: NDArray, _ transposeA: Bool, _ transposeB: Bool, into out: NDArray) {
    if out.rank == 2 {
        multiply(MatrixOperand(of: a), MatrixOperand(of: b), transposeA, transposeB, into: out)
    } else {
        multiplyStacks(a, b, transposeA, transposeB, into: out)
    }
}

private func matmul(batches a: NDArray, _ b: NDArray, _ transposeA: Bool, _ transposeB: Bool) -> NDArray {
    // One matrix on the right serves all rows of a whole stack on the left.
    if b.rank == 2, a.isContiguous, !transposeA {
        let (k, m) = (a.shape[a.rank - 1], b.shape[transposeB ? 0 : 1])
        if k > 0 {
            let rows = a.reshaped(to: Shape(a.count / k, k))
            return matmul(matrices: rows, b, false, transposeB).reshaped(to: a.shape.replacing(a.rank - 1, with: m))
        }
    }
    var (batchA, batchB) = (a.shape, b.shape)
    batchA.rank32 -= 2
    batchB.rank32 -= 2
    guard let batch = Shape.broadcast(batchA, batchB) else {
        fail("matmul: expected leading axes that broadcast together, got \(a.shape) and \(b.shape)")
    }
    var shape = batch
    shape.append(a.shape[a.rank - (transposeA ? 1 : 2)])
    shape.append(b.shape[b.rank - (transposeB ? 2 : 1)])
    let out = NDArray(uninitialized: shape, a.dtype, for: "matmul")
    let (left, right) = (a.matrices(transposed: transposeA), b.matrices(transposed: transposeB))
    multiplyStacks(left.array, right.array, transposeA, transposeB, into: out)
    if _slowPath(ArrayTrace.isActive) {
        ArrayTrace.note(.matmul(transposeA: transposeA, transposeB: transposeB), reads: [left.array, right.array], writes: [out])
    }
    return out
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
    backend.matmul(a, b, into: out, dtype: dtype, accumulating: false)
}

extension NDArray {
    /// The last two axes as matrices that BLAS can read, in the array that holds them: this one, or a copy.
    fileprivate func matrices(transposed: Bool) -> (array: NDArray, first: MatrixOperand) {
        let first = MatrixOperand(of: self)
        if first.suitsBLAS { return (self, transposed ? first.transposed : first) }
        let copy = copied()
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

    fileprivate func removingAxis(fromEnd position: Int) -> NDArray { reshaped(to: shape.removing(rank - position)) }
}

extension MatrixOperand {
    /// The last two axes of `array` (of the first matrix of a stack).
    fileprivate init(of array: NDArray) {
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

    fileprivate var transposed: MatrixOperand {
        MatrixOperand(data: data, rows: columns, columns: rows, rowStride: columnStride, columnStride: rowStride)
    }
}
