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
    let (rows, columns) = (a.shape[transposeA ? 1 : 0], b.shape[transposeB ? 0 : 1])
    let out = NDArray(uninitialized: Shape(rows, columns), a.dtype, for: "matmul")
    perform(Product(transposeA: transposeA, transposeB: transposeB), a, b, into: out)
    return out
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
    return perform(Product(transposeA: transposeA, transposeB: transposeB), a, b, for: "matmul")
}

extension NDArray {
    fileprivate func removingAxis(fromEnd position: Int) -> NDArray { reshaped(to: shape.removing(rank - position)) }
}
