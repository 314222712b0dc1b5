import ExampleMAML
import ExampleOmniglot
import Foundation
import NablaTraining

/// What a run of `nabla train omniglot` came to, in charts and beside the published figures.
struct OmniglotReport {
    /// A learner and its right answers in the test tasks.
    struct Result {
        let learner: OmniglotPlan.Learner
        let iterations: Int
        let seconds: Double
        let accuracies: [Estimate]
    }

    let plan: OmniglotPlan
    let results: [Result]
    let split: Characters.Split

    private var settings: FewShotLearner.Settings { plan.learners[0].settings }
    private var kind: String { plan.origin.isDrawn ? "drawn characters" : "Omniglot" }
    private var task: String { "\(settings.ways) ways, \(settings.shots) \(settings.shots == 1 ? "shot" : "shots")" }
    private var chance: LineChart.ReferenceLine { .init(y: 100 / Double(settings.ways), label: "chance") }
}

// MARK: - Charts

extension OmniglotReport {
    /// The loss and the right answers over iterations, from the `records` of each learner.
    func training(_ records: [[JSONRecord]]) -> Figure {
        func series(_ key: String, factor: Double, suffix: String = "") -> [LineChart.Series] {
            zip(plan.learners, records).map {
                LineChart.Series($0.title + suffix, of: key, in: $1, factor: factor, smoothingOver: 20)
            }
        }
        return Figure([
            LineChart(
                title: "Loss on the query during meta-training on \(kind), \(task)", xLabel: "iteration", yLabel: "cross entropy",
                series: series("loss", factor: 1), xRange: 0...Double(plan.iterations)),
            LineChart(
                title: "Right answers after adaptation in \(settings.innerSteps) step", xLabel: "iteration", yLabel: "right answers, %",
                series: series("accuracy", factor: 100, suffix: ", training")
                    + series("validation", factor: 100, suffix: ", new characters"),
                referenceLines: [chance], xRange: 0...Double(plan.iterations), yRange: 0...100),
        ])
    }

    /// The right answers in the test tasks after each number of steps.
    func steps() -> Figure {
        Figure(
            LineChart(
                title: "Right answers about new characters (\(kind)), \(task)", xLabel: "steps of adaptation", yLabel: "right answers, %",
                series: results.map { LineChart.Series($0.learner.title, y: $0.accuracies.map { 100 * $0.mean }) },
                referenceLines: [chance], yRange: 0...100))
    }

    /// One task of the test: a column for each character, above the drawings to learn from, below those to be told apart, on grey paper
    /// where the answer is wrong.
    func episode(of model: FewShotLearner) -> Picture {
        let (episode, answers) = model.example(steps: 3)
        let side = CharacterSource.side
        let ink = episode.support.array.floats + episode.query.array.floats
        let learned = episode.support.shape[1]
        let pixels = ink.indices.map { i -> Float in
            let asked = i / (side * side) - learned
            let isWrong = asked >= 0 && answers[asked] != asked % settings.ways
            return (isWrong ? 0.75 : 1) * (1 - ink[i])
        }
        return ImageGrid(columns: settings.ways, margin: 3, zoom: 3, background: 120).picture(of: pixels, height: side, width: side)
    }
}

// MARK: - Text

extension OmniglotReport {
    /// A figure that someone else published.
    private struct Published {
        let source: String, ways: Int, shots: Int, value: String
    }

    /// The figures to compare with, as the named public sources give them.
    private static let published: [Published] = [
        .init(source: "Finn et al. 2017, MAML, fully connected", ways: 5, shots: 1, value: "89.7"),
        .init(source: "README of learn2learn, MAML, fully connected", ways: 5, shots: 1, value: "88.9"),
        .init(source: "Finn et al. 2017, MAML, convolutions", ways: 5, shots: 1, value: "98.7"),
        .init(source: "the same", ways: 5, shots: 5, value: "99.9"),
        .init(source: "the same", ways: 20, shots: 1, value: "95.8"),
        .init(source: "the same", ways: 20, shots: 5, value: "98.9"),
        .init(source: "README of oscarknagg/few-shot, second order, convolutions", ways: 5, shots: 1, value: "98.1"),
        .init(source: "the same, first order", ways: 5, shots: 1, value: "95.5"),
        .init(source: "the same, second order", ways: 5, shots: 5, value: "99.8"),
        .init(source: "the same, first order", ways: 5, shots: 5, value: "99.5"),
        .init(source: "the same, second order", ways: 20, shots: 1, value: "91.6"),
        .init(source: "the same, first order", ways: 20, shots: 1, value: "92.2"),
        .init(source: "the same, second order", ways: 20, shots: 5, value: "95.9"),
        .init(source: "the same, first order", ways: 20, shots: 5, value: "97.7"),
    ]

    /// The summary in Markdown.
    func text() -> String {
        let shownSteps = [0, 1, 3, 5, 10]
        let rows = results.map { result in
            let values = shownSteps.map { step in
                String(format: "%.1f ± %.1f", 100 * result.accuracies[step].mean, 100 * result.accuracies[step].halfWidth)
            }
            return "| \(result.learner.title) | \(result.iterations) | \(String(format: "%.0f", result.seconds)) | "
                + values.joined(separator: " | ") + " |"
        }
        let sizes =
            "\(split.training.count) characters for training, \(split.validation.count) to follow it, \(split.test.count) for the test"
        return """
            # MAML on \(kind), \(task), seed \(settings.seed)

            Right answers in per cent about the queries of 600 tasks with characters never trained on, after 0, 1, 3, 5 and 10 steps of
            adaptation, with 95 % intervals (1.96 standard deviations / √600). \(sizes).
            Fully connected, hidden layers of \(settings.hidden.map(String.init).joined(separator: ", ")), normalised over the drawings of \
            a task that are seen at once; steps of \(settings.rate), \
            \(settings.innerSteps) in training; meta-batch \(settings.metaBatch), \(settings.queries) of each character in a query, \
            Adam with steps of \(settings.alpha); planned: \(plan.iterations) iterations each.

            | learner | iterations | seconds | 0 steps | 1 step | 3 steps | 5 steps | 10 steps |
            |---|---|---|---|---|---|---|---|
            \(rows.joined(separator: "\n"))

            Chance: \(String(format: "%.1f", 100 / Double(settings.ways))).

            \(comparison)
            """ + "\n"
    }

    private var comparison: String {
        if plan.origin.isDrawn {
            return """
                These characters are random strokes, not Omniglot's, so these figures cannot be compared with published ones: that takes
                --data and a clone of github.com/brendenlake/omniglot.
                """
        }
        let own = Self.published.filter { $0.ways == settings.ways && $0.shots == settings.shots }
        guard !own.isEmpty else { return "For tasks of this size no figure is known to compare with." }
        let rows = own.map { "| \($0.source) | \($0.value) |" }
        return """
            Published, \(task), all of Omniglot (1100 characters for training, 100, 423 for the test):

            | source | right answers, % |
            |---|---|
            \(rows.joined(separator: "\n"))
            """
    }
}
