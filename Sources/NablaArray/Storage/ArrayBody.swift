import CNablaRuntime

/// What an array is made of, beside its numbers.
package struct ArrayHeader {
    /// The first element.
    package var data: UnsafeMutableRawPointer
    /// Number of elements.
    package var count: Int
    /// Size of the buffer that this object owns, 0 when the numbers lie behind the header or belong to `base`.
    var ownedBytes: Int
    /// The object whose memory a view looks into.
    var base: AnyObject?
    package var shape: Shape
    package var dtype: DType
    package var isContiguous: Bool
    package var strides: Strides
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
    }

    /// A row-major array whose numbers are not yet set.
    static func uninitialized(_ shape: Shape, _ dtype: DType) -> ArrayBody {
        let count = shape.elementCount
        let bytes = count * dtype.size
        let inline = bytes <= inlineBytes
        let body = create(minimumCapacity: inline ? (bytes + 7) / 8 : 0) { buffer in
            let data =
                inline
                ? buffer.withUnsafeMutablePointerToElements { UnsafeMutableRawPointer($0) }
                : nr_buffer_allocate(bytes)!
            return ArrayHeader(
                data: data, count: count, ownedBytes: inline ? 0 : bytes, base: nil, shape: shape, dtype: dtype,
                isContiguous: true, strides: Strides(contiguous: shape))
        }
        return unsafeDowncast(body, to: ArrayBody.self)
    }

    /// A view of `base`'s memory.
    static func view(
        of base: AnyObject, data: UnsafeMutableRawPointer, shape: Shape, strides: Strides, dtype: DType
    ) -> ArrayBody {
        let body = create(minimumCapacity: 0) { _ in
            ArrayHeader(
                data: data, count: shape.elementCount, ownedBytes: 0, base: base, shape: shape, dtype: dtype,
                isContiguous: strides.isContiguous(for: shape), strides: strides)
        }
        return unsafeDowncast(body, to: ArrayBody.self)
    }

    /// The object that owns the memory.
    var owner: AnyObject { header.base ?? self }
}
