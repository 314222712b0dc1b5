/// Stands in the graph for x*(θ) with g(x*, θ) = 0. Its inputs are the places θ that g touches.
///
/// By the implicit function theorem ∂x*/∂θ = -J⁻¹ ∂g/∂θ with J = ∂g/∂x. The gradient solves Jᵀ λ = x̄ and is θ̄ = -∂⟨λ, g⟩/∂θ; the tangent solves
/// J ẋ = -∂g/∂θ θ̇. Both are recorded functions of x* and θ, systems included, so that they can be differentiated again to any order.
final class ImplicitFunction: FunctionNode {
    private struct Equation {
        let function: String
        /// x ↦ g(x)
        let residual: any Repeatable
        let solver: LinearSolver
    }

    private var equation: Equation?
    private var function = ""

    /// Whether J at the solution is rounding of 0, so that its inverse would be a number without meaning.
    private var isSingular = false

    /// Records that `x` solves g(x) = 0.
    static func record(
        _ function: String, _ residual: @escaping ([Variable]) -> [Variable], solvedBy x: [NDArray], _ solver: LinearSolver,
        isSingular: Bool
    ) -> [Variable] {
        let constants = x.map(Variable.init(constant:))
        guard isRecording else { return constants }
        // A place in front of each result, so that it is the closure's own also where it is what the closure captured.
        let run = Recomputation.firstRun(function, at: x.map { Variable($0) }) { x in residual(x).map(\.withPlace) }
        if run.recomputation.sources.isEmpty { return constants }
        require(
            run.recomputation.computed.count == x.count,
            "\(function): expected a function whose results all depend on its argument or on variables, got constants among them")
        let node = ImplicitFunction()
        node.function = function
        node.isSingular = isSingular
        ClosureNodes.add(1)
        node.equation = Equation(function: function, residual: run.recomputation, solver: solver)
        node.extended().keepsElsewhere = true
        node.connect(run.recomputation.sources)
        if run.recomputation.passesUnrecorded { node.flags.insert(.passesUnrecorded) }
        node.setOutputs(x)
        if isObserved { Observation.current.didRecord(node) }
        for (i, array) in x.enumerated() { node.keepOutput(i, array) }
        return x.enumerated().map { Variable(array: $0.element, node: node, output: Int32($0.offset)) }
    }

    // What closures captured is owned by the edges too; see Checkpoint.
    deinit {
        equation = nil
        ClosureNodes.add(-1)
    }

    override var label: String { function }

    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        fail("\(label): expected a use that does not run the recorded function on other arrays, got one that does")
    }

    override func releaseElsewhere() { equation = nil }

    override func expand() -> Bool {
        guard let equation, let closure = equation.residual as? Recomputation else { return false }
        let x = (0..<outputCount).map { retainedOutput($0).array }
        guard let list = Observation.revisiting(self, { RecordedClosure(closure, at: x) }) else { return false }
        self.equation = Equation(function: equation.function, residual: list, solver: equation.solver)
        return false
    }

    private var retained: Equation {
        guard let equation else { failRetained("equation", 0) }
        return equation
    }

    private func requireInvertible() {
        require(
            !isSingular,
            function == "argmin"
                ? "argmin: expected a minimum with positive second derivatives, to differentiate it, got one at which some are 0 within rounding, "
                    + "as those of x⁴ are at 0"
                : "\(function): expected a solution with an invertible derivative of the equation, to differentiate it, got one at which it is "
                    + "singular within rounding, as that of x² is at 0")
    }

    /// The solution as a variable to differentiate at: in its place while something is recorded.
    private var solution: [Variable] {
        (0..<outputCount).map { isRecording ? retainedOutput($0) : Variable(retainedOutput($0).array) }
    }

    /// J at `x`.
    private static func derivative(_ equation: Equation, _ x: [Variable]) -> LinearMap {
        let boundary = equation.residual.sources + x
        return LinearMap(
            product: {
                let y = equation.residual(x)
                return { v in ForwardWalk.run(from: x, tangents: v, to: y, recorded: isRecording, stoppingAt: boundary) }
            },
            transposedProduct: {
                let y = equation.residual(x)
                return { u in
                    BackwardWalk.run(from: y, seeds: u, to: x, recorded: isRecording, retainGraph: true, stoppingAt: boundary)
                }
            })
    }

    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        requireInvertible()
        let (equation, x) = (retained, solution)
        let map = ImplicitFunction.derivative(equation, x)
        let weights = LinearSolution.solve(equation.function, map.transposed, gradOutputs, equation.solver)
        let seeds = weights.map { -$0 }
        return Observation.revisiting(self) {
            BackwardWalk.run(
                from: equation.residual(x), seeds: seeds, to: indexes.map { equation.residual.sources[$0] }, recorded: isRecording,
                retainGraph: isRecording || !equation.residual.isRecordedAnew, stoppingAt: equation.residual.sources + x)
        }
    }

    override func push(_ tangents: [Variable], _ given: InputSet) -> [Variable] {
        requireInvertible()
        let (equation, x, moving) = (retained, solution, given.indexes)
        let change = ForwardWalk.run(
            from: moving.map { equation.residual.sources[$0] }, tangents: moving.map { tangents[$0] }, to: equation.residual(x),
            recorded: isRecording, stoppingAt: equation.residual.sources + x)
        return LinearSolution.solve(
            equation.function, ImplicitFunction.derivative(equation, x), change.map { -$0 }, equation.solver)
    }
}
