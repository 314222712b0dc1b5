/// A rule by which a parameter's first value is made.
///
///     let hidden = Linear(784, 512, initializer: .heNormal)
///     let custom = Initializer("checkerboard") { shape, dtype, _ in … }
public struct Initializer: Sendable, CustomStringConvertible {
    /// The rule's name.
    public let description: String
    private let make: @Sendable (Shape, DType, inout RandomGenerator) -> NDArray

    /// A rule of your own: an array of the given shape and type, with whatever random numbers it needs from the generator.
    public init(_ name: String, _ make: @escaping @Sendable (Shape, DType, inout RandomGenerator) -> NDArray) {
        description = name
        self.make = make
    }

    /// An array made by this rule, with random numbers from `generator`.
    public func callAsFunction(_ shape: Shape, dtype: DType = .float32, using generator: inout RandomGenerator) -> NDArray {
        let array = make(shape, dtype, &generator)
        require(
            array.shape == shape && array.dtype == dtype,
            "Initializer \(description): expected \(dtype)\(shape), got \(array.dtype)\(array.shape)")
        return array
    }

    /// An array made by this rule, with random numbers from the process-wide generator.
    public func callAsFunction(_ shape: Shape, dtype: DType = .float32) -> NDArray {
        var generator = RandomGenerator.withShared { $0.split() }
        return self(shape, dtype: dtype, using: &generator)
    }
}

extension Initializer {
    /// Zeros.
    public static let zero = constant(0)

    /// The same number everywhere.
    public static func constant(_ value: Double) -> Initializer {
        Initializer("constant(\(value))") { shape, dtype, _ in .full(shape, value, dtype: dtype) }
    }
}

/// The numbers of values that flow into and out of one unit of a layer, as its weight's shape tells.
///
/// A weight (outputs, inputs, kernel…) has a fan-in of inputs × kernel elements and a fan-out of outputs × kernel elements.
public struct Fans: Equatable, Sendable {
    public let input: Int
    public let output: Int

    /// The fans of a weight of the given shape, which must have two axes at least.
    public init(_ shape: Shape) {
        require(shape.rank >= 2, "Fans: expected a weight of at least two axes (outputs, inputs, kernel…), got shape \(shape)")
        let field = shape[2...].reduce(1, *)
        input = shape[1] * field
        output = shape[0] * field
    }
}
