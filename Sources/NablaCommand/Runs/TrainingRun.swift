import Foundation
import NablaNN
import NablaTraining

/// Trains the learners of a run one after the other, with progress, a log, states on disk and an orderly end at Ctrl-C.
struct TrainingRun {
    /// What is written when.
    struct Rhythm {
        /// Iterations whose numbers make one record of the log.
        var recordEvery = 100
        /// Iterations between two states on disk.
        var saveEvery = 500
        /// Iterations between two lines of progress where it is not a terminal.
        var reportEvery = 1000
    }

    /// What became of a learner.
    struct Outcome {
        let iterations: Int
        let seconds: Double
    }

    let learners: [Learner]
    let folder: RunFolder
    private(set) var records: [JSONRecord]

    private let rhythm: Rhythm
    private let log: JSONLinesWriter
    private let secondsLimit: Double
    private let minimumIterations: Int
    private var checkpoints: [Checkpoint]
    /// The signal that ended the training before its end, if one did.
    private(set) var signal: Int32?

    /// A new run, or with `isResumed` the one that `folder` holds. No learner trains for longer than `secondsLimit`, but
    /// for the first `minimumIterations`: those it has however long they take.
    ///
    /// - Throws: `FileError` when a state or the log is damaged.
    init(
        _ learners: [Learner], folder: RunFolder, isResumed: Bool, rhythm: Rhythm = Rhythm(), secondsLimit: Double = .infinity,
        minimumIterations: Int = 0
    ) throws(FileError) {
        (self.learners, self.folder, self.rhythm) = (learners, folder, rhythm)
        (self.secondsLimit, self.minimumIterations) = (secondsLimit, minimumIterations)
        var checkpoints: [Checkpoint] = []
        for learner in learners {
            let path = folder.statePath(learner.name)
            let exists = isResumed && FileManager.default.fileExists(atPath: path)
            checkpoints.append(exists ? try Checkpoint(restoring: learner, from: path) : Checkpoint())
        }
        self.checkpoints = checkpoints
        // What was logged after a learner's state was saved comes again.
        let iterations = Dictionary(uniqueKeysWithValues: learners.map { ($0.name, $0.model.iteration) })
        records = try isResumed ? folder.records(upTo: iterations) : []
        log = try folder.log(records)
    }

    /// The records of one learner.
    func records(of name: String) -> [JSONRecord] { records.filter { $0["learner"] == .string(name) } }

    /// The records of each learner.
    var recordsOfLearners: [[JSONRecord]] { learners.map { records(of: $0.name) } }

    /// What became of each learner so far.
    var outcomes: [Outcome] { zip(learners, checkpoints).map { Outcome(iterations: $0.model.iteration, seconds: $1.seconds) } }

    /// Whether every learner has had its iterations or its time.
    var isWhole: Bool { zip(learners, checkpoints).allSatisfy { isDone($0, $1) } }

    private func isDone(_ learner: Learner, _ checkpoint: Checkpoint) -> Bool {
        learner.model.iteration >= learner.iterations
            || (checkpoint.seconds >= secondsLimit && learner.model.iteration >= minimumIterations)
    }

    /// Trains until the end or until the user interrupts. The log still grows under its other name: `finish` ends it.
    mutating func train() throws {
        let output = ReportOutput.standardError
        let interruption = Interruption(
            announcing: (output.isTerminal ? "\r\u{1B}[K" : "")
                + "Interrupted: finishing the iteration and saving. A second signal ends the run at once, as it was last saved.\n")
        defer { interruption.end() }
        let progress = ProgressBar(every: rhythm.reportEvery, output: output)
        for index in learners.indices where !interruption.isRequested {
            try train(index, interruption, progress)
        }
        progress.finish()
        signal = isWhole ? nil : interruption.signal
        progress.print(
            signal == nil
                ? "Trained and saved. Now testing and drawing; if that is interrupted, --resume does it again."
                : "Saved. Now testing and drawing what there is; another signal leaves that out.")
    }

    /// Ends the log with further records, such as those of a test.
    func finish(_ more: [JSONRecord] = []) throws(FileError) { try folder.finishLog(records + more) }

    private mutating func train(_ index: Int, _ interruption: Interruption, _ progress: ProgressBar) throws {
        let (learner, path) = (learners[index], folder.statePath(learners[index].name))
        let before = checkpoints[index].seconds
        let start = ProgressBar.monotonicTime()
        while !isDone(learner, checkpoints[index]) && !interruption.isRequested {
            let numbers = try learner.iterate()
            checkpoints[index].seconds = before + ProgressBar.monotonicTime() - start
            if let (name, value) = numbers.first(where: { !$0.value.isFinite }) {
                progress.finish()
                throw DivergenceError(
                    description: "\(learner.name), iteration \(learner.model.iteration): the \(name) is "
                        + (value.isNaN ? "nan" : "\(value)") + ", expected a number")
            }
            checkpoints[index].add(numbers)
            progress.update(
                done(before: index) + learner.model.iteration, of: total(at: index),
                metrics: ([learner.name] + numbers.prefix(3).map { String(format: "%@ %.3g", $0.name, $0.value) }).joined(separator: "  "))
            if learner.model.iteration.isMultiple(of: rhythm.recordEvery) { try record(index) }
            if learner.model.iteration.isMultiple(of: rhythm.saveEvery) { try checkpoints[index].write(learner, to: path) }
        }
        // What is left over makes a last, shorter record.
        if isDone(learner, checkpoints[index]) && !checkpoints[index].pending.isEmpty { try record(index) }
        try checkpoints[index].write(learner, to: path)
    }

    private func done(before index: Int) -> Int { learners[..<index].reduce(0) { $0 + $1.model.iteration } }

    /// The learners that went on after their time was over, for the least number of iterations: the time they took, and their limit.
    var late: [(name: String, seconds: Double, limit: Double)] {
        zip(learners, checkpoints).filter { $1.seconds > secondsLimit && $0.model.iteration == minimumIterations }
            .map { ($0.name, $1.seconds, secondsLimit) }
    }

    /// How many iterations there will be: the limits, or what the time suffices for at the present rate, but at least the least number.
    private func total(at index: Int) -> Int {
        let (iteration, seconds) = (learners[index].model.iteration, checkpoints[index].seconds)
        func expected(_ limit: Int) -> Int {
            guard secondsLimit.isFinite && seconds > 0 else { return limit }
            let affordable = max(Double(iteration) * secondsLimit / seconds, Double(minimumIterations))
            return affordable < Double(limit) ? Int(affordable) : limit
        }
        let own =
            seconds >= secondsLimit && iteration >= minimumIterations ? iteration : max(iteration, expected(learners[index].iterations))
        return learners[(index + 1)...].reduce(saturatingSum(done(before: index), own)) { saturatingSum($0, expected($1.iterations)) }
    }

    private mutating func record(_ index: Int) throws {
        let learner = learners[index]
        var record: JSONRecord = ["learner": .string(learner.name), "iteration": .int(learner.model.iteration)]
        for (name, value) in checkpoints[index].takeMeans() { record[name] = .number(value) }
        let observed = try learner.observe(record)
        for key in observed.keys { record[key] = observed[key] }
        record["seconds"] = .number((checkpoints[index].seconds * 1000).rounded() / 1000)
        records.append(record)
        try log.write(record)
    }
}

/// A sum of numbers of iterations, which a settings file may hold up to the largest there is.
private func saturatingSum(_ a: Int, _ b: Int) -> Int {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? .max : sum
}
