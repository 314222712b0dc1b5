import Testing

@testable import Nabla

/// `lstm` is one function with kernels of its own; here it is held to the formula, as functions of one gate each.
@Suite struct RecurrentTests {
    private static func composed(_ c: Variable, _ gates: Variable) -> [Variable] {
        let width = c.shape[c.rank - 1]
        let parts = (0..<4).map { gates[.ellipsis, $0 * width..<($0 + 1) * width] }
        let next = sigmoid(parts[1]) * c + sigmoid(parts[0]) * tanh(parts[2])
        return [next, sigmoid(parts[3]) * tanh(next)]
    }
    private static func fused(_ c: Variable, _ gates: Variable) -> [Variable] {
        let (next, h) = lstm(c, gates)
        return [next, h]
    }

    private static func inputs(_ shape: Shape, _ dtype: DType) -> (c: Variable, gates: Variable, seeds: [Variable]) {
        var generator = RandomGenerator(seed: 5)
        let width = shape[shape.rank - 1]
        let gates = generator.normal(shape.replacing(shape.rank - 1, with: 4 * width), standardDeviation: 3, dtype: dtype)
        return (
            Variable(generator.normal(shape, dtype: dtype)), Variable(gates),
            (0..<2).map { _ in Variable(constant: generator.normal(shape, dtype: dtype)) }
        )
    }

    /// Rows shorter and longer than the kernels' blocks, which are of 512 numbers, and more rows than a block has.
    private static let shapes: [Shape] = [[3], [70, 20], [2, 3, 7], [3, 600], [2, 1300]]

    @Test(arguments: shapes, [DType.float32, .float64]) func valuesAndGradientsAreThoseOfTheFormula(_ shape: Shape, _ dtype: DType) {
        let (c, gates, seeds) = Self.inputs(shape, dtype)
        let (a, b) = (Self.fused(c, gates), Self.composed(c, gates))
        for (x, y) in zip(a, b) { #expect(x.array == y.array) }
        // Of both results, and of either alone; for the whole, and for one input.
        for chosen in [[0, 1], [0], [1]] {
            for isRecorded in [false, true] {
                for wanted in [[c, gates], [c], [gates]] {
                    let pulled = [a, b].map { results in
                        grad(
                            of: chosen.map { results[$0] }, wrt: wanted, gradOutputs: chosen.map { seeds[$0] },
                            enableDoubleBackprop: isRecorded)
                    }
                    for (x, y) in zip(pulled[0], pulled[1]) { #expect(x.array == y.array, "of \(chosen), recorded: \(isRecorded)") }
                }
            }
        }
    }

    /// Second derivatives and tangents add their terms in another order than the formula's parts do.
    @Test(arguments: shapes) func secondDerivativesAreThoseOfTheFormula(_ shape: Shape) {
        let (c, gates, seeds) = Self.inputs(shape, .float64)
        let results = [Self.fused(c, gates), Self.composed(c, gates)].map { outputs -> [Variable] in
            let slopes = grad(of: outputs, wrt: [c, gates], gradOutputs: seeds, enableDoubleBackprop: true)
            let total = slopes.reduce(Variable(constant: NDArray(0.0))) { $0 + square($1).sum() }
            let ones = [c, gates].map { Variable(constant: .ones(like: $0.array)) }
            return grad(of: total, wrt: [c, gates]) + jvp(of: outputs, wrt: [c, gates], along: ones)
        }
        for (x, y) in zip(results[0], results[1]) {
            #expect(zip(x.array.doubles, y.array.doubles).allSatisfy { abs($0 - $1) <= 1e-13 * max(1, abs($1)) })
        }
    }

    @Test func splitIsOneFunctionWhoseTransposeJoins() {
        let x = Variable(NDArray((0..<12).map(Double.init), shape: [2, 6]))
        let parts = x.split([1, 3, 2], axis: 1)
        #expect(parts.map(\.shape) == [[2, 1], [2, 3], [2, 2]])
        #expect(parts[0].creator === parts[2].creator)
        // A part that is not used has the gradient 0.
        let slope = grad(of: (parts[0] * 2).sum() + square(parts[2]).sum(), wrt: x, enableDoubleBackprop: true)
        #expect(slope.array == NDArray([2.0, 0, 0, 0, 8, 10, 2, 0, 0, 0, 20, 22], shape: [2, 6]))
        let second = grad(of: slope.sum(), wrt: x)
        #expect(second.array == NDArray([0.0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 2, 2], shape: [2, 6]))
    }
}
