// The transforms and solvers of trees once more, for closures of a variable and of a list of variables: a closure whose argument is generic
// makes Swift's type checker try all operators of all types on `$0`, seconds for a formula of five, or a refusal. Where the argument's type is
// written in the signature it takes milliseconds. So these are preferred, and those of trees marked as second choice (`@_disfavoredOverload`).

/// A list of variables as a tree of its own type, so that a closure of it can only be meant for the transforms of trees.
private struct Places: VariableTree {
    var variables: [Variable]

    init(_ variables: [Variable]) { self.variables = variables }

    func mapVariables(_ transform: (Variable) -> Variable) -> Places { Places(variables.map(transform)) }
}

/// ∇f(x), of a function of one variable to a single number; see the one of trees.
public func gradient(of f: (Variable) -> Variable, at x: Variable, enableDoubleBackprop: Bool? = nil) -> Variable {
    valueWithGradient(of: f, at: x, enableDoubleBackprop: enableDoubleBackprop).gradient
}

/// ∇f(x), of a function of a list of variables to a single number; see the one of trees.
public func gradient(of f: ([Variable]) -> Variable, at x: [Variable], enableDoubleBackprop: Bool? = nil) -> [Variable] {
    valueWithGradient(of: f, at: x, enableDoubleBackprop: enableDoubleBackprop).gradient
}

/// The gradient as a function of one variable, which can be differentiated again.
public func gradient(of f: @escaping (Variable) -> Variable, enableDoubleBackprop: Bool? = nil) -> (Variable) -> Variable {
    { x in gradient(of: f, at: x, enableDoubleBackprop: enableDoubleBackprop) }
}

/// f(x) and ∇f(x), of a function of one variable, by one run of `f`.
public func valueWithGradient(
    of f: (Variable) -> Variable, at x: Variable, enableDoubleBackprop: Bool? = nil
) -> (value: Variable, gradient: Variable) {
    let (value, gradient) = valueWithGradient(
        of: { (places: Places) in f(places.variables[0]) }, at: Places([x]), enableDoubleBackprop: enableDoubleBackprop)
    return (value, gradient.variables[0])
}

/// f(x) and ∇f(x), of a function of a list of variables, by one run of `f`.
public func valueWithGradient(
    of f: ([Variable]) -> Variable, at x: [Variable], enableDoubleBackprop: Bool? = nil
) -> (value: Variable, gradient: [Variable]) {
    let (value, gradient) = valueWithGradient(
        of: { (places: Places) in f(places.variables) }, at: Places(x), enableDoubleBackprop: enableDoubleBackprop)
    return (value, gradient.variables)
}

/// The value of `f` at `x` and its derivative along `v`, of a function of one variable; see the one of trees.
public func jvp(of f: (Variable) -> Variable, at x: Variable, along v: Variable) -> (value: Variable, tangent: Variable) {
    let (values, tangents) = jvp(of: { [f($0[0])] }, at: [x], along: [v])
    return (values[0], tangents[0])
}

/// The value of `f` at `x` and the gradient of ⟨u, f(x)⟩, of a function of one variable; see the one of trees.
public func vjp(
    of f: (Variable) -> Variable, at x: Variable, gradOutput u: Variable, enableDoubleBackprop: Bool? = nil
) -> (value: Variable, gradient: Variable) {
    let (values, gradients) = vjp(of: { [f($0[0])] }, at: [x], gradOutputs: [u], enableDoubleBackprop: enableDoubleBackprop)
    return (values[0], gradients[0])
}

/// H v, of a function of one variable to a single number; see the one of trees.
public func hessianVectorProduct(
    of f: (Variable) -> Variable, at x: Variable, along v: Variable, mode: HessianVectorMode = .reverseOverReverse,
    enableDoubleBackprop: Bool? = nil
) -> Variable {
    hessianVectorProduct(
        of: { (places: Places) in f(places.variables[0]) }, at: Places([x]), along: Places([v]), mode: mode,
        enableDoubleBackprop: enableDoubleBackprop
    ).variables[0]
}

/// H v, of a function of a list of variables to a single number; see the one of trees.
public func hessianVectorProduct(
    of f: ([Variable]) -> Variable, at x: [Variable], along v: [Variable], mode: HessianVectorMode = .reverseOverReverse,
    enableDoubleBackprop: Bool? = nil
) -> [Variable] {
    hessianVectorProduct(
        of: { (places: Places) in f(places.variables) }, at: Places(x), along: Places(v), mode: mode,
        enableDoubleBackprop: enableDoubleBackprop
    ).variables
}

/// G v, of a model from one variable to one result; see the one of trees.
public func gaussNewtonVectorProduct(
    of f: (Variable) -> Variable, loss: (Variable) -> Variable, at x: Variable, along v: Variable, enableDoubleBackprop: Bool? = nil
) -> Variable {
    gaussNewtonVectorProduct(
        of: { (places: Places) in Places([f(places.variables[0])]) }, loss: { (results: Places) in loss(results.variables[0]) },
        at: Places([x]), along: Places([v]), enableDoubleBackprop: enableDoubleBackprop
    ).variables[0]
}

/// x* with g(x*) = 0, of one variable; see the one of trees.
public func root(
    of g: @escaping (Variable) -> Variable, at x: Variable, solver: ((Variable) -> Variable)? = nil, linearSolver: LinearSolver = .gmres()
) -> Variable {
    root(of: ofPlaces(g), at: Places([x]), solver: solver.map(ofPlaces), linearSolver: linearSolver).variables[0]
}

/// x* with g(x*) = 0, of a list of variables; see the one of trees.
public func root(
    of g: @escaping ([Variable]) -> [Variable], at x: [Variable], solver: (([Variable]) -> [Variable])? = nil,
    linearSolver: LinearSolver = .gmres()
) -> [Variable] {
    root(of: ofPlaces(g), at: Places(x), solver: solver.map(ofPlaces), linearSolver: linearSolver).variables
}

/// x* = f(x*), of one variable; see the one of trees.
public func fixedPoint(
    of f: @escaping (Variable) -> Variable, at x: Variable, solver: ((Variable) -> Variable)? = nil, linearSolver: LinearSolver = .gmres()
) -> Variable {
    fixedPoint(of: ofPlaces(f), at: Places([x]), solver: solver.map(ofPlaces), linearSolver: linearSolver).variables[0]
}

/// x* = f(x*), of a list of variables; see the one of trees.
public func fixedPoint(
    of f: @escaping ([Variable]) -> [Variable], at x: [Variable], solver: (([Variable]) -> [Variable])? = nil,
    linearSolver: LinearSolver = .gmres()
) -> [Variable] {
    fixedPoint(of: ofPlaces(f), at: Places(x), solver: solver.map(ofPlaces), linearSolver: linearSolver).variables
}

/// A local minimum of a function of one variable; see the one of trees.
public func argmin(
    of f: @escaping (Variable) -> Variable, at x: Variable, solver: ((Variable) -> Variable)? = nil,
    linearSolver: LinearSolver = .conjugateGradients()
) -> Variable {
    argmin(
        of: { (places: Places) in f(places.variables[0]) }, at: Places([x]), solver: solver.map(ofPlaces), linearSolver: linearSolver
    ).variables[0]
}

/// A local minimum of a function of a list of variables; see the one of trees.
public func argmin(
    of f: @escaping ([Variable]) -> Variable, at x: [Variable], solver: (([Variable]) -> [Variable])? = nil,
    linearSolver: LinearSolver = .conjugateGradients()
) -> [Variable] {
    argmin(
        of: { (places: Places) in f(places.variables) }, at: Places(x), solver: solver.map(ofPlaces), linearSolver: linearSolver
    ).variables
}

/// The solution of A w = b, of one variable; see the one of trees.
public func linearSolve(
    _ matrix: @escaping (Variable) -> Variable, rightHandSide b: Variable, using solver: LinearSolver = .gmres()
) -> Variable {
    linearSolve(ofPlaces(matrix), rightHandSide: Places([b]), using: solver).variables[0]
}

private func ofPlaces(_ f: @escaping (Variable) -> Variable) -> (Places) -> Places {
    { places in Places([f(places.variables[0])]) }
}

private func ofPlaces(_ f: @escaping ([Variable]) -> [Variable]) -> (Places) -> Places {
    { places in Places(f(places.variables)) }
}
