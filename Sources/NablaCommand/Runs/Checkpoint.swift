import Foundation
import NablaNN
import NablaTraining

/// The state of a learner between iterations, as a safetensors file.
struct Checkpoint {
    /// The numbers of iterations that no record of the log covers yet, in the order in which the learner gives them.
    private(set) var pending: [(name: String, values: [Double])] = []
    /// The time that training took so far.
    var seconds = 0.0

    private enum Key {
        static let settings = "settings", seconds = "seconds", order = "pending", pending = "pending/"
    }

    init() {}

    /// Remembers the numbers of an iteration.
    mutating func add(_ numbers: [(name: String, value: Double)]) {
        for (name, value) in numbers {
            if let index = pending.firstIndex(where: { $0.name == name }) {
                pending[index].values.append(value)
            } else {
                pending.append((name, [value]))
            }
        }
    }

    /// The means of what was remembered, which is then forgotten.
    mutating func takeMeans() -> [(name: String, value: Double)] {
        defer { pending = [] }
        return pending.map { ($0.name, $0.values.reduce(0, +) / Double($0.values.count)) }
    }

    /// Writes the state of `learner`.
    func write(_ learner: Learner, to path: String) throws(FileError) {
        var file = SafeTensors(learner.model.snapshot)
        for (name, values) in pending { file.arrays[Key.pending + name] = NDArray(values) }
        file.metadata[Key.order] = pending.map(\.name).joined(separator: " ")
        file.metadata[Key.seconds] = "\(seconds)"
        file.metadata[Key.settings] = learner.settings
        try file.write(to: path)
    }

    /// Reads a state and puts the learner's model into it.
    ///
    /// - Throws: `FileError` when the file is damaged or belongs to a learner with other settings.
    init(restoring learner: Learner, from path: String) throws(FileError) {
        var file = try SafeTensors(contentsOf: path)
        guard file.metadata[Key.settings] == learner.settings else {
            throw FileError(path: path, reason: "expected the state of a run with the settings of settings.json, got other settings")
        }
        let damaged = FileError(path: path, reason: "expected the state of a run, got a file without some part of one")
        guard let seconds = file.metadata[Key.seconds].flatMap({ Double($0) }), (0...1e12).contains(seconds),
            let order = file.metadata[Key.order]
        else { throw damaged }
        for name in order.split(separator: " ").map(String.init) {
            guard let array = file.arrays.removeValue(forKey: Key.pending + name), array.dtype == .float64 else { throw damaged }
            pending.append((name, array.doubles))
        }
        do throws(SnapshotError) {
            try learner.model.restore(try file.snapshot())
        } catch {
            throw FileError(path: path, reason: error.description)
        }
        guard learner.model.iteration <= learner.iterations else {
            throw FileError(path: path, reason: "expected at most \(learner.iterations) iterations, got \(learner.model.iteration)")
        }
        self.seconds = seconds
    }
}
