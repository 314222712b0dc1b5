import CNablaRuntime

/// What an array is made of, beside its numbers.
package struct ArrayHeader {
    /// The first element.
    package var data: UnsafeMutableRawPointer
    /// Number of elements.
    package var count: Int
    /// Size of the buffer that this object owns, 0 when the numbers lie behind the header or belong to `base`.
    var ownedBytes: Int
    /// The object whose memory a view looks into, owned by counting: most arrays have none, and nothing to release.
    var base: Unmanaged<AnyObject>?
    package var shape: Shape
    package var dtype: DType
    /// Whether elements follow each other in row-major order. If not, the strides lie behind the header, where a view has no numbers:
    /// most arrays need none, and a header half the size keeps more of a graph in the cache.
    package var isContiguous: Bool
}

/// Storage unit of the small numbers that lie behind a header. An alignment above 8 would make the runtime call posix_memalign.
package typealias Chunk = UInt64

/// The object behind an `NDArray`: layout, and up to 256 bytes of numbers in one allocation; larger arrays own a buffer.
///
/// One allocation for a small array is what keeps recording an operation near 100 ns: a separate buffer costs another 20.
package final class ArrayBody: ManagedBuffer<ArrayHeader, Chunk> {
    private static let inlineBytes = 256

    deinit {
        let (data, bytes) = (header.data, header.ownedBytes)
        if bytes > 0 { nr_buffer_free(data, bytes) }
        header.base?.release()
    }

    /// A row-major array whose numbers are not yet set.
    static func uninitialized(_ shape: Shape, _ dtype: DType) -> ArrayBody {
        uninitialized(shape, dtype, count: shape.elementCount)
    }

    @inline(__always)
    static func uninitialized(_ shape: Shape, _ dtype: DType, count: Int) -> ArrayBody {
        let (bytes, overflow) = count.multipliedReportingOverflow(by: dtype.size)
        if _slowPath(overflow) { _ = shape.nothing(orTooLarge: dtype, "NDArray") }
        let inline = bytes <= inlineBytes
        let body = create(minimumCapacity: inline ? (bytes + 7) / 8 : 0) { buffer in
            let data =
                inline
                ? buffer.withUnsafeMutablePointerToElements { UnsafeMutableRawPointer($0) }
                : _fastPath(bytes < largeBytes) ? nr_buffer_allocate(bytes)! : largeBuffer(bytes, shape, dtype)
            return ArrayHeader(
                data: data, count: count, ownedBytes: inline ? 0 : bytes, base: nil, shape: shape, dtype: dtype,
                isContiguous: true)
        }
        return unsafeDowncast(body, to: ArrayBody.self)
    }

    /// A view of `base`'s memory.
    static func view(
        of base: AnyObject, data: UnsafeMutableRawPointer, shape: Shape, strides: Strides, dtype: DType
    ) -> ArrayBody {
        let isContiguous = strides.isContiguous(for: shape)
        let body = create(minimumCapacity: isContiguous ? 0 : Shape.maximumRank) { buffer in
            if !isContiguous {
                _ = buffer.withUnsafeMutablePointerToElements {
                    UnsafeMutableRawPointer($0).initializeMemory(as: Strides.self, to: strides)
                }
            }
            return ArrayHeader(
                data: data, count: shape.elementCount, ownedBytes: 0, base: .passRetained(base), shape: shape, dtype: dtype,
                isContiguous: isContiguous)
        }
        return unsafeDowncast(body, to: ArrayBody.self)
    }

    /// Distances between neighbours along each axis.
    package var strides: Strides {
        if header.isContiguous { return Strides(contiguous: header.shape) }
        return withUnsafeMutablePointerToElements { UnsafeMutableRawPointer($0).load(as: Strides.self) }
    }

    /// The object that owns the memory.
    var owner: AnyObject { header.base?.takeUnretainedValue() ?? self }
}
