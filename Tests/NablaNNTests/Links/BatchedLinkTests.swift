import NablaNN
import Testing

/// Links inside `vmap`.
@Suite struct BatchedLinkTests {
    private let x = Variable(NDArray([[0.3, -1.2], [1.1, 0.4], [-0.6, 0.9]]))

    /// A layer of one example at a time is the layer of the batch, and so are the gradients of its parameters.
    @Test func layersOfOneExample() {
        let layer = Linear(2, 4, dtype: .float64)
        let parameters = layer.parameters
        func results(_ y: Variable) -> [Double] {
            y.array.doubles + grad(of: square(tanh(y)).sum(), wrt: parameters).flatMap(\.array.doubles)
        }
        let (one, all) = (results(vmap { layer($0) }(x)), results(layer(x)))
        #expect(one.count == all.count && zip(one, all).allSatisfy { abs($0 - $1) < 1e-14 })
    }

    /// The averages that a layer keeps see every example.
    @Test func statisticsOfAllExamples() {
        let batches = Variable(NDArray([[[1.0, 2], [3, -2], [5, 0]], [[0, 1], [0, 4], [6, 1]]]))
        let (mapped, looped) = (BatchNormalization(2, dtype: .float64), BatchNormalization(2, dtype: .float64))
        let results = vmap { mapped($0) }(batches)
        let expected = stack((0..<2).map { looped(batches[$0]) })
        #expect(results.array.doubles == expected.array.doubles)
        #expect(mapped.runningMean == looped.runningMean && mapped.runningVariance == looped.runningVariance)
    }

    /// A parameter that `f` changes is changed for each example.
    @Test func updatesOfAllExamples() {
        let parameter = Parameter(NDArray([1.0, 1]))
        let sums = vmap { row -> Variable in
            parameter.array += row.array
            return (row * parameter.variable).sum()
        }(x)
        // (1, 1) and the rows so far.
        #expect(parameter.array == NDArray([1.0, 1]) + x.array[0] + x.array[1] + x.array[2])
        let seen = [NDArray([1.3, -0.2]), NDArray([2.4, 0.2]), NDArray([1.8, 1.1])]
        #expect(zip(sums.array.doubles, (0..<3).map { (x.array[$0] * seen[$0]).sum().item() }).allSatisfy { abs($0 - $1) < 1e-14 })
    }
}
