/// Layers one after the other.
///
///     let critic = Sequential(Linear(2, 64), Apply(relu), Linear(64, 1))
///
/// Parameters are named `layers/0/weight` and so on. A layer may also be a struct with parameters or links among its properties. What a
/// closure captures, as that of `Apply`, is not found.
public final class Sequential: Chain, Layer {
    public let layers: [any Layer]

    /// Strings `layers` together.
    public init(_ layers: any Layer...) {
        require(!layers.isEmpty, "Sequential: expected at least one layer, got none")
        self.layers = layers
    }

    /// Strings as many `layers` together as there are; none give a result that is the input.
    public init(_ layers: [any Layer]) { self.layers = layers }

    public func callAsFunction(_ x: Variable) -> Variable { layers.reduce(x) { $1($0) } }
}

/// A function without parameters as a layer.
public struct Apply: Layer {
    private let function: (Variable) -> Variable

    public init(_ function: @escaping (Variable) -> Variable) { self.function = function }

    public func callAsFunction(_ x: Variable) -> Variable { function(x) }
}
