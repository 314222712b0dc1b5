import Nabla
import Testing

/// Where a function has no value, at NaN or outside of its domain, its derivatives are NaN and no number that looks like one: at every order, in both
/// modes, by kernels and by rules.
@Suite struct UndefinedDerivativeTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let function: @Sendable (Variable) -> Variable
        let points: [Double]

        init(_ description: String, at points: [Double], _ function: @escaping @Sendable (Variable) -> Variable) {
            (testDescription, self.function, self.points) = (description, function, points)
        }
    }

    static let smooth = [
        Case("log", at: [-1, -1e-30, -1e30, -.infinity, .nan]) { log($0) },
        Case("log1p", at: [-1.5, -2, -1e30, -.infinity, .nan]) { log1p($0) },
        Case("sqrt", at: [-1, -1e-30, -1e30, -.infinity, .nan]) { sqrt($0) },
        Case("rsqrt", at: [-1, -1e-30, -1e30, -.infinity, .nan]) { rsqrt($0) },
        Case("asin", at: [1.5, -1.5, 1e30, -1e30, .infinity, .nan]) { asin($0) },
        Case("acos", at: [1.5, -1.5, 1e30, -1e30, .infinity, .nan]) { acos($0) },
        Case("acosh", at: [0.5, 0, -0.5, -1.5, -1e30, -.infinity, .nan]) { acosh($0) },
        Case("atanh", at: [1.5, -1.5, 1e30, -1e30, .infinity, -.infinity, .nan]) { atanh($0) },
        Case("pow(x, 2.5)", at: [-1, -1e-3, -30, .nan]) { pow($0, 2.5) },
    ]

    @Test(arguments: smooth, [DType.float32, .float64]) func smoothFunctions(_ example: Case, _ dtype: DType) {
        // More than a kernel takes at once, with the points between numbers of the domain.
        let numbers = example.points + Array(repeating: 0.5, count: 20) + example.points
        let isInside = numbers.map { number in number == 0.5 && !example.points.contains(0.5) }
        let x = Variable(NDArray(numbers, dtype: dtype))
        var y = example.function(x)
        expectNaN(y, except: isInside, "\(example.testDescription)")
        for order in 1...3 {
            let pushed = jvp(of: [y], wrt: [x], along: [Variable(constant: .ones(like: x.array))])[0]
            expectNaN(pushed, except: isInside, "\(example.testDescription), jvp of order \(order)")
            expectNaN(grad(of: y.sum(), wrt: x), except: isInside, "\(example.testDescription), order \(order)")
            y = grad(of: y.sum(), wrt: x, enableDoubleBackprop: true)
            expectNaN(y, except: isInside, "\(example.testDescription), recorded order \(order)")
        }
    }

    /// Functions of straight pieces: the first derivative. The second is 0 wherever there is one, of a graph that has no more functions.
    static let straight = [
        Case("relu", at: [.nan]) { relu($0) },
        Case("leakyRelu", at: [.nan]) { leakyRelu($0) },
        Case("elu", at: [.nan]) { elu($0) },
        Case("abs", at: [.nan]) { abs($0) },
        Case("clip", at: [.nan]) { clip($0, -0.1, 0.8) },
        Case("clip without limits", at: [.nan]) { clip($0, -.infinity, .infinity) },
        Case("maximum", at: [.nan]) { maximum($0, 0.1) },
        Case("minimum", at: [.nan]) { minimum($0, 0.1) },
        Case("maximum of two", at: [.nan]) { maximum($0, Variable(constant: .ones(like: $0.array))) },
    ]

    @Test(arguments: straight, [DType.float32, .float64]) func straightFunctions(_ example: Case, _ dtype: DType) {
        let numbers = [.nan, 0, -0.0, 2, -2, .infinity, -.infinity] + Array(repeating: 0.5, count: 20) + [.nan]
        let x = Variable(NDArray(numbers, dtype: dtype))
        let y = example.function(x)
        let slopes = [
            grad(of: y, wrt: x, gradOutput: Variable(constant: .ones(like: y.array))),
            grad(of: y, wrt: x, gradOutput: Variable(constant: .ones(like: y.array)), enableDoubleBackprop: true),
            jvp(of: [y], wrt: [x], along: [Variable(constant: .ones(like: x.array))])[0],
        ]
        for result in [y] + slopes { expectNaN(result, except: numbers.map { !$0.isNaN }, example.testDescription) }
    }

    /// The maximum of a list with NaN is NaN, and so is its gradient.
    @Test func extremaOfLists() {
        let x = Variable(NDArray([1, .nan, 3.0]))
        for y in [x.max(), x.min()] {
            #expect(y.item().isNaN && grad(of: y, wrt: x).array.doubles.allSatisfy(\.isNaN))
        }
    }

    /// What clip cuts off gets exactly 0, also of an infinite gradient.
    @Test func infiniteGradientsStopAtLimits() {
        let x = Variable(NDArray([-2.0, -1, 0, 1, 2, .infinity]))
        let y = clip(x, -1, 1), seed = Variable(constant: .full([6], Double.infinity, dtype: .float64))
        let expected: [Double] = [0, .infinity, .infinity, .infinity, 0, 0]
        #expect(grad(of: y, wrt: x, gradOutput: seed).array.doubles == expected)
        #expect(grad(of: y, wrt: x, gradOutput: seed, enableDoubleBackprop: true).array.doubles == expected)
    }

    private func expectNaN(_ result: Variable, except isInside: [Bool], _ name: String) {
        for (value, inside) in zip(result.array.doubles, isInside) { #expect(value.isNaN != inside, "\(name): \(result)") }
    }
}
