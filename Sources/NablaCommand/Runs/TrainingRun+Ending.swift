import ArgumentParser
import Foundation
import NablaArray
import NablaNN
import NablaTraining

// Parts of what a command prints at the end.

extension TrainingRun {
    /// What is said at the end of a run, and how it ended.
    struct Ending {
        let text: String
        /// The signal that interrupted it.
        let signal: Int32?

        /// Says it; an interrupted run then ends with the status by which shells know the signal, 130 or 143.
        func tell() throws {
            ReportOutput.standardOutput.write(text + "\n")
            if let signal { throw ExitCode(128 + signal) }
        }
    }

    /// The end of the run, with these lines.
    func ending(_ lines: [String]) -> Ending { Ending(text: lines.joined(separator: "\n"), signal: signal) }

    /// Iterations of all learners so far.
    var iterations: Int { learners.reduce(0) { $0 + $1.model.iteration } }

    /// The time that training all learners took so far.
    var seconds: Double { outcomes.reduce(0) { $0 + $1.seconds } }

    /// How much was trained and how long that took.
    ///
    /// - Parameters:
    ///   - count: How much, in words; nil for the iterations.
    ///   - rateDigits: Digits after the point of the iterations per second; nil to leave these out.
    func amount(_ count: String? = nil, rateDigits: Int? = nil) -> String {
        let rate = rateDigits.map { String(format: " (%.\($0)f iterations/s)", seconds > 0 ? Double(iterations) / seconds : 0) } ?? ""
        let time = String(format: "%.1f s", seconds)
        return "\(isWhole ? "Trained for" : "Interrupted after") \(count ?? "\(iterations) iterations") in \(time)\(rate)."
    }

    /// One line for each learner whose least number of iterations took longer than its time.
    var overtime: [String] {
        late.map {
            String(format: "%@ went on after its %.0f s, to %.0f s, for the least number of iterations.", $0.name, $0.limit, $0.seconds)
        }
    }

    /// How to go on with the run of `command`: one line, or none when it is whole.
    func continuation(_ command: String) -> [String] {
        isWhole ? [] : ["Go on with: nabla \(command) --resume --output \(folder.path.oneLine)"]
    }
}

extension RunFolder {
    /// One line for each file, with what is in it. Captions begin `column` characters after the names do, and three after the longest name
    /// when that is nil; never fewer than three after their own.
    func list(_ files: [(name: String, caption: String)], column: Int? = nil) -> [String] {
        let column = column ?? (files.map(\.name.count).max() ?? 0) + 3
        return files.map { "  \(path.oneLine)/\($0.name)" + String(repeating: " ", count: max(3, column - $0.name.count)) + $0.caption }
    }
}
