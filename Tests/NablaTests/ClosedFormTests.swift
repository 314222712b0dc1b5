import Nabla
import Testing

/// Elementwise functions against derivatives of orders 0 to 6 known in closed form.
@Suite struct ClosedFormTests {
    /// Reverse mode applied to itself, and forward mode on a function of reverse mode on top.
    ///
    /// The tolerance is 1e-12 at every order: the constants have 13 digits, which leaves 5e-13, and the measured differences are no larger
    /// (5e-13 at order 1, 4e-13 at order 6). Errors are relative to the derivative, or to 0.01 for derivatives that nearly vanish.
    @Test(arguments: closedFormConstants.keys.sorted()) func derivativesToOrderSix(_ name: String) throws {
        let function = try #require(ClosedFormTests.functions[name])
        for (point, derivatives) in closedFormConstants[name]! {
            let x = Variable(NDArray([point, point], dtype: .float64))
            for (order, exact) in derivatives.enumerated() {
                let tolerance = 1e-12 * max(exact.magnitude, 1e-2)
                let reverse = derivative(of: function, order: order)(x).array.doubles
                #expect(reverse.allSatisfy { ($0 - exact).magnitude <= tolerance }, "order \(order) at \(point): \(reverse), \(exact)")
                if order == 0 { continue }
                let one = Variable(constant: .ones(like: x.array))
                let mixed = jvp(of: derivative(of: function, order: order - 1, enableDoubleBackprop: true), at: x, along: one).tangent
                #expect(
                    mixed.array.doubles.allSatisfy { ($0 - exact).magnitude <= tolerance },
                    "order \(order) at \(point), forward over reverse: \(mixed), \(exact)")
            }
        }
    }

    @Test(arguments: closedFormConstants.keys.sorted()) func forwardModeAloneToOrderFour(_ name: String) throws {
        let function = try #require(ClosedFormTests.functions[name])
        for (point, derivatives) in closedFormConstants[name]! {
            for order in 1...4 {
                let exact = derivatives[order]
                let value = ClosedFormTests.nestedTangents(of: function, order: order)(Variable(point, dtype: .float64)).item()
                #expect(
                    (value - exact).magnitude <= 1e-12 * max(exact.magnitude, 1e-2), "order \(order) at \(point): \(value), \(exact)")
            }
        }
    }

    @Test func everyFunctionHasConstants() {
        #expect(Set(ClosedFormTests.functions.keys) == Set(closedFormConstants.keys))
    }

    static func nestedTangents(of f: @escaping (Variable) -> Variable, order: Int) -> (Variable) -> Variable {
        if order == 0 { return f }
        let inner = nestedTangents(of: f, order: order - 1)
        return { x in jvp(of: inner, at: x, along: Variable(constant: .ones(like: x.array))).tangent }
    }

    private static func leaf(_ value: Double, like x: Variable) -> Variable { Variable(.full([], value, dtype: x.dtype)) }

    static let functions: [String: @Sendable (Variable) -> Variable] = [
        "exp(x)": { exp($0) }, "expm1(x)": { expm1($0) }, "log(x)": { log($0) }, "log1p(x)": { log1p($0) },
        "sqrt(x)": { sqrt($0) }, "rsqrt(x)": { rsqrt($0) }, "square(x)": { square($0) }, "reciprocal(x)": { reciprocal($0) },
        "1.5 / x": { 1.5 / $0 }, "pow(x, 3)": { pow($0, 3) }, "pow(x, -2)": { pow($0, -2) }, "pow(x, 2.5)": { pow($0, 2.5) },
        "pow(1.7, x)": { pow(1.7, $0) }, "pow(x, x)": { pow($0, $0) },
        "pow(x, 1.9), both variables": { pow($0, leaf(1.9, like: $0)) },
        "pow(1.9, x), both variables": { pow(leaf(1.9, like: $0), $0) },
        "0.7 / x, both variables": { leaf(0.7, like: $0) / $0 },
        "sin(x)": { sin($0) }, "cos(x)": { cos($0) }, "tan(x)": { tan($0) }, "asin(x)": { asin($0) }, "acos(x)": { acos($0) },
        "atan(x)": { atan($0) }, "atan2(x, 0.7)": { atan2($0, leaf(0.7, like: $0)) }, "atan2(0.7, x)": { atan2(leaf(0.7, like: $0), $0) },
        "sinh(x)": { sinh($0) }, "cosh(x)": { cosh($0) }, "tanh(x)": { tanh($0) }, "asinh(x)": { asinh($0) }, "acosh(x)": { acosh($0) },
        "atanh(x)": { atanh($0) }, "sinc(x)": { sinc($0) }, "erf(x)": { erf($0) },
        "sigmoid(x)": { sigmoid($0) }, "softplus(x)": { softplus($0) }, "logSigmoid(x)": { logSigmoid($0) }, "elu(x)": { elu($0) },
        "silu(x)": { silu($0) }, "mish(x)": { mish($0) }, "gelu(x)": { gelu($0) },
        "logAddExp(x, 0.3)": { logAddExp($0, leaf(0.3, like: $0)) }, "logAddExp(0.3, x)": { logAddExp(leaf(0.3, like: $0), $0) },
        "norm of [x, 0.8]": { norm(beside($0, [0.8]), axis: -1) },
        "logSumExp of [x, 0.2, -0.5]": { logSumExp(beside($0, [0.2, -0.5]), axis: -1) },
        "first softmax of [x, 0.2]": { softmax(beside($0, [0.2]))[.ellipsis, 0] },
        "tanh(sin(x) * exp(x)) / (1 + x * x)": { tanh(sin($0) * exp($0)) / (1 + $0 * $0) },
    ]

    /// Each element of `x` at the head of a row of other numbers.
    private static func beside(_ x: Variable, _ others: [Double]) -> Variable {
        stack([x] + others.map { leaf($0, like: x).broadcast(to: x.shape) }, axis: -1)
    }
}
