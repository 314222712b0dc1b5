import Foundation
import NablaNN
import NablaTraining

/// One training of a run, and what the log says of it.
struct Learner {
    /// What its files and records are called by.
    let name: String
    let model: any Resumable
    /// The iterations it shall have.
    let iterations: Int
    /// What its state must have been made with, as JSON.
    let settings: String
    /// Trains for one iteration and gives its numbers; the log keeps their means over the iterations of a record.
    let iterate: () throws -> [(name: String, value: Double)]
    /// What else the log keeps of the iterations, such as a test of the model; called at the end of each record, it may write pictures.
    let observe: (JSONRecord) throws -> JSONRecord

    init(
        _ name: String, _ model: any Resumable, iterations: Int, settings: some Encodable,
        iterate: @escaping () throws -> [(name: String, value: Double)],
        observe: @escaping (JSONRecord) throws -> JSONRecord = { _ in [:] }
    ) {
        (self.name, self.model, self.iterations, self.iterate, self.observe) = (name, model, iterations, iterate, observe)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Options are checked to be finite, and finite numbers always have a notation.
        self.settings = String(decoding: try! encoder.encode(settings), as: UTF8.self)
    }
}

/// A loss that is no number any more.
struct DivergenceError: Error, CustomStringConvertible {
    let description: String
}
