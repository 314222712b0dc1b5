import ExampleTRPO
import Foundation
import NablaTraining

/// Trains an agent from each seed, tests it, and reports: `nabla train trpo`.
struct TRPORun {
    private let plan: TRPOPlan
    private let folder: RunFolder
    private let agents: [TRPO]
    private var run: TrainingRun

    /// Episodes of each test.
    static let testEpisodes = 100

    /// A new run, or with `isResumed` the one that `folder` holds.
    ///
    /// - Throws: `FileError` when a state or the log is damaged.
    init(_ plan: TRPOPlan, environment: @escaping () -> any Environment, folder: RunFolder, isResumed: Bool) throws(FileError) {
        (self.plan, self.folder) = (plan, folder)
        let agents = plan.agents.map { TRPO($0, environment: environment) }
        let learners = agents.map { agent in
            Learner("seed-\(agent.settings.seed)", agent, iterations: plan.iterations, settings: agent.settings) {
                Self.numbers(of: agent.iterate(), steps: agent.steps)
            }
        }
        self.agents = agents
        run = try TrainingRun(
            learners, folder: folder, isResumed: isResumed, rhythm: .init(recordEvery: 1, saveEvery: 10, reportEvery: 20))
    }

    /// What the log says of an iteration. Where no episode ended there is no return.
    private static func numbers(of report: TRPO.Report, steps: Int) -> [(name: String, value: Double)] {
        let step = report.step
        return (report.meanReturn.map { [("return", $0)] } ?? []) + [
            ("steps", Double(steps)), ("kl", step.divergence), ("episodes", Double(report.episodes)),
            ("improvement", step.improvement), ("lineSearchSteps", Double(step.lineSearchSteps)), ("accepted", step.isAccepted ? 1 : 0),
            ("cgResidual", step.residual), ("entropy", step.entropy), ("explainedVariance", report.explainedVariance),
        ]
    }

    /// Trains until the end or until the user interrupts, tests, and saves everything.
    ///
    /// - Returns: How it went and where the files are.
    mutating func train() throws -> TrainingRun.Ending {
        try run.train()
        let results = zip(agents, run.outcomes).map { agent, outcome in
            TRPOReport.Result(
                seed: agent.settings.seed, steps: agent.steps, seconds: outcome.seconds,
                deterministic: agent.evaluation(episodes: Self.testEpisodes, .deterministic),
                stochastic: agent.evaluation(episodes: Self.testEpisodes, .stochastic))
        }
        try report(results)
        return ending(results)
    }

    private func report(_ results: [TRPOReport.Result]) throws(FileError) {
        let tests = results.flatMap { result in
            [(TRPO.Acting.deterministic, result.deterministic), (.stochastic, result.stochastic)].map { acting, returns -> JSONRecord in
                [
                    "learner": .string("seed-\(result.seed)"), "acting": .string(acting.rawValue), "mean": .number(returns.mean),
                    "standardDeviation": .number(returns.standardDeviation), "smallest": .number(returns.smallest),
                    "episodes": .int(returns.values.count),
                ]
            }
        }
        try run.finish(tests)
        let report = TRPOReport(plan: plan, results: results)
        try folder.write(report.learning(run.recordsOfLearners), to: "learning")
        try folder.write(report.diagnostics(run.recordsOfLearners), to: "diagnostics")
        try folder.writeSummary(report.text())
    }

    /// What is said at the end.
    private func ending(_ results: [TRPOReport.Result]) -> TrainingRun.Ending {
        let returns = results.map { String(format: "%.1f", $0.deterministic.mean) }.joined(separator: ", ")
        let found = "Mean return of \(Self.testEpisodes) episodes with the most probable actions: \(returns)"
        let files = [
            ("summary.md", "the returns beside the published ones"), ("learning.png", "return during training (learning.svg too)"),
            ("diagnostics.png", "divergence, residual, entropy, explained variance"), ("log.jsonl", "the numbers"),
        ]
        let amount = run.amount("\(results.reduce(0) { $0 + $1.steps }) steps")
        return run.ending([amount] + run.continuation(TRPOPlan.command) + [found, "Look at:"] + folder.list(files))
    }
}
