import CNablaKernels
import COpenBLAS

extension CPUBackend {
    package func matmul(_ a: MatrixOperand, _ b: MatrixOperand, into out: MatrixOperand, dtype: DType, accumulating: Bool) {
        let (ta, lda) = a.blasLayout
        let (tb, ldb) = b.blasLayout
        let (m, n, k) = (Int32(a.rows), Int32(b.columns), Int32(a.columns))
        let ldc = Int32(max(1, out.rowStride))
        if dtype == .float32 {
            cblas_sgemm(
                CblasRowMajor, ta, tb, m, n, k, 1, a.data.assumingMemoryBound(to: Float.self), lda,
                b.data.assumingMemoryBound(to: Float.self), ldb, accumulating ? 1 : 0, out.data.assumingMemoryBound(to: Float.self), ldc)
        } else {
            cblas_dgemm(
                CblasRowMajor, ta, tb, m, n, k, 1, a.data.assumingMemoryBound(to: Double.self), lda,
                b.data.assumingMemoryBound(to: Double.self), ldb, accumulating ? 1 : 0, out.data.assumingMemoryBound(to: Double.self), ldc)
        }
    }
}

extension MatrixOperand {
    /// Whether BLAS can read this matrix as it lies: one of its axes has neighbours next to each other. Of an empty matrix nothing is read.
    var suitsBLAS: Bool {
        if rows == 0 || columns == 0 { return true }
        let rowMajor = (columnStride == 1 || columns == 1) && (rowStride >= max(1, columns) || rows == 1)
        let columnMajor = (rowStride == 1 || rows == 1) && (columnStride >= max(1, rows) || columns == 1)
        return rowMajor || columnMajor
    }

    /// The transposition flag and leading extent of a matrix that `suitsBLAS`.
    fileprivate var blasLayout: (CBLAS_TRANSPOSE, Int32) {
        if (columnStride == 1 || columns == 1) && (rowStride >= max(1, columns) || rows == 1) {
            return (CblasNoTrans, Int32(max(1, rows == 1 ? columns : rowStride)))
        }
        return (CblasTrans, Int32(max(1, columns == 1 ? rows : columnStride)))
    }
}
