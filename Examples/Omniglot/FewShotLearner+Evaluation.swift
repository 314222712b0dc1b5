import ExampleMAML
import NablaNN

extension FewShotLearner {
    /// The share of right answers about characters never trained on after 0, 1, 2 … `steps` steps of adaptation, in tasks that are the same
    /// for every learner of one seed.
    public func testAccuracies(tasks: Int = 600, steps: Int = 10) -> [Estimate] {
        accuracies(on: characters.test, tasks: tasks, steps: steps, stream: 1)
    }

    /// The share of right answers about characters kept apart for this, after the steps that training takes.
    public func validationAccuracy(tasks: Int = 100) -> Double {
        accuracies(on: characters.validation, tasks: tasks, steps: settings.innerSteps, stream: 2)[settings.innerSteps].mean
    }

    /// One task of the test, and what the network takes the drawings of its query for after `steps` steps.
    public func example(steps: Int) -> (episode: Episodes, answers: [Int]) {
        var stream = RandomGenerator(seed: settings.seed, stream: 3)
        let episode = episodes(1, of: characters.test, using: &stream)
        let theta = adapted(to: episode, steps: steps)[steps]
        return (episode, noBackprop { CharacterNetwork.outputs(theta, at: episode.query) }.array.argMax(axis: 2).integers)
    }

    private func accuracies(on characters: Characters, tasks: Int, steps: Int, stream: UInt64) -> [Estimate] {
        var stream = RandomGenerator(seed: settings.seed, stream: stream)
        var values = [[Double]](repeating: [], count: steps + 1)
        // Not all at once: every task has weights of its own.
        for start in stride(from: 0, to: tasks, by: 32) {
            let episodes = episodes(min(32, tasks - start), of: characters, using: &stream)
            for (step, theta) in adapted(to: episodes, steps: steps).enumerated() {
                values[step] += episodes.accuracies(of: noBackprop { CharacterNetwork.outputs(theta, at: episodes.query) })
            }
        }
        return values.map(Estimate.init)
    }

    private func episodes(_ count: Int, of characters: Characters, using generator: inout RandomGenerator) -> Episodes {
        characters.episodes(count, ways: settings.ways, shots: settings.shots, queries: settings.queries, using: &generator)
    }

    /// The parameters for each task after 0, 1, 2 … `steps` steps.
    private func adapted(to episodes: Episodes, steps: Int) -> [[Variable]] {
        adaptation.path(network.parameters, tasks: episodes.count, steps: steps) { episodes.losses($0, on: episodes.support) }
    }
}
