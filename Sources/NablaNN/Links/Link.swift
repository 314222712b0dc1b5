/// A part of a model that has parameters: its stored properties of type `Parameter` are its parameters, those of type `Link` its
/// children.
///
/// They are found also inside optionals, arrays, dictionaries, tuples, structs, enumerations and lazy properties, to any depth, and so are
/// those that replace others later.
///
///     final class Scale: Link {
///         let factor = Parameter(NDArray(1.0, dtype: .float32))
///         func callAsFunction(_ x: Variable) -> Variable { x * factor.variable }
///     }
///
/// Parameters are named by the path of properties that leads to them, as in `hidden/weight`; elements of an array by their position, as
/// in `layers/0/weight`, and those of a dictionary by their key, in the order of keys.
///
/// An object of another class that is a `Layer` is searched as well. A set, or an object of any further class, that holds parameters or links
/// stops the program at the first use of the model, because they would not be trained. What a weak reference leads to is not a part of the
/// link, and neither is what a closure captures.
open class Link {
    private var members: Members?
    private var tree: ParameterTree?

    public init() {}

    /// The parameters of this link and of those below, each once, with the paths that lead to them: a link's own ones in the order of its
    /// properties, then those of its children.
    public final var namedParameters: [(name: String, parameter: Parameter)] { parameterTree.found }

    /// The same object as long as no parameter takes the place of another.
    final var parameterTree: ParameterTree {
        let present = presentTree
        if ArrayTrace.isActive {
            ArrayTrace.noteCondition(self, "parameters", mayChange: true) { self.presentTree === present }
        }
        return present
    }

    private var presentTree: ParameterTree {
        if let tree, tree.isCurrent { return tree }
        let found = tree?.renewed(of: self) ?? ParameterTree(of: self)
        tree = found
        return found
    }

    /// The present values of all parameters, in the order of `namedParameters`: what `grad(of:wrt:)` takes.
    public final var parameters: [Variable] {
        namedParameters.map { name, parameter in
            require(
                parameter.isInitialized,
                "\(type(of: self)).parameters: expected parameters with values, got \(name), whose shape is not known until the model has run once"
            )
            return parameter.variable
        }
    }

    /// The present values of the parameters that take gradients, which frozen ones do not: for `grad(of:wrt:)` and `Optimizer.update(with:)` where
    /// part of a model is frozen.
    public final var trainableParameters: [Variable] { parameters.filter(\.requiresGrad) }

    /// The links in this one's properties, with their names.
    public final var children: [(name: String, link: Link)] { foundMembers.links }

    /// The number of elements of all parameters that have values.
    public final var parameterCount: Int {
        namedParameters.reduce(0) { $0 + ($1.parameter.isInitialized ? $1.parameter.array.count : 0) }
    }

    /// Forgets the gradients of all parameters.
    public final func clearGrads() { for (_, parameter) in namedParameters { parameter.clearGrad() } }

    /// Makes all parameters take gradients and be updated (again).
    public final func enableUpdate() { for (_, parameter) in namedParameters { parameter.isUpdateEnabled = true } }

    /// Freezes all parameters: they become constants, and optimisers leave them alone.
    public final func disableUpdate() { for (_, parameter) in namedParameters { parameter.isUpdateEnabled = false } }

    /// Arrays that belong to this link's state and are no parameters, such as running averages, by name: no gradient flows to them, and
    /// snapshots keep them. A subclass that has some overrides this.
    open var persistents: [String: NDArray] {
        get { [:] }
        set { require(newValue.isEmpty, "\(type(of: self)).persistents: expected no arrays, got \(newValue.keys.sorted())") }
    }

    final var foundMembers: Members {
        if let members, members.isCurrent { return members }
        let found = Members(of: self)
        members = found
        return found
    }
}

/// A model made of links.
///
///     final class MLP: Chain, Layer {
///         let hidden = Linear(784, 512), out = Linear(512, 10)
///         func callAsFunction(_ x: Variable) -> Variable { out(relu(hidden(x))) }
///     }
///
/// As a `Layer` it can be called with an array too, and stand in a `Sequential`; one that takes something else is a `Chain` alone.
open class Chain: Link {
    override public init() { super.init() }
}

/// A step from one variable to one variable, the kind of link that `Sequential` strings together.
public protocol Layer {
    func callAsFunction(_ x: Variable) -> Variable
}

extension Layer {
    /// The layer at data: `x` is a constant, so that no gradient of it is computed, which saves a product or a convolution of the first layer's
    /// size in every backward walk. Where the input's gradient is wanted, pass a `Variable`.
    public func callAsFunction(_ x: NDArray) -> Variable { self(Variable(constant: x)) }
}

/// Stops at an input of a type that is not the layer's own. Types would otherwise meet in the wider one, in which the whole model then runs at
/// half the speed, and integers may be pixels that nobody has scaled.
@inline(__always)
func requireType(of x: Variable, _ dtype: DType, _ layer: String) {
    require(
        x.dtype == dtype,
        "\(layer): expected an input of \(dtype), the type of its parameters, got \(x.dtype); convert it by cast(to: .\(dtype))")
}
