import ExampleLearningToLearn
import Foundation
import NablaTraining

/// What a run of `nabla train learning-to-learn` came to, in charts and beside the published figures.
struct LearningToLearnReport {
    let plan: LearningToLearnPlan
    let outcomes: [TrainingRun.Outcome]
    let comparisons: [OptimizerComparison]

    private var seed: UInt64 { plan.learners[0].seed }
    private var isQuadratic: Bool { plan.problem == .quadratic }
}

// MARK: - Charts

extension LearningToLearnReport {
    /// The losses over iterations, from the `records` of each learner.
    func training(_ records: [[JSONRecord]]) -> Figure {
        func series(_ key: String, smoothingOver parts: Int?) -> [LineChart.Series] {
            zip(plan.learners, records).map { LineChart.Series($0.title, of: key, in: $1, smoothingOver: parts) }
        }
        return Figure([
            LineChart(
                title: "Meta-training: loss averaged over the steps of an optimisation", xLabel: "iteration", yLabel: "loss",
                series: series("loss", smoothingOver: 20), yScale: .logarithmic),
            LineChart(
                title: "Best loss so far on the validation problems, last 20 steps", xLabel: "iteration", yLabel: "loss",
                series: series("validation", smoothingOver: nil), yScale: .logarithmic),
        ])
    }

    /// The losses on fresh functions, step by step: the layout of the paper's figures 4 and 5.
    func test() -> Figure {
        Figure(
            comparisons.map { comparison in
                // What flies off would press everything else together.
                let start = comparison.rows[0].trajectory.means[0]
                let lowest = comparison.rows.flatMap(\.trajectory.means).filter { $0 > 0 }.min() ?? start
                return LineChart(
                    title: "Loss on fresh problems: \(comparison.title)", xLabel: "step", yLabel: "loss",
                    series: comparison.rows.map { row in
                        LineChart.Series(row.title + (row.rate.map { " (\(Self.number($0)))" } ?? ""), y: row.trajectory.means)
                    }, yScale: .logarithmic, yRange: (lowest / 1.2)...(1.5 * start))
            }, rowHeight: 420)
    }
}

// MARK: - Text

extension LearningToLearnReport {
    /// Losses read from a figure of the paper.
    private struct Published {
        let title: String
        let losses: [Int: Double]
        /// To the LSTM's after 100 steps, as the one who digitised the figure gives it.
        let ratio: Double
    }

    /// The paper's figure 4, left, as digitised from its reproduction in AdrienLE's notebook.
    private static let quadratics: [Published] = [
        .init(title: "LSTM", losses: [20: 0.14, 40: 0.078, 50: 0.065, 80: 0.045, 100: 0.040], ratio: 1),
        .init(title: "Adam", losses: [40: 0.31, 50: 0.14, 80: 0.060, 100: 0.052], ratio: 1.28),
        .init(title: "RMSprop", losses: [80: 0.071, 100: 0.060], ratio: 1.47),
        .init(title: "NAG", losses: [50: 0.112, 80: 0.089, 100: 0.082], ratio: 2.0),
        .init(title: "SGD", losses: [50: 0.30, 80: 0.24, 100: 0.22], ratio: 5.4),
    ]

    /// The same figure, centre and right: MNIST.
    private static let classifiers: [Published] = [
        .init(title: "LSTM", losses: [20: 0.45, 50: 0.32, 100: 0.25, 200: 0.205], ratio: 0.25 / 0.25),
        .init(title: "Adam", losses: [20: 1.45, 50: 0.49, 100: 0.355, 200: 0.30], ratio: 0.355 / 0.25),
        .init(title: "RMSprop", losses: [20: 1.6, 50: 0.49, 100: 0.36, 200: 0.29], ratio: 0.36 / 0.25),
        .init(title: "NAG", losses: [20: 1.35, 50: 0.455, 100: 0.32, 200: 0.26], ratio: 0.32 / 0.25),
        .init(title: "SGD", losses: [20: 1.9, 50: 0.83, 100: 0.46, 200: 0.33], ratio: 0.46 / 0.25),
    ]

    private var shownSteps: [Int] { isQuadratic ? [20, 40, 50, 80, 100] : [20, 50, 100, 200] }

    /// The summary in Markdown.
    func text() -> String {
        let trained = zip(plan.learners, outcomes).map { settings, outcome in
            "| \(settings.title) | \(outcome.iterations) | \(String(format: "%.1f", outcome.seconds / 60)) |"
        }
        let settings = plan.learners[0]
        let kind = settings.design.preprocessing == .identity ? "raw gradients" : "log-sign gradients"
        return """
            # Learning to learn by gradient descent: \(isQuadratic ? "quadratics" : "classifiers of images"), seed \(seed)

            A coordinatewise LSTM with layers of \(settings.design.hidden.map(String.init).joined(separator: " and ")) units reads \(kind); \
            its output is multiplied by \(Self.number(settings.design.scale)). An iteration minimises \(settings.functions) new
            function\(settings.functions == 1 ? "" : "s") in \(settings.steps) steps, with an update by Adam (\(Self.number(settings.alpha))) \
            through every \(settings.unroll) of them; planned: \(plan.iterations) iterations each. Exact: the gradients that the
            LSTM reads are differentiated through. Dropped: they are constants, as in the paper. Both begin with the same weights and meet
            the same functions. Tested is the optimiser that did best on validation problems.

            | learner | iterations | minutes |
            |---|---|---|
            \(trained.joined(separator: "\n"))

            \(comparisons.map(section).joined(separator: "\n\n"))

            ## Published

            \(published())
            """ + "\n"
    }

    private func section(_ comparison: OptimizerComparison) -> String {
        let steps = shownSteps.filter { $0 <= comparison.steps }, last = min(100, comparison.steps)
        let reference = comparison.rows[0].loss(at: last).mean
        let rows = comparison.rows.map { row in
            var cells = [row.title, row.rate.map(Self.number) ?? ""]
            cells += steps.map { Self.text(row.loss(at: $0)) }
            if isQuadratic { cells.append(String(format: "%.4f", row.loss(at: last).mean / 10)) }
            cells.append(String(format: "%.2f", row.loss(at: last).mean / reference))
            return "| " + cells.joined(separator: " | ") + " |"
        }
        let heads =
            ["optimiser", "rate"] + steps.map { "step \($0)" } + (isQuadratic ? ["step 100, per dimension"] : [])
            + ["ratio to \(comparison.rows[0].title) at \(last)"]
        let (count, rates) = (comparison.rows[0].trajectory.final.count, OptimizerComparison.rates(plan.problem))
        var text = """
            ## Loss on \(count) fresh functions: \(comparison.title)

            Means with 95 % intervals over functions. Rates of the others are the best of \(rates.count) from 1e-4 to \(Self.number(rates.max()!)), \
            by the last 20 of 100 steps on \(max(2, count / 2)) training functions.

            | \(heads.joined(separator: " | ")) |
            |\(String(repeating: "---|", count: heads.count))
            \(rows.joined(separator: "\n"))
            """
        if let pair = comparison.pair(at: last) {
            text += """


                Exact and dropped on the same functions after \(last) steps: the dropped one's loss is higher by \
                \(Self.text(pair.difference)); the exact one ends lower on \(String(format: "%.0f", 100 * pair.exactWins)) % of the functions.
                """
        }
        return text
    }

    private func published() -> String {
        let published = isQuadratic ? Self.quadratics : Self.classifiers
        let rows = published.map { row in
            let cells = shownSteps.map { step in row.losses[step].map(Self.number) ?? "" }
            return
                "| \(row.title) | \(cells.joined(separator: " | ")) | \(String(format: "%.2f", row.ratio)) |"
        }
        let note =
            isQuadratic
            ? "Its curves begin near 1, not near E|y|² = 10, so its axis probably shows losses per dimension: compare ratios."
            : "The paper's images are MNIST's. With rectified units its LSTM, trained on sigmoid ones, stays at about 2.3 or above."
        return """
            Andrychowicz et al. 2016 (arXiv 1606.04474), figure 4\(isQuadratic ? "" : " (beyond 100 steps: longer than trained for)"), read \
            from the figure, ± 5 %. \(note)

            | optimiser | \(shownSteps.map { "step \($0)" }.joined(separator: " | ")) | ratio to LSTM at 100 |
            |\(String(repeating: "---|", count: shownSteps.count + 2))
            \(rows.joined(separator: "\n"))
            """
    }

    private static func number(_ value: Double) -> String { String(format: "%g", value) }

    private static func text(_ value: (mean: Double, halfWidth: Double)) -> String {
        String(format: "%.3f ± %.3f", value.mean, value.halfWidth)
    }
}
