import Foundation
import NablaArray
import NablaTraining

/// What a run can be repeated with: the contents of its settings.json.
protocol RunPlan: Codable {
    /// The command's name after `nabla`.
    static var command: String { get }
    /// Looks at every field of what was read from a file: no value may stop the program later.
    func check(_ checks: inout PlanChecks)
}

/// What settings.json holds: a plan, and the number of threads, on which the last bits of results depend.
struct StoredPlan<Plan: RunPlan>: Codable {
    let plan: Plan
    /// nil in files of before the number was kept.
    let threads: Int?

    private enum Key: String, CodingKey { case threads }

    init(_ plan: Plan, threads: Int?) { (self.plan, self.threads) = (plan, threads) }

    init(from decoder: any Decoder) throws {
        plan = try Plan(from: decoder)
        threads = try decoder.container(keyedBy: Key.self).decodeIfPresent(Int.self, forKey: .threads)
    }

    func encode(to encoder: any Encoder) throws {
        try plan.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(threads, forKey: .threads)
    }

    func check(_ checks: inout PlanChecks) {
        plan.check(&checks)
        if let threads { checks.count(threads, "threads", to: 1024) }
    }
}

/// The files of a run of `nabla train`.
///
/// The log grows under another name and takes its own at the end; states of learners are replaced by whole ones.
struct RunFolder {
    let path: String
    private let claim = Claim()

    /// The lock of the folder, from the first look into it to the end of the run.
    private final class Claim {
        var lock: FolderLock?
    }

    /// The threads that were asked for.
    private let threads: Int?

    /// The folder that was asked for, or one named like the command. Large operations use as many threads as were asked for; if none were, those
    /// of the run that is resumed, or `usual` ones, or as many as there are processors.
    init(_ path: String?, for command: String, threads: Int? = nil, usual: Int? = nil) {
        self.path = path ?? "runs/\(command.split(separator: " ").last!)"
        self.threads = threads
        if let count = threads ?? usual { setThreadCount(count) }
    }

    /// Keeps other runs out of the folder while this one lives, and removes what killed ones left half written.
    ///
    /// - Throws: `FileError` when another run is there.
    func take() throws(FileError) {
        guard claim.lock == nil else { return }
        let lock = try FolderLock(path)
        if !lock.isHeld {
            ReportOutput.standardError.write(
                "nabla: \(path): this file system knows no locks; see to it that no other run uses the folder\n")
        }
        claim.lock = lock
        for folder in [path, file("state"), file("samples")] { AtomicFile.removeLeftovers(in: folder) }
    }

    /// The same if there is such a folder.
    func takeIfPresent() throws(FileError) {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue { try take() }
    }

    private var settingsPath: String { file("settings.json") }
    private var logPath: String { file("log.jsonl") }
    private var growingLogPath: String { file("log.partial.jsonl") }

    /// Where a file of that name lies.
    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Where the state of a learner lies.
    func statePath(_ learner: String) -> String { file("state/\(learner).safetensors") }

    /// Makes the folders of a new run, forgets the states of an earlier one, and writes what the run can be repeated with.
    ///
    /// - Throws: `FileError`, such as for want of space; the earlier run is then as it was.
    func begin(_ plan: some RunPlan) throws(FileError) {
        try OutputFolder.create(at: path)
        try take()
        try OutputFolder.create(at: file("state"))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(StoredPlan(plan, threads: threadCount())) else {
            throw FileError(path: settingsPath, reason: "cannot write: the settings hold a number that is not finite")
        }
        let settings = try AtomicFile(replacing: settingsPath)
        try settings.append(json + Data("\n".utf8))
        try settings.synchronize()
        let log = try AtomicFile(replacing: growingLogPath)
        try log.synchronize()
        // All is at hand. A run killed from here on must not be taken for the earlier one, whose records and states go now: without settings
        // there is nothing to resume.
        guard unlink(settingsPath) == 0 || errno == ENOENT else {
            throw FileError(path: settingsPath, reason: "cannot replace: \(String(cString: strerror(errno)))")
        }
        try log.commit()
        removeFiles(in: "state") { $0.hasSuffix(".safetensors") }
        try settings.commit()
    }

    /// The plan of a new run, or with `isResumed` of the one in this folder, and what it needs.
    ///
    /// - Parameter load: Gets what the plan needs, or throws before anything of an earlier run is replaced.
    func open<Plan: RunPlan, Needs>(
        isResumed: Bool, new: @autoclosure () throws -> Plan, load: (Plan) throws -> Needs
    ) throws -> (plan: Plan, needs: Needs) {
        try takeIfPresent()
        let plan = isResumed ? try plan(Plan.self) : try new()
        let isNew = !FileManager.default.fileExists(atPath: path)
        // A path that cannot be is told before data are read for long.
        if !isResumed { try OutputFolder.create(at: path) }
        do {
            let needs = try load(plan)
            if !isResumed { try begin(plan) }
            return (plan, needs)
        } catch {
            // If it is empty.
            if isNew { rmdir(path) }
            throw error
        }
    }

    /// The plan of a new run, or with `isResumed` of the one in this folder.
    func open<Plan: RunPlan>(isResumed: Bool, new: @autoclosure () throws -> Plan) throws -> Plan {
        try open(isResumed: isResumed, new: new()) { _ in }.plan
    }

    /// The settings of the run in this folder.
    func plan<Plan: RunPlan>(_ type: Plan.Type) throws(FileError) -> Plan {
        let stored = try plan(type, in: FileContents.bytes(of: settingsPath, atMost: 1 << 24))
        if let count = stored.threads, threads == nil { setThreadCount(count) }
        return stored.plan
    }

    /// The settings in the bytes of the file.
    func plan<Plan: RunPlan>(_ type: Plan.Type, in bytes: [UInt8]) throws(FileError) -> StoredPlan<Plan> {
        let expected = "expected the settings of a run of nabla \(Plan.command)"
        let stored: StoredPlan<Plan>
        do throws(FileError) {
            stored = try JSONFile.value(StoredPlan<Plan>.self, in: bytes, path: settingsPath)
        } catch {
            throw FileError(path: settingsPath, reason: "\(expected): \(error.reason)")
        }
        var checks = PlanChecks()
        stored.check(&checks)
        if let fault = checks.fault { throw FileError(path: settingsPath, reason: "\(expected): \(fault)") }
        return stored
    }

    /// The records of the training so far, of the run that was killed or of one that ended, as far as the states of the learners reach that
    /// have had so many `iterations`. What was logged after a state was saved comes again.
    ///
    /// - Throws: `FileError` that names a record which no training writes.
    func records(upTo iterations: [String: Int]) throws(FileError) -> [JSONRecord] {
        let isGrowing = FileManager.default.fileExists(atPath: growingLogPath)
        let path = isGrowing ? growingLogPath : logPath
        return try LogChecks.sound(JSONLines.records(of: path), upTo: iterations, path: path)
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
