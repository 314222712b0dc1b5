/// A part of a model that has parameters: its stored properties of type `Parameter` are its parameters, those of type `Link` its
/// children, also inside optionals and arrays.
///
///     final class Scale: Link {
///         let factor = Parameter(NDArray(1.0, dtype: .float32))
///         func callAsFunction(_ x: Variable) -> Variable { x * factor.variable }
///     }
///
/// Parameters are named by the path of properties that leads to them, as in `hidden/weight`; elements of an array by their position, as
/// in `layers/0/weight`.
open class Link {
    private var members: Members?

    public init() {}

    /// The parameters of this link and of those below, each once, with the paths that lead to them: a link's own ones in the order of its
    /// properties, then those of its children.
    public final var namedParameters: [(name: String, parameter: Parameter)] {
        var search = ParameterSearch()
        search.visit(self, path: "")
        return search.found
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

    /// Looks at the properties again. Needed after a link or parameter in a `var` was replaced, because the search is done only once.
    public final func refreshMembers() { members = nil }

    final var foundMembers: Members {
        if let members { return members }
        let found = Members(of: self)
        members = found
        return found
    }
}

/// A model made of links.
///
///     final class MLP: Chain {
///         let hidden = Linear(784, 512), out = Linear(512, 10)
///         func callAsFunction(_ x: Variable) -> Variable { out(relu(hidden(x))) }
///     }
open class Chain: Link {
    override public init() { super.init() }
}

/// A step from one variable to one variable, the kind of link that `Sequential` strings together.
public protocol Layer {
    func callAsFunction(_ x: Variable) -> Variable
}
