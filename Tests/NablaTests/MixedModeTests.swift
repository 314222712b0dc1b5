import Testing

@testable import Nabla

/// The two modes, nested in any order, on recorded variables and on closures.
@Suite struct MixedModeTests {
    /// f(x) = tanh(sin x · eˣ) / (1 + x²) at ½, derivatives of orders 0 to 6 from the table of closed forms.
    static let curve: @Sendable (Variable) -> Variable = { tanh(sin($0) * exp($0)) / (1 + $0 * $0) }
    static let exact = closedFormConstants["tanh(sin(x) * exp(x)) / (1 + x * x)"]![1]

    enum Mode: CaseIterable, Sendable { case reverse, forward, forwardOfRecorded }

    /// The derivative of `f`, by one of the modes.
    static func derivative(of f: @escaping (Variable) -> Variable, _ mode: Mode) -> (Variable) -> Variable {
        switch mode {
        case .reverse: return { x in forceBackprop { grad(of: f(x), wrt: x, enableDoubleBackprop: true) } }
        case .forward: return { x in jvp(of: f, at: x, along: Variable(constant: .ones(like: x.array))).tangent }
        case .forwardOfRecorded:
            return { x in
                let one = Variable(constant: .ones(like: x.array))
                return jvp(of: [f(x)], wrt: [x], along: [one], enableDoubleBackprop: true)[0]
            }
        }
    }

    static let sequences: [[Mode]] = (1...4).flatMap { length in
        (1...length).reduce([[]]) { longer, _ in longer.flatMap { modes in Mode.allCases.map { modes + [$0] } } }
    }

    @Test(arguments: sequences) func everyNestingToOrderFour(_ modes: [Mode]) {
        let f = modes.reduce(Self.curve) { Self.derivative(of: $0, $1) }
        let (value, exact) = (f(Variable(Self.exact.x, dtype: .float64)).item(), Self.exact.derivatives[modes.count])
        #expect((value - exact).magnitude <= 1e-12 * exact.magnitude, "\(value), \(exact)")
    }

    @Test func valuesComeWithTangents() {
        let (x, v) = (Variable(NDArray([0.5, 1], dtype: .float64)), Variable(constant: NDArray([2, -1], dtype: .float64)))
        let (values, tangents) = jvp(of: { [$0[0] * $0[0], exp($0[0])] }, at: [x], along: [v])
        #expect(
            values.map { $0.array.doubles } == [
                [0.25, 1], [exp(NDArray([0.5, 1], dtype: .float64)).doubles[0], values[1].array.doubles[1]],
            ])
        #expect(tangents[0].array.doubles == [2, -2])
        #expect(tangents[1].array == (exp(x) * v).array)
    }

    /// jvp of recorded variables and of a closure are the same walk.
    @Test func recordedAndClosureAgree() {
        let point = NDArray([0.3, -0.8, 1.1], dtype: .float64)
        let v = Variable(constant: NDArray([1, 0.5, -2], dtype: .float64))
        let f: (Variable) -> Variable = { softmax($0) * $0.cumulativeProduct(axis: 0) }
        let x = Variable(point)
        let recorded = jvp(of: [f(x)], wrt: [x], along: [v])[0]
        let closure = jvp(of: f, at: Variable(point), along: v).tangent
        #expect(recorded.array.doubles == closure.array.doubles)
    }

    /// The tangent itself can be differentiated with respect to its direction: J v has the gradient Jᵀ u in v.
    @Test func directionsAreVariablesToo() {
        let x = Variable(NDArray([0.3, -0.8, 1.1], dtype: .float64))
        let v = Variable(NDArray([1, 0.5, -2], dtype: .float64))
        let u = Variable(constant: NDArray([0.7, -1, 0.2], dtype: .float64))
        let y = softmax(x)
        let tangent = jvp(of: [y], wrt: [x], along: [v], enableDoubleBackprop: true)[0]
        let transposed = grad(of: tangent, wrt: v, gradOutput: u)
        let gradient = grad(of: y, wrt: x, gradOutput: u)
        for (a, b) in zip(transposed.array.doubles, gradient.array.doubles) { #expect((a - b).magnitude <= 1e-15) }
    }

    /// A tangent of a variable in the middle of the graph.
    @Test func tangentsStartAnywhere() {
        let x = Variable(0.4, dtype: .float64)
        let middle = sin(x)
        let y = middle * middle + x
        let one = Variable(constant: NDArray(1.0))
        #expect((jvp(of: [y], wrt: [middle], along: [one])[0].item() - 2 * middle.item()).magnitude <= 1e-15)
        // Both move: what reaches `middle` from x is added to its own tangent.
        let both = jvp(of: [y], wrt: [x, middle], along: [one, one])[0].item()
        #expect((both - (2 * middle.item() * (1 + cos(x).item()) + 1)).magnitude <= 1e-15)
    }

    // MARK: Functions written by users

    private static let cubeOfSum: @Sendable (Variable) -> Variable = { x in
        // (x + eˣ)³ by a node with a rule for reverse mode only.
        let node = WrittenFunction({ [($0[0] + $0[1]) * ($0[0] + $0[1]) * ($0[0] + $0[1])] }, inputs: 2, outputs: 1) { x, _, g in
            let slope = 3 * (x[0] + x[1]) * (x[0] + x[1]) * g[0]
            return [slope, slope]
        }
        return node.apply([x, exp(x)])[0]
    }

    @Test(arguments: sequences.filter { $0.count <= 3 }) func backwardAloneGivesForwardModeToOrderThree(_ modes: [Mode]) {
        let f = modes.reduce(Self.cubeOfSum) { Self.derivative(of: $0, $1) }
        let reference = Nabla.derivative(of: { (x: Variable) in pow(x + exp(x), 3) }, order: modes.count)
        let (value, exact) = (f(Variable(0.6, dtype: .float64)).item(), reference(Variable(0.6, dtype: .float64)).item())
        #expect((value - exact).magnitude <= 1e-13 * exact.magnitude, "\(value), \(exact)")
    }

    /// sin and cos of a · b from one node; rules of reverse mode that skip absent gradients.
    private static func sineAndCosine(_ a: Variable, _ b: Variable) -> [Variable] {
        WrittenFunction({ [sin($0[0] * $0[1]), cos($0[0] * $0[1])] }, inputs: 2, outputs: 2) { x, y, g in
            var slope = Variable.symbolicZero(x[0].shape, dtype: x[0].dtype)
            if !g[0].isSymbolicZero { slope += g[0] * y[1] }
            if !g[1].isSymbolicZero { slope -= g[1] * y[0] }
            return [slope * x[1], slope * x[0]]
        }.apply([a, b])
    }

    @Test func severalOutputsWithSomeUnused() throws {
        let x = [NDArray([0.4, -1.1], dtype: .float64), NDArray([0.9, 0.5], dtype: .float64)]
        try checkGradients(of: { Self.sineAndCosine($0[0], $0[1]) }, at: x, order: 3, name: "both outputs")
        try checkGradients(of: { [Self.sineAndCosine($0[0], $0[1])[0]] }, at: x, order: 3, name: "first output")
        try checkGradients(of: { [Self.sineAndCosine($0[0], $0[1])[1]] }, at: x, order: 3, name: "second output")
        try checkGradients(
            of: { inputs in
                let outputs = Self.sineAndCosine(inputs[0], inputs[1])
                return [outputs[1] * outputs[1], inputs[0] + outputs[1]]
            }, at: x, order: 3, name: "second output twice")
    }

    @Test func tangentsOfUnusedOutputsDoNoHarm() {
        let (a, b) = (Variable(0.4, dtype: .float64), Variable(0.9, dtype: .float64))
        let outputs = Self.sineAndCosine(a, b)
        let one = Variable(constant: NDArray(1.0))
        let tangents = jvp(of: outputs, wrt: [a], along: [one])
        #expect((tangents[0].item() - 0.9 * outputs[1].item()).magnitude <= 1e-15)
        #expect((tangents[1].item() + 0.9 * outputs[0].item()).magnitude <= 1e-15)
        #expect(jvp(of: [outputs[1]], wrt: [a], along: [one])[0].item() == tangents[1].item())
    }

    @Test func outputsThatDoNotDependOnAnInputHaveZeroTangents() {
        let (x, other) = (Variable(NDArray([1, 2], dtype: .float64)), Variable(NDArray([3.0], dtype: .float64)))
        let tangent = jvp(of: [exp(other)], wrt: [x], along: [Variable(constant: .ones(like: x.array))])[0]
        #expect(tangent.isSymbolicZero && tangent.shape == [1])
        #expect(grad(of: exp(other), wrt: x).array.doubles == [0, 0])
    }

    /// A mixed partial derivative of order six in three variables by six walks of alternating modes.
    @Test func mixedPartialDerivativeOfOrderSix() {
        // f = sin(x y) e^{y z}; ∂⁶f / ∂x² ∂y² ∂z² at (0.5, 0.8, -0.3), from sympy 1.14.0.
        let f: ([Variable]) -> Variable = { sin($0[0] * $0[1]) * exp($0[1] * $0[2]) }
        func partial(_ sequence: [(Int, Mode)]) -> Double {
            let places = [0.5, 0.8, -0.3].map { Variable($0, dtype: .float64) }
            let one = Variable(constant: NDArray(1.0))
            var value = f(places)
            for (index, mode) in sequence {
                value =
                    mode == .reverse
                    ? grad(of: value, wrt: places[index], enableDoubleBackprop: true)
                    : jvp(of: [value], wrt: [places[index]], along: [one], enableDoubleBackprop: true)[0]
            }
            return value.item()
        }
        let reverse = partial([(0, .reverse), (0, .reverse), (1, .reverse), (1, .reverse), (2, .reverse), (2, .reverse)])
        let forward = partial([(2, .forward), (1, .forward), (0, .forward), (2, .forward), (1, .forward), (0, .forward)])
        let mixed = partial([(1, .forward), (0, .reverse), (2, .forward), (2, .reverse), (1, .reverse), (0, .forward)])
        let exact = -3.3509148298096099949
        for value in [reverse, forward, mixed] { #expect((value - exact).magnitude <= 1e-13, "\(value)") }
    }
}
