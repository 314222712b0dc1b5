/// Layers and functions one after the other.
///
///     let critic = Sequential {
///         Linear(2, 64)
///         relu
///         Linear(64, 1)
///     }
///     let same = Sequential(Linear(2, 64), Apply(relu), Linear(64, 1))
///
/// Parameters are named `layers/0/weight` and so on. A layer may also be a struct with parameters or links among its properties. What a
/// closure captures is not found.
///
/// In braces a closure is written `Apply { 2 * $0 }`: braces alone on a line below a layer are, to Swift, that layer's last argument.
public final class Sequential: Chain, Layer {
    public let layers: [any Layer]

    /// Strings together the layers and functions of a block, in its order; it may hold `if` and `for`.
    public convenience init(@LayerBuilder _ layers: () -> [any Layer]) {
        let layers = layers()
        require(!layers.isEmpty, "Sequential: expected at least one layer, got none")
        self.init(layers)
    }

    /// Strings `layers` together.
    public init(_ layers: any Layer...) {
        require(!layers.isEmpty, "Sequential: expected at least one layer, got none")
        self.layers = layers
    }

    /// Strings as many `layers` together as there are; none give a result that is the input.
    public init(_ layers: [any Layer]) { self.layers = layers }

    @available(*, unavailable, message: "expected layers; write Apply(f) for a function f, or braces, one layer or function on each line")
    @_disfavoredOverload
    public init(_ layers: Any...) { fatalError() }

    public func callAsFunction(_ x: Variable) -> Variable { layers.reduce(x) { $1($0) } }
}

/// A function without parameters as a layer.
public struct Apply: Layer {
    private let function: (Variable) -> Variable

    public init(_ function: @escaping (Variable) -> Variable) { self.function = function }

    public func callAsFunction(_ x: Variable) -> Variable { function(x) }
}

/// What stands in the braces of `Sequential`: a layer, or a function from a variable to a variable, on each line.
@resultBuilder
public enum LayerBuilder {
    public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
    public static func buildExpression(_ layers: [any Layer]) -> [any Layer] { layers }
    public static func buildExpression(_ function: @escaping (Variable) -> Variable) -> [any Layer] { [Apply(function)] }
    @available(*, unavailable, message: "expected a Layer or a function from Variable to Variable on each line of Sequential")
    @_disfavoredOverload
    public static func buildExpression(_ other: Any) -> [any Layer] { fatalError() }
    public static func buildBlock(_ parts: [any Layer]...) -> [any Layer] { parts.flatMap { $0 } }
    public static func buildOptional(_ part: [any Layer]?) -> [any Layer] { part ?? [] }
    public static func buildEither(first part: [any Layer]) -> [any Layer] { part }
    public static func buildEither(second part: [any Layer]) -> [any Layer] { part }
    public static func buildArray(_ parts: [[any Layer]]) -> [any Layer] { parts.flatMap { $0 } }
}
