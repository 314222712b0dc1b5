import ExampleMAML
import Foundation
import NablaTraining

/// What a run of `nabla train maml` came to, in charts and beside the published figures.
struct MAMLReport {
    /// A learner and its errors on the test tasks.
    struct Result {
        let learner: MAMLPlan.Learner
        let iterations: Int
        let seconds: Double
        let evaluation: Evaluation
    }

    let plan: MAMLPlan
    let results: [Result]

    private var shots: Int { plan.learners[0].settings.shots }
    private var seed: UInt64 { plan.learners[0].settings.seed }
}

// MARK: - Charts

extension MAMLReport {
    /// The loss over iterations, from the `records` of each learner.
    func training(_ records: [[JSONRecord]]) -> Figure {
        let series = zip(plan.learners, records).map { LineChart.Series($0.title, of: "loss", in: $1, smoothingOver: 40) }
        return Figure(
            LineChart(
                title: "Error on the query during meta-training, \(shots) shots", xLabel: "iteration", yLabel: "mean squared error",
                series: series, yScale: .logarithmic))
    }

    /// The error on the test tasks after each number of steps.
    func steps() -> Figure {
        let series = results.map { LineChart.Series($0.learner.title, y: $0.evaluation.means) }
        let lowest = results.flatMap(\.evaluation.means).filter { $0 > 0 }.min() ?? 1
        return Figure(
            LineChart(
                title: "Error on 600 new sinusoids after adaptation to \(shots) points", xLabel: "steps of adaptation",
                yLabel: "mean squared error", series: series,
                referenceLines: [.init(y: MAML.bestUnadaptedError, label: "best unadapted")], yScale: .logarithmic,
                // Rates too large for several steps end the curve at the top.
                yRange: min(lowest / 1.5, 1)...20),
            rowHeight: 420)
    }

    /// One wave: what the network says before and after adaptation.
    func sine(_ learner: MAML) -> Figure {
        let x = (0...200).map { -5 + Double($0) / 20 }
        let wave = learner.curves(at: x, steps: [0, 1, 10])
        return Figure(
            LineChart(
                title: "\(plan.shown.title): adaptation to y = 4 sin(x - 1)", xLabel: "x", yLabel: "y",
                series: [
                    .init("truth", x: x, y: wave.truth, color: Color(red: 150, green: 150, blue: 150)),
                    .init("before", x: x, y: wave.curves[0]), .init("after 1 step", x: x, y: wave.curves[1]),
                    .init("after 10 steps", x: x, y: wave.curves[2]),
                    .init("support", x: wave.support.x, y: wave.support.y, color: Color(red: 0, green: 0, blue: 0), marks: .dots),
                ], xRange: -5...5))
    }
}

// MARK: - Text

extension MAMLReport {
    /// A figure that someone else published.
    private struct Published {
        let source: String, shots: Int, steps: String, value: String
    }

    /// The figures to compare with. Those of the paper are in a figure only; others have read them off.
    private static let published: [Published] = [
        .init(source: "Finn et al. 2017, figure 3, as read by third parties (±0.1), MAML", shots: 5, steps: "1", value: "≈ 0.7"),
        .init(source: "the same", shots: 5, steps: "9", value: "≈ 0.3–0.4"),
        .init(source: "the same, pretrained", shots: 5, steps: "1–9", value: "≈ 2.1–2.3"),
        .init(source: "the same, oracle", shots: 5, steps: "", value: "≈ 0.05"),
        .init(source: "the same, MAML", shots: 10, steps: "1", value: "≈ 0.3–0.4"),
        .init(source: "the same", shots: 10, steps: "9", value: "≈ 0.1–0.2"),
        .init(source: "the same, pretrained", shots: 10, steps: "1–9", value: "≈ 1.7–1.8"),
        .init(source: "the same, MAML", shots: 20, steps: "1", value: "≈ 0.2"),
        .init(source: "the same", shots: 20, steps: "9", value: "≈ 0.1"),
        .init(source: "README of Zigolox/Meta-Learning-OptML-Project, MAML", shots: 5, steps: "1", value: "0.72"),
        .init(source: "the same, first-order MAML", shots: 5, steps: "1", value: "0.81"),
        .init(source: "README of 63days/Meta-SGD, MAML", shots: 10, steps: "1", value: "0.6702"),
    ]

    /// The summary in Markdown.
    func text() -> String {
        let shownSteps = [0, 1, 5, 10]
        let rows = results.map { result in
            let values = shownSteps.map { step in
                let (all, count) = (result.evaluation, result.evaluation.divergedCounts[step])
                return count == 0
                    ? String(format: "%.3f ± %.3f", all.means[step], all.halfWidths[step])
                    : String(format: "%d above 100, median %.3f", count, all.medians[step])
            }
            return "| \(result.learner.title) | \(result.iterations) | \(String(format: "%.0f", result.seconds)) | "
                + values.joined(separator: " | ") + " |"
        }
        let published = Self.published.map { "| \($0.source) | \($0.shots) | \($0.steps) | \($0.value) |" }
        return """
            # MAML on sinusoids, \(shots) shots, seed \(seed)

            Mean squared error on the queries of 600 new tasks after 0, 1, 5 and 10 steps of adaptation, with 95 % intervals
            (1.96 standard deviations / √600); where steps too large have driven some tasks to errors above 100, their number and the
            median. Meta-batch \(plan.learners[0].settings.metaBatch), Adam with steps of \
            \(plan.learners[0].settings.alpha), 1 inner step in training; planned: \(plan.iterations) iterations each.

            | learner | iterations | seconds | 0 steps | 1 step | 5 steps | 10 steps |
            |---|---|---|---|---|---|---|
            \(rows.joined(separator: "\n"))

            Exact anchors: the zero predictor errs by \(String(format: "%.4f", MAML.zeroPredictorError)), the best predictor that knows \
            nothing of the task by \(String(format: "%.4f", MAML.bestUnadaptedError)).
            Only the oracle can do better without adaptation, but for the draw of the tasks; MAML may do worse there, being trained for
            what comes after the step.

            Published:

            | source | shots | steps | error |
            |---|---|---|---|
            \(published.joined(separator: "\n"))

            The authors trained for 70 000 iterations. Their documented command leaves the inner rate at 0.001; others use 0.01 or 0.1.
            """ + "\n"
    }
}
