import FunctionTable
import Testing

@testable import Nabla

/// Every function, with its gradients of the first and second order, applied to a batch is what it is for each example.
@Suite struct FunctionTableBatchingTests {
    /// Rows that are applied to one example after the other, because they draw random numbers or choose elements by their values.
    static let looped: Set<String> = [
        "dropout(x, ratio: 0.4, using: &generator)", "x[mask]",
    ]
    /// Families of matrix products: of a stack, BLAS may add up a row in another order than of one alone. All others give the same bits.
    private static let rounded: Set<String> = ["Products", "Convolution", "Determinant"]
    private static let exampleCount = 3

    @Test(arguments: FunctionTable.rows) func batchIsWhatExamplesAre(_ row: TableRow) {
        for sample in row.samples {
            for mapped in Self.choices(sample.inputs.count) {
                let arguments = Self.arguments(sample, mapped)
                let axes = mapped.map { $0 ? 0 : nil }
                let function: ([Variable]) -> [Variable] = { Self.derivatives(sample.restricted(row.function), $0) }
                let batched = vmap(function, inAxes: axes)(arguments.map { Variable($0) })
                for example in 0..<Self.exampleCount {
                    let one = function(zip(arguments, mapped).map { Variable($1 ? $0[example] : $0) })
                    for (index, (all, expected)) in zip(batched, one).enumerated() {
                        let got = all.array[example]
                        #expect(
                            got.dtype == expected.dtype
                                && (Self.rounded.contains(row.family)
                                    ? isClose(got, expected.array, 1e-14) : isIdentical(got, expected.array)),
                            "\(sample) mapped \(mapped), example \(example), result \(index): expected \(expected), got \(got)")
                    }
                }
            }
        }
    }

    /// The gradient of a batch is the sum of those of its examples.
    @Test(arguments: FunctionTable.rows) func gradientOfABatchIsTheSumOfThoseOfExamples(_ row: TableRow) {
        for sample in row.samples.prefix(2) {
            for mapped in Self.choices(sample.inputs.count) {
                let arguments = Self.arguments(sample, mapped).map { Variable($0) }
                let places = arguments.filter(\.requiresGrad)
                let function: ([Variable]) -> [Variable] = { Self.derivatives(sample.restricted(row.function), $0, order: 1) }
                func gradients(_ results: [Variable]) -> [Variable] {
                    grad(
                        of: results, wrt: places,
                        gradOutputs: results.enumerated().map { SampleDerivatives.weights(like: $1, seed: UInt64(40 + $0)) })
                }
                let batched = gradients(vmap(function, inAxes: mapped.map { $0 ? 0 : nil })(arguments))
                let examples = (0..<Self.exampleCount).map { example in
                    function(zip(arguments, mapped).map { $1 ? $0[example] : $0 })
                }
                let looped = gradients(examples[0].indices.map { index in stack(examples.map { $0[index] }) })
                for (index, (got, expected)) in zip(batched, looped).enumerated() {
                    #expect(
                        isClose(got.array, expected.array, 1e-10),
                        "\(sample) mapped \(mapped), input \(index): expected \(expected), got \(got)")
                }
            }
        }
    }

    /// No function is applied to one example after the other that need not be.
    @Test(arguments: FunctionTable.rows) func batchNeedsNoLoop(_ row: TableRow) {
        let sample = row.samples[0]
        let mapped = [Bool](repeating: true, count: sample.inputs.count)
        let function: ([Variable]) -> [Variable] = { Self.derivatives(sample.restricted(row.function), $0) }
        let obstacle = batchingObstacle(
            of: function, over: Self.arguments(sample, mapped).map { Variable($0) }, inAxes: mapped.map { _ in 0 })
        #expect((obstacle != nil) == Self.looped.contains(row.name), "\(obstacle ?? "none")")
    }

    /// Values and gradients of orders 1 to `order`, each of the sum, with weights, of those before.
    private static func derivatives(
        _ function: @Sendable ([Variable]) -> [Variable], _ inputs: [Variable], order: Int = 2
    ) -> [Variable] {
        let outputs = function(inputs)
        let places = inputs.filter(\.requiresGrad)
        var (level, all) = (outputs, outputs)
        for k in 0..<order {
            level = grad(
                of: level, wrt: places,
                // Drawn for each example anew they would be an obstacle.
                gradOutputs: ArrayTrace.unwatched {
                    level.enumerated().map { SampleDerivatives.weights(like: $1, seed: UInt64(10 * k + $0)) }
                },
                enableDoubleBackprop: true)
            all += level
        }
        return all
    }

    /// Which inputs differ between examples: all of them, and each one alone.
    private static func choices(_ count: Int) -> [[Bool]] {
        let all = [Bool](repeating: true, count: count)
        return count == 1 ? [all] : [all] + (0..<count).map { chosen in (0..<count).map { $0 == chosen } }
    }

    /// The sample's inputs; examples of an input that is mapped have its elements in different orders, and a little smaller ones.
    private static func arguments(_ sample: TableSample, _ mapped: [Bool]) -> [NDArray] {
        zip(sample.inputs, mapped).map { input, isMapped in
            guard isMapped else { return input }
            let flat = input.flattened()
            return stack(
                (0..<exampleCount).map { example in
                    let split = flat.count == 0 ? 0 : example % flat.count
                    let rolled = concatenate([flat[split...], flat[..<split]]).reshaped(to: input.shape)
                    return input.dtype.isFloating ? rolled * (1 - Double(example) / 64) : rolled
                })
        }
    }

    private func isIdentical(_ a: NDArray, _ b: NDArray) -> Bool {
        a.shape == b.shape && a.doubles.map(\.bitPattern) == b.doubles.map(\.bitPattern)
    }

    private func isClose(_ a: NDArray, _ b: NDArray, _ tolerance: Double) -> Bool {
        a.shape == b.shape
            && zip(a.doubles, b.doubles).allSatisfy { a, b in
                a == b || (a.isNaN && b.isNaN) || (a - b).magnitude <= tolerance * max(1, b.magnitude)
            }
    }
}
