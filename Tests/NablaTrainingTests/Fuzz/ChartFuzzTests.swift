import NablaTraining
import Testing

/// Charts of whatever numbers a log may hold: gaps where there is no place for them, never a trap.
@Suite struct ChartFuzzTests {
    private static let numbers: [Double] = [
        0, -0.0, 1, -1, 1e-300, 1e-12, 1e12, 1e300, -1e300, 1e301, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
        .leastNonzeroMagnitude, .infinity, -.infinity, .nan, 0x1p53, 0x1p63, -0x1p63, 3,
    ]

    @Test(arguments: [AxisScale.linear, .logarithmic]) func anyNumbers(scale: AxisScale) {
        var mutator = Mutator(seed: 7)
        for _ in 0..<25 {
            let count = mutator.below(6)
            var chart = LineChart(title: "any", yScale: scale)
            for marks in [LineChart.Series.Marks.line, .dots, .bars] {
                let x = (0..<count).map { _ in mutator.pick(Self.numbers) }, y = (0..<count).map { _ in mutator.pick(Self.numbers) }
                chart.series.append(.init("s", x: x, y: y, smoothing: 1 + mutator.below(3), marks: marks))
            }
            chart.referenceLines = [.init(y: mutator.pick(Self.numbers))]
            let figure = Figure(chart, width: 300, rowHeight: 200)
            let text = figure.svg()
            #expect(text.contains("</svg>") && !text.contains("nan") && !text.contains("inf"))
            #expect(figure.picture().width > 0)
        }
    }
}
