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
    public static func zeros(_ shape: Shape, dtype: DType = .float32) -> NDArray { full(shape, 0, dtype: dtype) }

    /// Ones.
    public static func ones(_ shape: Shape, dtype: DType = .float32) -> NDArray { full(shape, 1, dtype: dtype) }

    /// An array with the same number everywhere.
    public static func full(_ shape: Shape, _ value: some Scalar, dtype: DType = .float32) -> NDArray {
        let out = NDArray(uninitialized: shape, dtype)
        backend.fill(out, with: ScalarValue(value))
        return out
    }

    /// Zeros of the shape and element type of `other`.
    public static func zeros(like other: NDArray) -> NDArray { zeros(other.shape, dtype: other.dtype) }

    /// Ones of the shape and element type of `other`.
    public static func ones(like other: NDArray) -> NDArray { ones(other.shape, dtype: other.dtype) }

    /// `start, start + step, …` up to but without `end`: int64 when all three are integers, float32 otherwise, unless `dtype` says so.
    public static func arange(_ start: some Scalar, _ end: some Scalar, step: some Scalar = 1, dtype: DType? = nil) -> NDArray {
        let (a, b, s) = (start.doubleValue, end.doubleValue, step.doubleValue)
        require(s != 0 && s.isFinite, "arange: expected a step that is not 0, got \(s)")
        let steps = ((b - a) / s).rounded(.up)
        require(steps.isFinite, "arange: expected finite bounds, got \(a) and \(b)")
        let count = Swift.max(0, Int(steps))
        let values = (0..<count).map { a + Double($0) * s }
        let integral = !type(of: start).isFloating && !type(of: end).isFloating && !type(of: step).isFloating
        return NDArray(values, dtype: dtype ?? (integral ? .int64 : .float32))
    }

    /// `0, 1, …, count - 1` (int64 unless `dtype` says otherwise).
    public static func arange(_ count: Int, dtype: DType = .int64) -> NDArray { arange(0, count, dtype: dtype) }

    /// `count` numbers at equal distances from `start` to `end`, both included.
    public static func linspace(_ start: Double, _ end: Double, count: Int, dtype: DType = .float32) -> NDArray {
        require(count >= 0, "linspace: expected a count of at least 0, got \(count)")
        var values = (0..<count).map { count == 1 ? start : start + (end - start) * (Double($0) / Double(count - 1)) }
        if count > 1 { values[count - 1] = end }
        return NDArray(values, dtype: dtype)
    }

    /// A matrix with ones on its `diagonal` (0: the main one, positive: above it) and zeros elsewhere.
    public static func eye(_ rows: Int, columns: Int? = nil, diagonal: Int = 0, dtype: DType = .float32) -> NDArray {
        let columns = columns ?? rows
        require(rows >= 0 && columns >= 0, "eye: expected extents of at least 0, got \(rows) and \(columns)")
        var values = [Double](repeating: 0, count: rows * columns)
        for i in 0..<rows where i + diagonal >= 0 && i + diagonal < columns { values[i * columns + i + diagonal] = 1 }
        return NDArray(values, shape: [rows, columns], dtype: dtype)
    }
}
