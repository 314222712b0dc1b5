import CNablaKernels

/// A type of numbers in files, and the one that arrays hold them in.
package enum StoredType: String, CaseIterable, Sendable {
    case float32 = "F32"
    case float64 = "F64"
    case int32 = "I32"
    case int64 = "I64"
    case bool = "BOOL"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case uint8 = "U8"
    case int8 = "I8"
    case uint16 = "U16"
    case int16 = "I16"
    case uint32 = "U32"
    case uint64 = "U64"

    /// Bytes of a number in the file.
    package var size: Int {
        switch self {
        case .bool, .uint8, .int8: 1
        case .float16, .bfloat16, .uint16, .int16: 2
        case .float32, .int32, .uint32: 4
        case .float64, .int64, .uint64: 8
        }
    }

    /// The narrowest type that holds every number of this one; for `uint64`, which none does, int64.
    package var dtype: DType {
        switch self {
        case .float32, .float16, .bfloat16: .float32
        case .float64: .float64
        case .int32, .uint8, .int8, .uint16, .int16: .int32
        case .int64, .uint32, .uint64: .int64
        case .bool: .bool
        }
    }

    /// The type that is stored as it is.
    package init(_ dtype: DType) {
        switch dtype {
        case .float32: self = .float32
        case .float64: self = .float64
        case .int32: self = .int32
        case .int64: self = .int64
        case .bool: self = .bool
        }
    }

    /// What the numbers are decoded by; nil when their bytes are those of the array.
    fileprivate var decoder: nk_stored? {
        switch self {
        case .float32, .float64, .int32, .int64: nil
        case .bool: NK_STORED_BOOL
        case .float16: NK_STORED_F16
        case .bfloat16: NK_STORED_BF16
        case .uint8: NK_STORED_U8
        case .int8: NK_STORED_I8
        case .uint16: NK_STORED_U16
        case .int16: NK_STORED_I16
        case .uint32: NK_STORED_U32
        case .uint64: NK_STORED_U64
        }
    }

    /// Writes the `count` numbers in `bytes` into the array at `elements`; the place of the first one that `dtype` cannot hold, or nil.
    fileprivate func decode(_ bytes: UnsafeRawPointer, count: Int, into elements: UnsafeMutableRawPointer) -> Int? {
        guard let decoder else {
            elements.copyMemory(from: bytes, byteCount: count * size)
            return nil
        }
        let place = nk_decode(decoder, elements, bytes, Int64(count))
        return place < 0 ? nil : Int(place)
    }
}

extension NDArray {
    /// The array whose numbers a file holds as `type`, little-endian and row-major. They come in pieces, so that a file and the array made of
    /// it need not be in memory together.
    ///
    /// - Parameters:
    ///   - shape: Of as many numbers as there may be in memory: the caller has checked sizes from outside.
    ///   - read: Fills a buffer with the next bytes.
    /// - Returns: The array; nil when a number has no place in `type.dtype`.
    package static func decoded<Failure: Error>(
        _ type: StoredType, _ shape: Shape, read: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) -> NDArray? {
        let array = NDArray(uninitialized: shape, type.dtype)
        guard array.count > 0 else { return array }
        if type.size == type.dtype.size {
            // The bytes, or those that are checked in place.
            try read(UnsafeMutableRawBufferPointer(start: array.data, count: array.count * type.size))
            return type.decoder != nil && type.decode(array.data, count: array.count, into: array.data) != nil ? nil : array
        }
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: Swift.min(array.count, 1 << 16) * type.size, alignment: 16)
        defer { piece.deallocate() }
        var start = 0
        while start < array.count {
            let count = Swift.min(array.count - start, 1 << 16)
            try read(UnsafeMutableRawBufferPointer(rebasing: piece[..<(count * type.size)]))
            if type.decode(piece.baseAddress!, count: count, into: array.data + start * type.dtype.size) != nil { return nil }
            start += count
        }
        return array
    }

    /// Calls `body` with the elements as they lie in a file: little-endian, row-major.
    package func withStoredBytes<Result, Failure: Error>(
        _ function: String, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let whole = contiguous()
        ArrayTrace.noteRead(whole, function)
        defer { withExtendedLifetime(whole) {} }
        return try body(UnsafeRawBufferPointer(start: whole.data, count: whole.count * whole.dtype.size))
    }

    /// A 255th of each of `pixels`, as float32.
    package init(pixels: [UInt8], shape: Shape) {
        require(pixels.count == shape.elementCount, "NDArray: expected \(shape.elementCount) pixels for \(shape), got \(pixels.count)")
        self.init(uninitialized: shape, .float32)
        pixels.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return }
            nk_decode_pixels(data.assumingMemoryBound(to: Float.self), start, Int64(source.count))
        }
    }
}

/// Turns big-endian numbers of `size` bytes into those of this machine, or back.
package func reverseBytes(of bytes: inout [UInt8], size: Int) {
    let count = Int64(bytes.count / size)
    bytes.withUnsafeMutableBytes { if let start = $0.baseAddress { nk_reverse_bytes(start, count, Int32(size)) } }
}
