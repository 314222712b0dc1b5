import Foundation
import Nabla
import Testing

/// Derivatives keep their relative precision far out, where the function's value says nothing of them any more: down to the smallest
/// normal numbers, and up to arguments whose squares overflow.
@Suite struct TailTests {
    /// Reverse mode applied to itself, and forward mode on top. Errors are relative to each derivative; those below the normal numbers of
    /// the type are left out. Differences up to 8e-6 in float32 and 2e-14 in float64 are by design (see slopes.h), at order 1; products of such
    /// derivatives add them up.
    @Test(arguments: tailConstants.keys.sorted(), [DType.float32, .float64]) func derivativesToOrderThree(_ name: String, _ dtype: DType)
        throws
    {
        let function = try #require(TailTests.functions[name])
        let (relative, least) = dtype == .float32 ? (3e-5, 1.2e-38) : (1e-13, 2.3e-308)
        let largest = dtype == .float32 ? 3.4e38 : 1.7e308
        for (point, derivatives) in tailConstants[name]! {
            let x = Variable(NDArray([point, point], dtype: .float64).cast(to: dtype))
            for (order, exact) in derivatives.enumerated() where exact.magnitude >= least && exact.magnitude <= largest {
                let reverse = derivative(of: function, order: order)(x).array.doubles
                #expect(
                    reverse.allSatisfy { ($0 - exact).magnitude <= relative * exact.magnitude },
                    "order \(order) at \(point): \(reverse), \(exact)")
                if order == 0 { continue }
                let one = Variable(constant: .ones(like: x.array))
                let mixed = jvp(of: derivative(of: function, order: order - 1, enableDoubleBackprop: true), at: x, along: one).tangent
                #expect(
                    mixed.array.doubles.allSatisfy { ($0 - exact).magnitude <= relative * exact.magnitude },
                    "order \(order) at \(point), forward over reverse: \(mixed), \(exact)")
            }
        }
    }

    @Test func everyFunctionHasConstants() {
        #expect(Set(TailTests.functions.keys) == Set(tailConstants.keys))
    }

    /// At ±∞ values and derivatives are their limits, and a NaN stays one.
    @Test(arguments: limits.map(\.name), [DType.float32, .float64]) func limitsAtInfinity(_ name: String, _ dtype: DType) {
        let limit = Self.limits.first { $0.name == name }!
        for (point, exact) in [(-Double.infinity, limit.left), (.infinity, limit.right)] {
            let x = Variable(NDArray([point, point], dtype: .float64).cast(to: dtype))
            for (order, number) in exact.enumerated() {
                let value = derivative(of: limit.function, order: order)(x).array.doubles
                #expect(value.allSatisfy { $0 == number || ($0.isNaN && number.isNaN) }, "order \(order) at \(point): \(value), \(number)")
            }
        }
        #expect(limit.function(Variable(NDArray(Double.nan, dtype: dtype))).array.doubles[0].isNaN)
    }

    private struct Limit: Sendable {
        let name: String
        let left: [Double]
        let right: [Double]
        let function: @Sendable (Variable) -> Variable

        init(_ name: String, _ left: [Double], _ right: [Double], _ function: @escaping @Sendable (Variable) -> Variable) {
            (self.name, self.left, self.right, self.function) = (name, left, right, function)
        }
    }

    private static let limits: [Limit] = [
        Limit("tanh", [-1, 0, 0, 0], [1, 0, 0, 0]) { tanh($0) }, Limit("sigmoid", [0, 0, 0, 0], [1, 0, 0, 0]) { sigmoid($0) },
        Limit("softplus", [0, 0, 0, 0], [.infinity, 1, 0, 0]) { softplus($0) },
        Limit("logSigmoid", [-.infinity, 1, 0, 0], [0, 0, 0, 0]) { logSigmoid($0) },
        Limit("silu", [0, 0, 0, 0], [.infinity, 1, 0, 0]) { silu($0) }, Limit("mish", [0, 0, 0, 0], [.infinity, 1, 0, 0]) { mish($0) },
        Limit("gelu", [0, 0, 0, 0], [.infinity, 1, 0, 0]) { gelu($0) }, Limit("elu", [-1, 0, 0, 0], [.infinity, 1, 0, 0]) { elu($0) },
        Limit("expm1", [-1, 0, 0, 0], [.infinity, .infinity, .infinity, .infinity]) { expm1($0) },
        Limit("exp", [0, 0, 0, 0], [.infinity, .infinity, .infinity, .infinity]) { exp($0) },
        Limit("erf", [-1, 0, 0, 0], [1, 0, 0, 0]) { erf($0) },
        Limit("asinh", [-.infinity, 0, 0, 0], [.infinity, 0, 0, 0]) { asinh($0) },
        Limit("derivatives of atan", [0, 0, 0], [0, 0, 0]) { derivative(of: { atan($0) }, order: 1, enableDoubleBackprop: true)($0) },
        Limit("derivatives of atan2", [0, 0, 0], [0, 0, 0]) { x in
            derivative(of: { atan2($0, Variable(constant: .ones(like: $0.array))) }, order: 1, enableDoubleBackprop: true)(x)
        },
        Limit("sigmoidCrossEntropy", [0, 0, 0, 0], [.infinity, 1, 0, 0]) { crossEntropies($0, 0) },
        Limit("sigmoidCrossEntropy, target 1", [.infinity, -1, 0, 0], [0, 0, 0, 0]) { crossEntropies($0, 1) },
        Limit("relu", [0, 0, 0], [.infinity, 1, 0]) { relu($0) }, Limit("abs", [.infinity, -1, 0], [.infinity, 1, 0]) { abs($0) },
        Limit("1 / x", [0, 0, 0], [0, 0, 0]) { 1 / $0 },
    ]

    /// Equal infinities are ties like others: each has an equal share.
    @Test(arguments: [DType.float32, .float64], [-Double.infinity, .infinity]) func equalInfinitiesShare(_ dtype: DType, _ end: Double) {
        func gradient(_ f: (Variable) -> Variable, _ numbers: [Double]) -> (value: [Double], first: [Double], second: [Double]) {
            let x = Variable(NDArray(numbers, dtype: .float64).cast(to: dtype))
            let y = f(x)
            let first = grad(of: y.sum(), wrt: x, enableDoubleBackprop: true)
            let direction = Variable(constant: NDArray([1.0, -2], dtype: .float64).cast(to: dtype))
            let second = first.requiresGrad ? grad(of: first, wrt: x, gradOutput: direction).array.doubles : [0, 0]
            return (y.array.doubles, first.array.doubles, second)
        }
        let pairs: [(String, (Variable) -> Variable)] = [
            ("maximum", { maximum($0[0], $0[1]) }), ("minimum", { minimum($0[0], $0[1]) }), ("max", { $0.max() }), ("min", { $0.min() }),
            ("logAddExp", { logAddExp($0[0], $0[1]) }), ("logSumExp", { logSumExp($0) }),
            ("logCumulativeSumExp", { $0.logCumulativeSumExp(axis: 0)[1] }),
        ]
        for (name, f) in pairs {
            let (value, first, second) = gradient(f, [end, end])
            #expect(value == [end] && first == [0.5, 0.5], "\(name): \(value), \(first)")
            let curvature = name.hasPrefix("log") ? [0.75, -0.75] : [0, 0]
            #expect(second == curvature, "\(name): \(second)")
            // Beside an ordinary number one of them has all.
            let alone = gradient(f, [end, 1]), isChosen = (end > 0) != name.hasPrefix("min")
            #expect(alone.value == [isChosen ? end : 1] && alone.first == (isChosen ? [1, 0] : [0, 1]), "\(name): \(alone)")
            #expect(alone.second == [0, 0], "\(name): \(alone)")
        }
        #expect(gradient({ softmax($0) }, [end, end]).value == [0.5, 0.5])
        #expect(gradient({ softmax($0) }, [.infinity, 1]).value == [1, 0])
        #expect(gradient({ exp(logSoftmax($0)) }, [.infinity, 1]).value == [1, 0])
        #expect(gradient({ logSoftmax($0)[0] }, [.infinity, 1]).first == [0, 0])
        let scalar = gradient({ maximum($0, end) }, [end, end])
        #expect(scalar.value == [end, end] && scalar.first == [0.5, 0.5])
    }

    /// The form with a Swift number and the one with a variable are one function, C99's `pow`.
    /// Two classes, the label's ahead by `lead`: log1p(e⁻ᵗ) and its first three derivatives in the lead, by mpmath.
    @Test(arguments: [DType.float32, .float64]) func labelsThatAreAllButCertain(_ dtype: DType) {
        let exact: [(lead: Double, derivatives: [Double])] = [
            (9, [0.000123402189723258816, -0.00012339457598623173, 0.000123379349764848908, -0.000123348901079749527]),
            (14, [8.31528373383754188e-7, -8.31528027664132142e-7, 8.31527336225271351e-7, -8.3152595334869967e-7]),
            (30, [9.35762296883973678e-14, -9.35762296883929895e-14, 9.3576229688384233e-14, -9.357622968836672e-14]),
            (60, [8.75651076269652034e-27, -8.75651076269652034e-27, 8.75651076269652034e-27, -8.75651076269652034e-27]),
        ]
        let epsilon = dtype == .float64 ? Double.ulpOfOne : Double(Float.ulpOfOne)
        for (lead, derivatives) in exact {
            let x = Variable(NDArray([[lead, 0]], dtype: dtype))
            var level = softmaxCrossEntropy(x, NDArray([0]))
            for (order, expected) in derivatives.enumerated() {
                #expect((level.item() - expected).magnitude <= 8 * epsilon * expected.magnitude, "order \(order) at \(lead): \(level)")
                level = grad(of: level, wrt: x, enableDoubleBackprop: true)[0, 0]
            }
            let plain = grad(of: softmaxCrossEntropy(x, NDArray([0])), wrt: x)
            #expect((plain[0, 1].item() + derivatives[1]).magnitude <= 8 * epsilon * derivatives[0])
        }
    }

    @Test(arguments: [0, -0.0, 1, 2, 0.5, -1, 3, Double.infinity, -.infinity, .nan]) func powersOfNumbersAndVariablesAgree(_ number: Double)
    {
        let constant = Variable(constant: NDArray(number, dtype: .float64))
        for point in [0, -0.0, 1, -1, 0.5, 2, -2, 3, .infinity, -.infinity, .nan] {
            let forms: [(name: String, exact: Double, one: (Variable) -> Variable, other: (Variable) -> Variable)] = [
                ("pow(\(point), \(number))", Foundation.pow(point, number), { pow($0, number) }, { pow($0, constant) }),
                ("pow(\(number), \(point))", Foundation.pow(number, point), { pow(number, $0) }, { pow(constant, $0) }),
            ]
            for form in forms {
                let results = [form.one, form.other].map { f -> (value: Double, gradient: Double) in
                    let x = Variable(point, dtype: .float64)
                    let y = f(x)
                    return (y.item(), y.requiresGrad ? grad(of: y, wrt: x).item() : 0)
                }
                for (value, _) in results { #expect(Self.agree(value, form.exact), "\(form.name): \(value)") }
                // x⁰ is a constant without a place in the graph, even at NaN.
                if point.isNaN || number.isNaN { continue }
                let gradients = results.map(\.gradient)
                #expect(Self.agree(gradients[0], gradients[1]), "gradients of \(form.name): \(gradients)")
            }
        }
    }

    /// Gates that are shut or wide open, and a full cell: the gradients are those of the formulas by sigmoid and tanh, to the end of the range.
    @Test(arguments: [DType.float32, .float64], [false, true]) func saturatedGates(_ dtype: DType, _ isRecorded: Bool) {
        let numbers: [Double] = [-60, -20, -9, -2, -0.5, 0.25, 1, 3, 5, 8, 12, 18, 25, 40, 70, 6, -6]
        let width = numbers.count
        let c = Variable(NDArray(numbers.reversed().map { $0 / 4 }, dtype: .float64).cast(to: dtype).reshaped(to: [1, width]))
        let gates = (0..<4).map { shift in
            Variable(
                NDArray((0..<width).map { numbers[($0 + 5 * shift) % width] }, dtype: .float64).cast(to: dtype).reshaped(to: [1, width]))
        }
        let (next, h) = lstm(c, concatenate(gates, axis: -1))
        let by = grad(of: [next.sum(), h.sum()], wrt: [c] + gates, enableDoubleBackprop: isRecorded)
        let own = sigmoid(gates[1]) * c + sigmoid(gates[0]) * tanh(gates[2])
        let formula = grad(of: [own.sum(), (sigmoid(gates[3]) * tanh(own)).sum()], wrt: [c] + gates)
        for (a, b) in zip(by, formula) {
            for (p, q) in zip(a.array.doubles, b.array.doubles) {
                #expect((p - q).magnitude <= (dtype == .float32 ? 1e-5 : 1e-13) * q.magnitude, "\(p), \(q)")
            }
        }
        #expect(by[4].array.doubles.allSatisfy { $0 != 0 })
    }

    /// The same infinity or NaN, or finite numbers but for a few roundings.
    private static func agree(_ a: Double, _ b: Double) -> Bool {
        a == b || (a.isNaN && b.isNaN) || (b.isFinite && (a - b).magnitude <= 1e-15 * b.magnitude)
    }

    static let functions: [String: @Sendable (Variable) -> Variable] = [
        "tanh(x)": { tanh($0) }, "sigmoid(x)": { sigmoid($0) }, "softplus(x)": { softplus($0) }, "logSigmoid(x)": { logSigmoid($0) },
        "expm1(x)": { expm1($0) }, "elu(x)": { elu($0) }, "silu(x)": { silu($0) }, "mish(x)": { mish($0) }, "gelu(x)": { gelu($0) },
        "erf(x)": { erf($0) }, "asin(x)": { asin($0) }, "acos(x)": { acos($0) }, "atanh(x)": { atanh($0) }, "asinh(x)": { asinh($0) },
        "atan(x)": { atan($0) }, "atan2(x, 0x1p70)": { atan2($0, leaf(0x1p70, like: $0)) },
        "atan2(x, 0x1p-30)": { atan2($0, leaf(0x1p-30, like: $0)) }, "norm of [x, 0x1p80]": { norm(beside($0, 0x1p80), axis: -1) },
        "norm of [x, 0x1p-80]": { norm(beside($0, 0x1p-80), axis: -1) },
        "sigmoidCrossEntropy(x, 1)": { crossEntropies($0, 1) }, "sigmoidCrossEntropy(x, 0)": { crossEntropies($0, 0) },
    ]

    private static func leaf(_ value: Double, like x: Variable) -> Variable { Variable(.full([], value, dtype: x.dtype)) }

    /// The losses of the elements one by one.
    private static func crossEntropies(_ x: Variable, _ target: Double) -> Variable {
        let parts = x.flattened()
        let target = NDArray([target], dtype: .float64).cast(to: x.dtype)
        return stack((0..<x.count).map { sigmoidCrossEntropy(parts[$0..<($0 + 1)], target) }).reshaped(to: x.shape)
    }

    private static func beside(_ x: Variable, _ other: Double) -> Variable {
        stack([x, leaf(other, like: x).broadcast(to: x.shape)], axis: -1)
    }
}
