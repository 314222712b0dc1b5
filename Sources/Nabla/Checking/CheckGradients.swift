/// A derivative that is not what it should be, or that could not be compared.
public struct GradientCheckFailure: Error, CustomStringConvertible {
    /// The function as it was named to the check.
    public let function: String
    /// The order of the derivative at fault; 0 where the function itself has no value that can be differentiated.
    public let order: Int
    /// What was compared, with the inputs that took part.
    public let what: String
    /// The number from the graph, and the one it was compared with.
    public let got: Double
    public let expected: Double
    /// What the difference looks like when it need not be a wrong rule: a kink, or rounding. Empty otherwise.
    public var remark = ""

    public var description: String {
        let name = order == 0 ? "the function" : "derivative of order \(order)"
        let text = "\(function): \(name), \(what): expected \(expected), got \(got) (difference \(got - expected))"
        return remark.isEmpty ? text : "\(text); \(remark)"
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

    /// For functions that are evaluated in float64.
    public init() {}

    /// For functions that are evaluated in `dtype`, float32 or float64. Rounding in float32 disturbs a difference quotient by 10⁻⁷ over the step,
    /// so the step is 2⁻⁵ there: five points are in error by less than 10⁻⁶ of the fifth derivative then.
    public init(for dtype: DType) {
        require(dtype.isFloating, "GradientCheckTolerance: expected float32 or float64, got \(dtype)")
        if dtype == .float64 { return }
        (relative, absolute) = (2e-4, 5e-5)
        (betweenModes, roundoff) = (1e-4, 1e-6)
        step = 1.0 / 32
    }
}

/// Checks the derivatives of `f` at `x` at orders 1 to `order`.
///
/// For subsets of the inputs (the others being held fixed), at every order:
/// - reverse mode against five-point differences of the derivative one order lower, along a random direction, with random weights on
///   the outputs;
/// - forward mode against the same, and against reverse mode: ⟨u, J v⟩ = ⟨Jᵀ u, v⟩;
/// - with some of the outputs unused, so that gradients are absent.
///
/// Up to six inputs are taken in every non-empty subset; of more, each alone, all together, and all but one.
///
/// Order n + 1 is order 1 of "the gradients as a function of the inputs and of the output weights", so that derivatives with respect to
/// cotangents are checked too. From order 2 on, the ways of composing the modes are compared with each other: reverse over reverse, forward over
/// reverse, reverse over forward, forward over forward; and the Hessian must be symmetric.
///
/// The check is made in float64, whatever the type of `x`. With `dtype: .float32` it is made in float32, which suits functions that hold float32
/// parameters; where results come back as float32 its tolerances are used in any case.
///
/// - Parameters:
///   - f: the function; it must give the same results each time, and be smooth at `x` as far as the check reaches: two steps along a direction
///     with components up to 1. Old-style `Function`s have derivatives of order 1 only.
///   - x: the inputs; those of floating type are converted to `dtype`, others stay constants. One at least must be of floating type.
///   - name: how the function is called in the failure.
///   - dtype: float32 or float64.
///   - tolerance: that of the type, unless given.
///   - seed: of the random directions.
/// - Throws: `GradientCheckFailure`, which names the function, the order, the inputs and both numbers. Also where results or derivatives at `x` are
///   not finite, or where `f` gives other results when it runs again. When differences to the left and to the right disagree, as at a kink, or when
///   they follow the step, the remark says so.
public func checkGradients(
    of f: @escaping ([Variable]) -> [Variable], at x: [NDArray], order: Int = 2, name: String = "function", dtype: DType = .float64,
    tolerance: GradientCheckTolerance? = nil, seed: UInt64 = 0
) throws {
    try checkGradients(of: f, at: x, order: order, name: name, dtype: dtype, tolerance: tolerance, seed: seed, holdsConstants: false)
}

/// The same; with `holdsConstants` the inputs outside of the subset are constants, for which a function keeps nothing.
package func checkGradients(
    of f: @escaping ([Variable]) -> [Variable], at x: [NDArray], order: Int = 2, name: String = "function", dtype: DType = .float64,
    tolerance: GradientCheckTolerance? = nil, seed: UInt64 = 0, holdsConstants: Bool
) throws {
    require(order >= 1, "checkGradients: expected an order of at least 1, got \(order)")
    require(dtype.isFloating, "checkGradients: expected float32 or float64, in which to check, got \(dtype)")
    let inputs = x.map { $0.dtype.isFloating ? $0.cast(to: dtype) : $0 }
    let moving = inputs.indices.filter { inputs[$0].dtype.isFloating }
    require(
        !moving.isEmpty,
        "checkGradients: expected an input of floating type, which has derivatives, got "
            + (x.isEmpty ? "no inputs" : x.map { "\($0.dtype)\($0.shape)" }.joined(separator: ", ")))
    for chosen in subsetsToCheck(of: moving) {
        let restricted: GradientCheck.Map = { arguments in
            // Places too, about which nothing is asked: a function may contain a gradient with respect to any of its inputs.
            var all = inputs.map { Variable($0, requiresGrad: !holdsConstants) }
            for (position, index) in chosen.enumerated() { all[index] = arguments[position] }
            return f(all)
        }
        let point = chosen.map { inputs[$0] }
        let results = GradientCheck.values(of: restricted, at: point)
        require(
            results.contains { $0.dtype.isFloating },
            "checkGradients: expected a function with results of floating type, got "
                + (results.isEmpty ? "no results" : results.map { "\($0.dtype)\($0.shape)" }.joined(separator: ", ")))
        let isSingle = results.contains { $0.dtype == .float32 }
        var check = GradientCheck(
            name: name, inputs: chosen, tolerance: tolerance ?? GradientCheckTolerance(for: isSingle ? .float32 : dtype), seed: seed)
        try check.checkValues(results, GradientCheck.values(of: restricted, at: point))
        try RuleReports.$areExpected.withValue(true) { try check.run(restricted, at: point, order: order) }
    }
}

/// The same for a function of one variable.
public func checkGradients(
    of f: @escaping (Variable) -> Variable, at x: NDArray, order: Int = 2, name: String = "function", dtype: DType = .float64,
    tolerance: GradientCheckTolerance? = nil, seed: UInt64 = 0
) throws {
    try checkGradients(of: { [f($0[0])] }, at: [x], order: order, name: name, dtype: dtype, tolerance: tolerance, seed: seed)
}

/// Every non-empty subset of up to six inputs; of more, each input alone, all, and all but one.
private func subsetsToCheck(of inputs: [Int]) -> [[Int]] {
    if inputs.count <= 6 {
        return (1..<(1 << inputs.count)).map { bits in inputs.enumerated().filter { bits & (1 << $0.offset) != 0 }.map(\.element) }
    }
    return inputs.map { [$0] } + [inputs] + inputs.map { left in inputs.filter { $0 != left } }
}
