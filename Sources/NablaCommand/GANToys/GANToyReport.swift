import ExampleGANToys
import ExampleWGANGP
import Foundation
import NablaTraining

/// What a run of `nabla train gan-toy` came to, in charts and beside the published figures.
struct GANToyReport {
    /// A learner after its training.
    struct Result {
        let learner: GANToyPlan.Learner
        let model: ToyGAN
        let iterations: Int
        let seconds: Double
        let records: [JSONRecord]
        let metrics: ModeMetrics?
        /// The exact distance of generated points, or of those with noise, from real ones; nil for deep critics.
        let distance: Double?

        var settings: ToyGAN.Settings { learner.settings }
        var data: ToyData { settings.data }
    }

    let plan: GANToyPlan
    let results: [Result]
    /// What it costs to move each point by its own noise from N(0, I) in the plane: no less than the distance to the noisy data.
    static let noiseBound = (Double.pi / 2).squareRoot()

    /// The results of one part of the run, in the order of training.
    func results(_ part: GANToyPlan.Part) -> [Result] { results.filter { $0.learner.part == part } }

    /// The data sets, each once.
    var dataSets: [ToyData] { ToyData.allCases.filter { data in results.contains { $0.data == data && $0.learner.part == .generator } } }
}

// MARK: - Text

extension GANToyReport {
    /// A row of PacGAN's table 1: means over ten trials with standard errors.
    private static let published = [
        "| GAN | 6.3 ± 0.5 | 98.2 ± 0.2 | 0.45 ± 0.09 | 17.3 ± 0.8 | 94.8 ± 0.7 | 0.70 ± 0.07 |",
        "| ALI | 6.6 ± 0.3 | 97.6 ± 0.4 | 0.36 ± 0.04 | 24.1 ± 0.4 | 95.7 ± 0.6 | 0.14 ± 0.03 |",
        "| PacGAN2 | 7.9 ± 0.1 | 95.6 ± 2.0 | 0.07 ± 0.03 | 23.8 ± 0.7 | 91.3 ± 0.8 | 0.13 ± 0.04 |",
        "| PacGAN4 | 7.8 ± 0.1 | 95.9 ± 1.4 | 0.07 ± 0.02 | 24.8 ± 0.2 | 93.6 ± 0.6 | 0.04 ± 0.01 |",
    ]

    private func optimizer(_ settings: ToyGAN.Settings) -> String {
        settings.critic.method == .penalty
            ? "λ \(settings.critic.lambda), Adam \(settings.critic.alpha)\(settings.decayEnd == nil ? "" : " falling to 0")"
            : "c \(settings.critic.clip), RMSprop \(settings.critic.rate)"
    }

    private var generatorRows: [String] {
        results(.generator).map { result in
            let modes =
                result.metrics.map { metrics in
                    "\(metrics.covered) of \(metrics.counts.count) | \(String(format: "%.1f | %.3f", 100 * metrics.highQualityShare, metrics.reverseKL))"
                } ?? "| |"
            return "| \(result.data.title) | \(result.settings.methodTitle) | \(optimizer(result.settings)) | \(result.iterations) | "
                + String(format: "%.0f", result.seconds) + " | \(modes) | " + String(format: "%.3f", result.distance!) + " |"
        }
    }

    /// The exact distance between two samples of the data, the least that can be expected.
    private func floor(_ data: ToyData) -> Double {
        var random = RandomGenerator(seed: 0)
        return wassersteinDistance(data.points(plan.exactCount, using: &random), data.points(plan.exactCount, using: &random))
    }

    private var fixedRows: [String] {
        results(.fixed).map { result in
            let verdict = result.model.verdict(count: plan.exactCount)
            return "| \(result.data.title) | \(result.settings.methodTitle) | \(optimizer(result.settings)) | \(result.iterations) | "
                + String(format: "%.0f | %.4f | %.4f | %.4f |", result.seconds, verdict.wasserstein, verdict.slope, result.distance!)
        }
    }

    private var deepRows: [String] {
        results(.deep).map { result in
            let norms = result.model.layerGradientNorms()
            let weights = result.model.critic.network.weights
            let share = WeightHistogram.saturatedShare(weights, limit: result.settings.critic.clip)
            return "| \(result.settings.methodTitle) | \(optimizer(result.settings)) | \(result.iterations) | "
                + String(format: "%.1e | %.1e | %.1e | ", norms[0], norms[norms.count - 1], norms[0] / norms[norms.count - 1])
                + (result.settings.critic.method == .clipping ? String(format: "%.1f |", 100 * share) : "|")
        }
    }

    /// The summary in Markdown.
    func text() -> String {
        let settings = plan.learners[0].settings
        let floors = dataSets.map { "\($0.title) \(String(format: "%.3f", floor($0)))" }.joined(separator: ", ")
        let rows = deepRows
        let deep =
            rows.isEmpty
            ? ""
            : """

            ## Critics of twelve layers on the Swiss roll

            The norm of the gradient of E[D(x̃)] - E[D(x)] with respect to what the first and the last hidden layer say, and the weights with
            |w| > 0.99 c. The paper's figure 1b has curves and no figures.

            | method | settings | iterations | first layer | last layer | ratio | weights at ±c, % |
            |---|---|---|---|---|---|---|
            \(rows.joined(separator: "\n"))

            """
        return """
            # WGAN and WGAN-GP in the plane, seed \(settings.seed)

            Networks with \(settings.depth) hidden layers of \(settings.width) rectified units, batches of \(settings.batch), \(settings.criticSteps) steps of the critic for each
            of the generator.

            ## Generators

            \(plan.samples) generated points; a point is good when it is nearer than 3 standard deviations to a mode, a mode covered when it has
            a good point, and the divergence is the one of the good points' shares of modes from equal shares. The distance is the exact
            Wasserstein distance between \(plan.exactCount) generated and as many real points; between two samples of the data themselves it is: \(floors).

            | data | method | settings | iterations | seconds | modes | good points, % | reverse KL | distance |
            |---|---|---|---|---|---|---|---|---|
            \(generatorRows.joined(separator: "\n"))

            No figures of WGAN-GP on these data were published: the paper shows pictures. The same measures, for other methods on rings and
            grids of other proportions (fjxmlzn/PacGAN, table 1; means of 10 trials ± standard errors):

            | | ring: modes of 8 | good, % | reverse KL | grid: modes of 25 | good, % | reverse KL |
            |---|---|---|---|---|---|---|
            \(Self.published.joined(separator: "\n"))

            ## Fixed generators

            Real points against the same points with noise from N(0, I): the critic's estimate E[D(x)] - E[D(x̃)] and mean slope on
            \(plan.exactCount) of each, and the exact distance between these. No distance of the distributions is above
            √(π/2) = \(String(format: "%.4f", Self.noiseBound)), what moving each point by its own noise costs; a penalty λ lets the best critic's slope and estimate rise by a
            share of about distance / 2λ.

            | data | method | settings | iterations | seconds | estimate | slope | exact distance |
            |---|---|---|---|---|---|---|---|
            \(fixedRows.joined(separator: "\n"))
            \(deep)
            The authors' program (igul222/improved_wgan_training, gan_toy.py) has width 512, λ = 0.1, Adam 1e-4 with β₁ = 0.5, β₂ = 0.9, or
            RMSprop 5e-5 and c = 0.01, and runs for 100 000 iterations.
            """ + "\n"
    }

    /// What became of the modes, one line for each generator of data that have some.
    var modesFound: [String] {
        results(.generator).compactMap { result in
            result.metrics.map { metrics in
                "\(result.data.title), \(result.settings.methodTitle): \(metrics.covered) of \(metrics.counts.count) modes, "
                    + String(format: "%.1f %% good, reverse KL %.3f", 100 * metrics.highQualityShare, metrics.reverseKL)
            }
        }
    }
}
