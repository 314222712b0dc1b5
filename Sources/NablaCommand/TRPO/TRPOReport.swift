import ExampleTRPO
import Foundation
import NablaTraining

/// What a run of `nabla train trpo` came to, in charts and beside the published figures.
struct TRPOReport {
    /// An agent and its returns in the tests.
    struct Result {
        let seed: UInt64
        let steps: Int
        let seconds: Double
        let deterministic: EpisodeReturns
        let stochastic: EpisodeReturns
    }

    let plan: TRPOPlan
    let results: [Result]
}

// MARK: - Charts

extension TRPOReport {
    /// The return of each agent during training, and their mean.
    func learning(_ records: [[JSONRecord]]) -> Figure {
        let single = curves("return", records).filter { !$0.x.isEmpty }
        let series = single + (single.count > 1 ? [mean(of: single)] : [])
        return Figure(
            LineChart(
                title: "TRPO on \(plan.environment.title): return of the episodes that ended", xLabel: "steps of the environments",
                yLabel: "return", series: series,
                referenceLines: plan.environment.target.map { [.init(y: $0, label: "target \(text($0))")] } ?? []),
            rowHeight: 420)
    }

    /// The mean over agents of their last 5 % of returns, at the steps where all of them are.
    private func mean(of curves: [LineChart.Series]) -> LineChart.Series {
        let smooth = curves.map { (x: $0.x, y: runningMean(of: $0.y, window: max(1, $0.y.count / 20))) }
        // Between two ends of episodes an agent's return is the last one seen.
        func value(_ curve: (x: [Double], y: [Double]), at x: Double) -> Double {
            curve.x.lastIndex { $0 <= x }.map { curve.y[$0] } ?? .nan
        }
        let x = smooth.map(\.x).min { $0.count < $1.count } ?? []
        let y = x.map { at in smooth.reduce(0) { $0 + value($1, at: at) } / Double(smooth.count) }
        return LineChart.Series("mean", x: x, y: y, color: Color(red: 0, green: 0, blue: 0))
    }

    /// The divergence of each step, the conjugate gradients' residuals, the policy's entropy, and what the value function explains.
    func diagnostics(_ records: [[JSONRecord]]) -> Figure {
        func chart(_ key: String, _ title: String, _ lines: [LineChart.ReferenceLine] = [], _ scale: AxisScale = .linear) -> LineChart {
            LineChart(title: title, xLabel: "steps", series: curves(key, records), referenceLines: lines, yScale: scale)
        }
        let radius = plan.settings.trustRegion.radius
        return Figure(
            rows: [
                [
                    chart("kl", "Divergence of a step", [.init(y: radius, label: "limit \(radius)")]),
                    chart("cgResidual", "Residual of the conjugate gradients", [], .logarithmic),
                ],
                [
                    chart("entropy", "Entropy of the policy"), chart("explainedVariance", "Variance explained by the value function"),
                ],
            ], width: 1100, rowHeight: 300)
    }

    /// A value in the records of each agent, over its steps.
    private func curves(_ key: String, _ records: [[JSONRecord]]) -> [LineChart.Series] {
        zip(results, records).map { LineChart.Series("seed \($0.seed)", of: key, in: $1, over: "steps", smoothingOver: 40) }
    }
}

// MARK: - Text

extension TRPOReport {
    /// The summary in Markdown.
    func text() -> String {
        let rows = results.map { result in
            let values = [result.deterministic, result.stochastic].map { returns in
                String(format: "%.1f ± %.1f (%.1f)", returns.mean, returns.standardDeviation, returns.smallest)
            }
            return "| \(result.seed) | \(result.steps) | \(String(format: "%.0f", result.seconds)) | \(values.joined(separator: " | ")) |"
        }
        let published = plan.environment.published.map { "| \($0.source) | \($0.steps) | \($0.value) |" }
        let settings = plan.settings
        let target = plan.environment.target.map { "Target: a mean of at least \(text($0)).\n" } ?? ""
        return """
            # TRPO on \(plan.environment.title)

            Return of \(TRPORun.testEpisodes) episodes after training: mean ± standard deviation over episodes (smallest). \
            \(settings.environments) × \(settings.steps) steps an iteration, δ = \(settings.trustRegion.radius), \
            γ = \(settings.advantages.discount), λ = \(settings.advantages.decay), \(settings.trustRegion.iterations) conjugate gradient \
            iterations with damping \(settings.trustRegion.damping); planned: \(plan.steps) steps for each seed.

            | seed | steps | seconds | most probable actions | sampled actions |
            |---|---|---|---|---|
            \(rows.joined(separator: "\n"))

            \(target)
            Published returns of TRPO (mean ± standard deviation as given there):

            | source | steps | return |
            |---|---|---|
            \(published.joined(separator: "\n"))
            """ + "\n"
    }

    private func text(_ number: Double) -> String { String(format: "%g", number) }
}
