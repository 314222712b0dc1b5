import Nabla
import Testing

@Suite struct DistributionMisuseTests {
    @Test func parametersOfDifferentTypes() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Normal(mean: Variable(NDArray([Float(1)])), standardDeviation: Variable(NDArray([1.0])))
        }
        expectMessage("Normal: expected a mean and a standard deviation of one floating type, got float32 and float64", in: result)
    }

    @Test func valuesOfTheWrongShape() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let p = Normal(mean: Variable(NDArray.zeros([2, 3])), logStandardDeviation: Variable(NDArray.zeros([3])))
            _ = p.logProbability(of: NDArray.zeros([2, 1]))
        }
        expectMessage("Normal.logProbability: expected values of shape (…, [2, 3]), got [2, 1]", in: result)
    }

    @Test func labelsThatAreNotIntegers() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Categorical(logits: Variable(NDArray.zeros([2, 3]))).logProbability(of: NDArray.zeros([2]))
        }
        expectMessage("Categorical.logProbability: expected integers of shape (…, [2]), got float32[2]", in: result)
    }

    @Test func divergenceOfDifferentShapes() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = klDivergence(Categorical(logits: Variable(NDArray.zeros([2, 3]))), Categorical(logits: Variable(NDArray.zeros([3]))))
        }
        expectMessage("klDivergence: expected categorical distributions of one shape, got logits of [2, 3] and [3]", in: result)
    }
}
