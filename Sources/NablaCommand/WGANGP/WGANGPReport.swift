import ExampleWGANGP
import Foundation
import NablaTraining

/// What a run of `nabla train wgan-gp` came to, in charts and words.
struct WGANGPReport {
    let plan: WGANGPPlan
    let outcomes: [TrainingRun.Outcome]
    /// The sliced distance of each learner's images from real ones.
    let distances: [Double]
    /// The sliced distance of real images from others.
    let floor: Double
    /// What the log has of each learner.
    let records: [[JSONRecord]]

    /// Each critic's estimate of the distance, in a chart of its own because the scales differ, their slopes, and the distance that needs no
    /// critic, over iterations.
    func curves() -> Figure {
        func all(_ key: String, smoothingOver parts: Int?) -> [LineChart.Series] {
            let isOne = plan.learners.count == 1
            return zip(plan.learners, records).map { LineChart.Series(isOne ? "" : $0.title, of: key, in: $1, smoothingOver: parts) }
        }
        var charts = plan.learners.indices.map { index in
            LineChart(
                title: "Distance of generated from real images, as the critic of \(plan.learners[index].title) sees it",
                xLabel: "iteration",
                yLabel: "Wasserstein estimate", series: [.init("", of: "wasserstein", in: records[index], smoothingOver: 50)])
        }
        charts.append(
            LineChart(
                title: "Mean slope of the critic between real and generated images", xLabel: "iteration", yLabel: "mean |grad D|",
                series: all("slope", smoothingOver: 50), referenceLines: [.init(y: 1, label: "1")],
                // Clipped weights leave a slope smaller by orders of magnitude.
                yScale: plan.learners.contains { $0.method == .clipping } ? .logarithmic : .linear))
        if records.joined().contains(where: { $0["distance"] != nil }) {
            charts.append(
                LineChart(
                    title: "Sliced Wasserstein distance of generated from real images", xLabel: "iteration", yLabel: "distance",
                    series: all("distance", smoothingOver: nil), referenceLines: [.init(y: floor, label: "real from real")],
                    yScale: .logarithmic))
        }
        return Figure(charts)
    }

    /// The mean of a value over the last tenth of a learner's records; nil when there are none.
    private func late(_ key: String, _ index: Int) -> Double? {
        let values = records[index].suffix(max(1, records[index].count / 10)).compactMap { $0[key]?.doubleValue }
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// The summary in Markdown.
    func text() -> String {
        let rows = plan.learners.indices.map { index in
            let (settings, outcome) = (plan.learners[index], outcomes[index])
            let optimizer = settings.method == .penalty ? "Adam \(settings.alpha)" : "RMSprop \(settings.rate), c \(settings.limit)"
            let numbers = [late("wasserstein", index), late("slope", index), distances[index]].map { value in
                value.map { String(format: "%.4g", $0) } ?? ""
            }
            return "| \(settings.title) | \(settings.width) | \(optimizer) | \(outcome.iterations) | "
                + String(format: "%.0f | ", outcome.seconds) + numbers.joined(separator: " | ") + " |"
        }
        return """
            # WGAN and WGAN-GP on images, seed \(plan.learners[0].seed)

            Images of `\(plan.data)`. Estimate and slope are means over the last tenth of the iterations; the two critics' estimates are on
            scales of their own. The sliced Wasserstein distance (256 directions, at most 2000 images) needs no critic; between real images and
            other real ones it is \(String(format: "%.4f", floor)).

            | learner | width | optimiser | iterations | seconds | critic's estimate | mean slope | sliced distance |
            |---|---|---|---|---|---|---|---|
            \(rows.joined(separator: "\n"))

            The authors' program (igul222/improved_wgan_training, gan_mnist.py) trains networks of width 64 for 200 000 iterations of 50
            images, with Adam 1e-4 or RMSprop 5e-5 and c = 0.01; for MNIST the paper shows pictures and no figures. The optimal critic's slope is 1 almost
            everywhere between real and generated images (proposition 1); a clipped critic's slope is whatever the weights allow.
            """ + "\n"
    }

    /// The critics' slopes, one line each.
    var slopes: [String] {
        plan.learners.indices.compactMap { index in
            late("slope", index).map { String(format: "%@: mean slope at the end %.3f", plan.learners[index].title, $0) }
        }
    }
}
