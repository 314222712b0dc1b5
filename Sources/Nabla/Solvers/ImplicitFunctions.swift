// Solutions of equations as functions of everything that the equations depend on: the result is differentiated by the implicit function theorem, to
// any order and in both modes, and nothing of the iterations is kept (Blondel et al., *Efficient and modular implicit differentiation*, 2022).

/// x* with g(x*) = 0, as a function of all variables that `g` touches besides its argument: ∂x*/∂θ = -(∂g/∂x)⁻¹ ∂g/∂θ.
///
///     // Kepler's equation: the eccentric anomaly of a body, as a function of eccentricity and mean anomaly.
///     let anomaly = root(of: { $0 - e * sin($0) - m }, at: m)
///
/// What is no root is not returned but stops, with its residual: a point where ∂g/∂x is singular and no step reduces the residual, one where the
/// steps do not end or lead to infinity, one where a residual jumps over 0, and one that `solver` gives from which Newton's step is longer than 1e-5
/// of x (3e-3 in float32). Each equation and each unknown counts for itself, however small beside the others: at the end every residual is what
/// rounding of the unknowns and of `g` makes of 0, or Newton's step is short beside every unknown. What rounding does is measured, by what `g`
/// changes by as the unknowns move a little. So a root that is missed by less than rounding of `g` cannot be told from one.
///
/// A residual of exactly 0 must change its sign around the root, or grow to some side like a power of the distance, up to the tenth: where it is 0
/// all around, as that of exp(-x) at 1000 or of relu at -1, the search stops. With up to eight unknowns it also stops where one of them changes no
/// residual. A root at which ∂g/∂x is singular, such as that of x², is found; its derivatives stop.
///
/// `g` is kept, with what it captures, as long as x* can be differentiated. `backward(enableDoubleBackprop: true)`, which leaves recorded gradients
/// in variables, keeps a list of its functions instead, so that no gradient holds the variable that holds it; but not where `g` applies a
/// `FunctionNode` of the user's, draws random numbers or looks at numbers. There, clear the gradients of what `g` captures (`clearGrad()`).
///
/// - Parameters:
///   - g: from the structure of `x` to itself. It runs again for each derivative, and must compute the same then, as in a `checkpoint`.
///   - x: where the search starts, real numbers. No gradient flows to it.
///   - solver: finds x* from the start, unrecorded; by default Newton's method with GMRES and backtracking, stopped when a step is below
///     1e-10 of x (1e-5 in float32). Derivatives are those of the exact solution, at the point found.
///   - linearSolver: solves the systems of the derivatives.
@_disfavoredOverload
public func root<T: VariableTree>(
    of g: @escaping (T) -> T, at x: T, solver: ((T) -> T)? = nil, linearSolver: LinearSolver = .gmres()
) -> T {
    let residual: ([Variable]) -> [Variable] = { places in
        let value = g(x.replacingVariables(places)).variables
        Transform.check(value, like: places, "root", "results")
        return value
    }
    let start = Transform.realStart(x.variables, "root")
    noteSearch("root", residual, start)
    let solution: FoundSolution
    if let solver {
        let x = found(by: solver, from: x, "root")
        solution = FoundSolution(x: x, isDoubtful: checkRoot("root", residual, at: x, from: start))
    } else {
        solution = solutionOrStop { () throws(NoSolution) in
            try newtonRoot("root", of: withoutDraws("root", residual), from: start)
        }
    }
    let isSingular = isRecording && solution.isDoubtful && RootCheck("root", residual, at: solution.x, from: start).isDerivativeSingular
    return x.replacingVariables(
        ImplicitFunction.record("root", residual, solvedBy: solution.x, linearSolver, isSingular: isSingular))
}

/// x* = f(x*), as a function of all variables that `f` touches besides its argument: ∂x*/∂θ = (1 - ∂f/∂x)⁻¹ ∂f/∂θ.
///
///     let state = fixedPoint(of: { tanh(matmul(w, $0) + u) }, at: zero)         // an equilibrium layer (Bai, Kolter and Koltun, 2019)
///
/// What is no fixed point stops, with the residual: iterations that do not end, a map whose slope is so near to 1 that it moves by less than the
/// tolerance far from its fixed point, and a point that `solver` gives from which Newton's step is longer than 1e-5 of x (3e-3 in float32). Each
/// unknown counts for itself, as in `root`.
///
/// - Parameters:
///   - f: from the structure of `x` to itself; see `root`.
///   - x: where the iterations start, real numbers. No gradient flows to it.
///   - solver: finds x* from the start, unrecorded; by default Anderson's acceleration of the iterations, stopped when f(x) is within
///     1e-12 of x (1e-6 in float32).
///   - linearSolver: solves the systems of the derivatives.
@_disfavoredOverload
public func fixedPoint<T: VariableTree>(
    of f: @escaping (T) -> T, at x: T, solver: ((T) -> T)? = nil, linearSolver: LinearSolver = .gmres()
) -> T {
    let next: ([Variable]) -> [Variable] = { places in
        let value = f(x.replacingVariables(places)).variables
        Transform.check(value, like: places, "fixedPoint", "results")
        return value
    }
    let residual: ([Variable]) -> [Variable] = { x in zip(next(x), x).map { $0 - $1 } }
    let start = Transform.realStart(x.variables, "fixedPoint")
    noteSearch("fixedPoint", residual, start)
    let solution =
        solver.map { found(by: $0, from: x, "fixedPoint") }
        ?? andersonFixedPoint("fixedPoint", of: withoutDraws("fixedPoint", next), from: start)
    let isDoubtful = solver != nil && checkRoot("fixedPoint", residual, at: solution, from: start)
    let isSingular = isRecording && isDoubtful && RootCheck("fixedPoint", residual, at: solution, from: start).isDerivativeSingular
    return x.replacingVariables(
        ImplicitFunction.record("fixedPoint", residual, solvedBy: solution, linearSolver, isSingular: isSingular))
}

/// A local minimum x* of a function to a single number, as a function of all variables that `f` touches besides its argument:
/// ∂x*/∂θ = -H⁻¹ ∂∇f/∂θ with H = ∂²f/∂x².
///
///     // The gradient of a validation loss with respect to the strength of a penalty.
///     let weights = argmin(of: { meanSquaredError(matmul(x, $0), y) + strength * square($0).sum() }, at: zero)
///     let slope = grad(of: meanSquaredError(matmul(xv, weights), yv), wrt: strength)
///
/// The search goes down where f curves downward, but it does not choose a side: maxima, saddles and points of inflection at which it starts or ends
/// stop, with the slope and the curvature. So does a point that `solver` gives from which Newton's step is longer than 1e-5 of x (3e-3 in
/// float32), beside any unknown. Minima at which H is singular, such as that of x⁴, are found; derivatives there stop.
///
/// At the end, slopes around the point are looked at: with up to twenty unknowns along all eigenvectors of H, in units in which its rows are near 1,
/// so that one unknown is not hidden by others; where there is no curvature, on a ladder of distances up to a sixteenth of the unknown's size or
/// way, after sliding down along the directions that do curve. What is not seen: with more unknowns, a saddle along other directions than the two
/// lowest that twenty of Lanczos' iterations find; a fall that rounding hides, or whose slope underflows to 0, as that of exp(-x) beyond 104 in
/// float32; one in few of many directions without any curvature; and one of high order beside another unknown without curvature, such as x⁵
/// beside y⁴.
///
/// - Parameters:
///   - f: to a single number; see `root`. Its second derivatives at x* must be positive definite.
///   - x: where the search starts, real numbers. No gradient flows to it.
///   - solver: finds x* from the start, unrecorded; by default Newton's method with conjugate gradients and backtracking, stopped when a step is
///     below 1e-10 of x (1e-5 in float32).
///   - linearSolver: solves the systems of the derivatives.
@_disfavoredOverload
public func argmin<T: VariableTree>(
    of f: @escaping (T) -> Variable, at x: T, solver: ((T) -> T)? = nil, linearSolver: LinearSolver = .conjugateGradients()
) -> T {
    let value: ([Variable]) -> Variable = { f(x.replacingVariables($0)) }
    let start = Transform.realStart(x.variables, "argmin")
    noteSearch("argmin", { [value($0)] }, start)
    let solution = solutionOrStop { () throws(NoSolution) in
        guard let solver else { return try newtonMinimum("argmin", of: withoutDraws("argmin", value), from: start) }
        let x = found(by: solver, from: x, "argmin")
        return FoundSolution(x: x, isDoubtful: try checkMinimum("argmin", value, at: x, from: start))
    }
    return x.replacingVariables(
        ImplicitFunction.record(
            "argmin", { gradient(of: value, at: $0, enableDoubleBackprop: true) }, solvedBy: solution.x, linearSolver,
            isSingular: solution.isDoubtful))
}

/// Tells those who watch the operations, such as `compile`, that the steps to come depend on numbers.
private func noteSearch(_ function: String, _ f: ([Variable]) -> [Variable], _ start: [NDArray]) {
    if ArrayTrace.isActive { noteIterations(function, start + numbers(of: f, at: start), remedy: "compile the closure that it is given") }
}

/// `f`, which stops when it draws random numbers: every evaluation would be of another function.
private func withoutDraws<T>(_ function: String, _ f: @escaping ([Variable]) -> T) -> ([Variable]) -> T {
    { x in
        let before = RandomGenerator.shared
        let value = f(x)
        require(
            RandomGenerator.shared == before,
            "\(function): expected a closure that is the same function at each call, got one that draws random numbers from the process-wide "
                + "generator; draw them before, and let it capture the array")
        return value
    }
}

/// What a solver of the user's finds, unrecorded.
private func found<T: VariableTree>(by solver: (T) -> T, from x: T, _ function: String) -> [NDArray] {
    let constants = x.variables.map { $0.detached() }
    let solution = noBackprop { solver(x.replacingVariables(constants)) }.variables
    Transform.check(solution, like: constants, function, "solutions")
    return solution.map(\.array)
}
