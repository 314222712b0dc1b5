import CNablaRuntime

/// A multidimensional array of numbers: a value.
///
/// Copies share memory until one of them is changed, so an array that a graph keeps can never be changed behind its back. Slices,
/// transposes, broadcasts and most reshapes are views that share memory in the same way.
///
///     let x = NDArray([[1, 2, 3], [4, 5, 6]], dtype: .float32)
///     print(x.shape, x.sum(axis: 0))           // [2, 3] [5. 7. 9.]
public struct NDArray {
    package var body: ArrayBody

    @inline(__always)
    package init(body: ArrayBody) { self.body = body }

    /// A row-major array whose numbers are not yet set; the caller writes all of them.
    @inline(__always)
    package init(uninitialized shape: Shape, _ dtype: DType) {
        body = ArrayBody.uninitialized(shape, dtype)
    }

    /// The same for `function`, which is named where the array would be too large.
    @inline(__always)
    package init(uninitialized shape: Shape, _ dtype: DType, for function: StaticString) {
        body = ArrayBody.uninitialized(shape, dtype, count: shape.elementCount(of: dtype, for: function))
    }

    /// An array like `other`, row-major, whose numbers are not yet set.
    @inline(__always)
    package init(uninitializedLike other: NDArray) {
        let header = other.body.header
        body = ArrayBody.uninitialized(header.shape, header.dtype, count: header.count)
    }

    /// The extents of the axes.
    public var shape: Shape { body.header.shape }
    /// The type of the elements.
    public var dtype: DType { body.header.dtype }
    /// The number of axes; 0 for a single number.
    public var rank: Int { body.header.shape.rank }
    /// The number of elements.
    public var count: Int { body.header.count }
    /// Whether the elements follow each other in memory in row-major order.
    public var isContiguous: Bool { body.header.isContiguous }
    /// Distances in elements between neighbours along each axis.
    public var strides: [Int] {
        let all = stridesInline
        return (0..<rank).map { all[$0] }
    }

    package var stridesInline: Strides { body.strides }
    package var data: UnsafeMutableRawPointer { body.header.data }

    /// This array with its elements in row-major order: itself, or a copy.
    public func contiguous() -> NDArray { isContiguous ? self : copied() }

    /// A copy with memory of its own, in row-major order.
    public func copied() -> NDArray {
        let out = NDArray(uninitialized: shape, dtype)
        perform(Cast(to: dtype), self, into: out)
        return out
    }

    /// Makes sure that this value alone owns its memory, in row-major order, before it is written to.
    package mutating func makeUnique() {
        if !ownsMemoryAlone || !isContiguous { self = copied() }
    }

    /// Whether a write to this value's memory is seen by no other value.
    package var ownsMemoryAlone: Bool {
        mutating get { isKnownUniquelyReferenced(&body) && body.header.base == nil }
    }

    /// Calls `body` with the elements in row-major order.
    public func withUnsafeElements<T: ArrayScalar, R>(as type: T.Type, _ body: (UnsafeBufferPointer<T>) throws -> R) rethrows -> R {
        require(T.dtype == dtype, "withUnsafeElements: expected elements of type \(dtype), got \(T.dtype)")
        let whole = contiguous()
        ArrayTrace.noteRead(whole, "withUnsafeElements")
        return try withExtendedLifetime(whole) {
            try body(UnsafeBufferPointer(start: whole.data.assumingMemoryBound(to: T.self), count: whole.count))
        }
    }

    /// Calls `body` with the elements in row-major order, to be changed in place.
    public mutating func withUnsafeMutableElements<T: ArrayScalar, R>(
        as type: T.Type, _ body: (UnsafeMutableBufferPointer<T>) throws -> R
    ) rethrows -> R {
        require(T.dtype == dtype, "withUnsafeMutableElements: expected elements of type \(dtype), got \(T.dtype)")
        makeUnique()
        ArrayTrace.noteRead(self, "withUnsafeMutableElements")
        defer { ArrayTrace.noteLiteral(self) }
        return try body(UnsafeMutableBufferPointer(start: data.assumingMemoryBound(to: T.self), count: count))
    }
}

// A value: its memory is shared only for reading, and every write first makes it its own.
extension NDArray: @unchecked Sendable {}

/// Bytes of large array buffers (above 256 bytes) now in use in this process, and the highest that number has been.
public enum ArrayMemory {
    public static var liveBytes: Int { Int(nr_live_bytes()) }
    /// The highest `liveBytes` since the last `resetPeak`, exact when only this thread worked in between; every other thread that did may
    /// have moved it by 64 KiB.
    public static var peakBytes: Int { Int(nr_peak_bytes()) }
    /// Lets `peakBytes` begin anew from the bytes that now live.
    public static func resetPeak() { nr_reset_peak_bytes() }
}

/// The number of threads that large array operations use (elementwise maps, reductions, copies, convolutions and matrix products).
///
/// Results are the same to the bit for every number of threads, except that matrix products may differ in their last bits (as the parts
/// that threads compute may be added up in another order than the whole); for one number of threads they are always the same.
///
/// - Parameter count: from 1 to 1024; of more than 64, 64 are used.
public func setThreadCount(_ count: Int) {
    require((1...1024).contains(count), "setThreadCount: expected a number of threads in 1...1024, got \(count)")
    Host.setThreadCount(count)
}

/// The number of threads that large array operations use: see `setThreadCount(_:)`. At first, as many as the process has processors.
public func threadCount() -> Int { Int(nr_thread_count()) }
