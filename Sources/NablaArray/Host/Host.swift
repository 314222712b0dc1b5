import CNablaKernels
import CNablaRuntime

/// The machine's own cores: C kernels for maps and reductions, OpenBLAS for matrix products, oneDNN for convolutions.
///
/// Its functions compute into arrays that exist already, have their final shape and may be written freely; operands broadcast to them. Nobody
/// hears of it: operations are run by `perform`.
package enum Host {
    package static func setThreadCount(_ count: Int) { nr_set_thread_count(Int32(count)) }

    /// `x` in row-major order: itself, or a copy.
    static func contiguous(_ x: NDArray) -> NDArray { x.isContiguous ? x : copy(x) }

    /// A copy of `x` in row-major order.
    static func copy(_ x: NDArray) -> NDArray {
        let out = NDArray(uninitialized: x.shape, x.dtype)
        cast(x, into: out)
        return out
    }
}

/// The shape and strides of one operand as the kernels take them.
struct KernelLayout {
    var shape: Shape
    var strides: Strides

    /// `array` as it appears when broadcast to `target`.
    @inline(__always)
    init(_ array: NDArray, broadcastTo target: Shape) {
        shape = target
        if array.shape == target {
            strides = array.stridesInline
            return
        }
        strides = Strides()
        let shift = target.rank - array.rank
        for i in 0..<array.rank where array.shape[i] != 1 { strides[i + shift] = array.stridesInline[i] }
    }

    static let scalar = Strides()
}

extension Shape {
    /// Calls `body` with the extents as the kernels take them.
    @inline(__always)
    func withPointer<R>(_ body: (UnsafePointer<Int32>) -> R) -> R {
        withUnsafePointer(to: extents) { body(UnsafeRawPointer($0).assumingMemoryBound(to: Int32.self)) }
    }
}

extension Strides {
    @inline(__always)
    func withPointer<R>(_ body: (UnsafePointer<Int64>) -> R) -> R {
        withUnsafePointer(to: values) { body(UnsafeRawPointer($0).assumingMemoryBound(to: Int64.self)) }
    }
}

extension NDArray {
    @inline(__always)
    var kernelType: nk_dtype { nk_dtype(rawValue: Int32(dtype.rawValue)) }

    /// Whether a kernel may treat this array, which broadcasts to `out`, as one run of elements beside those of `out`: where their numbers
    /// agree, nothing is stretched.
    @inline(__always)
    func isFlat(like out: NDArray) -> Bool { isContiguous && count == out.count }
}

extension ScalarValue {
    /// Calls `body` with the number stored as an element of `dtype`.
    @inline(__always)
    func withElement<R>(_ dtype: DType, _ body: (UnsafeRawPointer) -> R) -> R {
        switch dtype {
        case .float32: withUnsafePointer(to: Float(double)) { body($0) }
        case .float64: withUnsafePointer(to: double) { body($0) }
        case .int32: withUnsafePointer(to: Int32(truncatingIfNeeded: integer)) { body($0) }
        case .int64: withUnsafePointer(to: integer) { body($0) }
        case .bool: withUnsafePointer(to: double != 0) { body($0) }
        }
    }
}
