@testable import Nabla

extension SeededFault {
    static let all: [SeededFault] = [ofFirstOrder, ofHigherOrder, ofSeveralInputs, ofForwardMode].flatMap { $0 }

    private static func map(
        inputs: Int = 1, outputs: Int = 1, _ value: @escaping @Sendable ([NDArray]) -> [NDArray], _ rule: @escaping WrittenFunction.Rule
    ) -> Map { WrittenFunction.map(inputs: inputs, outputs: outputs, value, rule) }

    private static let ofFirstOrder: [SeededFault] = [
        SeededFault("flipped sign", order: 1, "input 0, gradient of input 0") { isWrong in
            map({ [cos($0[0])] }) { x, _, g in [isWrong ? g[0] * sin(x[0]) : -g[0] * sin(x[0])] }
        },
        SeededFault("factor 2", order: 1) { isWrong in
            map({ [$0[0] * $0[0]] }) { x, _, g in [isWrong ? g[0] * x[0] : g[0] * x[0] * 2] }
        },
        SeededFault("lost term of the product rule", order: 1) { isWrong in
            map({ [$0[0] * exp($0[0])] }) { x, y, g in [isWrong ? g[0] * exp(x[0]) : g[0] * (exp(x[0]) + y[0])] }
        },
        SeededFault("transpose runs the wrong way", order: 1) { isWrong in
            map({ [$0[0].cumulativeSum(axis: 0)] }) { _, _, g in [g[0].cumulativeSum(axis: 0, reverse: !isWrong)] }
        },
        SeededFault("repeated indices overwrite each other", order: 1) { isWrong in
            let indices = NDArray([0, 2, 0])
            return map({ [$0[0].take(indices)] }) { x, _, g in
                let counts = NDArray([2, 1, 1], dtype: x[0].dtype)
                let sum = Variable(constant: .zeros(like: x[0].array)).addingAt(indices: indices, g[0])
                return [isWrong ? sum / counts : sum]
            }
        },
        SeededFault("clips its gradient", order: 1) { isWrong in
            map({ [sin($0[0])] }) { x, _, g in [(isWrong ? clip(g[0], -0.6, 0.6) : g[0]) * cos(x[0])] }
        },
        SeededFault("ignores the gradient of the second output", order: 1) { isWrong in
            map(outputs: 2, { [sin($0[0]), cos($0[0])] }) { _, y, g in [isWrong ? g[0] * y[1] : g[0] * y[1] - g[1] * y[0]] }
        },
        SeededFault("takes an absent gradient for ones", order: 1) { isWrong in
            map(outputs: 2, { [sin($0[0]), cos($0[0])] }) { x, y, g in
                let second = isWrong && g[1].isSymbolicZero ? Variable(constant: .ones(like: x[0].array)) : g[1]
                return [g[0] * y[1] - second * y[0]]
            }
        },
    ]

    private static let ofHigherOrder: [SeededFault] = [
        SeededFault("detached input", order: 2) { isWrong in
            map({ [$0[0] * $0[0] * $0[0]] }) { x, _, g in
                let kept = isWrong ? x[0].detached() : x[0]
                return [g[0] * kept * kept * 3]
            }
        },
        // As batch normalisation: the rule is right, but its mean is a number from the forward pass.
        SeededFault("saved mean as a constant", order: 2) { isWrong in
            map({ [square($0[0] - $0[0].mean()).sum()] }) { x, _, g in
                let mean = isWrong ? Variable(constant: x[0].array.mean()) : x[0].mean()
                return [g[0] * (x[0] - mean) * 2]
            }
        },
        SeededFault("saved deviation as a constant", order: 2) { isWrong in
            map({ [$0[0] * rsqrt(square($0[0]).mean())] }) { x, _, g in
                let inverse = isWrong ? Variable(constant: rsqrt(square(x[0].array).mean())) : rsqrt(square(x[0]).mean())
                return [inverse * (g[0] - x[0] * inverse * inverse * (g[0] * x[0]).mean())]
            }
        },
        SeededFault("saved softmax as a constant", order: 2) { isWrong in
            map({ [exp($0[0]) / exp($0[0]).sum()] }) { _, y, g in
                let p = isWrong ? y[0].detached() : y[0]
                return [p * (g[0] - (g[0] * p).sum())]
            }
        },
        SeededFault("mask hides a derivative", order: 2) { isWrong in
            map({ [`where`($0[0] .> 0, $0[0] * $0[0], $0[0])] }) { x, _, g in
                // The slope, 2x or 1, is right as a number in both.
                let slope = isWrong ? Variable(constant: `where`(x[0].array .> 0, 2 * x[0].array, .ones(like: x[0].array))) : nil
                return [g[0] * (slope ?? `where`(x[0] .> 0, 2 * x[0], 1))]
            }
        },
        SeededFault("half of the slope is a constant", order: 2) { isWrong in
            map({ [exp($0[0])] }) { _, y, g in [g[0] * (isWrong ? 0.5 * y[0] + 0.5 * y[0].detached() : y[0])] }
        },
        SeededFault("wrong at order 2 only", order: 2) { isWrong in
            map({ [sin($0[0])] }) { x, _, g in
                [g[0] * map({ [cos($0[0])] }) { x, _, g in [(isWrong ? -0.5 : -1) * g[0] * sin(x[0])] }(x)[0]]
            }
        },
        SeededFault("wrong at order 3 only", order: 3) { isWrong in
            map({ [pow($0[0], 4)] }) { x, _, g in
                [
                    g[0]
                        * map({ [4 * pow($0[0], 3)] }) { x, _, g in
                            [
                                g[0]
                                    * map({ [12 * $0[0] * $0[0]] }) { x, _, g in [g[0] * x[0] * (isWrong ? 12 : 24)] }(x)[0]
                            ]
                        }(x)[0]
                ]
            }
        },
        SeededFault("detached at order 3", order: 3) { isWrong in
            map({ [exp($0[0])] }) { x, _, g in
                [g[0] * map({ [exp($0[0])] }) { x, _, g in [g[0] * (isWrong ? exp(x[0].detached()) : exp(x[0]))] }(x)[0]]
            }
        },
    ]

    private static let ofSeveralInputs: [SeededFault] = [
        SeededFault("swapped gradients", order: 1, at: [.sample, .otherSample]) { isWrong in
            map(inputs: 2, { [$0[0] * exp($0[1])] }) { x, y, g in
                let gradients = [g[0] * exp(x[1]), g[0] * y[0]]
                return isWrong ? gradients.reversed() : gradients
            }
        },
        SeededFault("gradient of the wrong index", order: 1, "input 1, gradient of input 1", at: [.sample, .otherSample]) { isWrong in
            { WrongIndex(isWrong).apply($0) }
        },
        SeededFault(
            "sums over the wrong axis", order: 1, "input 1, gradient of input 1",
            at: [NDArray([[0.5, -1], [2, 0.3]], dtype: .float64), NDArray([0.4, -0.7], dtype: .float64)]
        ) {
            isWrong in
            map(inputs: 2, { [$0[0] + $0[1]] }) { _, _, g in [g[0], g[0].sum(axis: isWrong ? 1 : 0)] }
        },
        SeededFault("lost mixed derivative", order: 2, "inputs 0, 1", at: [.sample, .otherSample]) { isWrong in
            map(inputs: 2, { [$0[0] * $0[1]] }) { x, _, g in [g[0] * (isWrong ? x[1].detached() : x[1]), g[0] * x[0]] }
        },
    ]

    private static let ofForwardMode: [SeededFault] = [
        SeededFault("rule runs without recording", order: 1, "input 0, forward mode against reverse mode") { isWrong in
            map({ [exp($0[0])] }) { _, y, g in [isWrong ? noBackprop { g[0] * y[0] } : g[0] * y[0]] }
        },
        SeededFault("pushes twice the tangent", order: 1, "input 0, forward mode against reverse mode") { isWrong in
            { [Tripled.apply($0[0], isWrong)] }
        },
        SeededFault(
            "pushes the tangent of one factor", order: 1, "inputs 0, 1, forward mode against reverse mode", at: [.sample, .otherSample]
        ) { isWrong in
            { OneFactor(isWrong).apply($0) }
        },
        SeededFault("pushes a constant tangent", order: 2, "input 0, ", at: [.sample]) { isWrong in
            { ConstantPush(isWrong).apply($0) }
        },
    ]
}

/// a eᵇ, giving the first gradients to whichever inputs are asked for.
private final class WrongIndex: FunctionNode {
    let isWrong: Bool
    init(_ isWrong: Bool) { self.isWrong = isWrong }
    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        retainInputs([0, 1])
        return [inputs[0] * exp(inputs[1])]
    }
    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        let slope = exp(retainedInput(1))
        let all = [gradOutputs[0] * slope, gradOutputs[0] * retainedInput(0) * slope]
        return isWrong ? Array(all.prefix(indexes.count)) : indexes.map { all[$0] }
    }
}

/// 3x, by the linear family, with a wrong function for tangents.
private final class Tripled: LinearFunction {
    let isWrong: Bool
    init(_ isWrong: Bool) { self.isWrong = isWrong }
    static func apply(_ x: Variable, _ isWrong: Bool) -> Variable { FunctionNode.recorded(x, x.array * 3) { Tripled(isWrong) } }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0] * 3] }
    override func again(_ arguments: [Variable]) -> Variable { arguments[0] * (isWrong ? 6 : 3) }
    override func transpose(_ g: Variable, _ index: Int) -> Variable { g * 3 }
}

/// a b, with a rule of its own for tangents.
private final class OneFactor: FunctionNode {
    let isWrong: Bool
    init(_ isWrong: Bool) { self.isWrong = isWrong }
    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        retainInputs([0, 1])
        return [inputs[0] * inputs[1]]
    }
    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        indexes.map { gradOutputs[0] * retainedInput(1 - $0) }
    }
    override func push(_ tangents: [Variable], _ given: InputSet) -> [Variable] {
        let terms = given.indexes.map { tangents[$0] * retainedInput(1 - $0) }
        return [isWrong ? terms[0] : terms.dropFirst().reduce(terms[0], +)]
    }
}

/// eˣ, whose tangent is right as a number, but does not depend on x.
private final class ConstantPush: FunctionNode {
    let isWrong: Bool
    init(_ isWrong: Bool) { self.isWrong = isWrong }
    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        retainOutputs([0])
        return [exp(inputs[0])]
    }
    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] { [gradOutputs[0] * retainedOutput(0)] }
    override func push(_ tangents: [Variable], _ given: InputSet) -> [Variable] {
        [tangents[0] * (isWrong ? retainedOutput(0).detached() : retainedOutput(0))]
    }
}
