import ExampleTRPO
import NablaNN
import Testing

/// Batches of steps and the advantages made of them.
@Suite struct ExperienceTests {
    /// By hand, with γ = λ = ½. The first environment's episode is cut short after its second step, where 10 would have followed; the
    /// second's terminates with its third, where the 8 must not count.
    @Test func advantagesByHand() {
        func columns(_ a: [Double], _ b: [Double]) -> NDArray { stack([NDArray(a), NDArray(b)], axis: 1) }
        func flags(_ a: Int, _ b: Int) -> NDArray { stack([NDArray((0..<4).map { $0 == a }), NDArray((0..<4).map { $0 == b })], axis: 1) }
        let advantages = AdvantageEstimation(discount: 0.5, decay: 0.5).advantages(
            rewards: columns([1, 2, 3, 4], [1, 1, 1, 1]), values: columns([1, 2, 3, 4], [2, 2, 2, 2]),
            nextValues: columns([2, 10, 4, 6], [2, 2, 8, 2]), isTerminated: flags(-1, 2), isLast: flags(1, 2))
        #expect(advantages == columns([2.25, 5, 2.75, 3], [-0.0625, -0.25, -1, 0]))
    }

    /// With λ = 1, advantage and value make up the discounted rewards and the value of the last state.
    @Test func withoutDecayAdvantagesAreReturns() {
        var random = RandomGenerator(seed: 1)
        let (rewards, values) = (random.normal([6, 1], dtype: .float64), random.normal([7, 1], dtype: .float64))
        let no = NDArray(Array(repeating: false, count: 6), shape: [6, 1])
        let advantages = AdvantageEstimation(discount: 0.9, decay: 1).advantages(
            rewards: rewards, values: values[..<6], nextValues: values[1...], isTerminated: no, isLast: no)
        var expected = values[6, 0].item()
        for t in (0..<6).reversed() {
            expected = rewards[t, 0].item() + 0.9 * expected
            #expect(abs(advantages[t, 0].item() + values[t, 0].item() - expected) < 1e-12)
        }
    }

    /// Counts its steps from 10 times the number of the episode; it ends in the world after `length` steps, and is cut short after 3. Its
    /// reward is the action.
    private struct Counter: Environment {
        let length: Int
        var state = [0.0, 0.0]

        var observationSize: Int { 1 }
        var actionSpace: ActionSpace { .continuous(count: 1, bound: 2) }
        var timeLimit: Int { 3 }
        var observation: [Double] { [10 * state[0] + state[1]] }

        mutating func reset(using generator: inout RandomGenerator) { state = [state[0] + 1, 0] }
        mutating func step(_ action: [Double]) -> (reward: Double, isTerminated: Bool) {
            state[1] += 1
            return (action[0], Int(state[1]) >= length)
        }
    }

    @Test func endsAndBeginningsOfEpisodes() {
        var random = RandomGenerator(seed: 1)
        var lengths = [2, 9].makeIterator()
        var rollouts = Rollouts(2, of: { Counter(length: lengths.next()!) }, using: &random)
        // Actions beyond the bound are stored as drawn and act as the bound.
        let experience = rollouts.collect(4, using: &random) { observations, _ in .full([observations.shape[0], 1], 5, dtype: .float32) }
        #expect(experience.observations == NDArray([10, 10, 11, 11, 20, 12, 21, 20.0], shape: [4, 2, 1]))
        #expect(experience.nextObservations == NDArray([11, 11, 12, 12, 21, 13, 22, 21.0], shape: [4, 2, 1]))
        #expect(experience.isTerminated.bools == [false, false, true, false, false, false, true, false])
        #expect(experience.isLast.bools == [false, false, true, false, false, true, true, false])
        #expect(experience.actions == .full([4, 2, 1], 5, dtype: .float32))
        #expect(experience.rewards == .full([4, 2], 2, dtype: .float64))
        #expect(experience.episodeReturns == [4, 6, 4])
        // The next batch goes on where this one stopped.
        let next = rollouts.collect(1, using: &random) { observations, _ in .zeros([observations.shape[0], 1]) }
        #expect(next.observations == NDArray([30, 21.0], shape: [1, 2, 1]))
    }

    @Test func returnsOfFirstEpisodes() {
        var random = RandomGenerator(seed: 1)
        var lengths = [1, 9, 2].makeIterator()
        var rollouts = Rollouts(3, of: { Counter(length: lengths.next()!) }, using: &random)
        #expect(rollouts.firstReturns(using: &random) { observations, _ in .ones([observations.shape[0], 1]) } == [1, 3, 2])
    }
}
