import CNablaKernels

extension NDArray {
    /// The only element, as a `Double`.
    public func item() -> Double {
        require(count == 1, "item: expected an array of one element, got shape \(shape)")
        ArrayTrace.noteRead(self, "item")
        return element(at: 0, of: data)
    }

    /// The elements in row-major order, converted to `T`.
    public func elements<T: ArrayScalar>(as type: T.Type = T.self) -> [T] {
        let array = cast(to: T.dtype).contiguous()
        ArrayTrace.noteRead(array, "elements")
        return withExtendedLifetime(array) {
            Array(UnsafeBufferPointer(start: array.data.assumingMemoryBound(to: T.self), count: array.count))
        }
    }

    /// The elements in row-major order as `Double`.
    public var doubles: [Double] { elements(as: Double.self) }
    /// The elements in row-major order as `Float`.
    public var floats: [Float] { elements(as: Float.self) }
    /// The elements in row-major order as `Int`.
    public var integers: [Int] { elements(as: Int.self) }
    /// The elements in row-major order as `Bool`.
    public var bools: [Bool] { elements(as: Bool.self) }

    /// A number made of shape, type and the bits of the elements: equal arrays have equal ones, and others almost surely not.
    package var fingerprint: UInt64 {
        let array = contiguous()
        let content = withExtendedLifetime(array) { nk_fingerprint(array.data, Int64(array.count * dtype.size)) }
        return (0..<rank).reduce(content) { ($0 ^ UInt64(shape[$1])) &* 0x9E37_79B9_7F4A_7C15 } &+ UInt64(dtype.size)
    }

    private func element(at offset: Int, of memory: UnsafeMutableRawPointer) -> Double {
        switch dtype {
        case .float32: Double(memory.assumingMemoryBound(to: Float.self)[offset])
        case .float64: memory.assumingMemoryBound(to: Double.self)[offset]
        case .int32: Double(memory.assumingMemoryBound(to: Int32.self)[offset])
        case .int64: Double(memory.assumingMemoryBound(to: Int64.self)[offset])
        case .bool: memory.assumingMemoryBound(to: Bool.self)[offset] ? 1 : 0
        }
    }
}

extension NDArray: Equatable {
    /// Whether two arrays have the same shape, element type and elements (NaN equals nothing).
    public static func == (a: NDArray, b: NDArray) -> Bool {
        guard a.shape == b.shape, a.dtype == b.dtype else { return false }
        return (a .== b).all().bools[0]
    }
}
