import FunctionTable
import Testing

@testable import Nabla

/// What holds for every function of the table beside its numbers.
@Suite struct FunctionTablePropertyTests {
    @Test(arguments: FunctionTable.rows) func float32AgreesWithFloat64ToOrderThree(_ row: TableRow) {
        for sample in row.samples {
            let precise = SampleDerivatives(row, sample, dtype: .float64, order: 3)
            let single = SampleDerivatives(row, sample, dtype: .float32, order: 3)
            for (a, b) in zip([single.outputs] + single.gradients, [precise.outputs] + precise.gradients) {
                for (got, wanted) in zip(a, b) {
                    let (numbers, exact) = (got.array.doubles, wanted.array.doubles)
                    // Relative to the array's largest element, for elements whose parts cancel.
                    let size = exact.reduce(1e-3) { max($0, $1.magnitude) }
                    #expect(got.shape == wanted.shape && zip(numbers, exact).allSatisfy { ($0 - $1).magnitude <= 1e-3 * size }, "\(sample)")
                }
            }
        }
    }

    /// Also where inputs or outputs are empty or have no axes, or differ in type.
    @Test(arguments: FunctionTable.rows) func gradientsHaveTheShapeAndTypeOfTheirInputs(_ row: TableRow) {
        for sample in row.samples {
            let derivatives = SampleDerivatives(row, sample, order: 2)
            for level in derivatives.gradients {
                for (gradient, place) in zip(level, derivatives.places) {
                    #expect(gradient.shape == place.shape && gradient.dtype == place.dtype, "\(sample)")
                }
            }
            // Nothing flows from empty results: the gradients are zero.
            if derivatives.outputs.allSatisfy({ $0.count == 0 }) {
                for gradient in derivatives.gradients[0] { #expect(gradient.array.doubles.allSatisfy { $0 == 0 }, "\(sample)") }
            }
            let directions = derivatives.places.map { SampleDerivatives.weights(like: $0, seed: 1) }
            let tangents = jvp(of: derivatives.outputs, wrt: derivatives.places, along: directions)
            for (tangent, output) in zip(tangents, derivatives.outputs) {
                #expect(tangent.shape == output.shape && tangent.dtype == output.dtype, "\(sample)")
            }
        }
    }

    /// With only one output used, or one first gradient at order 2, the others' gradients are absent; the parts add up to the whole.
    @Test(arguments: FunctionTable.rows) func partialUseAddsUp(_ row: TableRow) {
        for sample in row.samples {
            let derivatives = SampleDerivatives(row, sample, dtype: .float64, order: 1)
            for (level, seed) in [(derivatives.outputs, UInt64(20)), (derivatives.gradients[0], 30)] where level.count > 1 {
                let weights = level.enumerated().map { SampleDerivatives.weights(like: $1, seed: seed + UInt64($0)) }
                let whole = grad(of: level, wrt: derivatives.places, gradOutputs: weights)
                let parts = level.indices.map { grad(of: [level[$0]], wrt: derivatives.places, gradOutputs: [weights[$0]]) }
                for (i, gradient) in whole.enumerated() {
                    let sum = parts.dropFirst().reduce(parts[0][i].array) { $0 + $1[i].array }
                    #expect(isClose(gradient.array, sum, 1e-13), "\(sample), gradient \(i)")
                }
                // One input alone.
                for (i, place) in derivatives.places.enumerated() {
                    let alone = grad(of: level, wrt: [place], gradOutputs: weights)[0]
                    #expect(isClose(alone.array, whole[i].array, 1e-13), "\(sample), gradient \(i) alone")
                }
            }
        }
    }

    /// f(x, x) has the sum of both partial derivatives, at orders 1 and 2.
    @Test(arguments: FunctionTable.rows.filter { $0.samples.contains(where: \.isRepeated) })
    func repeatedInputHasTheSumOfThePartialDerivatives(_ row: TableRow) {
        for sample in row.samples where sample.isRepeated {
            let array = sample.inputs[0]
            let (x, a, b) = (Variable(array), Variable(array), Variable(array))
            let (twice, apart) = (row.function([x, x]), row.function([a, b]))
            let weights = twice.enumerated().map { SampleDerivatives.weights(like: $1, seed: UInt64($0)) }
            let first = grad(of: twice, wrt: [x], gradOutputs: weights, enableDoubleBackprop: true)
            let firstApart = grad(of: apart, wrt: [a, b], gradOutputs: weights, enableDoubleBackprop: true)
            #expect(isClose(first[0].array, firstApart[0].array + firstApart[1].array, 1e-13), "\(sample)")
            let direction = SampleDerivatives.weights(like: x, seed: 7)
            let second = grad(of: first, wrt: [x], gradOutputs: [direction])
            let secondApart = grad(of: firstApart, wrt: [a, b], gradOutputs: [direction, direction])
            #expect(isClose(second[0].array, secondApart[0].array + secondApart[1].array, 1e-13), "\(sample)")
        }
    }

    /// The second derivative of a linear function is a zero that costs nothing, in both modes, and not an error.
    @Test(arguments: FunctionTable.rows.filter(\.isLinear)) func linearFunctionsHaveASymbolicSecondDerivative(_ row: TableRow) {
        for sample in row.samples {
            let derivatives = SampleDerivatives(row, sample, order: 2)
            let directions = derivatives.places.map { SampleDerivatives.weights(like: $0, seed: 3) }
            let along = jvp(of: derivatives.outputs, wrt: derivatives.places, along: directions, enableDoubleBackprop: true)
            let seconds = derivatives.gradients[1] + jvp(of: along, wrt: derivatives.places, along: directions)
            for second in seconds { #expect(second.isSymbolicZero && !second.requiresGrad, "\(sample)") }
        }
    }

    @Test(arguments: FunctionTable.rows) func twoRunsAreIdentical(_ row: TableRow) {
        for sample in row.samples {
            let (one, two) = (SampleDerivatives(row, sample, order: 2), SampleDerivatives(row, sample, order: 2))
            for (a, b) in zip([one.outputs] + one.gradients, [two.outputs] + two.gradients) {
                #expect(a.map { $0.array.doubles.map(\.bitPattern) } == b.map { $0.array.doubles.map(\.bitPattern) }, "\(sample)")
            }
        }
    }

    /// Whether a function is recorded makes no difference to its values.
    @Test(arguments: FunctionTable.rows) func recordingChangesNoValue(_ row: TableRow) {
        for sample in row.samples {
            let function = sample.restricted(row.function)
            let recorded = function(sample.inputs.map { Variable($0) })
            let constant = noBackprop { function(sample.inputs.map { Variable($0) }) }
            #expect(recorded.map { $0.array.doubles.map(\.bitPattern) } == constant.map { $0.array.doubles.map(\.bitPattern) }, "\(sample)")
            #expect(constant.allSatisfy { !$0.requiresGrad }, "\(sample)")
        }
    }

    /// Observed functions take another way through the engine: the same graph comes of it, with the same numbers.
    @Test(arguments: FunctionTable.rows) func observationChangesNeitherNumbersNorGraph(_ row: TableRow) {
        final class Counter: FunctionHook {
            var (forward, backward) = (0, 0)
            func afterForward(_ function: FunctionNode, inputs: [NDArray], outputs: [NDArray]) { forward += 1 }
            func afterBackward(_ function: FunctionNode, order: Int) { backward += 1 }
        }
        for sample in row.samples {
            let (counter, plain) = (Counter(), SampleDerivatives(row, sample, order: 2))
            // What is finite has no part that is not, so the search for NaN passes it; means of nothing are NaN by right.
            let isFinite =
                sample.inputs.allSatisfy { $0.count > 0 }
                && ([plain.outputs] + plain.gradients).allSatisfy { $0.allSatisfy { $0.array.doubles.allSatisfy(\.isFinite) } }
            let observed = withHooks([counter]) {
                isFinite ? detectAnomaly { SampleDerivatives(row, sample, order: 2) } : SampleDerivatives(row, sample, order: 2)
            }
            for (a, b) in zip([plain.outputs] + plain.gradients, [observed.outputs] + observed.gradients) {
                #expect(a.map { $0.array.doubles.map(\.bitPattern) } == b.map { $0.array.doubles.map(\.bitPattern) }, "\(sample)")
                let (drawn, again) = (graph(of: a.filter(\.requiresGrad)), graph(of: b.filter(\.requiresGrad)))
                #expect("\(drawn)" == "\(again)", "\(sample)")
                #expect(again.functionCount <= counter.forward, "\(sample)")
            }
            #expect(counter.backward > 0 || graph(of: plain.outputs.filter(\.requiresGrad)).functionCount == 0, "\(sample)")
        }
    }

    /// Elements that tie share the gradient, but the value is one of them, to the bit.
    @Test func extremaOfEqualNumbersAreExact() {
        for count in 1...12 {
            let array = NDArray.full([count], 0.1, dtype: .float64)
            #expect(Variable(array).max().item() == 0.1 && Variable(array).min().item() == 0.1)
        }
        let infinite = Variable(NDArray([-Double.infinity, 1, Double.infinity, Double.infinity], dtype: .float64))
        #expect(infinite.max().item() == Double.infinity && infinite.min().item() == -Double.infinity)
        #expect(grad(of: infinite.max(), wrt: infinite).array.doubles == [0, 0, 0.5, 0.5])
    }

    private func isClose(_ a: NDArray, _ b: NDArray, _ tolerance: Double) -> Bool {
        a.shape == b.shape && zip(a.doubles, b.doubles).allSatisfy { ($0 - $1).magnitude <= tolerance * max(1, $1.magnitude) }
    }
}
