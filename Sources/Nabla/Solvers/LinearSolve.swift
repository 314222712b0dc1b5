/// The solution w of A w = b, for a linear map A that is known by its products only; differentiable to any order, in b and in all variables that
/// A touches.
///
///     let w = linearSolve({ matmul(x, matmul(x, $0), transposeA: true) + strength * $0 }, rightHandSide: matmul(x, y, transposeA: true))
///
/// The gradient solves the transposed system, Aᵀ λ = w̄, and is b̄ = λ and θ̄ = -∂⟨λ, A w⟩/∂θ; the tangent is A ẇ = ḃ - Ȧ w. Neither keeps
/// anything of the iterations.
///
/// - Parameters:
///   - matrix: a linear map from the structure of `b` to itself; not kept linear by anything but its author.
///   - b: the right-hand side, a tree of variables.
///   - solver: also solves the transposed systems.
@_disfavoredOverload
public func linearSolve<T: VariableTree>(
    _ matrix: @escaping (T) -> T, rightHandSide b: T, using solver: LinearSolver = .gmres()
) -> T {
    let map = LinearMap { w in matrix(b.replacingVariables(w)).variables }
    return b.replacingVariables(LinearSolution.solve("linearSolve", map, b.variables, solver))
}

/// A linear map and its transpose, as products with vectors.
struct LinearMap {
    /// Records what products need, and gives the product; called again where a product is to be recorded.
    let product: () -> ([Variable]) -> [Variable]
    let transposedProduct: () -> ([Variable]) -> [Variable]

    var transposed: LinearMap { LinearMap(product: transposedProduct, transposedProduct: product) }

    init(
        product: @escaping () -> ([Variable]) -> [Variable], transposedProduct: @escaping () -> ([Variable]) -> [Variable]
    ) {
        (self.product, self.transposedProduct) = (product, transposedProduct)
    }

    /// From the product alone: the transpose of a linear map is its pullback, anywhere.
    init(_ multiply: @escaping ([Variable]) -> [Variable]) {
        self.init(
            product: { multiply },
            transposedProduct: {
                { u in
                    let anywhere = u.map { Variable(NDArray.zeros(like: $0.array)) }
                    let products = forceBackprop { multiply(anywhere) }
                    return gradients("linearSolve", of: products, wrt: anywhere, gradOutputs: u, recorded: isRecording)
                }
            })
    }
}

/// Stands in the graph for the solution of a linear system. Its inputs are the right-hand sides and the places that the matrix depends on.
final class LinearSolution: FunctionNode {
    private struct System {
        let function: String
        let map: LinearMap
        let solver: LinearSolver
        /// w ↦ A w
        let product: any Repeatable
    }

    private var system: System?
    private var rightHandSides = 0

    static func solve(_ function: String, _ map: LinearMap, _ b: [Variable], _ solver: LinearSolver) -> [Variable] {
        if b.allSatisfy(\.isSymbolicZero) { return b }
        if ArrayTrace.isActive { noteIterations(function, b.map(\.array), remedy: "compile the product") }
        let multiply = forceBackprop { map.product() }
        let solution = solver.solution(
            function, { v in noBackprop { multiply(v.map(Variable.init(constant:))) }.map(\.array) }, b.map(\.array))
        let constants = solution.map(Variable.init(constant:))
        guard isRecording else { return constants }
        let product = Recomputation.firstRun(function, at: constants) { w in map.product()(w) }.recomputation
        if product.sources.isEmpty && !b.contains(where: \.isRecorded) { return constants }
        let node = LinearSolution()
        ClosureNodes.add(1)
        node.system = System(function: function, map: map, solver: solver, product: product)
        node.rightHandSides = b.count
        node.extended().keepsElsewhere = true
        node.connect(b + product.sources)
        if product.passesUnrecorded { node.flags.insert(.passesUnrecorded) }
        node.setOutputs(solution)
        if isObserved { Observation.current.didRecord(node) }
        for (i, array) in solution.enumerated() { node.keepOutput(i, array) }
        return solution.enumerated().map { Variable(array: $0.element, node: node, output: Int32($0.offset)) }
    }

    // What closures captured is owned by the edges too; see Checkpoint.
    deinit {
        system = nil
        ClosureNodes.add(-1)
    }

    override var label: String { "linearSolve" }

    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        fail("linearSolve: expected a use that does not run the recorded function on other arrays, got one that does")
    }

    override func releaseElsewhere() { system = nil }

    override func expand() -> Bool {
        guard let system, let closure = system.product as? Recomputation else { return false }
        let w = (0..<outputCount).map { retainedOutput($0).array }
        guard let list = Observation.revisiting(self, { RecordedClosure(closure, at: w) }) else { return false }
        self.system = System(
            function: system.function, map: LinearMap { list.results(at: $0) }, solver: system.solver, product: list)
        return false
    }

    private var retained: System {
        guard let system else { failRetained("system", 0) }
        return system
    }

    /// The solution, in its place while something is recorded.
    private var solution: [Variable] { (0..<outputCount).map { isRecording ? retainedOutput($0) : retainedOutput($0).detached() } }

    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        let system = retained
        let weights = LinearSolution.solve(system.function, system.map.transposed, gradOutputs, system.solver)
        let targets = indexes.filter { $0 >= rightHandSides }.map { system.product.sources[$0 - rightHandSides] }
        var others: [Variable] = []
        if !targets.isEmpty {
            let w = solution
            let seeds = system.product.computed.map { -weights[$0] }
            others = Observation.revisiting(self) {
                BackwardWalk.run(
                    from: system.product(w), seeds: seeds, to: targets, recorded: isRecording,
                    retainGraph: isRecording || !system.product.isRecordedAnew,
                    stoppingAt: system.product.sources + w)
            }
        }
        return indexes.filter { $0 < rightHandSides }.map { weights[$0] } + others
    }

    override func push(_ tangents: [Variable], _ given: InputSet) -> [Variable] {
        let system = retained
        var sides = (0..<rightHandSides).map { i in
            given.contains(i) ? tangents[i] : Variable.symbolicZero(outputLayout(i).0, dtype: outputLayout(i).1)
        }
        let moving = given.indexes.filter { $0 >= rightHandSides }
        if !moving.isEmpty {
            let w = solution
            let turned = ForwardWalk.run(
                from: moving.map { system.product.sources[$0 - rightHandSides] }, tangents: moving.map { tangents[$0] },
                to: system.product(w), recorded: isRecording, stoppingAt: system.product.sources + w)
            for (i, t) in zip(system.product.computed, turned) { sides[i] = sides[i] - t }
        }
        return LinearSolution.solve(system.function, system.map, sides, system.solver)
    }
}
