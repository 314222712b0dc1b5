import Nabla

/// One differentiable function of the library, with what is needed to try it.
///
/// The rows drive the tests of values and derivatives at every order; a public function without a row fails the tests.
package struct TableRow: Sendable {
    /// The call, as a user writes it.
    package let name: String
    /// The declarations that the row stands for: base name, then labels and types of the parameters.
    package let declarations: [String]
    /// The file of the function's declaration.
    package let family: String
    /// The function; inputs that are not floating are read for their array only.
    package let function: @Sendable ([Variable]) -> [Variable]
    package let samples: [TableSample]
    /// What the values are by definition.
    package let reference: TableReference
    /// Whether the function is a sum of constants and of linear terms near the samples, so that its second derivative is zero.
    package let isLinear: Bool
    /// Whether the function is a polynomial of degree up to four everywhere: five-point differences are exact with any step.
    package let isPolynomial: Bool

    package init(
        _ name: String, of declarations: String..., family: String, linear: Bool = false, polynomial: Bool = false,
        samples: [TableSample], reference: TableReference, _ function: @escaping @Sendable ([Variable]) -> [Variable]
    ) {
        self.name = name
        self.declarations = declarations
        self.family = family
        self.function = function
        self.samples = samples
        self.reference = reference
        isLinear = linear
        isPolynomial = polynomial
    }
}

extension TableRow: CustomStringConvertible {
    package var description: String { name }
}

/// Values by definition, computed on plain numbers and never by the library.
package enum TableReference: Sendable {
    /// The same for every element, after broadcasting.
    case scalar(@Sendable ([Double]) -> Double)
    /// On whole arrays.
    case naive(@Sendable ([FlatArray]) -> [FlatArray])

    /// The results for `inputs`.
    package func values(_ inputs: [FlatArray]) -> [FlatArray] {
        switch self {
        case .scalar(let f): [FlatArray.elementwise(inputs, f)]
        case .naive(let f): f(inputs)
        }
    }
}

/// Inputs to try a function at.
package struct TableSample: Sendable, CustomStringConvertible {
    package let label: String
    /// Arrays within the function's domain and away from its kinks, the same in every run; floating ones are float64.
    package let inputs: [NDArray]
    /// Whether the only input stands for both arguments of the function.
    package let isRepeated: Bool

    package init(_ label: String, _ inputs: [NDArray], isRepeated: Bool = false) {
        self.label = label
        self.inputs = inputs
        self.isRepeated = isRepeated
    }

    package var description: String { label }

    /// The function on this sample's inputs.
    package func restricted(_ function: @escaping @Sendable ([Variable]) -> [Variable]) -> @Sendable ([Variable]) -> [Variable] {
        if isRepeated { return { function([$0[0], $0[0]]) } }
        return function
    }
}

/// The table.
package enum FunctionTable {
    package static let rows: [TableRow] = families.flatMap { $0 }

    private static let families: [[TableRow]] = [
        arithmetic, exponentials, trigonometry, activations, selection, shapes, joining, indexing, reductions, scans, softmaxes, products,
        norms, normalizations, losses, determinants, convolutions, poolings, recurrences, noises,
    ]
}
