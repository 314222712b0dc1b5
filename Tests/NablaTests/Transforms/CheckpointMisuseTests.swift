import Nabla
import Testing

/// What a checkpoint refuses.
@Suite struct CheckpointMisuseTests {
    private static let otherNumbers =
        "checkpoint: expected a closure that computes the same numbers when it runs again for the backward walk, got other ones"

    @Test func aCapturedGeneratorDrawsOtherNumbers() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = RandomGenerator(seed: 1)
            let x = Variable(NDArray.ones([64]))
            checkpoint(x) { dropout($0, using: &generator) }.sum().backward()
        }
        expectMessage(Self.otherNumbers, in: result)
    }

    @Test func changedState() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var scale = NDArray([1.0, 1], dtype: .float64)
            let y = checkpoint(Variable(NDArray([2.0, 3]))) { $0 * scale }
            scale = NDArray([1.0, 1.0.nextUp], dtype: .float64)
            y.sum().backward()
        }
        expectMessage(Self.otherNumbers, in: result)
    }

    @Test func anotherNumberOfResults() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var calls = 0
            let x = Variable(2.0)
            let y = checkpoint([x]) { x in
                calls += 1
                return calls == 1 ? [x[0] * 2, x[0] * 3] : [x[0] * 2]
            }
            (y[0] + y[1]).backward()
        }
        expectMessage(Self.otherNumbers, in: result)
    }

    @Test func gradientsAccumulatedInside() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = checkpoint(Variable(2.0)) { x in
                (x * x).backward()
                return x.grad! * x
            }
        }
        expectMessage("backward: expected grad(of:wrt:) inside a closure that runs more than once", in: result)
    }

    @Test func aSecondWalkAfterTheClosureWasGivenBack() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let y = checkpoint(Variable(2.0)) { sin($0) }
            y.backward()
            y.backward()
        }
        expectMessage(
            "checkpoint.recomputation(0): expected retained arrays, got a graph whose arrays an earlier backward gave back", in: result)
    }

    @Test func segmentsThatAreNone() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = checkpointedSequence([{ sin($0) }], at: Variable(2.0), segments: 0)
        }
        expectMessage("checkpointedSequence: expected segments of at least 1, got 0", in: result)
    }
}
