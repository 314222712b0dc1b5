import Nabla
import Testing

/// Smooth functions at points where a rule written without care gives NaN or a wrong number, and kinks, where the value is a convention:
/// along a line through the point, derivatives of orders 0 to 4 and more are known exactly.
@Suite struct SingularPointTests {
    @Test(arguments: SingularPoint.all) func derivativesAlongALine(_ point: SingularPoint) {
        for (order, exact) in point.derivatives.enumerated() {
            for mode in LineDerivative.allCases {
                let value = mode.derivative(of: point.function, at: point.x, along: point.v, order: order)
                let tolerance = 1e-12 * max(1, exact.magnitude)
                #expect(value == exact || (value - exact).magnitude <= tolerance, "\(mode), order \(order): \(value), \(exact)")
            }
        }
    }

    /// The whole arrays of first and second derivatives are finite there, not only their sum along the line.
    @Test(arguments: SingularPoint.all) func gradientsAreFinite(_ point: SingularPoint) {
        let x = Variable(NDArray(point.x, dtype: .float64))
        let y = point.function(x).sum()
        let first = grad(of: y, wrt: x, enableDoubleBackprop: true)
        let second = grad(of: first, wrt: x, gradOutput: Variable(constant: NDArray(point.v, dtype: .float64)))
        #expect((first.array.doubles + second.array.doubles).allSatisfy { $0.isFinite }, "\(first), \(second)")
    }
}

/// How the derivative of order n of t ↦ Σ f(x + t v) at 0 is taken.
enum LineDerivative: CaseIterable {
    case reverse, forward, forwardOverReverse, reverseOverForward

    func derivative(of f: @escaping (Variable) -> Variable, at x: [Double], along v: [Double], order: Int) -> Double {
        let (start, direction) = (NDArray(x, dtype: .float64), NDArray(v, dtype: .float64))
        let line = { (t: Variable) in f(t * direction + start).sum() }
        let half = order / 2
        let nested: (Variable) -> Variable
        switch self {
        case .reverse: nested = Nabla.derivative(of: line, order: order)
        case .forward: nested = LineDerivative.tangents(of: line, order: order)
        case .forwardOverReverse:
            nested = LineDerivative.tangents(of: Nabla.derivative(of: line, order: half, enableDoubleBackprop: true), order: order - half)
        case .reverseOverForward: nested = Nabla.derivative(of: LineDerivative.tangents(of: line, order: half), order: order - half)
        }
        return nested(Variable(0.0, dtype: .float64)).item()
    }

    private static func tangents(of f: @escaping (Variable) -> Variable, order: Int) -> (Variable) -> Variable {
        if order == 0 { return f }
        let inner = tangents(of: f, order: order - 1)
        return { t in jvp(of: inner, at: t, along: Variable(constant: .ones(like: t.array))).tangent }
    }
}

/// A point, a line through it, and the derivatives of the function's sum along the line.
struct SingularPoint: Sendable, CustomStringConvertible {
    let name: String
    let x: [Double]
    let v: [Double]
    let derivatives: [Double]
    let function: @Sendable (Variable) -> Variable

    init(
        _ name: String, at x: [Double], along v: [Double], _ derivatives: [Double], _ function: @escaping @Sendable (Variable) -> Variable
    ) {
        (self.name, self.x, self.v, self.derivatives, self.function) = (name, x, v, derivatives, function)
    }

    /// At one number, along the axis.
    init(_ name: String, at x: Double, _ derivatives: [Double], _ function: @escaping @Sendable (Variable) -> Variable) {
        self.init(name, at: [x], along: [1], derivatives, function)
    }

    var description: String { "\(name) at \(x)" }
}
