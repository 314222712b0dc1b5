import ExampleGANToys
import ExampleWGANGP
import Foundation
import NablaTraining

// Each figure has a column for each data set.

extension GANToyReport {
    /// The figures of this run, in the order of looking.
    var drawings: [(name: String, caption: String, figure: () -> Figure)] {
        var drawings: [(name: String, caption: String, figure: () -> Figure)] = [
            ("samples", "generated points over real ones", samples),
            ("modes", "modes, good points and distance over iterations", modes),
            ("critics", "level lines of critics of a fixed generator", critics),
            ("fixed", "their estimates and slopes over iterations", fixed),
            ("weights", "how their weights are spread", weights),
        ]
        if !results(.deep).isEmpty { drawings.append(("layers", "gradients in critics of twelve layers", layers)) }
        drawings.append(("lines", "distances of two parallel lines", lines))
        drawings.append(("gaussians", "what a generator can learn from, between two Gaussians", gaussians))
        return drawings
    }

    private static let faint = Color(red: 175, green: 175, blue: 175)
    private static let dark = Color(red: 0, green: 0, blue: 0)
    /// Everything real lies inside; noise does not.
    private static let window = -2.3...2.3

    private var seed: UInt64 { plan.learners[0].settings.seed }
    /// The exact toys take no more steps than the learners.
    private var longest: Int { plan.learners.map(\.iterations).max() ?? 0 }

    private var width: Int { 40 + 320 * max(dataSets.count, 2) }

    /// One row for each method, one column for each data set.
    private func grid(_ part: GANToyPlan.Part, _ chart: (Result) -> LineChart) -> Figure {
        let all = results(part)
        let methods = Method.allCases.filter { method in all.contains { $0.settings.critic.method == method } }
        return Figure(
            rows: methods.map { method in all.filter { $0.settings.critic.method == method }.map(chart) }, width: width, rowHeight: 330)
    }

    private func dots(_ name: String, _ points: NDArray, _ color: Color, size: Double) -> LineChart.Series {
        LineChart.Series(name, x: points[.all, 0].doubles, y: points[.all, 1].doubles, color: color, marks: .dots, dotSize: size)
    }

    private func real(_ data: ToyData, _ count: Int) -> NDArray {
        var random = RandomGenerator(seed: 0)
        return data.points(count, using: &random)
    }

    private func samples() -> Figure {
        grid(.generator) { result in
            LineChart(
                title: "\(result.data.title), \(result.settings.methodTitle)",
                series: [
                    dots("real", real(result.data, 1000), Self.faint, size: 2.5),
                    dots("generated", result.model.samples(1000), Color.series[0], size: 2),
                ], xRange: Self.window, yRange: Self.window)
        }
    }

    private func critics() -> Figure {
        let axis = (0...80).map { Self.window.lowerBound + Double($0) / 80 * (Self.window.upperBound - Self.window.lowerBound) }
        let line = NDArray(axis, dtype: .float32)
        let places = stack([line.tiled([axis.count]), line.repeated(axis.count, axis: 0)], axis: 1)
        return grid(.fixed) { result in
            let values = noBackprop { result.model.critic.scores(Variable(constant: places)).array.doubles }
            let rows = axis.indices.map { Array(values[($0 * axis.count)..<(($0 + 1) * axis.count)]) }
            let contours = ContourLines(rows, x: axis, y: axis)
            return LineChart(
                title: "\(result.data.title), \(result.settings.methodTitle)",
                series: contours.series(levels: contours.evenLevels(14))
                    + [dots("", real(result.data, 400), Color.series[1], size: 2)],
                xRange: Self.window, yRange: Self.window)
        }
    }

    /// One series for each method, of the records of one data set.
    private func curves(_ part: GANToyPlan.Part, _ data: ToyData, _ key: String, named: Bool) -> [LineChart.Series] {
        results(part).filter { $0.data == data }.map { result in
            LineChart.Series(named ? result.settings.methodTitle : "", of: key, in: result.records, color: color(of: result))
        }
    }

    /// A method has one colour in all figures.
    private func color(of result: Result) -> Color { Color.series[result.settings.critic.method == .penalty ? 0 : 1] }

    private func modes() -> Figure {
        let mixed = dataSets.filter { $0.mixture != nil }
        func row(_ data: [ToyData], _ chart: (ToyData) -> LineChart) -> [LineChart] { data.map(chart) }
        let rows = [
            row(mixed) { data in
                LineChart(
                    title: "\(data.title): modes covered", yLabel: "modes", series: curves(.generator, data, "modes", named: true),
                    referenceLines: [.init(y: Double(data.mixture!.centres.shape[0]), label: "all")])
            },
            row(mixed) { data in
                LineChart(
                    title: "\(data.title): share of good points", yLabel: "share",
                    series: curves(.generator, data, "highQuality", named: false),
                    yRange: 0...1)
            },
            row(mixed) { data in
                LineChart(
                    title: "\(data.title): divergence from equal shares", yLabel: "reverse KL",
                    series: curves(.generator, data, "reverseKL", named: false), yScale: .logarithmic)
            },
            row(dataSets) { data in
                var random = RandomGenerator(seed: 0)
                let floor = wassersteinDistance(data.points(300, using: &random), data.points(300, using: &random))
                return LineChart(
                    title: "\(data.title): distance to the data", xLabel: "iteration", yLabel: "Wasserstein, exact",
                    series: curves(.generator, data, "distance", named: mixed.isEmpty), referenceLines: [.init(y: floor, label: "floor")],
                    yScale: .logarithmic)
            },
        ]
        return Figure(rows: rows.filter { !$0.isEmpty }, width: width, rowHeight: 230)
    }

    private func fixed() -> Figure {
        Figure(
            rows: [
                dataSets.map { data in
                    let exact = results(.fixed).first { $0.data == data }?.distance
                    return LineChart(
                        title: "\(data.title): the critic's estimate", yLabel: "E D(x) - E D(x~)",
                        series: curves(.fixed, data, "estimate", named: true),
                        referenceLines: [.init(y: Self.noiseBound, label: "sqrt(pi/2)")]
                            + (exact.map { [.init(y: $0, label: "exact")] } ?? []))
                },
                dataSets.map { data in
                    LineChart(
                        title: "\(data.title): the critic's slope", xLabel: "iteration", yLabel: "mean |grad D|",
                        series: curves(.fixed, data, "testSlope", named: false), referenceLines: [.init(y: 1, label: "1")],
                        yScale: .logarithmic)
                },
            ], width: width + 60 * dataSets.count, rowHeight: 300)
    }

    /// Of critics of a fixed generator, on the first data set.
    private func weights() -> Figure {
        let shown = results(.fixed).filter { $0.data == dataSets.first }
        return Figure(
            rows: [
                shown.map { result in
                    let weights = result.model.critic.network.weights
                    let isClipped = result.settings.critic.method == .clipping
                    let histogram = WeightHistogram(weights, bins: 41, bound: isClipped ? result.settings.critic.clip : mostly(weights))
                    return LineChart(
                        title: "\(result.data.title), \(result.settings.methodTitle)", xLabel: "weight", yLabel: "share",
                        series: [.init("", x: histogram.middles, y: histogram.shares, color: color(of: result), marks: .bars)])
                }
            ], width: max(560, 420 * shown.count), rowHeight: 300)
    }

    /// The bound of the magnitudes of all weights but one in two hundred, which a few large ones do not spoil.
    private func mostly(_ weights: [NDArray]) -> Double {
        let sorted = weights.flatMap(\.doubles).map { Swift.abs($0) }.sorted()
        return sorted[sorted.count * 199 / 200]
    }

    private func layers() -> Figure {
        let series = results(.deep).enumerated().map { index, result in
            let name = result.settings.critic.method == .penalty ? "gradient penalty" : "clipping, c = \(result.settings.critic.clip)"
            let norms = result.model.layerGradientNorms()
            return LineChart.Series(name, x: norms.indices.map { Double($0 + 1) }, y: norms, color: Color.series[index])
        }
        return Figure(
            LineChart(
                title: "Gradient of the distance in a critic of twelve layers, Swiss roll", xLabel: "hidden layer",
                yLabel: "norm of the gradient",
                series: series, yScale: .logarithmic), rowHeight: 380)
    }

    private func lines() -> Figure {
        let thetas = (-4...4).map { Double($0) / 4 }
        let lines = thetas.map(ParallelLines.init)
        // The jump at 0 is upright.
        let fine = [-1, -1e-3, 0, 1e-3, 1]
        let estimates = lines.map { $0.estimate(steps: min(300, longest), seed: seed) }
        return Figure(rows: [
            [
                LineChart(
                    title: "Parallel lines: Wasserstein", xLabel: "theta", yLabel: "distance",
                    series: [
                        .init("|theta|", x: thetas, y: lines.map(\.wasserstein), color: Self.faint),
                        .init("critic", x: thetas, y: estimates.map(\.wasserstein), color: Color.series[0], marks: .dots),
                    ]),
                LineChart(
                    title: "Parallel lines: Jensen-Shannon", xLabel: "theta", yLabel: "divergence",
                    series: [
                        .init("log 2, or 0", x: fine, y: fine.map { ParallelLines(theta: $0).jensenShannon }, color: Self.faint),
                        .init("discriminator", x: thetas, y: estimates.map(\.jensenShannon), color: Color.series[1], marks: .dots),
                    ]),
            ]
        ])
    }

    private func gaussians() -> Figure {
        let toy = SeparatedGaussians(steps: min(1000, longest), seed: seed)
        let x = (0...160).map { -5 + Double($0) / 16 }
        let places = NDArray(x, shape: [x.count, 1], dtype: .float32)
        return Figure(
            LineChart(
                title: "What a generator at -3 can learn from, when the data are at 3", xLabel: "x", yLabel: "slope",
                series: [
                    .init("critic |dD/dx|", x: x, y: toy.critic.slopes(at: places)),
                    .init("discriminator |d log(1 - D)/dx|", x: x, y: toy.discriminator.generatorSlopes(at: places)),
                    .init("the best discriminator", x: x, y: x.map(SeparatedGaussians.bestGeneratorSlope), color: Self.faint),
                ], referenceLines: [.init(y: 1, label: "1")], yScale: .logarithmic, yRange: 1e-10...30), rowHeight: 380)
    }
}
