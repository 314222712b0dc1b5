import Foundation
import NablaTraining
import Testing

@Suite struct FigureTests {
    private let chart = LineChart(
        title: "Loss", xLabel: "iteration", yLabel: "nats", series: [.init("training", y: [3, 2, 1]), .init("test", y: [3, 2.5, 2])])

    @Test func theNameChoosesTheFormat() throws {
        let folder = try TemporaryFolder()
        try Figure(chart, width: 300, rowHeight: 200).write(to: folder.file("a.PNG"))
        try Figure(chart, width: 300, rowHeight: 200).write(to: folder.file("a.svg"))
        let picture = try PNG.read(folder.file("a.PNG"))
        #expect(picture.width == 600 && picture.height == 448 && picture.channels == .rgb)
        #expect(try folder.bytes(of: "a.svg").starts(with: "<svg ".utf8))
        let path = folder.file("a.gif")
        #expect(throws: FileError(path: path, reason: "expected a name that ends in .png or .svg")) {
            try Figure(chart).write(to: path)
        }
    }

    @Test func everyTextIsInTheDocument() {
        let svg = Figure(chart).svg()
        for text in ["Loss", "iteration", "nats", "training", "test", "2.0"] { #expect(svg.contains(">\(text)</text>"), "\(text)") }
    }

    @Test func theCurvesAreInThePicture() {
        func count(_ color: Color) -> Int {
            let samples = Figure(chart).picture(scale: 1).samples
            return stride(from: 0, to: samples.count, by: 3)
                .count { samples[$0..<($0 + 3)].elementsEqual([color.red, color.green, color.blue]) }
        }
        // More than the samples in the legend, which are 18 × 2.5.
        #expect(count(Color.series[0]) > 100)
        #expect(count(Color.series[1]) > 100)
        #expect(count(Color.series[2]) == 0)
    }

    @Test func rowsStackAndShare() {
        let figure = Figure(rows: [[chart], [chart, chart]], width: 400, rowHeight: 150)
        let picture = figure.picture(scale: 1)
        #expect(picture.width == 400 && picture.height == 324)
        #expect(figure.svg().components(separatedBy: ">Loss</text>").count == 4)
    }

    @Test func plotsAboveEachOtherLineUp() {
        var wide = chart
        wide.series = [.init("wide", y: [1e-5, 123_456])]
        wide.referenceLines = [.init(y: 1, label: "a label")]
        // The axes are the only lines of three points without a decimal fraction other than a half.
        let axes = Figure([chart, wide]).svg().split(separator: "\n").filter {
            $0.contains("stroke=\"#5a5a5a\"") && $0.contains("polyline")
        }
        .map { $0.split(separator: "\"")[1].split(separator: " ") }.filter { $0.count == 3 }
        #expect(axes.count == 2)
        let places = axes.map { [$0[1], $0[2]].map { $0.split(separator: ",")[0] } }
        #expect(places[0] == places[1])
    }

    @Test func nothingIsDrawnToo() {
        #expect(Figure(rows: []).picture(scale: 1).samples.allSatisfy { $0 == 255 })
        #expect(Figure(rows: [[]]).picture(scale: 1).samples.allSatisfy { $0 == 255 })
    }

    @Test func asManyXAsY() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = LineChart.Series("a", x: [1, 2], y: [1])
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("LineChart.Series: expected as many x as y, got 2 and 1"))
    }
}
