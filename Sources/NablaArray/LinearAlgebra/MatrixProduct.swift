/// The matrix product, over the last two axes, with broadcasting over the others.
///
/// A vector on the left stands for one row and a vector on the right for one column; that axis is absent from the result. Transposed and
/// sliced operands go to BLAS as they lie.
public func matmul(_ a: NDArray, _ b: NDArray) -> NDArray {
    require(
        a.rank >= 1 && b.rank >= 1 && a.shape[a.rank - 1] == b.shape[Swift.max(0, b.rank - 2)],
        "matmul: expected shapes (…, n, k) and (…, k, m), got \(a.shape) and \(b.shape)")
    let dtype = DType.promoted(a.dtype, b.dtype)
    if !dtype.isFloating {
        // Exact up to 2^53; BLAS has no integers.
        return matmul(a.cast(to: .float64), b.cast(to: .float64)).cast(to: dtype == .bool ? .int64 : dtype)
    }
    if a.rank == 1 { return matmul(a.reshaped(to: [1, a.count] as Shape), b).removingAxis(fromEnd: b.rank == 1 ? 1 : 2) }
    if b.rank == 1 { return matmul(a, b.reshaped(to: [b.count, 1] as Shape)).removingAxis(fromEnd: 1) }
    let (left, right) = (a.cast(to: dtype), b.cast(to: dtype))
    if left.rank == 2 && right.rank == 2 { return product(left, right) }
    return batchedProduct(left, right)
}

private func product(_ a: NDArray, _ b: NDArray) -> NDArray {
    let out = NDArray(uninitialized: [a.shape[0], b.shape[1]], a.dtype)
    let (left, right) = (a.preparedForBLAS(), b.preparedForBLAS())
    withExtendedLifetime((left, right)) { multiply(left.asMatrices, right.asMatrices, out.asMatrices, dtype: a.dtype) }
    return out
}

private func batchedProduct(_ a: NDArray, _ b: NDArray) -> NDArray {
    let (n, k, m) = (a.shape[a.rank - 2], a.shape[a.rank - 1], b.shape[b.rank - 1])
    // One matrix on the right serves all rows of a whole stack on the left.
    if b.rank == 2, a.isContiguous {
        let rows = a.reshaped(to: [a.count / Swift.max(1, k), k] as Shape)
        if k > 0 { return product(rows, b).reshaped(to: a.shape.replacing(a.rank - 1, with: m)) }
    }
    let (batchA, batchB) = (a.shape.dropLast(2).map { $0 }, b.shape.dropLast(2).map { $0 })
    guard let batch = Shape.broadcast(Shape(batchA), Shape(batchB)) else {
        fail("matmul: expected leading axes that broadcast together, got \(a.shape) and \(b.shape)")
    }
    var (shapeA, shapeB, shapeOut) = (batch, batch, batch)
    for extent in [n, k] { shapeA.append(extent) }
    for extent in [k, m] { shapeB.append(extent) }
    for extent in [n, m] { shapeOut.append(extent) }
    let out = NDArray(uninitialized: shapeOut, a.dtype)
    let (left, right) = (a.preparedForBLAS().broadcast(to: shapeA), b.preparedForBLAS().broadcast(to: shapeB))
    let (x, y, z) = (left.asMatrices, right.asMatrices, out.asMatrices)
    let size = a.dtype.size
    withExtendedLifetime((left, right)) {
        var index = [Int](repeating: 0, count: batch.rank)
        for _ in 0..<batch.elementCount {
            var (i, j, o) = (x, y, z)
            for (axis, position) in index.enumerated() {
                i.data += position * left.stridesInline[axis] * size
                j.data += position * right.stridesInline[axis] * size
                o.data += position * out.stridesInline[axis] * size
            }
            multiply(i, j, o, dtype: a.dtype)
            var axis = batch.rank - 1
            while axis >= 0 {
                index[axis] += 1
                if index[axis] < batch[axis] { break }
                index[axis] = 0
                axis -= 1
            }
        }
    }
    return out
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
    /// The last two axes as a matrix (the first one of a stack).
    fileprivate var asMatrices: MatrixOperand {
        let (r, c) = (rank - 2, rank - 1)
        return MatrixOperand(
            data: data, rows: shape[r], columns: shape[c], rowStride: stridesInline[r], columnStride: stridesInline[c])
    }

    /// This array, or a copy when BLAS cannot read its matrices as they lie.
    fileprivate func preparedForBLAS() -> NDArray {
        asMatrices.suitsBLAS ? self : copied()
    }

    fileprivate func removingAxis(fromEnd position: Int) -> NDArray { reshaped(to: shape.removing(rank - position)) }
}
