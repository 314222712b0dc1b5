import Foundation
import NablaTraining

/// What a run can be repeated with: the contents of its settings.json.
protocol RunPlan: Codable {
    /// The command's name after `nabla`.
    static var command: String { get }
    /// Whether what was read from a file can be run.
    var isValid: Bool { get }
}

/// The files of a run of `nabla train`.
///
/// The log grows under another name and takes its own at the end; states of learners are replaced by whole ones.
struct RunFolder {
    let path: String

    /// The folder that was asked for, or one named like the command.
    init(_ path: String?, for command: String) { self.path = path ?? "runs/\(command.split(separator: " ").last!)" }

    private var settingsPath: String { file("settings.json") }
    private var logPath: String { file("log.jsonl") }
    private var growingLogPath: String { file("log.partial.jsonl") }

    /// Where a file of that name lies.
    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Where the state of a learner lies.
    func statePath(_ learner: String) -> String { file("state/\(learner).safetensors") }

    /// Makes the folders of a new run, forgets the states of an earlier one, and writes what the run can be repeated with.
    func begin(_ plan: some RunPlan) throws(FileError) {
        try OutputFolder.create(at: path)
        try OutputFolder.create(at: file("state"))
        // Before the settings change: a run killed in between must not go on from another one's records and states.
        try JSONLines.write([], to: growingLogPath)
        removeFiles(in: "state") { $0.hasSuffix(".safetensors") }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(plan) else {
            throw FileError(path: settingsPath, reason: "cannot write: the settings hold a number that is not finite")
        }
        try AtomicFile.write(json + Data("\n".utf8), to: settingsPath)
    }

    /// The plan of a new run, or with `isResumed` of the one in this folder, and what it needs.
    ///
    /// - Parameter load: Gets what the plan needs, or throws before anything of an earlier run is replaced.
    func open<Plan: RunPlan, Needs>(
        isResumed: Bool, new: @autoclosure () throws -> Plan, load: (Plan) throws -> Needs
    ) throws -> (plan: Plan, needs: Needs) {
        let plan = isResumed ? try plan(Plan.self) : try new()
        let needs = try load(plan)
        if !isResumed { try begin(plan) }
        return (plan, needs)
    }

    /// The plan of a new run, or with `isResumed` of the one in this folder.
    func open<Plan: RunPlan>(isResumed: Bool, new: @autoclosure () throws -> Plan) throws -> Plan {
        try open(isResumed: isResumed, new: new()) { _ in }.plan
    }

    /// The settings of the run in this folder.
    func plan<Plan: RunPlan>(_ type: Plan.Type) throws(FileError) -> Plan {
        let bytes = try FileContents.bytes(of: settingsPath)
        guard let plan = try? JSONDecoder().decode(Plan.self, from: Data(bytes)), plan.isValid else {
            throw FileError(path: settingsPath, reason: "expected the settings of a run of nabla \(Plan.command), got something else")
        }
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
        for type in ["png", "svg"] { try figure.write(to: file("\(name).\(type)")) }
    }

    /// Writes what was reached.
    func writeSummary(_ text: String) throws(FileError) { try AtomicFile.write(text, to: file("summary.md")) }

    /// Removes the files of a folder in this one whose names `isStale` names.
    func removeFiles(in folder: String, where isStale: (String) -> Bool) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: file(folder))) ?? [] where isStale(name) {
            unlink(file("\(folder)/\(name)"))
        }
    }
}
