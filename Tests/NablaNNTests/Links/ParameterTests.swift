import NablaNN
import Testing

@Suite struct ParameterTests {
    @Test func newValueMakesNewLeafAndOldGraphKeepsItsOwn() {
        let p = Parameter(NDArray([1.0, 2, 3]))
        let old = p.variable
        let y = (old * old).sum()
        p.array = NDArray([10.0, 20, 30])
        #expect(p.grad == nil)
        #expect(grad(of: y, wrt: old).array == NDArray([2.0, 4, 6]))
        #expect(grad(of: (p.variable * p.variable).sum(), wrt: p.variable).array == NDArray([20.0, 40, 60]))
        #expect(!isConnected(y, to: p.variable))
    }

    @Test func updateLeavesValuesThatOthersHold() {
        let p = Parameter(NDArray([1.0, 2, 3]))
        let before = p.array
        let graph = (p.variable * p.variable).sum()
        let leaf = p.variable
        p.update { $0 += 1 }
        #expect(before == NDArray([1.0, 2, 3]))
        #expect(p.array == NDArray([2.0, 3, 4]))
        #expect(grad(of: graph, wrt: leaf).array == NDArray([2.0, 4, 6]))
    }

    @Test func updateIsInPlaceWhenNothingElseHoldsTheValue() {
        let p = Parameter(NDArray.zeros([1000], dtype: .float64))
        func address() -> UnsafeRawPointer { p.array.withUnsafeElements(as: Double.self) { UnsafeRawPointer($0.baseAddress!) } }
        let before = address()
        // A graph that was walked without being retained has given the value back.
        let loss = square(p.variable).sum()
        loss.backward()
        p.update { $0 += 1 }
        #expect(address() == before)
        #expect(p.array == NDArray.ones([1000], dtype: .float64))
    }

    @Test func gradientSurvivesAnUpdateUntilCleared() {
        let p = Parameter(NDArray([1.0, 2]))
        square(p.variable).sum().backward()
        p.update { $0 -= 1 }
        #expect(p.grad!.array == NDArray([2.0, 4]))
        square(p.variable).sum().backward()
        #expect(p.grad!.array == NDArray([2.0, 6]))
        p.clearGrad()
        #expect(p.grad == nil)
    }

    @Test func frozenIsConstant() {
        let p = Parameter(NDArray([1.0, 2]))
        p.isUpdateEnabled = false
        #expect(!p.variable.requiresGrad)
        #expect(!(p.variable * 2).requiresGrad)
        p.array = NDArray([3.0, 4])
        #expect(!p.variable.requiresGrad)
        p.isUpdateEnabled = true
        #expect(p.variable.requiresGrad)
        #expect(p.array == NDArray([3.0, 4]))
    }

    @Test func initializationWaitsForAShapeAndDoesNotDependOnWhen() {
        var a = RandomGenerator(seed: 7)
        var b = RandomGenerator(seed: 7)
        let early = Parameter([3, 2], initializer: .heNormal, using: &a)
        let late = Parameter(nil, initializer: .heNormal, using: &b)
        #expect(!late.isInitialized)
        _ = b.uniform([10])
        late.initialize([3, 2])
        late.initialize([5, 5])
        #expect(late.array == early.array)
    }

    @Test func gradientCanBeReplaced() {
        let p = Parameter(NDArray([1.0, 2]))
        p.grad = Variable(constant: NDArray([0.5, 0.25]))
        #expect(p.variable.grad!.array == NDArray([0.5, 0.25]))
        p.grad = nil
        #expect(p.grad == nil)
    }

    @Test func misuseStopsWithAMessage() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let p = Parameter(NDArray([1.0, 2], dtype: .float32))
            p.array = NDArray([1.0, 2, 3], dtype: .float32)
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("Parameter: expected float32[2] for parameter, got float32[3]"))
    }
}
