extension NDArray {
    /// A single number (no axes). The element type is that of the Swift value unless `dtype` says otherwise.
    public init<T: ArrayScalar & Scalar>(_ value: T, dtype: DType? = nil) {
        self = .full([], value, dtype: dtype ?? T.dtype)
    }

    /// A single truth value (no axes).
    public init(_ value: Bool) { self.init([value], shape: []) }

    /// An array of the given shape with the elements in row-major order.
    public init<T: ArrayScalar>(_ elements: [T], shape: Shape, dtype: DType? = nil) {
        require(
            elements.count == shape.elementCount,
            "NDArray: expected \(shape.elementCount) elements for shape \(shape), got \(elements.count)")
        let array = NDArray(uninitialized: shape, T.dtype)
        elements.withUnsafeBytes { bytes in
            if let start = bytes.baseAddress { array.data.copyMemory(from: start, byteCount: bytes.count) }
        }
        ArrayTrace.noteLiteral(array)
        self = dtype == nil || dtype == T.dtype ? array : array.cast(to: dtype!)
    }

    /// A vector.
    public init<T: ArrayScalar>(_ elements: [T], dtype: DType? = nil) {
        self.init(elements, shape: [elements.count], dtype: dtype)
    }

    /// A matrix from its rows, which must be equally long.
    public init<T: ArrayScalar>(_ rows: [[T]], dtype: DType? = nil) {
        self = NDArray.nested(rows.map { NDArray($0, dtype: dtype) }, T.dtype, dtype, innerRank: 1)
    }

    /// An array of three axes from nested arrays of equal extents.
    public init<T: ArrayScalar>(_ planes: [[[T]]], dtype: DType? = nil) {
        self = NDArray.nested(planes.map { NDArray($0, dtype: dtype) }, T.dtype, dtype, innerRank: 2)
    }

    /// An array of four axes from nested arrays of equal extents.
    public init<T: ArrayScalar>(_ blocks: [[[[T]]]], dtype: DType? = nil) {
        self = NDArray.nested(blocks.map { NDArray($0, dtype: dtype) }, T.dtype, dtype, innerRank: 3)
    }

    private static func nested(_ parts: [NDArray], _ own: DType, _ dtype: DType?, innerRank: Int) -> NDArray {
        guard let first = parts.first else {
            return .zeros(Shape(Array(repeating: 0, count: innerRank + 1)), dtype: dtype ?? own)
        }
        for part in parts {
            require(part.shape == first.shape, "NDArray: expected nested arrays of equal extents \(first.shape), got \(part.shape)")
        }
        return stack(parts, axis: 0)
    }

    /// Zeros.
    public static func zeros(_ shape: Shape, dtype: DType = .float32) -> NDArray { filled(shape, ScalarValue(0), dtype, "zeros") }

    /// Ones.
    public static func ones(_ shape: Shape, dtype: DType = .float32) -> NDArray { filled(shape, ScalarValue(1), dtype, "ones") }

    /// An array with the same number everywhere.
    public static func full(_ shape: Shape, _ value: some Scalar, dtype: DType = .float32) -> NDArray {
        filled(shape, ScalarValue(value), dtype, "full")
    }

    @inline(__always)
    private static func filled(_ shape: Shape, _ value: ScalarValue, _ dtype: DType, _ function: StaticString) -> NDArray {
        perform(Fill(value, Layout(shape, dtype)), for: function)
    }

    /// Zeros of the shape and element type of `other`.
    public static func zeros(like other: NDArray) -> NDArray { zeros(other.shape, dtype: other.dtype) }

    /// Ones of the shape and element type of `other`.
    public static func ones(like other: NDArray) -> NDArray { ones(other.shape, dtype: other.dtype) }

    /// `start, start + step, …` up to but without `end`: int64 when all three are integers, float32 otherwise, unless `dtype` says so.
    ///
    /// Integers are exact, whatever their size.
    public static func arange(_ start: some Scalar, _ end: some Scalar, step: some Scalar = 1, dtype: DType? = nil) -> NDArray {
        if !type(of: start).isFloating && !type(of: end).isFloating && !type(of: step).isFloating {
            return integers(from: start.integerValue, to: end.integerValue, step: step.integerValue, dtype ?? .int64)
        }
        let (a, b, s) = (start.doubleValue, end.doubleValue, step.doubleValue)
        require(s != 0 && s.isFinite, "arange: expected a step that is not 0, got \(s)")
        let steps = ((b - a) / s).rounded(.up)
        require(a.isFinite && b.isFinite, "arange: expected finite bounds, got \(a) and \(b)")
        require(steps <= Double(Int32.max), "arange: expected at most \(Int32.max) numbers, got bounds \(a) and \(b) and a step of \(s)")
        let count = Int(Swift.max(0, steps))
        let values = (0..<count).map { a + Double($0) * s }
        return NDArray(values, dtype: dtype ?? .float32)
    }

    private static func integers(from start: Int64, to end: Int64, step: Int64, _ dtype: DType) -> NDArray {
        require(step != 0, "arange: expected a step that is not 0, got 0")
        let isEmpty = step > 0 ? start >= end : start <= end
        // As a number without a sign a distance of two integers always fits.
        let distance = isEmpty ? 0 : step > 0 ? UInt64(bitPattern: end &- start) : UInt64(bitPattern: start &- end)
        let count = isEmpty ? 0 : (distance - 1) / step.magnitude + 1
        require(
            count <= UInt64(Int32.max),
            "arange: expected at most \(Int32.max) numbers, got bounds \(start) and \(end) and a step of \(step)")
        return NDArray((0..<Int64(count)).map { start &+ $0 &* step }, dtype: dtype)
    }

    /// `0, 1, …, count - 1` (int64 unless `dtype` says otherwise).
    public static func arange(_ count: Int, dtype: DType = .int64) -> NDArray { arange(0, count, dtype: dtype) }

    /// `count` numbers at equal distances from `start` to `end`, both included.
    public static func linspace(_ start: Double, _ end: Double, count: Int, dtype: DType = .float32) -> NDArray {
        requireExtent(count, "linspace", "a count")
        var values = (0..<count).map { count == 1 ? start : start + (end - start) * (Double($0) / Double(count - 1)) }
        if count > 1 { values[count - 1] = end }
        return NDArray(values, dtype: dtype)
    }

    /// A matrix with ones on its `diagonal` (0: the main one, positive: above it) and zeros elsewhere.
    public static func eye(_ rows: Int, columns: Int? = nil, diagonal: Int = 0, dtype: DType = .float32) -> NDArray {
        let columns = columns ?? rows
        requireExtent(rows, "eye")
        requireExtent(columns, "eye")
        let out = filled(Shape(rows, columns), ScalarValue(0), dtype, "eye")
        let place = out.diagonal(offset: diagonal)
        perform(Cast(to: dtype), ones(place.shape, dtype: dtype), into: place)
        return out
    }
}
