/// The type of an array's elements.
public enum DType: UInt8, Sendable, Hashable, CaseIterable {
    case float32 = 0
    case float64 = 1
    case int32 = 2
    case int64 = 3
    case bool = 4

    /// Bytes per element.
    public var size: Int {
        switch self {
        case .float32, .int32: 4
        case .float64, .int64: 8
        case .bool: 1
        }
    }

    /// Whether elements are real numbers; only such arrays carry derivatives.
    public var isFloating: Bool { rawValue <= DType.float64.rawValue }

    /// Whether elements are signed integers.
    public var isInteger: Bool { self == .int32 || self == .int64 }

    /// The type of a result that combines elements of two types: the wider of two floating or two integer types, the floating one of
    /// a floating and an integer type, the other one of `bool` and anything.
    ///
    /// Of operands of which one is a single number, see `promoted(_:rank:_:rank:)`.
    public static func promoted(_ a: DType, _ b: DType) -> DType {
        if a == b { return a }
        if a.isFloating != b.isFloating { return a.isFloating ? a : b }
        if a.isFloating { return .float64 }
        if a == .bool { return b }
        if b == .bool { return a }
        return .int64
    }

    /// The type of a result that combines arrays of these types and numbers of axes: `promoted(a, b)`, but that a single number (of rank 0)
    /// does not widen an array of real numbers. A rate of float64 so leaves a model of float32 what it is; the number is rounded instead, as
    /// one written in Swift is.
    ///
    /// Integers wrap where real numbers round, so of two integer types it is the wider one at every rank.
    public static func promoted(_ a: DType, rank rankA: Int, _ b: DType, rank rankB: Int) -> DType {
        if a == b { return a }
        if a.isFloating && b.isFloating && (rankA == 0) != (rankB == 0) { return rankA == 0 ? b : a }
        return promoted(a, b)
    }

    /// The type in which two operands meet.
    package static func promoted(_ a: NDArray, _ b: NDArray) -> DType { promoted(a.dtype, rank: a.rank, b.dtype, rank: b.rank) }

    /// The type of the result of an operation that needs real numbers: floating types stay, the others become `float32`.
    package var floating: DType { isFloating ? self : .float32 }
}

extension DType: CustomStringConvertible {
    public var description: String {
        switch self {
        case .float32: "float32"
        case .float64: "float64"
        case .int32: "int32"
        case .int64: "int64"
        case .bool: "bool"
        }
    }
}

/// A Swift type that arrays can hold.
public protocol ArrayScalar: Sendable {
    /// The element type of arrays of this Swift type.
    static var dtype: DType { get }
}

extension Float: ArrayScalar { public static var dtype: DType { .float32 } }
extension Double: ArrayScalar { public static var dtype: DType { .float64 } }
extension Int32: ArrayScalar { public static var dtype: DType { .int32 } }
extension Int64: ArrayScalar { public static var dtype: DType { .int64 } }
extension Int: ArrayScalar { public static var dtype: DType { .int64 } }
extension Bool: ArrayScalar { public static var dtype: DType { .bool } }

/// A Swift number that may stand beside an array in an expression, as in `2 * x`.
///
/// It takes the array's element type, except that a floating number beside an array of integers makes a `float32` result.
public protocol Scalar: Sendable {
    var doubleValue: Double { get }
    var integerValue: Int64 { get }
    static var isFloating: Bool { get }
}

extension Int: Scalar {
    public var doubleValue: Double { Double(self) }
    public var integerValue: Int64 { Int64(self) }
    public static var isFloating: Bool { false }
}
extension Float: Scalar {
    public var doubleValue: Double { Double(self) }
    public var integerValue: Int64 { Int64(self) }
    public static var isFloating: Bool { true }
}
extension Double: Scalar {
    public var doubleValue: Double { self }
    public var integerValue: Int64 { Int64(self) }
    public static var isFloating: Bool { true }
}
