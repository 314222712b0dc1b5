import Foundation
import NablaTraining

/// The files of a run of `nabla train maml`.
///
/// The log grows under another name and takes its own at the end; states of learners are replaced by whole ones.
struct MAMLFiles {
    let folder: String

    private var settingsPath: String { "\(folder)/settings.json" }
    private var logPath: String { "\(folder)/log.jsonl" }
    private var growingLogPath: String { "\(folder)/log.partial.jsonl" }

    /// Where the state of a learner lies.
    func statePath(_ learner: MAMLPlan.Learner) -> String { "\(folder)/state/\(learner.name).safetensors" }

    /// Makes the folders of a new run, forgets the states of an earlier one, and writes what the run can be repeated with.
    func begin(_ plan: MAMLPlan) throws(FileError) {
        try OutputFolder.create(at: folder)
        let states = "\(folder)/state"
        try OutputFolder.create(at: states)
        // Before the settings change: a run killed in between must not go on from another one's records and states.
        try JSONLines.write([], to: growingLogPath)
        for name in (try? FileManager.default.contentsOfDirectory(atPath: states)) ?? [] where name.hasSuffix(".safetensors") {
            unlink("\(states)/\(name)")
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(plan) else {
            throw FileError(path: settingsPath, reason: "cannot write: the settings hold a number that is not finite")
        }
        try AtomicFile.write(json + Data("\n".utf8), to: settingsPath)
    }

    /// The settings of the run in this folder.
    func plan() throws(FileError) -> MAMLPlan {
        let bytes = try FileContents.bytes(of: settingsPath)
        guard let plan = try? JSONDecoder().decode(MAMLPlan.self, from: Data(bytes)),
            plan.iterations >= 1, plan.learners.contains(where: { $0.settings.method == .maml })
        else { throw FileError(path: settingsPath, reason: "expected the settings of a run of nabla train maml, got something else") }
        return plan
    }

    /// The records of the training so far: those of the run that was killed, or of one that ended.
    func records() throws(FileError) -> [JSONRecord] {
        let isGrowing = FileManager.default.fileExists(atPath: growingLogPath)
        return try JSONLines.records(of: isGrowing ? growingLogPath : logPath)
    }

    /// The growing log, which begins with `records`.
    func log(_ records: [JSONRecord]) throws(FileError) -> JSONLinesWriter {
        try JSONLines.write(records, to: growingLogPath)
        return try JSONLinesWriter(appendingTo: growingLogPath)
    }

    /// Gives the log its name.
    func finishLog(_ records: [JSONRecord]) throws(FileError) {
        try JSONLines.write(records, to: logPath)
        unlink(growingLogPath)
    }

    /// Writes a figure as PNG and SVG.
    func write(_ figure: Figure, to name: String) throws(FileError) {
        for type in ["png", "svg"] { try figure.write(to: "\(folder)/\(name).\(type)") }
    }

    /// Writes what was reached.
    func writeSummary(_ text: String) throws(FileError) { try AtomicFile.write(text, to: "\(folder)/summary.md") }
}
