import Nabla
import Testing

/// Messages name the function that was called, and not one inside it; labels are classes, and not indices.
@Suite struct MessageNameTests {
    private func expect(_ fragment: String, in result: ExitTest.Result?, location: SourceLocation = #_sourceLocation) {
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("Fatal error: " + fragment), "\(text.prefix(400))", sourceLocation: location)
    }

    @Test func reductions() async {
        let mean = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Variable(NDArray.ones([2])).mean(axis: 5)
        }
        expect("mean: expected an axis in -1..<1 for shape [2], got 5", in: mean)
        let variance = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Variable(NDArray.ones([2])).variance(axes: [5])
        }
        expect("variance: expected an axis", in: variance)
        let length = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = norm(Variable(NDArray.ones([2])), axis: 5)
        }
        expect("norm: expected an axis", in: length)
        let squared = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = squaredNorm(Variable(NDArray.ones([2])), axes: [0, 0])
        }
        expect("squaredNorm: expected different axes, got [0, 0]", in: squared)
        let none = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = [Variable]().mean() }
        expect("mean: expected at least one variable, got none", in: none)
        let array = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = NDArray.ones([2]).mean(axis: 5) }
        expect("mean: expected an axis", in: array)
        let deviation = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = NDArray.ones([2]).standardDeviation(axes: [5])
        }
        expect("standardDeviation: expected an axis", in: deviation)
        let trace = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = NDArray.ones([2]).trace() }
        expect("trace: expected an axis", in: trace)
    }

    @Test func joiningAndAdding() async {
        let position = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = stack([Variable(NDArray.ones([2]))], axis: 3)
        }
        expect("stack: expected an axis in -2...1 for shape [2], got 3", in: position)
        let shapes = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = logAddExp(Variable(NDArray.ones([2])), Variable(NDArray.ones([3])))
        }
        expect("logAddExp: expected shapes that broadcast together, got [2] and [3]", in: shapes)
        let values = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Variable(NDArray.ones([4])).addingAt(indices: NDArray([0, 1]), Variable(NDArray.ones([3])))
        }
        expect("addingAt: expected values that fit float32[2], got float32[3]", in: values)
        let along = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Variable(NDArray.ones([4, 2])).addingAlong(indices: NDArray([[0, 1, 1]]), Variable(NDArray.ones([1, 3])), axis: 0)
        }
        expect("addingAlong: expected indices of shape [4, 2] except along axis 0, got [1, 3]", in: along)
    }

    @Test func labels() async {
        let last = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = softmaxCrossEntropy(Variable(NDArray.ones([2, 3])), NDArray([0, -1]))
        }
        expect("softmaxCrossEntropy: expected labels in 0..<3, got -1", in: last)
        let large = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = softmaxCrossEntropy(Variable(NDArray.ones([3, 2])), NDArray([0, 3]), axis: 0)
        }
        expect("softmaxCrossEntropy: expected labels in 0..<3, got 3", in: large)
        let action = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Categorical(logits: Variable(NDArray.ones([2, 3]))).logProbability(of: NDArray([0, -1]))
        }
        expect("Categorical.logProbability: expected labels in 0..<3, got -1", in: action)
        let hot = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = oneHot(NDArray([0, -1]), classes: 3)
        }
        expect("oneHot: expected labels in 0..<3, got -1", in: hot)
    }

    /// Labels are looked at again when a compiled function runs, and for each example of `vmap`.
    @Test func labelsOfTransforms() async {
        let compiled = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let loss = compile { (x: Variable, labels: Variable) in softmaxCrossEntropy(x, labels.array) }
            let x = Variable(NDArray.ones([2, 3]))
            for labels in [[0, 1], [2, 2], [0, 1], [0, -1]] { _ = loss(x, Variable(constant: NDArray(labels))) }
        }
        expect("softmaxCrossEntropy: expected labels in 0..<3, got -1", in: compiled)
        let mapped = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let losses = vmap { (x: Variable, label: Variable) in softmaxCrossEntropy(x, label.array, axis: 0) }
            _ = losses(Variable(NDArray.ones([2, 3])), Variable(constant: NDArray([0, -1])))
        }
        expect("softmaxCrossEntropy: expected labels in 0..<3, got -1", in: mapped)
        let losses = vmap { (x: Variable, label: Variable) in softmaxCrossEntropy(x, label.array, axis: 0) }
        let x = Variable(NDArray([[1.0, 2, 3], [3, 1, 2]])), labels = NDArray([2, 1])
        let expected = softmaxCrossEntropy(x, labels, reduction: .none).array
        #expect(losses(x, Variable(constant: labels)).array == expected)
    }
}
