/// A derivative that is not what it should be.
public struct GradientCheckFailure: Error, CustomStringConvertible {
    /// The function as it was named to the check.
    public let function: String
    /// The order of the derivative at fault.
    public let order: Int
    /// What was compared, with the inputs that took part.
    public let what: String
    /// The number from the graph, and the one it was compared with.
    public let got: Double
    public let expected: Double

    public var description: String {
        "\(function): derivative of order \(order), \(what): expected \(expected), got \(got) (difference \(got - expected))"
    }
}

/// How close numbers must be.
public struct GradientCheckTolerance: Sendable {
    /// Relative and absolute tolerance against finite differences.
    public var relative = 1e-6
    public var absolute = 1e-8
    /// Relative tolerance between two ways through the graph, which differ by rounding only.
    public var betweenModes = 1e-10
    /// Absolute tolerance between two ways through the graph, for derivatives that are zero because parts of size one cancel.
    public var roundoff = 1e-14
    /// The step of the finite differences; 1 suits functions that are polynomials of degree up to four.
    public var step = 1e-3

    public init() {}
}

/// Checks the derivatives of `f` at `x`, in float64, at orders 1 to `order`.
///
/// For every non-empty subset of the inputs (the others being held fixed), at every order:
/// - reverse mode against five-point differences of the derivative one order lower, along a random direction, with random weights on
///   the outputs;
/// - forward mode against the same, and against reverse mode: ⟨u, J v⟩ = ⟨Jᵀ u, v⟩;
/// - with some of the outputs unused, so that gradients are absent.
///
/// Order n + 1 is order 1 of "the gradients as a function of the inputs and of the output weights", so that derivatives with respect to
/// cotangents are checked too. From order 2 on, the ways of composing the modes are compared with each other: reverse over reverse, forward over
/// reverse, reverse over forward, forward over forward; and the Hessian must be symmetric.
///
/// - Parameters:
///   - f: the function; its results must be smooth at `x` as far as the check reaches.
///   - x: the inputs; those of floating type are converted to float64, others stay constants.
///   - name: how the function is called in the failure.
///   - seed: of the random directions.
/// - Throws: `GradientCheckFailure`, which names the function, the order, the inputs and both numbers.
public func checkGradients(
    of f: @escaping ([Variable]) -> [Variable], at x: [NDArray], order: Int = 2, name: String = "function",
    tolerance: GradientCheckTolerance = .init(), seed: UInt64 = 0
) throws {
    try checkGradients(of: f, at: x, order: order, name: name, tolerance: tolerance, seed: seed, holdsConstants: false)
}

/// The same; with `holdsConstants` the inputs outside of the subset are constants, for which a function keeps nothing.
package func checkGradients(
    of f: @escaping ([Variable]) -> [Variable], at x: [NDArray], order: Int = 2, name: String = "function",
    tolerance: GradientCheckTolerance = .init(), seed: UInt64 = 0, holdsConstants: Bool
) throws {
    require(order >= 1, "checkGradients: expected an order of at least 1, got \(order)")
    let inputs = x.map { $0.dtype.isFloating ? $0.cast(to: .float64) : $0 }
    let moving = inputs.indices.filter { inputs[$0].dtype.isFloating }
    require(moving.count <= 6, "checkGradients: expected at most 6 inputs of floating type, got \(moving.count)")
    for bits in 1..<(1 << moving.count) {
        let chosen = moving.enumerated().filter { bits & (1 << $0.offset) != 0 }.map(\.element)
        var check = GradientCheck(
            name: name, inputs: chosen, tolerance: tolerance, seed: seed)
        let restricted: GradientCheck.Map = { arguments in
            // Places too, about which nothing is asked: a function may contain a gradient with respect to any of its inputs.
            var all = inputs.map { Variable($0, requiresGrad: !holdsConstants) }
            for (position, index) in chosen.enumerated() { all[index] = arguments[position] }
            return f(all)
        }
        try check.run(restricted, at: chosen.map { inputs[$0] }, order: order)
    }
}

/// The same for a function of one variable.
public func checkGradients(
    of f: @escaping (Variable) -> Variable, at x: NDArray, order: Int = 2, name: String = "function",
    tolerance: GradientCheckTolerance = .init(), seed: UInt64 = 0
) throws {
    try checkGradients(of: { [f($0[0])] }, at: [x], order: order, name: name, tolerance: tolerance, seed: seed)
}
