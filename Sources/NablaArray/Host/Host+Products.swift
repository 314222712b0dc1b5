import CNablaRuntime
import COneDNN
import COpenBLAS

extension Host {
    package static func matmul(_ a: MatrixOperand, _ b: MatrixOperand, into out: MatrixOperand, dtype: DType, accumulating: Bool) {
        let work = a.rows * a.columns * b.columns
        if work < 2 * SharedProduct.leastWork {
            if work > SharedProduct.leastThreadedByBLAS { SharedProduct.ownThreadsOnly }
            multiply(a, b, into: out, dtype: dtype, accumulating: accumulating)
        } else {
            var product = SharedProduct(a: a, b: b, out: out, dtype: dtype, accumulating: accumulating)
            product.run(work: work)
        }
    }
}

/// `out = a b`, or `out += a b`, by one call of BLAS or, of narrow matrices, of oneDNN.
private func multiply(_ a: MatrixOperand, _ b: MatrixOperand, into out: MatrixOperand, dtype: DType, accumulating: Bool) {
    let (ta, lda) = a.blasLayout
    let (tb, ldb) = b.blasLayout
    let (m, n, k) = (Int32(a.rows), Int32(b.columns), Int32(a.columns))
    let ldc = Int32(max(1, out.rowStride))
    if dtype == .float32 {
        let (x, y, z) = (
            a.data.assumingMemoryBound(to: Float.self), b.data.assumingMemoryBound(to: Float.self),
            out.data.assumingMemoryBound(to: Float.self)
        )
        if isNarrow(a, b) {
            var product = nd_product(
                transposes_a: ta == CblasTrans, transposes_b: tb == CblasTrans, adds: accumulating, rows: Int64(m), columns: Int64(n),
                inner: Int64(k), pitch_a: Int64(lda), pitch_b: Int64(ldb), pitch_c: Int64(ldc))
            require(nd_multiply(&product, x, y, z), "matmul: expected memory for \(m) × \(k) × \(n), oneDNN found none")
            return
        }
        cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, 1, x, lda, y, ldb, accumulating ? 1 : 0, z, ldc)
    } else {
        cblas_dgemm(
            CblasRowMajor, ta, tb, m, n, k, 1, a.data.assumingMemoryBound(to: Double.self), lda,
            b.data.assumingMemoryBound(to: Double.self), ldb, accumulating ? 1 : 0, out.data.assumingMemoryBound(to: Double.self), ldc)
    }
}

/// Whether oneDNN takes less time for a product of float32 than BLAS, which clears the result first and packs both operands: 0.5 to 0.9 times
/// as much up to 256 columns (of 5000 × 64 × 64 0.7, of 5000 × 17 × 64 0.5), and as much or more beyond. A call costs a microsecond, which
/// small products are not worth.
private func isNarrow(_ a: MatrixOperand, _ b: MatrixOperand) -> Bool {
    b.columns <= 256 && a.rows * a.columns * b.columns >= 1 << 14 && multipliesNarrow
}

private let multipliesNarrow = nd_multiplies_narrow()

/// A product that is large enough for several of our own worker threads, each of which calls BLAS for a part.
///
/// BLAS's own threads spin for milliseconds after a product and fight with ours for the processors, and it shares out narrow products badly:
/// 10 000 × 20 × 20 takes 1.3 times as long on two of its threads as on one, 1280 × 80 × 20 twice as long; halves of rows 0.5 times.
/// As many parts of rows or columns as threads, so that one thread packs its operands once: the numbers depend on the number of threads in
/// their last bits where BLAS's kernels add up a part in another order than the whole (Haswell's do, Skylake's do not), and on nothing else.
private struct SharedProduct {
    let a, b, out: MatrixOperand
    let dtype: DType
    let accumulating: Bool
    var axis = Axis.rows
    /// Elements of the axis in a part.
    var grain = 0
    /// Where the parts of the inner axis after the first leave their sums.
    var partials: UnsafeMutableRawPointer?

    enum Axis { case rows, columns, inner }

    /// Multiplications that are worth a thread's while, and above which BLAS's kernels for small matrices do not take a part.
    static let leastWork = 1_000_001
    /// BLAS would use threads of its own above this.
    static let leastThreadedByBLAS = 1 << 17
    private static let mostParts = 4
    private static let mostPartialElements = 8192

    /// Takes BLAS's threads away from it, once.
    static let ownThreadsOnly: Void = openblas_set_num_threads(1)

    init(a: MatrixOperand, b: MatrixOperand, out: MatrixOperand, dtype: DType, accumulating: Bool) {
        (self.a, self.b, self.out, self.dtype, self.accumulating) = (a, b, out, dtype, accumulating)
    }

    mutating func run(work: Int) {
        SharedProduct.ownThreadsOnly
        let (rows, columns, inner) = (a.rows, b.columns, a.columns)
        if inner >= 8 * max(rows, columns), rows * columns <= SharedProduct.mostPartialElements {
            return runAlongInnerAxis(parts: min(SharedProduct.mostParts, work / SharedProduct.leastWork))
        }
        axis = rows >= columns ? .rows : .columns
        share(max(rows, columns), parts: min(Int(nr_thread_count()), work / SharedProduct.leastWork))
    }

    /// Parts of the inner axis, each with a result of its own, added up in order. Their number depends on extents alone, so the numbers do
    /// not depend on threads; in one thread too the parts cost nothing, as BLAS takes a long inner axis in parts itself.
    private mutating func runAlongInnerAxis(parts: Int) {
        let count = a.rows * b.columns
        axis = .inner
        let bytes = (parts - 1) * count * dtype.size
        partials = nr_buffer_allocate(bytes)
        share(a.columns, parts: parts)
        for part in 1..<(a.columns + grain - 1) / grain { addPartial(partials! + (part - 1) * count * dtype.size) }
        nr_buffer_free(partials, bytes)
    }

    private func addPartial(_ partial: UnsafeMutableRawPointer) {
        for row in 0..<out.rows {
            let (from, to) = (partial + row * out.columns * dtype.size, out.data + row * out.rowStride * dtype.size)
            let count = Int32(out.columns)
            if dtype == .float32 {
                cblas_saxpy(count, 1, from.assumingMemoryBound(to: Float.self), 1, to.assumingMemoryBound(to: Float.self), 1)
            } else {
                cblas_daxpy(count, 1, from.assumingMemoryBound(to: Double.self), 1, to.assumingMemoryBound(to: Double.self), 1)
            }
        }
    }

    private mutating func share(_ extent: Int, parts: Int) {
        // Whole registers of the kernels.
        grain = ((extent + parts - 1) / parts + 15) / 16 * 16
        withUnsafeMutablePointer(to: &self) { product in
            nr_parallel_parts(
                Int64(extent), Int64(product.pointee.grain),
                { product, begin, end in
                    let product = product!.assumingMemoryBound(to: SharedProduct.self)
                    // Part by part also when no other thread is free, for the same numbers.
                    let (grain, end) = (product.pointee.grain, Int(end))
                    for first in stride(from: Int(begin), to: end, by: grain) { product.pointee.compute(first..<min(end, first + grain)) }
                }, product)
        }
    }

    /// One part of `axis`.
    private func compute(_ part: Range<Int>) {
        switch axis {
        case .rows: multiply(a.rows(part, dtype), b, into: out.rows(part, dtype), dtype: dtype, accumulating: accumulating)
        case .columns: multiply(a, b.columns(part, dtype), into: out.columns(part, dtype), dtype: dtype, accumulating: accumulating)
        case .inner:
            var target = out
            let isFirst = part.lowerBound == 0
            if !isFirst {
                target.data = partials! + (part.lowerBound / grain - 1) * out.rows * out.columns * dtype.size
                target.rowStride = out.columns
            }
            multiply(a.columns(part, dtype), b.rows(part, dtype), into: target, dtype: dtype, accumulating: isFirst && accumulating)
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

    fileprivate func rows(_ range: Range<Int>, _ dtype: DType) -> MatrixOperand {
        var part = self
        part.data += range.lowerBound * rowStride * dtype.size
        part.rows = range.count
        return part
    }

    fileprivate func columns(_ range: Range<Int>, _ dtype: DType) -> MatrixOperand {
        var part = self
        part.data += range.lowerBound * columnStride * dtype.size
        part.columns = range.count
        return part
    }
}
