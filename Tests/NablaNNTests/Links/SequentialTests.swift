import NablaNN
import Testing

@Suite struct SequentialTests {
    @Test func layersAndFunctionsStandInOneBlock() {
        let first = Linear(2, 3), second = Linear(3, 1), deep = true
        let model = Sequential {
            first
            relu
            if deep { second }
            for _ in 0..<2 { tanh }
        }
        let x = Variable(NDArray([[0.5, -1], [2, 1]], dtype: .float32))
        #expect(model(x).array == tanh(tanh(second(relu(first(x))))).array)
        #expect(model.namedParameters.map(\.name) == ["layers/0/weight", "layers/0/bias", "layers/2/weight", "layers/2/bias"])
    }

    @Test func dataAreConstantsForLayers() {
        let layer = Linear(2, 3)
        let data = NDArray([[0.5, -1]], dtype: .float32)
        let y = layer(data)
        #expect(y.array == layer(Variable(data)).array)
        y.sum().backward()
        #expect(layer.weight.grad!.array == NDArray([[0.5, -1], [0.5, -1], [0.5, -1]], dtype: .float32))
        // Two functions, and no gradient of the data: the leaves are the parameters alone.
        #expect(Sequential(layer, Apply(tanh))(data).array == tanh(layer(data)).array)
    }

    @Test func aBlockOfNothingStops() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = Sequential {} }
        expectMessage("Sequential: expected at least one layer, got none", in: result!)
    }

    @Test func trainingIsSwitchedBelow() {
        final class Inner: Chain {
            let norm = BatchNormalization(3), drop = Dropout(0.5)
        }
        final class Outer: Chain {
            let inner = [Inner(), Inner()], block = Sequential(Dropout(0.25), BatchNormalization(3))
            lazy var later = Dropout(0.1)
        }
        let model = Outer()
        _ = model.later
        func modes() -> [Bool] {
            model.inner.flatMap { [$0.norm.isTraining, $0.drop.isTraining] } + [model.later.isTraining]
                + model.block.layers.map { ($0 as! any TrainingMode).isTraining }
        }
        model.setTraining(false)
        #expect(modes() == Array(repeating: false, count: 7))
        model.setTraining(true)
        #expect(modes() == Array(repeating: true, count: 7))
    }

    @Test func dropoutDrawsInTrainingOnly() {
        let drop = Dropout(0.25), x = Variable(.ones([1000], dtype: .float32))
        let y = drop(x).array
        let zeros = (y .== 0).cast(to: .float64).sum().item()
        // 250 expected, standard deviation 13.7: six of them on both sides.
        #expect(zeros > 168 && zeros < 332)
        #expect((y .== 0 .|| abs(y - 4.0 / 3) .< 1e-6).all().item() == 1)
        drop.isTraining = false
        #expect(drop(x).array == x.array)
    }

    @Test func aCompiledStepFollowsTheMode() {
        let drop = Dropout(0.5), x = Variable(.ones([64], dtype: .float32))
        let f = compile { drop($0) }
        for _ in 0..<4 { #expect((f(x).array .== 0).cast(to: .int64).sum().item() > 0) }
        drop.isTraining = false
        #expect(f(x).array == x.array)
        #expect(f(x).array == x.array)
    }
}
