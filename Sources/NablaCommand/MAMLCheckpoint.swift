import ExampleMAML
import Foundation
import NablaTraining

/// The state of a learner between iterations, as a safetensors file.
struct MAMLCheckpoint {
    /// Losses that no record of the log covers yet.
    var losses: [Double] = []
    /// The time that training took so far.
    var seconds = 0.0

    private enum Key {
        static let iteration = "iteration", generator = "generator", settings = "settings", seconds = "seconds", losses = "losses"
    }

    /// Writes the state of `learner`.
    func write(_ learner: MAML, to path: String) throws(FileError) {
        let state = learner.state
        var file = SafeTensors(arrays: state.arrays)
        file.arrays[Key.losses] = NDArray(losses)
        file.metadata = [
            Key.iteration: "\(state.iteration)", Key.seconds: "\(seconds)", Key.generator: Self.json(state.generator),
            Key.settings: Self.json(learner.settings),
        ]
        try file.write(to: path)
    }

    init() {}

    /// Reads a state and puts `learner` into it.
    ///
    /// - Throws: `FileError` when the file is damaged or belongs to a learner with other settings.
    init(restoring learner: MAML, from path: String) throws(FileError) {
        let file = try SafeTensors(contentsOf: path)
        guard file.metadata[Key.settings] == Self.json(learner.settings) else {
            throw FileError(path: path, reason: "expected the state of a run with the settings of settings.json, got other settings")
        }
        guard let iteration = file.metadata[Key.iteration].flatMap({ Int($0) }), iteration >= 0,
            let seconds = file.metadata[Key.seconds].flatMap({ Double($0) }), seconds >= 0,
            let losses = file.arrays[Key.losses], losses.dtype == .float64,
            let text = file.metadata[Key.generator],
            let generator = try? JSONDecoder().decode(RandomGenerator.self, from: Data(text.utf8))
        else { throw FileError(path: path, reason: "expected the state of a run, got a file without some part of one") }
        do throws(MAML.StateError) {
            try learner.restore(MAML.State(iteration: iteration, generator: generator, arrays: file.arrays))
        } catch {
            throw FileError(path: path, reason: error.description)
        }
        (self.losses, self.seconds) = (losses.doubles, seconds)
    }

    private static func json(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Settings and generators hold finite numbers only, which always have a notation.
        return String(decoding: try! encoder.encode(value), as: UTF8.self)
    }
}
