import ExampleWGANGP
import Foundation
import NablaTraining

/// The files of a run of `nabla train wgan-gp`.
///
/// Every file takes its name only when it is whole. The log grows under another name, so that the one of an earlier run in the same
/// folder stays until this run has ended.
struct WGANGPFiles {
    let folder: String
    private let growingLog: JSONLinesWriter

    /// Makes the folders and begins the log.
    ///
    /// - Throws: `FileError` when something cannot be written there.
    init(at folder: String) throws(FileError) {
        self.folder = folder
        try OutputFolder.create(at: folder)
        try OutputFolder.create(at: "\(folder)/samples")
        let path = "\(folder)/log.partial.jsonl"
        try JSONLines.write([], to: path)
        growingLog = try JSONLinesWriter(appendingTo: path)
    }

    /// Writes what the run can be repeated with.
    func writeSettings(_ settings: WGANGP.Settings, data: String) throws(FileError) {
        struct Contents: Encodable {
            let command = "nabla train wgan-gp"
            let data: String
            let settings: WGANGP.Settings
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let path = "\(folder)/settings.json"
        guard let json = try? encoder.encode(Contents(data: data, settings: settings)) else {
            throw FileError(path: path, reason: "cannot write: the settings hold a number that is not finite")
        }
        try AtomicFile.write(json + Data("\n".utf8), to: path)
    }

    /// Adds a record to the log.
    func log(_ record: JSONRecord) throws(FileError) { try growingLog.write(record) }

    /// Writes a grid of images (28 × 28, pixels from 0 to 1).
    func writeGrid(_ pixels: [Float], to name: String) throws(FileError) {
        let side = TrainingImages.side
        try PNG.write(ImageGrid(zoom: 2).picture(of: pixels, height: side, width: side), to: "\(folder)/\(name)")
    }

    /// The picture's name after so many iterations.
    static func sampleName(_ iteration: Int) -> String {
        let digits = String(iteration)
        return String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".png"
    }

    /// Gives the log its name, draws the curves, and removes what an earlier run left: pictures that are not among `sampleNames`.
    func finish(_ records: [JSONRecord], sampleNames: Set<String>) throws(FileError) {
        try JSONLines.write(records, to: "\(folder)/log.jsonl")
        unlink(growingLog.path)
        if !records.isEmpty {
            let figure = WGANGPFiles.curves(records)
            try figure.write(to: "\(folder)/losses.png")
            try figure.write(to: "\(folder)/losses.svg")
        }
        let samples = "\(folder)/samples"
        for name in (try? FileManager.default.contentsOfDirectory(atPath: samples)) ?? [] {
            let isNumbered = name.hasSuffix(".png") && name.count >= 10 && name.dropLast(4).allSatisfy(\.isNumber)
            if isNumbered && !sampleNames.contains(name) { unlink("\(samples)/\(name)") }
        }
    }

    /// The critic's estimate of the distance, its slope, and the generator's loss over iterations.
    private static func curves(_ records: [JSONRecord]) -> Figure {
        let smoothing = max(1, records.count / 50)
        func curve(_ key: String) -> LineChart.Series {
            .init(
                "", x: records.map { $0["iteration"]?.doubleValue ?? .nan }, y: records.map { $0[key]?.doubleValue ?? .nan },
                smoothing: smoothing)
        }
        return Figure([
            LineChart(
                title: "Distance of generated from real images, as the critic sees it", xLabel: "iteration",
                yLabel: "Wasserstein estimate", series: [curve("wasserstein")]),
            LineChart(
                title: "Mean slope of the critic between real and generated images", xLabel: "iteration", yLabel: "mean |grad D|",
                series: [curve("slope")], referenceLines: [.init(y: 1, label: "1")]),
        ])
    }
}
